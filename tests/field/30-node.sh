#!/bin/bash
# SPDX-License-Identifier: MIT
# Node.js: EMFILE shedding. libuv accepts with its spare descriptor and closes at once.
. "$(dirname "$0")/lib.sh"
begin 30-node "Node.js"
need node nodejs
version "Node.js $(node --version)"
pair

story "Out of file descriptors" <<'TEXT'
The process has reached its limit of open files. Node does not stop accepting: libuv keeps one
descriptor in reserve, accepts the next connection with it and closes it at once, the request
unread. Clients see "connection reset by peer" within a millisecond, while the log may hold
nothing at all.
TEXT
staged <<'TEXT'
ulimit -n 40; node -e 'http.createServer(...).listen(80)'
40 clients: connect and send a GET
TEXT
# Under the limit as it starts: 40 is enough for Node and about 20 clients.
start server bash -c 'ulimit -n 40; exec node -e "
	require(\"http\").createServer((request, answer) => answer.end(\"hello\")).listen(80)"'
node=$started
await_port server 80
watch server client
client_start
# While Node stands still the requests of all 40 arrive, as they would behind a busy event loop.
stall "$node"
for n in {1..40}; do
	say connect "c$n" $SERVER 80
	say send "c$n" 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
done
await 20 unread server 80
kill -CONT "$node"
say recv c40
wire server "$SERVER.80 > .*Flags \[R\.\],"
judge server owner-abort fd-exhausted
judge client owner-abort fd-exhausted listed
change <<'TEXT'
`LimitNOFILE=65536` in the unit (`ulimits.nofile` in Compose), after a look at `ls -l
/proc/PID/fd` for a leak; `server.maxConnections` to turn clients away on purpose.
TEXT
end
