#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs in a guest of tests/kernels/on: one load after the other without whyrst, with it, and with its
# hooks stood in for by empty ones (live_hooks.c). Prints "LOAD CASE NANOSECONDS": of the guest's clock,
# which counts instructions, for one operation.
slot() {
	now=$(cut -d' ' -f1 /proc/uptime | tr -d .)
	echo "$((now + 10))0000000 $((now + 50))0000000" >&4
	read -r operations ns <&5
	echo "$load $1 $((ns / operations))"
}

watched() {
	: >/tmp/said
	whyrst live -o json $1 >/dev/null 2>/tmp/said &
	pid=$!
	until grep -q watching /tmp/said; do
		kill -0 $pid || exit 1
		sleep 0.1
	done
}

each() {
	for option in '' --light; do
		name="whyrst live${option:+ }$option"
		watched $option
		slot "$name"
		slot "$name"
		rm -f /tmp/orders /tmp/answers
		mkfifo /tmp/orders /tmp/answers
		./live_hooks $pid empty </tmp/orders >/tmp/answers 4>&- 5<&- &
		holder=$!
		exec 6>/tmp/orders 7</tmp/answers
		read -r _ <&7
		kill -INT $pid
		wait $pid
		slot without
		slot without
		echo on >&6
		read -r _ <&7
		slot "$name, hooks empty"
		slot "$name, hooks empty"
		exec 6>&- 7<&-
		wait $holder
		slot without
		slot without
	done
}

ip link set lo up
sysctl -qw net.ipv4.tcp_tw_reuse=1
for load in churn stream; do
	rm -f /tmp/in /tmp/out
	mkfifo /tmp/in /tmp/out
	./live_$load </tmp/in >/tmp/out &
	worker=$!
	exec 4>/tmp/in 5</tmp/out
	slot warm
	slot warm
	each
	exec 4>&- 5<&-
	wait $worker
done
