# SPDX-License-Identifier: MIT
# Files, filters, pipes: what is no capture, what is broken, what goes on all the same.
. tests/cli/common.inc
one=$captures/close_unread.pcap
events() { grep -c '"type":"reset"' "$TMP/out"; }

# not captures: one line each, exit 1, and the others are still read
printf '\177ELF something else entirely' >"$TMP/strange.bin"
: >"$TMP/empty.pcap"
mkdir "$TMP/folder.pcap"
for bad in "$TMP/strange.bin" "$TMP/empty.pcap" "$TMP/folder.pcap" "$TMP/missing.pcap" "$TMP/nothing"; do
	run 1 read -o json "$bad"
	lines err 1
	has err "$(basename "$bad")"
	lines out 0
	run 1 read -o json "$bad" "$one"
	lines err 1
	[ "$(events)" = 1 ] || problem "$bad keeps the others from being read"
done
run 1 read "$TMP/strange.bin"
has err 'not a pcap, pcapng or tcpdump text \(first bytes 7f 45 4c 46'
if [ "$(id -u)" != 0 ]; then
	cp "$one" "$TMP/secret.pcap" && chmod 0 "$TMP/secret.pcap"
	run 1 read "$TMP/secret.pcap"
	lines err 1
fi
# in the language of the reader, whole, and by the end of a long path
for bad in "$TMP/strange.bin" "$TMP/empty.pcap" "$TMP/folder.pcap" "$TMP/missing.pcap"; do
	run 1 read --lang zh "$bad"
	has err '^whyrst: .*(不是 pcap|是空的|是目录|打不开：没有这个文件)'
	hasnt err '：.*[a-z]{3} [a-z]{3}'
done
"$PYTHON" -c 'import struct, sys; sys.stdout.buffer.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 105))' >"$TMP/wifi.pcap"
run 1 read "$TMP/wifi.pcap"
has err 'IEEE802_11.*or with tcpdump -i any$'
run 1 read --lang zh "$TMP/wifi.pcap"
has err '不认识链路类型 105（IEEE802_11）'
gzip -c "$one" | head -c 200 >"$TMP/cut.gz"
run 1 read --lang zh "$TMP/cut.gz"
has err 'cut.gz：gzip 数据不完整'
"$WHYRST" read --lang zh - <"$TMP/strange.bin" 2>"$TMP/err" && problem "a strange standard input is read"
has err '^whyrst: 标准输入：不是 pcap'
# what is damaged, and why, is told in one language
"$PYTHON" - "$TMP" <<'EOF'
import struct, sys
section = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
interface = struct.pack("<IIHHII", 1, 20, 1, 0, 65535, 20)
for name, length in ("short", 8), ("odd", 33), ("large", 1 << 27), ("order", 28), ("differ", 32):
    block = struct.pack("<II", 6, length) + bytes(20) + struct.pack("<I", 36)
    if name == "order":
        block = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x11111111, 1, 0, -1, 28)
    open(f"{sys.argv[1]}/{name}.pcapng", "wb").write(section + interface + block)
header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
open(f"{sys.argv[1]}/huge.pcap", "wb").write(header + struct.pack("<IIII", 0, 0, 1 << 24, 1 << 24) + bytes(100))
EOF
for bad in "$TMP"/{short,odd,large,order,differ}.pcapng "$TMP/huge.pcap"; do
	run 1 read "$bad"
	has err 'damaged at byte [0-9]+ \(a (packet|block|section) [A-Za-z0-9 ]+\)'
	run 1 read --lang zh "$bad"
	has err '在第 [0-9]+ 字节处损坏（.*）'
	hasnt err '：.*[a-z]{3} [a-z]{2}'
done

# cut off in the middle of the last record: the rest is judged, one warning with the offset, exit 1
head -c $(($(wc -c <"$one") + 20)) <(cat "$one" "$one") >"$TMP/cut.pcap"
run 1 read -o json "$TMP/cut.pcap"
lines err 1
has err '[0-9]'
[ "$(events)" = 1 ] || problem "a cut file is not judged"

# nothing reset
run 0 read "$captures/accept_overflow_syn_drop.pcap"
[ -s "$TMP/out" ] || problem "silence about a capture without a reset"
run 0 read -o json "$captures/accept_overflow_syn_drop.pcap"
[ "$(events)" = 0 ] || problem "a verdict where nothing was reset"
has out '"type":"summary"'

