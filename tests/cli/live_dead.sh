# SPDX-License-Identifier: MIT
# A connection that had ended before whyrst live began: nobody remembers it, but the program still
# holds its socket, and that tells how it ended. Whose error was taken says less.
. tests/cli/live_pair.inc
command -v nft >/dev/null || { echo "nft is not here (package nftables)"; exit 77; }
[ -e /sys/kernel/btf/vmlinux ] || { echo "this kernel has no BTF"; exit 77; }
how=

cat >"$TMP/client.py" <<'END'
"""client.py ADDRESS unread|taken|destroyed|another SERVER: its connection ends, and it keeps the socket."""
import os, socket, subprocess, sys, time
address, how, server = sys.argv[1:4]
server = ["ip", "netns", "exec", server, "nft"]
end = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
end.connect((address, 5000))
end.sendall(b"hello")
end.recv(100)
drop = "add table inet t; add chain inet t o { type filter hook input priority 0; }; add rule inet t o tcp dport 5000 drop"
subprocess.run([*server, drop], check=True)
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
subprocess.run([*server, "delete table inet t"], check=True)
print("ended", flush=True)
sys.stdin.readline()
END
cat >"$TMP/server.py" <<'END'
import socket, struct, sys
address, how = sys.argv[1:3]
listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((address, 5000))
listener.listen(5)
print("ready", flush=True)
end, _ = listener.accept()
end.recv(100)
end.sendall(b"welcome")
sys.stdin.readline()
if how == "another":  # data of another connection of the same ends, by its numbers
    ends = (address, end.getpeername()[0])
    plain = struct.pack("!HHIIBBHHH", 5000, end.getpeername()[1], 1, 1, 5 << 4, 0x18, 1000, 0, 0) + b"late"
    whole = b"".join(map(socket.inet_aton, ends)) + struct.pack("!BBH", 0, 6, len(plain)) + plain
    total = sum(struct.unpack(f"!{len(whole) // 2}H", whole))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    raw.sendto(plain[:16] + struct.pack("!H", ~total & 0xffff) + plain[18:], (ends[1], 0))
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
# late HOW ADDRESS: the client's connection ends, whyrst begins, the server speaks
late() {
	rm -f "$TMP/to_client" "$TMP/to_server" "$TMP"/said.*
	mkfifo "$TMP/to_client" "$TMP/to_server"
	inside server "$PYTHON" "$TMP/server.py" "$2" "$1" <"$TMP/to_server" >"$TMP/said.server" 2>&1 &
	exec 7>"$TMP/to_server"
	await said.server ready
	inside client "$PYTHON" "$TMP/client.py" "$2" "$1" "$pair-server" <"$TMP/to_client" >"$TMP/said.client" 2>&1 7>&- &
	exec 8>"$TMP/to_client"
	await said.client ended
	watch client -o json
	echo >&7
	for _ in $(seq 40); do
		grep -q '"type":"reset"' "$TMP/client.out" && break
		sleep 0.1
	done
	end_watch
	exec 7>&- 8>&-
	wait
	verdicts "$TMP/client.out" >"$TMP/$1"
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
late unread fd77::2
told unread 'client no-socket certain timed-out-earlier certain'
if inside client ss -K sport = 1 2>&1 | grep -qi 'not supported'; then
	echo "this kernel destroys no sockets"
else
	late destroyed 10.77.9.2
	told destroyed 'client no-socket certain half-open'
fi
done_testing
