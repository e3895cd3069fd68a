#!/bin/bash
# SPDX-License-Identifier: MIT
# A stateful router that forgets: in silence, and with a reset in the server's name; whether TCP
# keepalive holds it; who resets, told by its TTL, with CAP_NET_RAW and without; and a server behind it that
# closes earlier.
. "$(dirname "$0")/lib.sh"
begin 70-conntrack conntrack
need nft nftables
need nginx nginx-light
version "Linux $(uname -r | cut -d- -f1) conntrack"
routed
inside router nft -f - <<'RULES' || give_up "the kernel has no conntrack for nft"
table inet filter {
	ct timeout seven {
		protocol tcp
		l3proto ip
		policy = { established : 7 }
	}
	ct timeout five {
		protocol tcp
		l3proto ip
		policy = { established : 5 }
	}
	chain early {
		type filter hook prerouting priority -100; policy accept;
		tcp dport 81 ct timeout set "seven"
		tcp dport 6379 ct timeout set "five"
	}
	chain forward {
		type filter hook forward priority 0; policy accept;
		ct state invalid tcp dport { 81, 6379 } reject with tcp reset
		ct state invalid drop
	}
}
RULES
inside router sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=11 net.netfilter.nf_conntrack_tcp_loose=0
# The server's own packet filter, for what comes from there.
inside server nft -f - <<'RULES' || give_up "the kernel has no conntrack for nft"
table inet filter {
	chain input {
		type filter hook input priority 0; policy accept;
		ct state invalid tcp dport 83 reject with tcp reset
	}
}
RULES
inside server sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=5 net.netfilter.nf_conntrack_tcp_loose=0
cat >"$DIR/nginx.conf" <<CONF
daemon off; pid $DIR/pid; error_log $DIR/error.log;
events { worker_connections 256; }
http {
	access_log off; keepalive_timeout 60s; client_header_timeout 60s;
	server { listen 80; listen 81; listen 83; location / { return 200 "hello"; } }
	server { listen 82; keepalive_timeout 5s; location / { return 200 "hello"; } }
}
CONF
start server nginx -c "$DIR/nginx.conf" -g "user $(id -un);"
await_port server 80
start server python3 "$FIELD/backend.py" 6379 answer
await_port server 6379
probe 80 --max 40s
probe 81 --protocol http --max 40s
probe 82 --protocol http --max 14s
probe 6379 --max 40s
probe 83 --protocol http --max 12s
# As whoever has no right to see packets.
bare="setpriv --bounding-set=-net_raw"
for port in 81 83; do
	ip netns exec "$NS-client" $bare "$WHYRST" probe -o json --protocol http --max 12s "$SERVER:$port" \
		>"$DIR/$port.bare.json" 2>"$DIR/$port.bare.err" &
	probe_pids+=($!)
done
probes
truth 80 "established timeout 11, invalid dropped" idle_after_request_ms 11 "7 %"
truth 80 "established timeout 11, invalid dropped, before a request" idle_before_request_ms 11 "7 %"
expect 80 closes_with silence
expect 80 late_request silence
expect 80 between box
expect 80 after_request.keepalive.result holds
truth 81 "established timeout 7, invalid reset" idle_after_request_ms 7 "7 %"
expect 81 closes_with silence
expect 81 late_request rst
expect 81 between box
expect 81 after_request.ttl.handshake 63
expect 81 after_request.ttl.reset 64
expect 81.bare between box
expect 81.bare after_request.ttl.handshake 63
expect 81.bare after_request.ttl.reset_is higher
expect 83 between peer-or-box-beside-it
expect 83 after_request.ttl.reset 63
expect 83.bare between peer-or-box-beside-it
expect 83.bare after_request.ttl.reset_is same
truth 82 "nginx keepalive_timeout 5 behind it" idle_after_request_ms 5 "0.5 s"
expect 82 closes_with fin
truth 6379 "established timeout 5, invalid reset, no byte sent" idle_before_request_ms 5 "7 %"
expect 6379 between box
end
