# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the scripts of this folder share: private network namespaces, `whyrst live` beside them, its
# verdict against what is expected, and the section of docs/field-guide.md that comes of it.
#
#   begin NN-name TITLE            starts the section; then: need COMMAND PACKAGE, version TEXT
#   pair | routed                  client 10.77.1.1 -- server 10.77.1.2, or with a router between
#   story / staged / change        text of the guide, from standard input
#   watch PLACE...                 starts whyrst live (text and JSON) and tcpdump in those namespaces
#   judge PLACE CLASS CAUSE...     stops them, compares (judge.py), and quotes what was printed
#   wire PLACE REGEX               tcpdump's line of a reset must match (who sent it, which flags)
#
# Exit status of a script: 0 as expected, 1 not, 77 the product is not installed.
# FIELD_KEEP=1 leaves the files of each script (captures, JSON, logs) in $OUT/NN-name.d;
# FIELD_VERBOSE=1 shows what the client and the wire said.
set -u
FIELD=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export LC_ALL=C.UTF-8 NO_COLOR=1 COLUMNS=100 PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
OUT=${OUT:-$(mktemp -d)}
WHYRST=${WHYRST:-whyrst}
NS=wf-$$
SERVER=10.77.1.2
failures=0 number=0

# --- namespaces ---------------------------------------------------------------------------------
inside() {
	local place=$1
	shift
	ip netns exec "$NS-$place" "$@"
}
make_place() {
	ip netns add "$NS-$1" && ip -n "$NS-$1" link set lo up
}
# join A ADDRESS B ADDRESS: a veth between two namespaces, named after the other end
join() {
	ip -n "$NS-$1" link add "$3" type veth peer name "$1" netns "$NS-$3"
	ip -n "$NS-$1" addr add "$2" dev "$3" && ip -n "$NS-$1" link set "$3" up
	ip -n "$NS-$3" addr add "$4" dev "$1" && ip -n "$NS-$3" link set "$1" up
}
pair() {
	make_place client && make_place server && join client 10.77.1.1/24 server 10.77.1.2/24
}
routed() {
	make_place client && make_place router && make_place server || return
	join client 10.77.1.1/24 router 10.77.1.254/24
	join server 10.77.2.2/24 router 10.77.2.254/24
	ip -n "$NS-client" route add default via 10.77.1.254
	ip -n "$NS-server" route add default via 10.77.2.254
	inside router sysctl -qw net.ipv4.ip_forward=1
	SERVER=10.77.2.2
}
clean_up() {
	local place
	trap - EXIT
	for place in $(ip netns list | awk -v p="$NS-" 'index($1, p) == 1 { print $1 }'); do
		ip netns pids "$place" | xargs -r kill -9 2>/dev/null
		ip netns del "$place"
	done
	[ -n "${live_pids[*]:-}" ] && kill -9 "${live_pids[@]}" 2>/dev/null
	wait 2>/dev/null
	if [ -n "${FIELD_KEEP:-}" ]; then
		rm -rf "$OUT/$NAME.d"
		mv "$DIR" "$OUT/$NAME.d"
	else
		rm -rf "$DIR"
	fi
}

# --- the section of the guide -------------------------------------------------------------------
begin() {
	NAME=$1 TITLE=$2
	PAGE=$OUT/$1.md
	# Not below $OUT: servers that drop their privileges must come to their files.
	DIR=$(mktemp -d "${TMPDIR:-/tmp}/$NS-XXXXXX")
	chmod 711 "$DIR"
	printf '## %s\n\n' "$TITLE" >"$PAGE"
	live_pids=()
	trap clean_up EXIT
	trap 'exit 1' INT TERM
}
give_up() {
	echo "SKIP $NAME $*"
	printf 'Not run here: %s.\n\n' "$*" >>"$PAGE"
	exit 77
}
need() {
	command -v "$1" >/dev/null || give_up "$1 is not installed (Debian package $2)"
}
version() { printf 'Seen with %s.\n\n' "$*" >>"$PAGE"; }
story() {
	printf '### %s\n\n' "$1" >>"$PAGE"
	case_name=$1 number=$((number + 1))
	cat >>"$PAGE"
	echo >>"$PAGE"
}
staged() {
	{
		echo 'Staged with:' && echo && sed 's/^/    /' && echo
	} >>"$PAGE"
}
change() {
	(printf 'What to change: ' && cat) | fmt -w 100 >>"$PAGE"
	echo >>"$PAGE"
}

