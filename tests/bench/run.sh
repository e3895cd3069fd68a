#!/bin/bash
# SPDX-License-Identifier: MIT
# The numbers of the README, measured here and now: run.sh -o BUILD_FOLDER PART...
#   speed    whyrst read against an empty libpcap loop, seven alternating pairs
#   memory   peak RssAnon over the same capture
#   flood    peak RssAnon under 10 million half-open connections
#   explain  start, and a log of 1 GB against grep over the same patterns
#   others   tools that an engineer could pick instead, over the same capture
#   live-churn live-stream live-nginx    what a running whyrst live costs (live.py; as root)
#   live-guest    the same on other kernels, in instructions (live_guest.py; packages of tests/kernels)
#   live-cpu live-storm live-latency live-soak    how it fares itself
#   check check-rate check-vrrp    whyrst check on a host with 400,000 sockets (check.sh; as root)
# Files are made below BUILD_FOLDER/bench and stay there until `make clean`.
[ "$1" = -o ] || exit 2
out=$2
shift 2
dir=$out/bench
whyrst=$out/whyrst
big=$dir/big.pcap
log=$dir/big.log
measure() { "${PYTHON:-python3}" tests/bench/measure.py "$@"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
need_big() {
	[ -e "$big" ] || { "$dir/gen" >"$big.new" 2>"$big.txt" && mv "$big.new" "$big"; } || exit 1
	[ ! -e "$big.txt" ] || cat "$big.txt"
	cat "$big" >/dev/null
}

echo "$(date -u +%Y-%m-%d), $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r)"

speed() {
	need_big
	local pair ours=$dir/ours.txt loops=$dir/loops.txt
	: >"$ours" >"$loops"
	measure -- "$dir/loop" "$big" >/dev/null
	for pair in 1 2 3 4 5 6 7; do
		measure -- "$dir/loop" "$big" >>"$loops"
		TO=$dir/out.json measure -- "$whyrst" read -o json "$big" >>"$ours"
	done
	local a b
	a=$(median <"$ours") b=$(median <"$loops")
	echo "speed: read -o json to a file: $a s, empty libpcap loop: $b s, ratio $(awk "BEGIN { printf \"%.2f\", $a / $b }") (median of 7 pairs; bar 2)"
	echo "       pairs: $(paste -d/ "$ours" "$loops" | tr '\n' ' ')"
	echo "       resets told: $(grep -c '"type":"reset"' "$dir/out.json"), summary: $(tail -n 1 "$dir/out.json" | cut -c 1-400)"
	rm -f "$dir/out.json"
}

memory() {
	need_big
	local s kb
	read -r s kb < <(measure -m -- "$whyrst" read -o json "$big")
	echo "memory: peak RssAnon $((kb / 1024)) MB (bar 100), $s s"
}

flood() {
	local s kb
	read -r s kb < <("$dir/gen" -f 10000000 2>/dev/null | measure -m -- "$whyrst" read -o json -)
	echo "flood: 10,000,000 half-open connections: peak RssAnon $((kb / 1024)) MB (bar 100), $s s"
}

explain() {
	local s kb i starts=$dir/starts.txt g
	: >"$starts"
	for i in $(seq 21); do measure -- "$whyrst" explain ECONNRESET >>"$starts"; done
	echo "explain ECONNRESET: $(median <"$starts") s (median of 21; bar 0.010)"
	[ -e "$log" ] || { "$dir/gen_log" >"$log.new" && mv "$log.new" "$log"; }
	"${PYTHON:-python3}" -c 'import csv
for row in csv.DictReader(open("data/facts-errors.csv")): print(row["message_pattern"])' >"$dir/patterns"
	cat "$log" >/dev/null
	read -r s kb < <(measure -m -i "$log" -- "$whyrst" explain)
	# To a file: grep stops at the first match when its output is /dev/null.
	g=$(for i in 1 2 3; do TO=$dir/count measure -- grep -cF -f "$dir/patterns" "$log"; done | median)
	echo "explain < 1 GB of log: $s s, peak RssAnon $((kb / 1024)) MB (bar 50); grep -cF -f: $g s; ratio $(awk "BEGIN { printf \"%.2f\", $s / $g }") (bar 4)"
}

other() {
	local name=$1
	shift
	if command -v "$1" >/dev/null; then
		echo "others: $name: $(timeout 900 "${PYTHON:-python3}" tests/bench/measure.py -- "$@" || echo "no end in 900 s") s"
	else
		echo "others: $name is not here"
	fi
}

others() {
	need_big
	other "tshark -Y tcp.flags.reset==1" tshark -n -r "$big" -Y tcp.flags.reset==1 -T fields -e frame.number
	other "tshark -q -z conv,tcp" tshark -n -q -r "$big" -z conv,tcp
	other "tcptrace" tcptrace -n "$big"
	other "argus" argus -r "$big" -w "$dir/argus.out"
	other "tcpdump (prints the resets only)" tcpdump -nr "$big" 'tcp[tcpflags] & tcp-rst != 0'
	other "suricata" suricata -r "$big" -l "$dir" -S /dev/null
	rm -f "$dir/argus.out"
}

for part in "$@"; do
	case $part in
	live-*) "${PYTHON:-python3}" -B tests/bench/live.py "$out" "${part#live-}" || exit 1 ;;
	check) bash tests/bench/check.sh "$out" check || exit 1 ;;
	check-*) bash tests/bench/check.sh "$out" "${part#check-}" || exit 1 ;;
	*) "$part" ;;
	esac
done
