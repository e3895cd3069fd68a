# SPDX-License-Identifier: MIT
# lab: its list, names that are none, captures that are kept, two at once, and that nothing stays:
# after success, failure, Ctrl-C and SIGKILL.
. tests/cli/common.inc
"$WHYRST" lab list --lang en >"$TMP/list" || problem "lab list failed"
grep -q '^  close_unread  *close-unread ' "$TMP/list" || problem "close_unread is not listed"
[ "$(grep -c '^[a-z]' "$TMP/list")" -ge 4 ] || problem "the list has no groups"
[ "$(grep -c -- '--fixed' "$TMP/list")" -ge 125 ] || problem "remedies are gone from the list"
tr -s ' \n' '  ' <"$TMP/list" | grep -q 'needs nftables · 7 s · --fixed' || problem "needs and seconds are not in the list"
grep -q '^Each takes less than 3 s' "$TMP/list" || problem "the list does not say how long the others take"
"$WHYRST" lab list -o json >"$TMP/list.json" || problem "lab list -o json failed"
[ "$(wc -l <"$TMP/list.json")" -ge 145 ] || problem "the list is short"
usage() { # STATUS WORDS ARGUMENT...
	local want=$1 words=$2 got=0
	shift 2
	"$WHYRST" lab "$@" --lang en >"$TMP/out" 2>"$TMP/err" || got=$?
	[ "$got" = "$want" ] || problem "lab $*: status $got, not $want"
	[ "$(wc -l <"$TMP/err")" = 1 ] || problem "lab $*: not one line: $(cat "$TMP/err")"
	grep -q "$words" "$TMP/err" || problem "lab $*: $(cat "$TMP/err")"
}
usage 2 'near: .*close_unread' run close_unraed
usage 2 'lab list' run zzzzzzzz
usage 2 'near: network$' run netwrok
usage 2 'list' run
usage 2 'list' dance
usage 2 'jobs takes' run --jobs 99 close_unread
usage 1 'no remedy' run --fixed accept_overflow_syn_drop

