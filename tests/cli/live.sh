# SPDX-License-Identifier: MIT
# whyrst live as a person uses it: what it says first, what it gives up, what it leaves behind, which
# resets -p, -c, --netns and FILTER choose, and what bad input gets.
. tests/cli/common.inc
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v ip >/dev/null || { echo "ip is not here (package iproute2)"; exit 77; }
[ -e /sys/kernel/btf/vmlinux ] || { echo "this kernel has no BTF"; exit 77; }
netns=wcl$$
late=wcm$$
watchers=
cleanup() {
	for one in $watchers; do kill -KILL "$one" 2>/dev/null; done
	ip netns del "$netns" 2>/dev/null
	ip netns del "$late" 2>/dev/null
}
trap cleanup EXIT
ip netns add "$netns" && ip -n "$netns" link set lo up || { echo "no network namespace can be made here"; exit 77; }
# watch NAME ARGUMENT...: starts the program, waits for its first line; $watcher is its number
watch() {
	local name=$1 i
	shift
	"$WHYRST" live "$@" >"$TMP/$name" 2>"$TMP/$name.err" &
	watcher=$!
	watchers="$watchers $watcher"
	for i in $(seq 300); do
		grep -q 'watching' "$TMP/$name.err" && return
		kill -0 "$watcher" 2>/dev/null || break
		sleep 0.1
	done
	problem "live $* said nothing: $(head -n 2 "$TMP/$name.err")"
}
provoke() { ip netns exec "$netns" "$PYTHON" -B tests/cli/live_provoke.py "$@" >"$TMP/ports"; }
port_of() { sed -n "s/^$1 //p" "$TMP/ports"; }
# ended NAME: interrupts and waits; what is pending is still told
ended() {
	local got=0
	sleep 0.3
	kill -INT "$watcher" 2>/dev/null
	wait "$watcher" || got=$?
	[ "$got" = 0 ] || problem "live ended with $got"
}
# of NAME PORT: the first verdict about that port
of() { grep -F ":$2\"" "$TMP/$1" | head -n 1; }
is() { of "$1" "$2" | grep -q -- "$3" || problem "$1: no $3 for port $2: $(of "$1" "$2" | head -c 300)"; }

