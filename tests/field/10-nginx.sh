#!/bin/bash
# SPDX-License-Identifier: MIT
# nginx: keep-alive race, worker killed (busy and idle), reload, early 413, timed-out connections.
. "$(dirname "$0")/lib.sh"
begin 10-nginx "nginx"
need nginx nginx-light
version "$(nginx -v 2>&1 | sed 's/.*: //')"
pair

# nginx_start DIRECTIVES: one worker on port 80, answers "hello" to everything
nginx_start() {
	mkdir -p "$DIR/nginx"
	cat >"$DIR/nginx/nginx.conf" <<-CONF
		daemon off;
		pid $DIR/nginx/pid;
		error_log $DIR/nginx/error.log notice;
		worker_processes 1;
		events { worker_connections 64; }
		http {
			access_log off;
			client_body_temp_path $DIR/nginx;
			$1
			server {
				listen 80;
				location / { return 200 "hello\n"; }
				location /upload { root $DIR/nginx; }
			}
		}
	CONF
	start server nginx -e "$DIR/nginx/error.log" -c "$DIR/nginx/nginx.conf"
	master=$started
	await_port server 80
	await 20 worker_is_there
}
worker_is_there() { worker=$(pgrep -P "$(cat "$DIR/nginx/pid")" -x nginx) && [ -n "$worker" ]; }
GET='GET / HTTP/1.1\r\nHost: a\r\n\r\n'
request() {
	say send "$1" "$GET"
	say recv "$1"
}

# 1. The server's idle timeout strikes while the request is on its way: its FIN is held back.
story "Keep-alive race" <<'TEXT'
A client that pools connections sends a request at the very moment at which nginx closes the idle
connection. A small share of requests fails with "connection reset by peer", or as a 502 of the
proxy in front, while nginx logs nothing.
TEXT
staged <<'TEXT'
keepalive_timeout 1s;                                    # nginx.conf
client: GET, pause of 1 s, GET while the FIN of nginx is held back by an nft rule
TEXT
nginx_start 'keepalive_timeout 1s;'
watch server client
client_start
say connect a $SERVER 80
request a
inside client nft -f - <<'RULES'
table inet late {
	chain input { type filter hook input priority 0; tcp sport 80 tcp flags & fin == fin drop; }
}
RULES
fin_sent() { inside server ss -Htan 'sport = :80' | grep -q FIN-WAIT-1; }
await 20 fin_sent || complain "nginx did not close the idle connection"
request a
wire client "$SERVER.80 > .*Flags \[R\],"
judge server no-socket keepalive-race
judge client no-socket 'keepalive-race|half-open' top3
inside client nft delete table inet late
change <<'TEXT'
let the end that sends requests give up first: its idle time some seconds below
`keepalive_timeout` (75 s unless set). If nginx is the client of a back end, that is
`keepalive_timeout` inside `upstream`.
TEXT
stop "$master"

# 2. The worker dies with a request that it has not read.
story "Worker killed with a request unread" <<'TEXT'
Something kills a worker (OOM killer, a crash, a careless `kill -9`) that is behind with its work.
The kernel closes its sockets; every one that holds an unread request is reset. The master starts
a new worker at once, so that a minute later everything looks healthy.
TEXT
staged <<'TEXT'
kill -STOP WORKER; client: GET on an open connection     # the worker is stuck
kill -KILL WORKER
TEXT
nginx_start 'keepalive_timeout 60s;'
watch server client
client_start
say connect a $SERVER 80
request a
stall "$worker"
say send a "$GET"
await 20 unread server 80
sleep 0.2 # until the kernel has acknowledged it
kill -KILL "$worker"
say recv a
wire server "$SERVER.80 > .*Flags \[R\.\],"
judge server owner-abort process-killed
judge client owner-abort process-killed top3
change <<'TEXT'
find who sent the signal. OOM killer: raise `MemoryMax=` of the unit or lower `worker_connections`
and buffer sizes; a crash: get the core (`coredumpctl gdb`).
TEXT
stop "$master"