# --- checks -------------------------------------------------------------------------------------
complain() {
	failures=$((failures + 1))
	echo "FAIL $NAME ($case_name): $*"
}
end() {
	[ "$failures" -eq 0 ] && echo "PASS $NAME"
	[ "$failures" -eq 0 ]
	exit
}
# await SECONDS COMMAND...: until the command succeeds
await() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@"; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
		sleep 0.02
	done
}
listens() { inside "$1" ss -Hltn "sport = :$2" | grep -q .; }
await_port() {
	await 20 listens "$1" "$2" || give_up "nothing came to listen on port $2: $(tail -n 1 "$DIR/log")"
}
# start PLACE COMMAND...: in the background, its pid in $started
start() {
	local place=$1
	shift
	ip netns exec "$NS-$place" "$@" >>"$DIR/log" 2>&1 </dev/null &
	started=$!
	disown $started
}
# unread PLACE PORT: bytes wait at a socket there
# closed PORT: the client has a FIN that its program has not looked at
unread() {
	inside "$1" ss -Htan "sport = :$2" |
		awk '$1 != "LISTEN" && $2 > 0 { found = 1 } END { exit !found }'
}
closed() { inside client ss -Htan state close-wait "dport = :$1" | grep -q .; }
# stall PID: stops it, and waits until every thread of it stands still
stall() {
	kill -STOP "$1"
	await 20 stands "$1" || complain "process $1 does not stop"
}
stands() { ! cat /proc/"$1"/task/*/status | grep '^State:' | grep -qv 'T (stopped)'; }
gone() { ! kill -0 "$1" 2>/dev/null; }
# stop PID: ends what start began, and waits until it is gone
stop() {
	kill "$1"
	await 10 gone "$1" || complain "process $1 does not end"
}

# --- a client that does what it is told ---------------------------------------------------------
client_start() {
	[ -z "${CLIENT[1]:-}" ] || exec {CLIENT[0]}<&- {CLIENT[1]}>&-
	coproc CLIENT { exec ip netns exec "$NS-${1:-client}" python3 "$FIELD/client.py"; } 2>/dev/null
	disown "$CLIENT_PID"
}
# say COMMAND...: answer in $answer; see client.py
say() {
	echo "$*" >&"${CLIENT[1]}"
	answer=
	read -r -t 40 answer <&"${CLIENT[0]}"
	[ -z "${FIELD_VERBOSE:-}" ] || echo "# $* -> $answer"
}

# --- whyrst beside it ---------------------------------------------------------------------------
watching() { grep -q '^whyrst: watching' "$1"; }
capturing() { grep -q 'listening on' "$1"; }
have_live() { "$WHYRST" live --help >/dev/null 2>&1; }
watch() {
	local place kind
	live_pids=()
	for place in "$@"; do
		for kind in text json; do
			have_live || continue
			env --default-signal=INT "$WHYRST" live --netns "/run/netns/$NS-$place" -o $kind \
				>"$DIR/$number-$place.$kind" 2>"$DIR/$number-$place.$kind.err" &
			live_pids+=($!)
		done
		ip netns exec "$NS-$place" env --default-signal=INT tcpdump --immediate-mode -U -n -i any \
			-w "$DIR/$number-$place.pcap" tcp >/dev/null 2>"$DIR/$number-$place.tcpdump" &
		live_pids+=($!)
	done
	for place in "$@"; do
		await 20 capturing "$DIR/$number-$place.tcpdump" ||
			complain "tcpdump did not start in $place"
		have_live || continue
		await 60 watching "$DIR/$number-$place.text.err" && await 60 watching "$DIR/$number-$place.json.err" ||
			complain "whyrst live did not start: $(tail -n 1 "$DIR/$number-$place.json.err")"
	done
}
# stop_watch: gives the verdicts time to become final, then ends whyrst as Ctrl-C does
stop_watch() {
	[ "${#live_pids[@]}" -gt 0 ] || return 0
	sleep "${FIELD_SETTLE:-2.5}"
	kill -INT "${live_pids[@]}" 2>/dev/null || complain "whyrst or tcpdump ended before it was told to"
	wait "${live_pids[@]}" 2>/dev/null
	live_pids=()
}
# judge PLACE CLASS CAUSES [expected] [top3|listed] [from=END] [at=PORT]: see judge.py
judge() {
	local place=$1 found
	shift
	stop_watch
	if ! have_live; then
		complain "whyrst has no verb live"
		return
	fi
	found=$(python3 "$FIELD/judge.py" "$DIR/$number-$place.json" "$@" 2>&1) || complain "$place: $found"
	quote "$place"
}
# silent PLACE: a look-alike, of which whyrst must not speak
silent() {
	stop_watch
	have_live || return
	if grep -qE '"type":"(reset|update)"' "$DIR/$number-$1.json"; then
		complain "$1: a verdict where nothing was reset: $(head -n 1 "$DIR/$number-$1.json")"
	fi
}
# The head of the first verdict, as it stood on the terminal; and its rivals, where it has some.
quote() {
	{
		printf 'whyrst live on the %s:\n\n' "${place_words[$1]:-$1}"
		awk 'NR > 1 && !/^  / { exit }
			/^  evidence / { head = 1 }
			/^  [a-z]/ && head { rivals = /^  or else / }
			!head || rivals { print "    " $0 }' "$DIR/$number-$1.text"
		echo
	} >>"$PAGE"
}
declare -A place_words=([server]="server's host" [client]="client's host" [back]="back end's host"
	[second]="second host" [router]=router)

# wire PLACE REGEX: the packet of the reset, for who doubts the staging
wire() {
	await 10 on_the_wire "$1" "$2" ||
		complain "$1: no reset like $2 was captured: $(resets_in "$1")"
	[ -z "${FIELD_VERBOSE:-}" ] || resets_in "$1" | sed "s/^/# $1: /"
}
resets_in() { tcpdump -n -r "$DIR/$number-$1.pcap" 'tcp[tcpflags] & tcp-rst != 0' 2>/dev/null; }
on_the_wire() { resets_in "$1" | grep -qE "$2"; }
