# SPDX-License-Identifier: MIT
# A connection that had ended before whyrst live began: nobody remembers it, but the program still
# holds its socket, and that tells how it ended. Whose error was taken says less.
. tests/cli/live_pair.inc
command -v nft >/dev/null || { echo "nft is not here (package nftables)"; exit 77; }
[ -e /sys/kernel/btf/vmlinux ] || { echo "this kernel has no BTF"; exit 77; }
how=

cat >"$TMP/peer.py" <<'END'
"""peer.py client|server HOW ADDRESS OTHER: one connection that one end loses and whose socket it keeps,
until the other speaks. It is the client that loses it unless HOW is accepted; OTHER is the other's
namespace.

unread, accepted   TCP_USER_TIMEOUT            taken   and the program takes the error
destroyed          ss -K                       another the data is of another connection of these ends
"""
import os, socket, struct, subprocess, sys, time
role, how, address, other = sys.argv[1:5]
loses = (role == "server") == (how == "accepted")
other = ["ip", "netns", "exec", other, "nft"]
family = socket.AF_INET6 if ":" in address else socket.AF_INET

def lose(end):
    drop = "add table inet t; add chain inet t i { type filter hook input priority 0; }; add rule inet t i tcp"
    subprocess.run([*other, f"{drop} {'s' if role == 'server' else 'd'}port 5000 drop"], check=True)
    if how == "destroyed":
        port = str(end.getsockname()[1])
        subprocess.run(["ss", "-K", "sport", "=", port], check=True, stdout=subprocess.DEVNULL)
    else:
        end.setsockopt(socket.IPPROTO_TCP, 18, 500)  # TCP_USER_TIMEOUT
        end.sendall(b"to nobody")
    time.sleep(1.2)
    if how == "taken":
        try:
            end.recv(100)
        except OSError as error:
            print(error)
    subprocess.run([*other, "delete table inet t"], check=True)
    print("ended", flush=True)
    sys.stdin.readline()

def forge(ends, port):
    plain = struct.pack("!HHIIBBHHH", 5000, port, 1, 1, 5 << 4, 0x18, 1000, 0, 0) + b"late"
    whole = b"".join(map(socket.inet_aton, ends)) + struct.pack("!BBH", 0, 6, len(plain)) + plain
    total = sum(struct.unpack(f"!{len(whole) // 2}H", whole))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    raw.sendto(plain[:16] + struct.pack("!H", ~total & 0xffff) + plain[18:], (ends[1], 0))

if role == "server":
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, 5000))
    listener.listen(5)
    print("ready", flush=True)
    end, _ = listener.accept()
    end.recv(100)
    end.sendall(b"welcome")
else:
    end = socket.socket(family)
    end.connect((address, 5000))
    end.sendall(b"hello")
    end.recv(100)
if loses:
    lose(end)
else:
    sys.stdin.readline()
    if how == "another":
        forge((address, end.getpeername()[0]), end.getpeername()[1])
    else:
        end.sendall(b"late")
    sys.stdin.readline()
END
await() {
	local i
	for i in $(seq 100); do
		grep -q "$2" "$TMP/$1" 2>/dev/null && return
		sleep 0.1
	done
	problem "$1 does not say $2: $(tail -n 1 "$TMP/$1")"
}
# late HOW ADDRESS: one end loses the connection, whyrst begins to watch there, the other speaks
late() {
	local loser=client
	[ "$1" != accepted ] || loser=server
	rm -f "$TMP/to_client" "$TMP/to_server" "$TMP"/said.*
	mkfifo "$TMP/to_client" "$TMP/to_server"
	inside server "$PYTHON" "$TMP/peer.py" server "$1" "$2" "$pair-client" <"$TMP/to_server" >"$TMP/said.server" 2>&1 &
	exec 7>"$TMP/to_server"
	await said.server ready
	inside client "$PYTHON" "$TMP/peer.py" client "$1" "$2" "$pair-server" <"$TMP/to_client" >"$TMP/said.client" 2>&1 7>&- &
	exec 8>"$TMP/to_client"
	await said.$loser ended
	watch $loser -o json
	if [ $loser = client ]; then echo >&7; else echo >&8; fi
	for _ in $(seq 40); do
		grep -q '"type":"reset"' "$TMP/$loser.out" && break
		sleep 0.1
	done
	end_watch
	exec 7>&- 8>&-
	wait
	verdicts "$TMP/$loser.out" >"$TMP/$1"
}
# told HOW WORDS
told() {
	grep -qE -- "$2" "$TMP/$1" || problem "$1: $(cat "$TMP/$1"), not $2"
}
late unread 10.77.9.2
told unread 'client no-socket certain timed-out-earlier certain'
grep -q '"owner":{"pid":[0-9]*,"comm":"python' "$TMP/client.out" || problem "no owner of the dead socket"
late taken 10.77.9.2
told taken 'client no-socket certain timed-out-earlier likely'
late another 10.77.9.2
told another 'client no-socket certain stray-packet likely'
late accepted 10.77.9.2
told accepted 'server no-socket certain timed-out-earlier certain'
late unread fd77::2
told unread 'client no-socket certain timed-out-earlier certain'
if inside client ss -K sport = 1 2>&1 | grep -qi 'not supported'; then
	echo "this kernel destroys no sockets"
else
	late destroyed 10.77.9.2
	told destroyed 'client no-socket certain half-open'
fi
done_testing
