#!/bin/bash
# SPDX-License-Identifier: MIT
# Redis: CLIENT KILL, and maxclients.
. "$(dirname "$0")/lib.sh"
begin 60-redis "Redis"
need redis-server redis-server
version "$(redis-server --version | cut -d' ' -f1-3)"
pair

# redis_start OPTIONS
redis_start() {
	start server redis-server --bind 0.0.0.0 --protected-mode no --save '' --dir "$DIR" "$@"
	redis=$started
	await_port server 6379
}

story "CLIENT KILL" <<'TEXT'
An operator, or a script before a failover, closes a client's connection (`timeout` in redis.conf
does the same to idle ones). The client's pool does not notice, and its next command is reset.
TEXT
staged <<'TEXT'
redis-cli client kill type normal
client, 0.5 s later: PING
TEXT
redis_start
watch server client
client_start
say connect a $SERVER 6379
say send a 'PING\r\n'
say recv a
inside server redis-cli client kill type normal >>"$DIR/log"
await 20 closed 6379
sleep 0.5
say send a 'PING\r\n'
say recv a
wire server "$SERVER.6379 > .*Flags \[R\],"
judge server no-socket write-after-close
judge client no-socket write-after-close top3
change <<'TEXT'
nothing on the server if the kill was meant; let the client test a connection before reuse (Jedis
`testWhileIdle`, redis-py `health_check_interval`) and reconnect.
TEXT
stop "$redis"

story "maxclients" <<'TEXT'
One client too many is accepted, gets `-ERR max number of clients reached`, and is closed. If its
first command had arrived, that stays unread, and the client may see a reset instead of the error.
TEXT
staged <<'TEXT'
redis-server --maxclients 1
a second client: connect and PING
TEXT
redis_start --maxclients 1
watch server client
client_start
say connect a $SERVER 6379
say send a 'PING\r\n'
say recv a
stall "$redis" # the command is there before Redis looks, as under load
say connect b $SERVER 6379
say send b 'PING\r\n'
await 20 unread server 6379
kill -CONT "$redis"
say recv b
wire server "$SERVER.6379 > .*Flags \[R\.\],"
judge server owner-abort close-unread
judge client owner-abort close-unread top3
change <<'TEXT'
raise `maxclients` (and `LimitNOFILE` with it), or find who holds so many: `redis-cli client
list`; `INFO stats` counts them as rejected_connections.
TEXT
stop "$redis"
end