# a control group's out-of-memory killer is not the host's
watch oom -o json
"$WHYRST" lab run --only-stage -4 -o json oom_cgroup_unread >"$TMP/staged" 2>&1
ended
if grep -q '"pass":true' "$TMP/staged"; then
	grep -q '"oom":true,"oom_of":"cgroup"' "$TMP/oom" ||
		problem "oom of a control group: $(grep -o '"signal":{[^}]*}' "$TMP/oom" | head -n 1)"
	grep -q '"fix":\["OOM in a control group' "$TMP/oom" ||
		problem "oom of a control group: $(grep -o '"fix":\["[^"]*' "$TMP/oom" | head -n 1)"
fi

# one namespace: classes, causes, owner and actor, in text and in JSON
watch json --netns "$netns" -o json
watch_json=$watcher
watch text --netns "/run/netns/$netns"
watch_text=$watcher
provoke close linger refuse dual exit kill
watcher=$watch_json ended
watcher=$watch_text ended
is json "$(port_of close)" '"cause":"close-unread","confidence":"certain"'
is json "$(port_of close)" '"actor":{"pid":[0-9]*,"comm":"[^"]*","how":"close"}'
is json "$(port_of close)" '75 bytes'
is json "$(port_of linger)" '"cause":"linger-zero","confidence":"certain"'
is json "$(port_of refuse)" '"cause":"port-closed","confidence":"certain"'
is json "$(port_of dual)" '"cause":"close-unread","confidence":"certain"'
is json "$(port_of exit)" '"cause":"process-exited","confidence":"certain"'
is json "$(port_of exit)" 'exited by itself with status 7'
is json "$(port_of kill)" '"cause":"process-killed","confidence":"certain"'
is json "$(port_of kill)" '"signal":{"number":9,"from_pid":'
[ "$(grep -c '"type":"reset"' "$TMP/json")" = 6 ] || problem "$(grep -c '"type":"reset"' "$TMP/json") verdicts of 6 resets"
tail -n 1 "$TMP/json" | grep -q '^{"type":"summary"' || problem "no summary at the end"
has text '● certain: .* closed the connection with 75 bytes$'
has text 'SIGKILL from '
has text 'fix  '
hasnt text '[^[:print:][:space:]●◐○·→…—–×µ]'
has text.err '^whyrst: watching one network namespace'
has text.err '0 events lost'
if "$PYTHON" -c 'import jsonschema' 2>/dev/null; then
	"$PYTHON" tests/schema/validate.py "$TMP/json" >"$TMP/schema" || { problem "not as its schema says"; head -n 5 "$TMP/schema"; }
fi

# privileges given up, nothing left in the kernel even after SIGKILL; two at once
watch first --netns "$netns" -o json
one=$watcher
watch second --netns "$netns" -o json
status=/proc/$one/status
grep -q '^NoNewPrivs:	1' "$status" || problem "new privileges could be had"
[ "$(sed -n 's/^CapEff:	//p' "$status")" != "$(sed -n 's/^CapEff:	//p' /proc/$$/status)" ] || problem "no capability was given up"
if ! ldd "$WHYRST" | grep -q libasan; then
	grep -q '^Seccomp:	2' "$status" || problem "no seccomp filter"
fi
[ -z "$(find /sys/fs/bpf -name '*whyrst*' 2>/dev/null)" ] || problem "something is pinned"
provoke close
ended
kill -KILL "$one"
wait "$one" 2>/dev/null
is first "$(port_of close)" '"cause":"close-unread"'
is second "$(port_of close)" '"cause":"close-unread"'
if command -v bpftool >/dev/null; then
	sleep 0.3
	! bpftool prog show 2>/dev/null | grep -A 6 -E 'on_send_reset|on_state' | grep -qE "whyrst\\($one\\)" ||
		problem "programs of a killed watch are still there"
fi

# a watch that does not come to read: what the ring had no room for is counted and said, exactly
watch held --netns "$netns" -o json
kill -STOP "$watcher"
ip netns exec "$netns" "$PYTHON" -B -c '
import socket
for _ in range(4000):
	with socket.socket() as one:
		one.connect_ex(("127.0.0.1", 9))'
kill -CONT "$watcher"
sleep 1
ended
has held.err '^whyrst: 4000 resets sent and 4000 received'
hasnt held.err ' 0 events lost'
has held.err '^whyrst: lost: [1-9][0-9]* of 4000 resets sent.*, port 9$'
! grep '"fact":"testimony_missing","value":true' "$TMP/held" | grep -qE '"(class_)?confidence":"(likely|certain)"' ||
	problem "told as likely though pieces are lost: $(grep testimony_missing "$TMP/held" | head -n 1 | head -c 400)"
tail -n 1 "$TMP/held" | grep -q '"events":[1-9]' || problem "the summary does not say what was lost: $(tail -n 1 "$TMP/held" | head -c 400)"

# -c, -p, FILTER
watch count -c 2 --netns "$netns" -o json
provoke close close close
for i in $(seq 50); do kill -0 "$watcher" 2>/dev/null || break; sleep 0.1; done
kill -0 "$watcher" 2>/dev/null && problem "-c 2 did not end" && kill -KILL "$watcher"
[ "$(grep -c '"type":"reset"' "$TMP/count")" = 2 ] || problem "-c 2 told $(grep -c '"type":"reset"' "$TMP/count")"
watch pid -p 1 --netns "$netns" -o json
provoke close
ended
! grep -q '"type":"reset"' "$TMP/pid" || problem "-p 1 told of another process"
watch port --netns "$netns" -o json port 1
provoke close refuse
ended
! grep -q '"type":"reset"' "$TMP/port" || problem "'port 1' told of other ports"
watch net --netns "$netns" -o json tcp and net 127.0.0.0/8 and not port 1
provoke close
ended
is net "$(port_of close)" '"cause":"close-unread"'
watch for --netns "$netns" --for 1s -o json
wait "$watcher" || problem "--for ended with $?"

# a namespace that is made after the start
watch all -o json
ip netns add "$late" && ip -n "$late" link set lo up
ip netns exec "$late" "$PYTHON" -B tests/cli/live_provoke.py linger >"$TMP/ports"
ended
is all "$(port_of linger)" '"cause":"linger-zero"'

# bad input: one line, what and what still works
run 1 live --netns /nonexistent
lines err 1
has err '/nonexistent: no network namespace there'
run 2 live 'port and'
lines err 1
has err 'is no filter'
run 2 live --for tomorrow
has err '60s'
run 2 live -p nginx
lines err 1
# without the privileges it names them
if command -v setpriv >/dev/null; then
	setpriv --bounding-set -bpf,-perfmon,-net_admin,-sys_admin --inh-caps -bpf,-perfmon,-net_admin,-sys_admin \
		"$WHYRST" live --for 1s >"$TMP/out" 2>"$TMP/err" && problem "ran without privileges"
	lines err 1
	has err 'CAP_BPF'
	has err 'whyrst live --wire'
fi
done_testing
