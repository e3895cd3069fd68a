#!/bin/bash
# SPDX-License-Identifier: MIT
# HAProxy: client timeout, server timeout, health checks, option nolinger. The place "client" is in
# front of it, "server" is HAProxy's own host, "back" is the host of the back end.
. "$(dirname "$0")/lib.sh"
begin 20-haproxy "HAProxy"
need haproxy haproxy
version "$(haproxy -v | head -n 1 | sed 's/ - .*//')"
place_words[server]="HAProxy host"
pair
make_place back
join server 10.77.2.1/24 back 10.77.2.2/24

# haproxy_start MODE LINES: listens on port 80, passes on to 10.77.2.2:8080
haproxy_start() {
	cat >"$DIR/haproxy.cfg" <<-CONF
		defaults
		    mode $1
		    timeout connect 2s
		    timeout client 10s
		    timeout server 10s
		listen field
		    bind :80
		$(sed 's/^/    /' <<<"$2")
	CONF
	start server haproxy -db -f "$DIR/haproxy.cfg"
	haproxy=$started
	await_port server 80
}

# A back end that takes everything, and answers each read with "hello" (or with nothing).
back_start() {
	start back python3 "$FIELD/backend.py" 8080 "$1"
	backend=$started
	await_port back 8080
}
GET='GET / HTTP/1.1\r\nHost: a\r\n\r\n'

story "timeout client" <<'TEXT'
A client keeps a connection open and says nothing for longer than `timeout client`. HAProxy closes
it in good order; the client, which was not looking, writes into it later and is reset. The log of
HAProxy shows `cD`.
TEXT
staged <<'TEXT'
mode tcp; timeout client 1s                              # haproxy.cfg
client: one request, 1.5 s of silence, the next request
TEXT
back_start answer
haproxy_start tcp 'timeout client 1s
server one 10.77.2.2:8080'
watch server client back
client_start
say connect a $SERVER 80
say send a "$GET"
say recv a
await 20 closed 80
sleep 0.5
say send a "$GET"
say recv a
wire server "$SERVER.80 > .*Flags \[R\],"
judge server no-socket write-after-close at=80
judge client no-socket write-after-close top3
[ -z "${FIELD_VERBOSE:-}" ] || resets_in back
change <<'TEXT'
make the client's idle time shorter than `timeout client`, or raise `timeout client` (and `timeout
tunnel` for long-lived connections).
TEXT
stop "$haproxy"
stop "$backend"

story "timeout server" <<'TEXT'
The back end takes longer than `timeout server`. HAProxy answers the client with a 504 (`sH` in
its log) and drops the back end's connection; what the back end sends afterwards is reset.
TEXT
staged <<'TEXT'
mode http; timeout server 1s                             # haproxy.cfg
back end: answers after 2 s
TEXT
back_start late
haproxy_start http 'timeout server 1s
server one 10.77.2.2:8080'
watch server back
client_start
say connect a $SERVER 80
say send a "$GET"
say recv a
wire server "10.77.2.1.* > 10.77.2.2.8080.*Flags \[R"
judge server 'owner-abort' linger-zero at=8080
judge back owner-abort linger-zero top3
change <<'TEXT'
make the back end faster, or raise `timeout server` above its slowest answer.
TEXT
stop "$haproxy"
stop "$backend"

story "Health checks" <<'TEXT'
HAProxy's plain TCP check connects and hangs up with a reset instead of acknowledging the SYN-ACK,
so that the back end's program never hears of it. The host of the back end counts an embryonic
reset at every check. Nobody needs to act.
TEXT
staged <<'TEXT'
server one 10.77.2.2:8080 check inter 300ms              # haproxy.cfg
(no client)
TEXT
back_start answer
watch server back
haproxy_start tcp 'server one 10.77.2.2:8080 check inter 300ms'
wire back "10.77.2.1.* > 10.77.2.2.8080.*Flags \[R"
judge server owner-abort linger-zero expected at=8080
silent back
change <<'TEXT'
nothing. A check that speaks (`option httpchk`) ends with a FIN.
TEXT
stop "$haproxy"
stop "$backend"

story "option nolinger" <<'TEXT'
`option nolinger` makes HAProxy abort what it closes: the ports are free at once, and answers that
are still on their way to a client are lost.
TEXT
staged <<'TEXT'
mode http; option nolinger; timeout http-keep-alive 1s   # haproxy.cfg
client: one request, then silence
TEXT
back_start answer
haproxy_start http 'option nolinger
timeout http-keep-alive 1s
server one 10.77.2.2:8080'
watch server client
client_start
say connect a $SERVER 80
say send a "$GET"
say recv a
say recv a
wire server "$SERVER.80 > .*Flags \[R\.\],"
judge server owner-abort linger-zero at=80
judge client owner-abort linger-zero top3
change <<'TEXT'
remove `option nolinger`: its manual strongly recommends not to use it, and names `timeout
client-fin` and `timeout server-fin` instead.
TEXT
stop "$haproxy"
stop "$backend"
end
