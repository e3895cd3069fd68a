# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the scripts of this folder share, on top of tests/field/lib.sh (namespaces, starting servers).
#
#   begin NN-name TITLE; need COMMAND PACKAGE; version TEXT; pair | routed
#   record PLACE PORT            tcpdump there, for the truth on the wire
#   probe PORT ARGUMENT...       whyrst probe of $SERVER:PORT from the client's namespace, in the background;
#                                its JSON is $DIR/PORT.json; more than one may run at a time
#   probes                       waits for all of them
#   truth PORT WHAT KEY SETTING BAR [seconds|wire|count]
#                                compares KEY of the JSON (dots for inner keys) with SETTING, or with what
#                                the wire shows, within BAR ("0.5 s", "7 %", "exact"); a row of the table
#   expect PORT KEY VALUE...     KEY is one of VALUEs
. "$(dirname "${BASH_SOURCE[0]}")/../field/lib.sh"
TABLE=$OUT/$(basename "$0" .sh).csv
PROBE=$(dirname "${BASH_SOURCE[0]}")
: >"$TABLE"
probe_pids=()
case_name=probe
version() { product=$*; }

record() {
	: >"$DIR/$2.tcpdump"
	ip netns exec "$NS-$1" tcpdump --immediate-mode -U -n -i any -w "$DIR/$2.pcap" tcp port "$2" \
		>/dev/null 2>"$DIR/$2.tcpdump" &
	live_pids+=($!)
	await 20 capturing "$DIR/$2.tcpdump" || complain "tcpdump did not start"
}
probe() {
	local port=$1
	shift
	ip netns exec "$NS-client" "$WHYRST" probe -o json "$@" "$SERVER:$port" >"$DIR/$port.json" 2>"$DIR/$port.err" &
	probe_pids+=($!)
}
probes() {
	wait "${probe_pids[@]}"
	probe_pids=()
	sleep 0.2
}
truth() {
	python3 "$PROBE/judge.py" truth "$DIR/$1" "$NAME" "$product" "${@:2}" >>"$TABLE" 2>"$DIR/why" ||
		complain "port $1: $(cat "$DIR/why" "$DIR/$1.err" | tail -n 3)"
}
expect() {
	python3 "$PROBE/judge.py" expect "$DIR/$1" "${@:2}" 2>"$DIR/why" || complain "port $1: $(cat "$DIR/why")"
}