# standard input, FIFO, compressed
"$WHYRST" read -o json --seed 1 "$one" | grep -v summary | sed 's/"name":"[^"]*"//' >"$TMP/expected"
same() { grep -v summary "$TMP/out" | sed 's/"name":"[^"]*"//' | cmp -s - "$TMP/expected" || problem "$1 differs"; }
"$WHYRST" read -o json --seed 1 - <"$one" >"$TMP/out"
same "standard input"
cat "$one" | "$WHYRST" read -o json --seed 1 - >"$TMP/out"
same "a pipe"
"$WHYRST" read -o json --seed 1 <(cat "$one") >"$TMP/out"
same "a FIFO"
"$WHYRST" read -o json --seed 1 <(cat "$one") tcp >"$TMP/out"
same "a FIFO with a filter"
gzip -c "$one" >"$TMP/one.pcap.gz"
run 0 read -o json --seed 1 "$TMP/one.pcap.gz"
same gzip
# a file that is named twice, and standard input twice, are each read as they are
run 0 read -o json - - <"$one"

# filters
run 0 read -o json "$one" port 5000
[ "$(events)" = 1 ] || problem "port 5000"
run 0 read -o json "$one" port 5001
[ "$(events)" = 0 ] || problem "port 5001"
run 0 read -o json "$one" 'tcp[tcpflags] & tcp-rst != 0'
[ "$(events)" = 1 ] || problem "a filter that matches the reset alone"
has out '"client_bytes":100'
has out '"roles":"seen"'
run 0 read -o json "$one" src host 10.77.1.1
has out '"client_bytes":100'
[ "$(events)" = 1 ] || problem "one direction does not select the whole connection"
for filter in 'port' 'prot 443' 'host 10.0.0.300' '('; do
	run 2 read "$one" $filter
	lines err 1
	has err 'filter'
done
run 2 read port 5000 "$one"
has err 'files come before the filter'
run 2 read port 5000
has err 'name a capture file before the filter'
run 0 read -o json -r "$one" port 5000
[ "$(events)" = 1 ] || problem "read -r FILE FILTER"
run 0 -r "$one" -o json port 5000
[ "$(events)" = 1 ] || problem "-r FILE FILTER"
run 2 read --lang zh "$one" prot 443
has err '过滤表达式'

# -c: so many resets, then an end in good order
run 0 read -o json -c 1 "$captures"/close_unread.pcap "$captures"/syn_closed_port.pcap
[ "$(events)" = 1 ] || problem "-c 1 tells $(events)"
tail -n 1 "$TMP/out" | grep -q '"type":"summary"' || problem "no summary after -c"

# a reader that leaves, a disk that is full
"$WHYRST" read -q -v "$captures"/*.pcap 2>"$TMP/err" | head -n 1 >/dev/null
[ "${PIPESTATUS[0]}" = 0 ] || problem "a closed pipe: exit ${PIPESTATUS[0]}"
lines err 0
if [ -c /dev/full ]; then
	"$WHYRST" read "$one" >/dev/full 2>"$TMP/err"
	[ $? = 1 ] || problem "a full disk is no failure"
	lines err 1
fi
# as somebody captures: the verdict comes while the pipe is open
mkfifo "$TMP/live"
# (into a pipe: a regular file is written in blocks)
(set -o pipefail; "$WHYRST" read -o json --seed 1 - <"$TMP/live" | cat >"$TMP/out") &
reader=$!
exec 9>"$TMP/live"
cat "$one" >&9
# 20 s later another segment, so that the reset is due
"$PYTHON" - "$one" >&9 <<'END'
import struct, sys
data = open(sys.argv[1], "rb").read()
order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
s, f, n, l = struct.unpack(order + "IIII", data[24:40])
sys.stdout.buffer.write(struct.pack(order + "IIII", s + 20, f, n, l) + data[40:40 + n])
END
for _ in $(seq 100); do
	[ ! -s "$TMP/out" ] || break
	sleep 0.1
done
[ "$(events)" = 1 ] || problem "no verdict while the pipe is open"
exec 9>&-
wait $reader || problem "a live pipe ends with $?"
same "a live pipe"
done_testing
