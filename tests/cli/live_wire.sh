# SPDX-License-Identifier: MIT
# whyrst live --wire: what it says of real resets, at both ends; the same as whyrst read of a capture
# taken beside it, but for what the host itself can testify.
. tests/cli/live_pair.inc

# what cannot be watched: one line that says why, exit 1
run 1 live --wire -i no-such-interface
lines err 1
has err '^whyrst: cannot capture on no-such-interface: '
run 1 live --wire -i no-such-interface --lang zh
has err '^whyrst: 无法在 no-such-interface 上抓包：'
run 1 live --wire -p 1
lines err 1
has err '^whyrst: -p does not go with --wire'
run 1 live --wire -p 1 --lang zh
has err '^whyrst: -p 不能与 --wire 同用'
run 0 live --wire --for 1s -o json port 9
has err '^whyrst: watching '
has out '"type":"summary"'
run 0 live --wire --for 1s --lang zh -q
lines err 0
run 0 live --wire --for 1s --lang zh
has err '^whyrst: 正在观察 any'

# the same connections, seen by whyrst and by tcpdump
with_tcpdump=
if command -v tcpdump >/dev/null; then
	with_tcpdump=yes
	for place in client server; do
		inside $place tcpdump -q -n -U -i any -w "$TMP/$place.pcap" tcp >/dev/null 2>"$TMP/$place.tcpdump" &
		dumps+=($!)
	done
fi
watch client -o json
watch server -o json
# what it may still do: look at other users' processes, and nothing else
status=/proc/${watchers[1]}/status
if ! grep -q asan "/proc/${watchers[1]}/maps" 2>/dev/null; then
	grep -q '^Seccomp:[[:space:]]*2' "$status" || problem "no seccomp filter"
	grep -q '^NoNewPrivs:[[:space:]]*1' "$status" || problem "new privileges are possible"
	grep -q '^CapEff:[[:space:]]*0*80004$' "$status" || problem "$(grep CapEff "$status")"
fi
provoke unread 10.77.9.2 5001
provoke unread fd77::2 5002
provoke linger 10.77.9.2 5003
provoke closed 10.77.9.2 5004
if command -v nft >/dev/null; then
	inside server nft 'table inet f { chain i { type filter hook input priority 0;
		tcp dport 5005 meta length 56 reject with tcp reset
		tcp dport 5006 tcp flags & syn == syn reject with tcp reset
		}
	}'
	provoke reject 10.77.9.2 5005
	provoke unread 10.77.9.2 5006
	for _ in $(seq 50); do
		grep -q ':5006"' "$TMP/client.out" && grep -q ':5006"' "$TMP/server.out" && break
		sleep 0.1
	done
fi
sleep 1
end_watch
[ -z "$with_tcpdump" ] || { kill "${dumps[@]}"; wait "${dumps[@]}"; }

for place in client server; do
	head -n 1 "$TMP/$place.err" | grep -q '^whyrst: watching ' || problem "first line: $(head -n 1 "$TMP/$place.err")"
	tail -n 1 "$TMP/$place.out" | grep -q '"type":"summary"' || problem "no summary at the end"
	grep -q '"kind":"wire"' "$TMP/$place.out" || problem "the source is not called wire"
	verdicts "$TMP/$place.out" >"$TMP/$place.verdicts"
done
for line in '5001 server owner-abort [a-z]* close-unread' '5002 server owner-abort [a-z]* close-unread' \
	'5003 server owner-abort' '5004 server refused certain port-closed likely'; do
	has client.verdicts "$line"
	has server.verdicts "$line"
done
grep 10.77.9.2:5001 "$TMP/client.out" | grep -q '"view":"received".*"sufferer":{"pid":[0-9]*,"comm":"python' ||
	problem "who was reset is not known"
grep 10.77.9.2:5003 "$TMP/server.out" | grep -q '"view":"sent".*"owner":{"pid":[0-9]*,"comm":"python' ||
	problem "whose the socket was is not known"
grep 10.77.9.2:5004 "$TMP/server.out" | grep -q '"fact":"host_listening","value":false' ||
	problem "that nobody listened is not proven"
if command -v nft >/dev/null; then
	# where the filter is: its TCP did not send it, and somebody listened
	has server.verdicts '5005 server network certain firewall-reject'
	grep 10.77.9.2:5005 "$TMP/server.out" | grep -q '"fact":"host_no_tcp_reset","value":true' ||
		problem "the socket that lives on is no proof"
	has server.verdicts '5006 server refused certain firewall-reject'
	# from afar it looks like any other refusal
	has client.verdicts '5006 server refused certain port-closed'
fi
if [ -n "$with_tcpdump" ]; then
	for place in client server; do
		run 0 read -o json "$TMP/$place.pcap"
		# what only the host knows is the difference
		verdicts "$TMP/out" | grep -v ':500[56]' >"$TMP/$place.read"
		grep -v ':500[56]' "$TMP/$place.verdicts" | cmp -s - "$TMP/$place.read" ||
			problem "read says otherwise at the $place: $(diff "$TMP/$place.verdicts" "$TMP/$place.read")"
	done
fi

# FILTER: one direction selects the connection; a flag of one packet too
watch client -o json dst port 5011
watch server -o json 'tcp[tcpflags] & tcp-rst != 0 and port 5012'
provoke closed 10.77.9.2 5011
provoke closed 10.77.9.2 5012
sleep 1
end_watch
verdicts "$TMP/client.out" >"$TMP/client.verdicts"
verdicts "$TMP/server.out" >"$TMP/server.verdicts"
lines client.verdicts 1
has client.verdicts ':5011 server refused certain port-closed'
lines server.verdicts 1
has server.verdicts ':5012 server refused certain port-closed'

# an Ethernet interface by its name; text as it comes; -c ends it
watch server -i end -c 1
provoke unread 10.77.9.2 5021
for i in $(seq 40); do kill -0 "${watchers[0]}" 2>/dev/null || break; sleep 0.05; done
kill -0 "${watchers[0]}" 2>/dev/null && problem "-c 1 does not end it"
end_watch 2>/dev/null
has server.out ' likely: .*closed the connection'
has server.out '10.77.9.2:5021 → 10.77.9.1:[0-9]+ · close-unread · (by )?python'

# loopback: both ends are here, told once
watch server -o json
inside server "$PYTHON" "$TMP/peer.py" client closed 127.0.0.1 5031 >/dev/null
sleep 1
end_watch
verdicts "$TMP/server.out" >"$TMP/server.verdicts"
lines server.verdicts 1
has server.verdicts '127.0.0.1:5031 server refused certain port-closed'
done_testing
