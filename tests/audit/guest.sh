#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs in a guest (tests/kernels/on): audit of an idle host, and sicknesses of limits that the whole
# host has. Each line: ok or FAIL, and what.
found() { sed -n 's/.*"id":"\([a-z0-9-]*\)".*/\1/p' /tmp/found | paste -sd' ' -; }
audit() { timeout 60 /t/whyrst audit -o json --for 2s >/tmp/found 2>/tmp/errors || echo "FAIL status $? $(cat /tmp/errors)"; }
expect() {
	if [ "$(found)" = "$1" ]; then
		echo "ok $2: $(sed -n 's/.*"evidence":\[{[^}]*"text":"\([^"]*\)".*/\1/p' /tmp/found | head -n 1)"
	else
		echo "FAIL $2: found '$(found)' $(head -c 600 /tmp/found)"
	fi
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
echo "$before" >/proc/sys/fs/file-max
kill $load

# orphans: connections closed with data that nobody takes
before=$(cat /proc/sys/net/ipv4/tcp_max_orphans)
echo 4 >/proc/sys/net/ipv4/tcp_max_orphans
/t/load orphans &
load=$!
sleep 1
audit
expect orphans orphans
echo "$before" >/proc/sys/net/ipv4/tcp_max_orphans
kill $load
sleep 1

# the table of tracked connections
nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; add rule ip t in ct state new accept'
before=$(cat /proc/sys/net/netfilter/nf_conntrack_max)
echo 8 >/proc/sys/net/netfilter/nf_conntrack_max
/t/load connects &
load=$!
sleep 1
audit
expect conntrack-full conntrack-full
kill $load
nft delete table ip t
echo "$before" >/proc/sys/net/netfilter/nf_conntrack_max
