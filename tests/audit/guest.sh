#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs in a guest (tests/kernels/on): audit of an idle host, sicknesses of limits that the whole host
# has, and --apply and --undo of their remedies. Each line: ok or FAIL, and what.
found() { sed -n 's/.*"id":"\([a-z0-9-]*\)".*/\1/p' /tmp/found | paste -sd' ' -; }
audit() { timeout 60 /t/whyrst audit -o json --for 2s >/tmp/found 2>/tmp/errors || echo "FAIL status $? $(cat /tmp/errors)"; }
expect() {
	if [ "$(found)" = "$1" ]; then
		echo "ok $2: $(sed -n 's/.*"evidence":\[{[^}]*"text":"\([^"]*\)".*/\1/p' /tmp/found | head -n 1)"
	else
		echo "FAIL $2: found '$(found)' $(head -c 600 /tmp/found)"
	fi
}
# Every setting as it reads, every file with its mode.
state() {
	grep -rs '' /proc/sys/net /proc/sys/fs | grep -Ev '^[^:]*(count|flush|fib_.*_size|/[a-z]*-nr|-state):' | sort
	find /etc /var -exec stat -c '%n %a' {} + | sort | grep -v '^/var/lib/whyrst'
	find /etc -type f -exec md5sum {} + | sort
}
no() { echo "FAIL undo $name: $*"; }
# undone FILE OTHER: --apply changes that setting, --undo leaves it alone where somebody made it OTHER
# since, and takes it back with no trace.
undone() {
	name=$(basename "$1")
	state >/tmp/old
	old=$(cat "$1")
	timeout 60 /t/whyrst audit --for 2s --apply --yes >/tmp/said 2>&1 || no "--apply: $(tail -n 3 /tmp/said)"
	new=$(cat "$1")
	text=$(echo "$new" | tr '\t' ' ')
	[ "$new" != "$old" ] || no "it is still $new: $(tail -n 3 /tmp/said)"
	grep -q "$name = $text\$" /etc/sysctl.d/99-whyrst.conf || no "$text is not written"
	echo "$2" >"$1"
	if /t/whyrst audit --undo >/tmp/said 2>&1 || ! grep -q "$name: left alone" /tmp/said || [ "$(cat "$1")" != "$2" ]; then
		no "somebody else made it $2: $(cat /tmp/said)"
	fi
	echo "$new" >"$1"
	/t/whyrst audit --undo >/tmp/said 2>&1 || no "$(cat /tmp/said)"
	state >/tmp/now
	cmp -s /tmp/old /tmp/now && echo "ok undo $name: $old -> $text, and back" || no "left: $(diff /tmp/old /tmp/now | head -n 5)"
}
# killed ARGUMENTS: at each step; after each, every file is the old or the new one, and --undo leaves
# no trace.
killed() {
	count=0
	for call in renameat write fsync unlinkat mkdir fchmod; do
		number=1
		while
			[ "$*" != --undo ] || /t/whyrst audit --for 1s --apply --yes >/tmp/said 2>&1 || no "$(tail -n 1 /tmp/said)"
			/t/strace -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$number" /t/whyrst audit "$@" >/tmp/said 2>&1
			[ $? = 137 ]
		do
			count=$((count + 1))
			if [ -e "$conf" ] && [ "$(md5sum <$conf)" != "$whole" ]; then
				no "killed at $call $number of $*: half a file: $(cat $conf)"
			fi
			/t/whyrst audit --undo >/tmp/said 2>&1 || grep -q 'nothing to undo' /tmp/said || no "$(cat /tmp/said)"
			state >/tmp/now
			cmp -s /tmp/old /tmp/now || no "killed at $call $number of $*: left $(diff /tmp/old /tmp/now | head -n 5)"
			number=$((number + 1))
		done
		/t/whyrst audit --undo >/dev/null 2>&1
	done
	[ $count -gt 5 ] && echo "ok killed at $count steps of $*" || no "killed at $count steps of $* only"
}
uname -r
audit
expect "" idle

# no more open files for the whole host
/t/load files 300 &
load=$!
sleep 1
before=$(cat /proc/sys/fs/file-max)
cut -f1 /proc/sys/fs/file-nr >/proc/sys/fs/file-max
audit
expect file-max file-max
undone /proc/sys/fs/file-max 7777
echo "$before" >/proc/sys/fs/file-max
kill $load

# as many descriptors as it may have, and the hard limit in the way: raising it takes CAP_SYS_RESOURCE
(ulimit -n 50 && ulimit -S -n 40 && exec /t/load limit) &
load=$!
sleep 1
audit
expect descriptor-limit descriptor-limit
name="raised hard limit"
limits() { grep 'open files' /proc/$load/limits; }
state >/tmp/old
old=$(limits)
timeout 60 /t/whyrst audit --for 2s --apply --yes >/tmp/said 2>&1 || no "--apply: $(tail -n 3 /tmp/said)"
limits | grep -q ' 65536  *65536 ' || no "it is $(limits): $(tail -n 3 /tmp/said)"
/t/whyrst audit --undo >/tmp/said 2>&1 || no "$(cat /tmp/said)"
state >/tmp/now
if [ "$(limits)" = "$old" ] && cmp -s /tmp/old /tmp/now; then
	echo "ok undo $name: 40 of 50 -> 65536, and back"
else
	no "left: $(limits) $(diff /tmp/old /tmp/now | head -n 5)"
fi
kill $load

# orphans: connections closed with data that nobody takes
before=$(cat /proc/sys/net/ipv4/tcp_max_orphans)
echo 4 >/proc/sys/net/ipv4/tcp_max_orphans
/t/load orphans &
load=$!
sleep 1
audit
expect orphans orphans
undone /proc/sys/net/ipv4/tcp_max_orphans 7777
kill $load
echo "$before" >/proc/sys/net/ipv4/tcp_max_orphans
sleep 1

# more memory than TCP may have: answers are cut off; then pressure that does not end. The kernel
# counts in steps of a megabyte.
before=$(cat /proc/sys/net/ipv4/tcp_mem)
echo "256 512 768" >/proc/sys/net/ipv4/tcp_mem
/t/load orphans &
load=$!
sleep 2
audit
expect tcp-memory tcp-memory
undone /proc/sys/net/ipv4/tcp_mem "256	512	777"
kill $load
sleep 1
/t/load unread &
load=$!
sleep 2
audit
expect tcp-memory "tcp-memory that lasts"
kill $load
echo "$before" >/proc/sys/net/ipv4/tcp_mem

# the queue of a processor, from which packets are dropped before TCP sees them
before=$(cat /proc/sys/net/core/netdev_max_backlog)
echo 20 >/proc/sys/net/core/netdev_max_backlog
ethtool -K lo tso off gso off gro off
ip link set lo mtu 1500
/t/load stream &
load=$!
sleep 1
audit
expect softnet softnet
undone /proc/sys/net/core/netdev_max_backlog 777
kill $load
ip link set lo mtu 65536
echo "$before" >/proc/sys/net/core/netdev_max_backlog

# the table of tracked connections
nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; add rule ip t in ct state new accept'
before=$(cat /proc/sys/net/netfilter/nf_conntrack_max)
echo 8 >/proc/sys/net/netfilter/nf_conntrack_max
/t/load connects &
load=$!
sleep 1
audit
expect conntrack-full conntrack-full
undone /proc/sys/net/netfilter/nf_conntrack_max 16
if [ -x /t/strace ]; then
	conf=/etc/sysctl.d/99-whyrst.conf
	/t/whyrst audit --for 1s --apply --yes >/tmp/said 2>&1
	whole=$(md5sum <$conf)
	/t/whyrst audit --undo >/dev/null
	killed --for 1s --apply --yes
	killed --undo
fi
kill $load
nft delete table ip t
echo "$before" >/proc/sys/net/netfilter/nf_conntrack_max
