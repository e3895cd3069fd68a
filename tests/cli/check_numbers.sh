# SPDX-License-Identifier: MIT
# Process numbers begin again from below: a stopped worker with a lower number than its master is not
# taken for the master.
. tests/cli/common.inc
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
unshare --net --pid --fork --mount --mount-proc true 2>/dev/null || { echo "no namespaces can be made here"; exit 77; }
cat >"$TMP/server.py" <<'END'
import os, signal, socket, subprocess, sys, time
LAST = "/proc/sys/kernel/ns_last_pid"  # of this namespace
if not os.access(LAST, os.W_OK):
    sys.exit(77)
def next_is(number):
    with open(LAST, "w", encoding="ascii") as file:
        file.write(str(number - 1))
next_is(30000)
master = os.fork()
if not master:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 8006))
    listener.listen(8)
    time.sleep(0.3)
    next_is(350)
    worker = os.fork()
    if not worker:
        os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(20)
    os._exit(0)
for _ in range(50):
    time.sleep(0.1)
    said = subprocess.run([sys.argv[1], "check", "-v", "8006"], capture_output=True, text=True).stdout
    if "STOPPED" in said:
        break
print(said)
END
status=0
unshare --net --pid --fork --mount --mount-proc --kill-child \
	sh -c "ip link set lo up && exec '$PYTHON' '$TMP/server.py' '$WHYRST'" >"$TMP/said" || status=$?
[ "$status" != 77 ] || { echo "this kernel lets nobody choose process numbers (CONFIG_CHECKPOINT_RESTORE)"; exit 77; }
has said 'pid 30000 .*of the others pid 350 is STOPPED'
done_testing
