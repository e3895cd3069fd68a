# SPDX-License-Identifier: MIT
# whyrst live --wire -w: the packets around each reset, headers only, the verdict as comment; read by
# tshark and by whyrst itself.
. tests/cli/live_pair.inc

# a file that is there already, and one that a link points to, are left alone
echo precious >"$TMP/there.pcapng"
ln -s "$TMP/elsewhere.pcapng" "$TMP/link.pcapng"
for bad in there link; do
	run 1 live --wire --for 1s -w "$TMP/$bad.pcapng"
	lines err 1
	has err "$bad.pcapng: (exists already|is a symbolic link)"
	run 1 live --wire --for 1s --lang zh -w "$TMP/$bad.pcapng"
	lines err 1
	has err "$bad.pcapng：(已存在|是符号链接)"
done
[ "$(cat "$TMP/there.pcapng")" = precious ] || problem "a file was written over"
[ ! -e "$TMP/elsewhere.pcapng" ] || problem "a link was followed"
run 1 live --wire --for 1s -w "$TMP/no/such/folder.pcapng"
lines err 1

umask 000
watch client -o json -w "$TMP/client.pcapng"
watch server -o json -i end -w "$TMP/server.pcapng" --payload --lang zh
has client.err 'recording the packets around each reset'
has client.err 'headers only'
has server.err '完整报文'
provoke unread 10.77.9.2 5001
provoke unread fd77::2 5002
provoke closed 10.77.9.2 5003
sleep 1.5
end_watch
has client.err 'client.pcapng: [0-9]+ packets around 3 resets, [0-9]+ bytes'
for place in client server; do
	[ "$(stat -c %a "$TMP/$place.pcapng")" = 600 ] || problem "$(stat -c %A "$TMP/$place.pcapng")"
	verdicts "$TMP/$place.out" >"$TMP/$place.verdicts"
	lines $place.verdicts 3
	run 0 read -o json "$TMP/$place.pcapng"
	verdicts "$TMP/out" | cut -d ' ' -f 1-5 >"$TMP/$place.read"
	cut -d ' ' -f 1-5 "$TMP/$place.verdicts" | cmp -s - "$TMP/$place.read" ||
		problem "read says otherwise at the $place: $(diff "$TMP/$place.verdicts" "$TMP/$place.read")"
done
grep -q 'no secret' "$TMP/client.pcapng" && problem "payload was recorded"
grep -q 'no secret' "$TMP/server.pcapng" || problem "--payload recorded none"

if ! command -v tshark >/dev/null; then
	echo "tshark is not here: comments were not read"
else
	for place in client server; do
		tshark -r "$TMP/$place.pcapng" -Y frame.comment -T fields -e tcp.flags.reset -e frame.comment \
			>"$TMP/comments" 2>/dev/null
		lines comments 3
		[ "$(cut -f 1 "$TMP/comments" | sort -u)" = 1 ] ||
			[ "$(cut -f 1 "$TMP/comments" | sort -u)" = True ] || problem "a comment stands at no reset"
		has comments 'close-unread'
		has comments 'port-closed'
		tshark -r "$TMP/$place.pcapng" 2>/dev/null >"$TMP/packets"
		hasnt packets 'Malformed'
		[ "$(sort "$TMP/packets" | wc -l)" = "$(cut -c 7- "$TMP/packets" | sort -u | wc -l)" ] ||
			problem "a packet stands there twice"
	done
	has comments '高度疑似'
fi

# beside the kernel's programs, where they can be had
if "$WHYRST" live --for 1s >/dev/null 2>"$TMP/err"; then
	how=
	watch server -o json -w "$TMP/bpf.pcapng"
	provoke unread 10.77.9.2 5011
	provoke closed 10.77.9.2 5012
	sleep 1.5
	end_watch
	has server.err 'bpf.pcapng: [0-9]+ packets around 2 resets, [0-9]+ bytes'
	grep -qa 'class owner-abort, cause close-unread' "$TMP/bpf.pcapng" || problem "no comment"
	run 0 read -o json "$TMP/bpf.pcapng"
	verdicts "$TMP/out" >"$TMP/bpf.read"
	has bpf.read '10.77.9.2:5011 server owner-abort [a-z]* close-unread'
	has bpf.read '10.77.9.2:5012 server refused certain port-closed'
	lines bpf.read 2
else
	echo "not beside BPF: $(head -n 1 "$TMP/err")"
fi
done_testing
