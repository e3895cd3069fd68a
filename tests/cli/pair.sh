# SPDX-License-Identifier: MIT
# Several captures: two points of one connection, pieces of a rotated capture, strangers.
. tests/cli/common.inc
events() { grep '"type":"reset"' "$TMP/out"; }
summary() { grep '"type":"summary"' "$TMP/out"; }

# the server's capture shows no such reset: not sent by that host
run 0 read -o json --seed 1 $captures/conntrack_lost_reject.client.pcap $captures/conntrack_lost_reject.server.pcap
events | grep -q '"rst_left_resetter","value":false' || problem "the reset that never left is not shown"
summary | grep -q '"pairing":{' || problem "no pairing in the summary"
summary | grep -q '"connections":1,"uncertainty_ms":\|"connections":1,' || problem "pairing counts"
# whichever comes first on the command line
run 0 read -o json --seed 1 $captures/conntrack_lost_reject.server.pcap $captures/conntrack_lost_reject.client.pcap
events | grep -q '"rst_left_resetter","value":false' || problem "the order of files matters"

# clocks: hours and days apart, and the same verdict
"$PYTHON" - $captures/conntrack_lost_reject.server.pcap "$TMP/shifted.pcap" 93784 <<'END'
import struct, sys
data = open(sys.argv[1], "rb").read()
order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
out, at = [data[:24]], 24
while at < len(data):
    s, f, n, l = struct.unpack(order + "IIII", data[at:at + 16])
    out.append(struct.pack(order + "IIII", s + int(sys.argv[3]), f, n, l) + data[at + 16:at + 16 + n])
    at += 16 + n
open(sys.argv[2], "wb").write(b"".join(out))
END
run 0 read -o json --seed 1 $captures/conntrack_lost_reject.client.pcap "$TMP/shifted.pcap"
events | grep -q '"rst_left_resetter","value":false' || problem "clocks a day apart"
summary | grep -q '"offset_ms":93784' || problem "the offset of the clocks is not told: $(summary | grep -o '"pairing.*')"

# The address moved: the old holder shows no reset and never got the trigger. It was not sent by that host,
# but no box on the path made it either: another host has the address, and that stays possible.
"$PYTHON" - $captures/vip_moved.server.pcap $captures/timewait_data.pcap "$TMP/longer.pcap" <<'END'
import struct, sys
def records(path):
    data = open(path, "rb").read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    at, out = 24, []
    while at < len(data):
        s, f, n, l = struct.unpack(order + "IIII", data[at:at + 16])
        out.append((s, f, n, l, data[at + 16:at + 16 + n]))
        at += 16 + n
    return data[:24], order, out
head, order, first = records(sys.argv[1])
_, _, then = records(sys.argv[2])
shift = first[-1][0] + 3 - then[0][0]
out = first + [(s + shift, f, n, l, b) for s, f, n, l, b in then]
open(sys.argv[3], "wb").write(head + b"".join(struct.pack(order + "IIII", *r[:4]) + r[4] for r in out))
END
run 0 read -o json --seed 1 $captures/vip_moved.client.pcap "$TMP/longer.pcap"
events | grep '"server":"10.77.9.9:5000"' >"$TMP/vip"
grep -q '"rst_left_resetter","value":false' "$TMP/vip" || problem "the moved address: the reset that never left is not shown"
! grep -q '"class":"network","class_confidence":"certain"' "$TMP/vip" ||
	problem "the moved address: certain of network though another holder is not contradicted"
grep -q '"vip-moved"' "$TMP/vip" || problem "the moved address: vip-moved is not even listed"

# through NAT: one connection, one verdict
run 0 read -o json --seed 1 $captures/nat_entry_lost_port_taken.client.pcap $captures/nat_entry_lost_port_taken.server.pcap
[ "$(events | wc -l)" = 1 ] || problem "$(events | wc -l) verdicts about one reset through NAT"
summary | grep -q '"nat":true' || problem "NAT is not noticed"

# both saw the same reset: told once
cp $captures/close_unread.pcap "$TMP/a.pcap"
cp $captures/close_unread.pcap "$TMP/b.pcap"
run 0 read -o json "$TMP/a.pcap" "$TMP/b.pcap"
[ "$(events | wc -l)" = 1 ] || problem "the same capture twice tells $(events | wc -l) resets"

