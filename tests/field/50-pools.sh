#!/bin/bash
# SPDX-License-Identifier: MIT
# Clients that keep connections longer than the server does: Python's http.client, Go's net/http.
# The server is Node.js, whose keepAliveTimeout (5 s unless set) is the usual other half.
. "$(dirname "$0")/lib.sh"
begin 50-pools "Connection pools of Python and Go"
need node nodejs
version "$(python3 --version), Node.js $(node --version)"
pair
start server node -e '
	const server = require("http").createServer((request, answer) => answer.end("hello"));
	server.keepAliveTimeout = 1000;
	server.listen(80);'
await_port server 80

# ask: one more request of the coprocess POOL; its answer in $answer
ask() {
	echo >&"${POOL[1]}"
	answer=
	read -r -t 40 answer <&"${POOL[0]}"
	[ -z "${FIELD_VERBOSE:-}" ] || echo "# request -> $answer"
}

story "Python: a connection kept longer than the server keeps it" <<'TEXT'
http.client, and every pool that does not look before it writes, finds out about a closed
connection by writing into it: `RemoteDisconnected('Remote end closed connection without
response')` or `ConnectionResetError`, always for the first request after a pause.
TEXT
staged <<'TEXT'
server.keepAliveTimeout = 1000;                          // Node.js
http.client: GET, pause of 2.5 s, GET
TEXT
watch server client
coproc POOL { exec ip netns exec "$NS-client" python3 "$FIELD/pool.py" $SERVER 80; }
disown "$POOL_PID"
ask
await 20 closed 80 || complain "the server did not close the idle connection"
sleep 0.5
ask
wire server "$SERVER.80 > .*Flags \[R\],"
judge server no-socket write-after-close
judge client no-socket write-after-close top3
exec {POOL[1]}>&-
change <<'TEXT'
`server.keepAliveTimeout` above the client's idle time (behind a balancer: above the balancer's);
in the client drop connections that were idle for longer than the server allows.
TEXT

story "Go: the race that looking does not win" <<'TEXT'
Go's net/http watches its idle connections and drops those that the server closed, so it only
meets the true race: the FIN is still on its way when the request leaves. GETs are repeated
silently; a POST fails with `read: connection reset by peer`.
TEXT
if command -v go >/dev/null; then
	staged <<-'TEXT'
		server.keepAliveTimeout = 1000;                          // Node.js
		http.Post, pause, http.Post while the server's FIN is held back by an nft rule
	TEXT
	GOCACHE=$OUT/go-cache GO111MODULE=off CGO_ENABLED=0 go build -o "$DIR/pool" "$FIELD/pool.go" ||
		complain "pool.go does not compile"
	watch server client
	coproc POOL { exec ip netns exec "$NS-client" "$DIR/pool" "http://$SERVER/"; }
	disown "$POOL_PID"
	ask
	inside client nft -f - <<-'RULES'
		table inet late {
			chain input { type filter hook input priority 0; tcp sport 80 tcp flags & fin == fin drop; }
		}
	RULES
	fin_sent() { inside server ss -Htan 'sport = :80' | grep -q FIN-WAIT-1; }
	await 20 fin_sent || complain "the server did not close the idle connection"
	ask
	wire client "$SERVER.80 > .*Flags \[R\],"
	judge server no-socket keepalive-race
	judge client no-socket 'keepalive-race' top3
	change <<-'TEXT'
	`Transport.IdleConnTimeout` some seconds below the server's idle timeout (90 s in the default
	transport, Node 20 closes after 5 s); for requests that may be repeated, set `Request.GetBody` and an
	`Idempotency-Key` header: then Go repeats them by itself.
	TEXT
else
	echo "Not run here: go is not installed (Debian package golang-go)." >>"$PAGE"
	echo >>"$PAGE"
fi
end
