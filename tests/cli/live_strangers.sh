# SPDX-License-Identifier: MIT
# A flood of data for connections that nobody knows, 8,000 a second: each could be asked about at
# length, and then the ring would overflow with those that come meanwhile.
. tests/cli/common.inc
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v ip >/dev/null || { echo "ip is not here (package iproute2)"; exit 77; }
[ -e /sys/kernel/btf/vmlinux ] || { echo "this kernel has no BTF"; exit 77; }
netns=wcf$$
watcher=
cleanup() {
	[ -z "$watcher" ] || kill -KILL "$watcher" 2>/dev/null
	ip netns del "$netns" 2>/dev/null
}
trap cleanup EXIT
ip netns add "$netns" && ip -n "$netns" link set lo up || { echo "no network namespace can be made here"; exit 77; }
cat >"$TMP/flood.py" <<'END'
import socket, struct, time
FLOOD, DATA = 16000, b"nobody knows this connection"
end = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
end.bind(("127.0.0.2", 0))
def segment(port, sum):
    return struct.pack("!HHIIBBHHH", port, 443, 1 + port, 2, 5 << 4, 0x18, 1000, sum, 0) + DATA
def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
for port in range(1024, 1024 + FLOOD):
    plain = segment(port, 0)
    pseudo = b"\x7f\0\0\2\x7f\0\0\1" + struct.pack("!BBH", 0, 6, len(plain))
    if port % 80 == 0:
        time.sleep(0.01)
    end.sendto(segment(port, checksum(pseudo + plain)), ("127.0.0.1", 0))
END
"$WHYRST" live --netns "$netns" -o json >"$TMP/live" 2>"$TMP/live.err" &
watcher=$!
for _ in $(seq 100); do
	grep -q watching "$TMP/live.err" && break
	sleep 0.1
done
ip netns exec "$netns" "$PYTHON" "$TMP/flood.py"
sleep 1
kill -INT "$watcher"
wait "$watcher" || problem "live ended with $?"
watcher=
"$PYTHON" - "$TMP/live" <<'END' || problem "many were not told"
import json, sys
summary = json.loads(open(sys.argv[1]).readlines()[-1])
print(summary["resets"], "told,", summary["lost"]["events"], "events lost")
sys.exit(summary["type"] != "summary" or summary["resets"] < 13000)
END
done_testing
