#!/bin/bash
# SPDX-License-Identifier: MIT
# A path that loses every seventh SYN, of 40 ms where the kernel has netem: what is said of it, and that
# the timeouts stay right.
. "$(dirname "$0")/lib.sh"
begin 80-path path
need nginx nginx-light
need nft nftables
need tc iproute2
version "nginx over a lossy path"
pair
delayed=
inside client tc qdisc add dev server root netem delay 20ms 2>"$DIR/tc" &&
	inside server tc qdisc add dev client root netem delay 20ms 2>>"$DIR/tc" && delayed=1
inside server nft -f - <<'RULES' || give_up "nft does not take the rule"
table inet filter {
	chain input {
		type filter hook input priority 0; policy accept;
		tcp flags syn / syn,ack numgen inc mod 7 == 3 drop
	}
}
RULES
cat >"$DIR/nginx.conf" <<CONF
daemon off; pid $DIR/pid; error_log $DIR/error.log;
events { worker_connections 256; }
http { access_log off; keepalive_timeout 7s; client_header_timeout 5s;
	server { listen 80; location / { return 200 "hello"; } } }
CONF
start server nginx -c "$DIR/nginx.conf" -g "user $(id -un);"
await_port server 80
probe 80 --max 16s
probes
truth 80 "keepalive_timeout 7" idle_after_request_ms 7 "0.5 s"
truth 80 "client_header_timeout 5" idle_before_request_ms 5 "0.5 s"
[ -z "$delayed" ] || truth 80 "round trip of 40 ms" rtt_ms 0.04 "0.01 s"
expect 80 handshakes_lost 1 2
expect 80 failed 0
end