# 3. The worker dies with nothing unread: a FIN, and the reset comes when the client speaks again.
story "Worker killed while the connection was idle" <<'TEXT'
The same signal, but the connection was idle: the client's kernel gets a FIN, and nobody notices
until the client's pool uses the connection again, seconds or minutes later. The reset then
answers a request that nobody read.
TEXT
staged <<'TEXT'
kill -KILL WORKER                                        # the connection is idle
client, 1 s later: GET on that connection
TEXT
nginx_start 'keepalive_timeout 60s;'
watch server
client_start
say connect a $SERVER 80
request a
kill -KILL "$worker"
await 20 closed 80
sleep 1
request a
wire server "$SERVER.80 > .*Flags \[R\],"
judge server no-socket process-killed
change <<'TEXT'
the signal, as above; in the client, check a pooled connection before reuse and repeat idempotent
requests once.
TEXT
stop "$master"

# 4. A reload closes the idle connections of the old worker.
story "Reload with idle connections" <<'TEXT'
`nginx -s reload` lets old workers finish what they are doing, but closes their idle keep-alive
connections at once. A client that does not watch its pool writes into one of them and is reset: a
handful of failures after every deployment.
TEXT
staged <<'TEXT'
nginx -s reload                                          # the connection is idle
client, 1 s later: GET on that connection
TEXT
nginx_start 'keepalive_timeout 60s;'
watch server
client_start
say connect a $SERVER 80
request a
kill -HUP "$master"
await 20 closed 80
sleep 1
request a
wire server "$SERVER.80 > .*Flags \[R\],"
judge server no-socket write-after-close
change <<'TEXT'
in the client, watch idle connections for EOF and repeat idempotent requests once; in nginx,
reload less often.
TEXT
stop "$master"

# 5. 413 while the client is still uploading; lingering_time is what ends nginx's patience.
story "413 before the upload is complete" <<'TEXT'
nginx refuses a body that is too large, answers 413 and reads on for `lingering_time` so that the
client can see the answer. A client that is slower than that is reset in the middle of its upload,
and often reports "connection reset" instead of the 413.
TEXT
staged <<'TEXT'
client_max_body_size 1k; lingering_time 1s;              # nginx.conf
client: POST with Content-Length: 5000000, 25 kB a second
TEXT
nginx_start 'client_max_body_size 1k; lingering_time 1s;'
watch server client
client_start
# nginx counts whole seconds: what of this one is left is how long it lingers.
until [[ $(date +%1N) =~ [123] ]]; do sleep 0.05; done
say connect a $SERVER 80
say send a 'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n'
say flood a 4
say recv a
wire server "$SERVER.80 > .*Flags \[R\.?\],"
judge server owner-abort early-response
judge client owner-abort early-response top3
change <<'TEXT'
raise `client_max_body_size` where such uploads are legitimate, and give slow clients more than
`lingering_time 30s` (the default); clients: `Expect: 100-continue`, and read the answer when a write fails.
TEXT
stop "$master"

# 6. reset_timedout_connection
story "reset_timedout_connection" <<'TEXT'
With `reset_timedout_connection on` nginx sets SO_LINGER to 0 on connections that timed out, so
that their memory is free at once. What the client sees is a reset instead of a clean close.
TEXT
staged <<'TEXT'
reset_timedout_connection on; client_header_timeout 1s;  # nginx.conf
client: sends half a request header and then nothing
TEXT
nginx_start 'reset_timedout_connection on; client_header_timeout 1s;'
watch server client
client_start
say connect a $SERVER 80
say send a 'GET / HT'
say recv a
wire server "$SERVER.80 > .*Flags \[R\.\],"
judge server owner-abort linger-zero
judge client owner-abort linger-zero listed
change <<'TEXT'
nothing, if those clients were broken or hostile; else raise `client_header_timeout` (60 s unless
set) or `send_timeout`, or turn the directive off.
TEXT
stop "$master"
end
