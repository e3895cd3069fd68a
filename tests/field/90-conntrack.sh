#!/bin/bash
# SPDX-License-Identifier: MIT
# conntrack on a router: a short idle timeout, and `ct state invalid reject with tcp reset`.
. "$(dirname "$0")/lib.sh"
begin 90-conntrack "A stateful router (conntrack)"
need nft nftables
version "nftables $(nft --version | sed 's/nftables //'), Linux $(uname -r)"
routed

story "An idle timeout on the way" <<'TEXT'
A firewall between two healthy hosts forgets a connection that was idle for longer than its
timeout, and answers the next packet with a reset in the name of the other end. Neither end logs
anything; it is always the first query after a pause.
TEXT
staged <<'TEXT'
router: ct state invalid reject with tcp reset; nf_conntrack_tcp_timeout_established=2
client: request, pause of 4 s, request
TEXT
inside router nft -f - <<'RULES' || give_up "the kernel has no conntrack for nft"
table inet filter {
	chain forward {
		type filter hook forward priority 0; policy accept;
		ct state invalid reject with tcp reset
	}
}
RULES
inside router sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=2 \
	net.netfilter.nf_conntrack_tcp_loose=0
start server python3 "$FIELD/backend.py" 8080 answer
await_port server 8080
watch router client server
client_start
say connect a $SERVER 8080
say send a 'select 1\r\n'
say recv a
sleep 4
say send a 'select 2\r\n'
say recv a
wire client "$SERVER.8080 > .*Flags \[R\],"
wire router "$SERVER.8080 > .*Flags \[R\],"
judge router network 'idle-expired|middlebox-reject' top3
judge client network 'idle-expired|middlebox-reject' top3
silent server
change <<'TEXT'
TCP keepalive below the router's timeout (`net.ipv4.tcp_keepalive_time = 60` with SO_KEEPALIVE in
the program; `tcp_keepalives_idle` in PostgreSQL), or a longer
`nf_conntrack_tcp_timeout_established` (5 days unless set) on the router.
TEXT
end