# pieces of a rotated capture: as if it had been one
cat >"$TMP/split.py" <<'END'
import struct, sys
out, parts, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
data = open(path, "rb").read()
order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
records, at = [], 24
while at < len(data):
    n = struct.unpack(order + "I", data[at + 8:at + 12])[0]
    records.append(data[at:at + 16 + n])
    at += 16 + n
step = -(-len(records) // parts)
for i in range(parts):
    open(f"{out}{i}.pcap", "wb").write(data[:24] + b"".join(records[i * step:(i + 1) * step]))
END
"$PYTHON" "$TMP/split.py" "$TMP/piece" 2 $captures/halfopen_data.pcap
whole() { sed 's/"source":{[^}]*}//; s/"id":"[^"]*"//' "$TMP/out" | grep '"type":"reset"'; }
run 0 read -o json --seed 1 $captures/halfopen_data.pcap
whole >"$TMP/expected"
run 0 read -o json --seed 1 "$TMP/piece0.pcap" "$TMP/piece1.pcap"
whole | cmp -s - "$TMP/expected" || { problem "pieces differ from the whole"; whole | diff - "$TMP/expected" | cut -c1-400; }
run 0 read -o json --seed 1 "$TMP/piece1.pcap" "$TMP/piece0.pcap"
whole | cmp -s - "$TMP/expected" || problem "pieces in the wrong order differ from the whole"

# Both sides rotated, at other moments: pieces join by side, and a connection that crosses from one
# piece into the next is one connection.
verdicts() {
	events | sed 's/"source":{[^}]*}//; s/"id":"[^"]*"//' | sort
	summary | grep -o '"connections":[0-9]*,"midstream":[0-9]*,"normal_ends":[0-9]*'
}
for name in conntrack_lost_reject nat_entry_lost_port_taken forged_rst oow_rst_in_window; do
	run 0 read -v -o json --seed 1 $captures/$name.client.pcap $captures/$name.server.pcap
	verdicts >"$TMP/expected"
	for side in client server; do
		"$PYTHON" "$TMP/split.py" "$TMP/$side" 2 $captures/$name.$side.pcap
	done
	run 0 read -v -o json --seed 1 "$TMP"/client[01].pcap "$TMP"/server[01].pcap
	verdicts | cmp -s - "$TMP/expected" || { problem "$name: both sides rotated"; verdicts | diff - "$TMP/expected" | cut -c1-300; }
	run 0 read -v -o json --seed 1 "$TMP"/server1.pcap "$TMP"/client0.pcap "$TMP"/server0.pcap "$TMP"/client1.pcap
	verdicts | cmp -s - "$TMP/expected" || { problem "$name: both sides rotated, mixed"; verdicts | diff - "$TMP/expected" | cut -c1-300; }
done

# what both saw is counted once: still open, seen from the middle, without effect
for name in oow_rst_in_window conntrack_lost_drop forged_rst; do
	cp $captures/$name.client.pcap "$TMP/twin.pcap"
	run 0 read -o json $captures/$name.client.pcap
	summary | grep -oE '"(connections|midstream|normal_ends|unfinished|never_answered|ignored)":[0-9]+' | head -n 6 >"$TMP/expected"
	run 0 read -o json $captures/$name.client.pcap "$TMP/twin.pcap"
	summary | grep -oE '"(connections|midstream|normal_ends|unfinished|never_answered|ignored)":[0-9]+' | head -n 6 |
		diff - "$TMP/expected" || problem "$name twice: counted twice"
done

# strangers: each as if it were alone
for file in close_unread syn_closed_port; do
	"$WHYRST" read -o json --seed 1 $captures/$file.pcap
done | grep '"type":"reset"' | sed 's/"id":"[^"]*"//' | sort >"$TMP/expected"
run 0 read -o json --seed 1 $captures/close_unread.pcap $captures/syn_closed_port.pcap
events | sed 's/"id":"[^"]*"//' | sort | cmp -s - "$TMP/expected" || problem "strangers are not judged alone"
hasnt out '"pairing"'
done_testing
