#!/bin/bash
# SPDX-License-Identifier: MIT
# PostgreSQL: pg_terminate_backend(), and a backend killed with SIGKILL, which ends all others too.
. "$(dirname "$0")/lib.sh"
begin 70-postgresql "PostgreSQL"
bin=$(find /usr/lib/postgresql -name postgres -path '*/bin/*' 2>/dev/null | sort -V | tail -n 1)
bin=${bin%/*}
[ -n "$bin" ] || give_up "postgres is not installed (Debian package postgresql)"
need psql postgresql-client
version "$("$bin/postgres" --version)"
pair

data=$DIR/data
mkdir "$data"
chown postgres "$data"
as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
(cd "$data" && as_postgres "$bin/initdb" -D "$data" -A trust -U postgres --no-sync --locale=C) \
	>>"$DIR/log" 2>&1 || give_up "initdb failed: $(tail -n 1 "$DIR/log")"
echo 'host all all 10.77.1.0/24 trust' >>"$data/pg_hba.conf"
start server setpriv --reuid=postgres --regid=postgres --clear-groups "$bin/postgres" -D "$data" \
	-c listen_addresses='*' -c unix_socket_directories="$data" -c fsync=off
await_port server 5432
query() { inside server psql -X -A -t -h "$data" -U postgres -c "$1"; }
await 10 query 'select 1' >>"$DIR/log" 2>&1

# session: psql at the client, fed line by line; asked for its backend
session() {
	[ -z "${psql_in:-}" ] || exec {psql_out}<&- {psql_in}>&-
	coproc PSQL {
		exec ip netns exec "$NS-client" psql -X -A -t -q -h $SERVER -U postgres 2>&1
	} 2>/dev/null
	disown "$PSQL_PID"
	# The shell's own numbers go when psql does.
	exec {psql_out}<&"${PSQL[0]}" {psql_in}>&"${PSQL[1]}" {PSQL[0]}<&- {PSQL[1]}>&-
	say_psql 'select pg_backend_pid();'
	backend=$answer
}
# say_psql SQL: first line of the answer in $answer
say_psql() {
	echo "$1" >&"$psql_in"
	answer=
	read -r -t 40 answer <&"$psql_out"
	[ -z "${FIELD_VERBOSE:-}" ] || echo "# $1 -> $answer"
}

story "pg_terminate_backend()" <<'TEXT'
Somebody ends a session from outside (an operator, `idle_session_timeout`, a script before a
migration). The backend says FATAL and exits; the pool looks at the connection again only with its
next query, which is reset.
TEXT
staged <<'TEXT'
select pg_terminate_backend(PID);                        -- the session is idle
client, 0.5 s later: select 1
TEXT
watch server client
session
query "select pg_terminate_backend($backend)" >>"$DIR/log"
await 20 closed 5432
sleep 0.5
say_psql 'select 1;'
wire server "$SERVER.5432 > .*Flags \[R\],"
judge server no-socket process-exited
judge client no-socket 'process-exited|write-after-close' top3
change <<'TEXT'
find who terminates (`log_min_messages`, "terminating connection due to administrator command" in
the log), and let the pool test a connection before it lends it (HikariCP does; `testOnBorrow`
elsewhere).
TEXT

story "A backend killed with SIGKILL" <<'TEXT'
The OOM killer, or `kill -9`, takes one backend that is at work. Its client is reset at once.
PostgreSQL then trusts its shared memory no more and ends every other backend as well: one signal,
and all clients lose their connections.
TEXT
staged <<'TEXT'
kill -STOP BACKEND; client: select 2                     # the backend is at work
kill -KILL BACKEND
TEXT
watch server client
session
stall "$backend"
echo 'select 2;' >&"$psql_in"
await 20 unread server 5432
sleep 0.2 # until the kernel has acknowledged it
kill -KILL "$backend"
read -r -t 40 answer <&"$psql_out"
[ -z "${FIELD_VERBOSE:-}" ] || echo "# select 2 -> $answer"
wire server "$SERVER.5432 > .*Flags \[R\.\],"
judge server owner-abort process-killed
judge client owner-abort process-killed top3
change <<'TEXT'
never `kill -9` a backend: `pg_terminate_backend()`. Against the OOM killer: `vm.overcommit_memory
= 2`, a lower `work_mem` times `max_connections`, a higher `MemoryMax=`.
TEXT
end