[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v ip >/dev/null || { echo "ip is not here (package iproute2)"; exit 77; }
if command -v setpriv >/dev/null; then
	got=0
	setpriv --reuid 65534 --clear-groups "$WHYRST" lab run --lang en close_unread >"$TMP/out" 2>"$TMP/err" || got=$?
	[ "$got" = 1 ] && grep -q 'needs root' "$TMP/err" || problem "without root: $got, $(cat "$TMP/err")"
	got=0
	setpriv --bounding-set -net_admin --inh-caps -net_admin "$WHYRST" lab run --lang en close_unread >"$TMP/out" 2>"$TMP/err" || got=$?
	[ "$got" = 1 ] && [ "$(wc -l <"$TMP/err")" = 1 ] && grep -q 'Missing here: CAP_NET_ADMIN\.' "$TMP/err" ||
		problem "without CAP_NET_ADMIN: $got, $(cat "$TMP/err")"
fi
got=0
PATH=/nowhere "$WHYRST" lab run --lang en close_unread >"$TMP/out" 2>"$TMP/err" || got=$?
[ "$got" = 1 ] && grep -q 'package iproute2' "$TMP/err" || problem "without ip: $got, $(cat "$TMP/err")"

# What a lab could leave: processes, which hold its namespaces; mounts, files; changes on this machine.
# Other labs may run beside this one, so its processes are known by a word in their environment.
export WHYRST_LAB_MARK=mark-$$
processes() { grep -l -a "WHYRST_LAB_MARK=mark-$$" /proc/[0-9]*/environ 2>/dev/null | grep -v "^/proc/\($$\|self\|$BASHPID\)/" || :; }
machine() {
	grep whyrst-lab /proc/self/mounts
	ls -d /tmp/whyrst-lab* 2>/dev/null
	ip -o addr
	ip route
	nft list ruleset 2>/dev/null
	grep -H . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/tcp_* 2>/dev/null | grep -v fastopen_key
}
names() { # of processes that are not this script's own
	local file
	for file in $(processes); do
		cat "${file%environ}comm" 2>/dev/null
	done | grep -v '^\(bash\|grep\|cat\|timeout\|sleep\)$' || :
}
unchanged() { # a second at most until the kernel has buried the last
	local i left
	for i in $(seq 20); do
		left=$(names)
		[ -n "$left" ] || break
		sleep 0.05
	done
	[ -z "$left" ] || problem "$1 left processes: $left"
	machine >"$TMP/after"
	diff "$TMP/before" "$TMP/after" >"$TMP/diff" || problem "$1 changed: $(head -n 5 "$TMP/diff")"
}
machine >"$TMP/before"
"$WHYRST" lab run --lang en --keep-captures "$TMP/kept" nginx_worker_kill close_unread >"$TMP/out" 2>&1 ||
	problem "two scenarios failed: $(tail -n 5 "$TMP/out")"
unchanged "success"
[ "$(ls "$TMP/kept" | grep -c 'close_unread.ip[46].\(client\|server\).pcapng')" = 4 ] || problem "captures: $(ls "$TMP/kept")"
"$WHYRST" read -o json "$TMP/kept/close_unread.ip6.client.pcapng" 2>&1 | grep -q '"cause":"close-unread"' ||
	problem "the kept capture does not show the reset"

# The page: the ladder goes on after a silence; with -v the verdict of who knows comes before that of the packets.
# Whether a verdict is right is what tests/live is about: on a machine with much else to do one may be missing.
"$WHYRST" lab run --lang en -v connect_abandoned >"$TMP/out" 2>&1
[ "$(grep -c 'this reset$' "$TMP/out")" = 2 ] || problem "the ladder ends before the reset: $(grep -c '│' "$TMP/out") lines"
verdict=$(grep -n -m 1 '^  certain: lab-client' "$TMP/out" | cut -d : -f 1)
packets=$(grep -n 'what the packets alone say' "$TMP/out" | cut -d : -f 1)
[ "$packets" ] && [ "${verdict:-0}" -lt "$packets" ] || problem "-v: no verdict before that of the packets"
grep -q ' · client.pcapng #' "$TMP/out" || problem "-v: files are not named by themselves: $(grep -m 1 pcapng "$TMP/out")"
"$WHYRST" lab run --lang en -6 samba_parallel_connect >"$TMP/out" 2>&1
grep -q 'only over IPv4\|is not here' "$TMP/out" || problem "left out without its reason: $(cat "$TMP/out")"
"$WHYRST" lab run --lang en -v -4 oow_rst_in_window >"$TMP/out" 2>&1
grep -q 'sends by hand *RST 10' "$TMP/out" && grep -q 'answers with a challenge ACK' "$TMP/out" &&
	grep -q '^  why nothing is reset' "$TMP/out" || problem "a look-alike does not tell why: $(cat "$TMP/out")"
# Of two resets the one that the story is about; and no filter is said to be where it may not be.
"$WHYRST" lab run --lang en -4 proxy_propagated_reset nft_reject_mid_output >"$TMP/out" 2>&1
grep -q '✗' "$TMP/out" || grep -q 'who sent it, live *proxy-relayed' "$TMP/out" || problem "another reset is shown: $(grep 'who sent' "$TMP/out")"
grep -q 'filter on 10.77.0.2:[0-9]* itself rejected' "$TMP/out" && problem "the client's own filter is laid to the server"
"$WHYRST" lab run -o json --fixed -4 close_unread 2>/dev/null | grep -q '"cause":"close-unread","group":"server".*"fixed":true' ||
	problem "--fixed: the object is of another scenario"
unchanged "pages"

"$WHYRST" lab run --lang zh -4 --only-stage vip_moved >"$TMP/out" 2>&1
grep -q '^ *[0-9.]* ms  第三台   listen' "$TMP/out" || problem "Chinese pages name hosts in English: $(head -n 5 "$TMP/out")"

# With their remedies nothing is reset.
"$WHYRST" lab run --lang en --fixed close_unread ss_kill finwait2_tw_syn untracked_reject >"$TMP/out" 2>&1 ||
	problem "a remedy does not help: $(grep -m 3 '✗' "$TMP/out")"
"$WHYRST" lab run --lang en --fixed vip_moved >"$TMP/out" 2>&1 || problem "vip_moved is not mended"
grep -q '^With the remedy no connection was reset' "$TMP/out" || problem "--fixed does not say so: $(tail -n 3 "$TMP/out")"
unchanged "--fixed"

# Ended in the middle, with a real server running. nginx writes its title over its environment.
nginx_of_lab() { # in the mount namespace of the lab's worker
	local own pid
	own=$(readlink "/proc/$(pgrep -P "$lab" -x lab-worker)/ns/mnt")
	for pid in $(pgrep -x nginx); do
		[ "$(readlink "/proc/$pid/ns/mnt")" != "$own" ] || echo "$pid"
	done
}
for signal in INT KILL; do
	"$WHYRST" lab run --lang en --jobs 1 nginx_idle_late nginx_reload_idle nginx_worker_kill sigkill_unread >"$TMP/out" 2>&1 &
	lab=$!
	servers=
	for i in $(seq 200); do
		servers=$(nginx_of_lab)
		[ -z "$servers" ] || break
		kill -0 $lab 2>/dev/null || break
		sleep 0.02
	done
	[ -n "$servers" ] || problem "no nginx was seen"
	kill -$signal $lab
	got=0
	wait $lab || got=$?
	[ $signal = KILL ] || [ "$got" = 1 ] || problem "Ctrl-C: status $got"
	unchanged "SIG$signal"
	for i in $(seq 20); do # as long as for the others
		# What is dead and only waits for the machine's init to bury it does not count.
		left=$(for pid in $servers; do grep -l '^[0-9]* (nginx) [^Z]' "/proc/$pid/stat" 2>/dev/null; done)
		[ -n "$left" ] || break
		sleep 0.05
	done
	[ -z "$left" ] || problem "SIG$signal left nginx: $left"
done

# Two at once, each in ports and namespaces of its own.
"$WHYRST" lab run --lang en close_unread linger0_close syn_closed_port sigkill_unread >"$TMP/one" 2>&1 &
one=$!
"$WHYRST" lab run --lang en close_unread linger0_close syn_closed_port sigkill_unread >"$TMP/two" 2>&1 ||
	problem "the second of two failed: $(grep -m 3 '✗' "$TMP/two")"
wait $one || problem "the first of two failed: $(grep -m 3 '✗' "$TMP/one")"
unchanged "two at once"
done_testing
