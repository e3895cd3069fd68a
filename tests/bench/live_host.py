# SPDX-License-Identifier: MIT
"""What the live measurements share: private network namespaces, a running `whyrst live`, clocks."""

import contextlib
import os
import select
import signal
import subprocess
import threading
import time

WATCHING_S = 60
STAND_IN = ["sh", "-c", "echo watching nothing >&2; exec sleep 86400"]


def run(*command, **options):
    options.setdefault("timeout", 900)
    return subprocess.run(command, check=True, text=True, capture_output=True, **options).stdout


def inside(netns, *command):
    return ["ip", "netns", "exec", netns, *command]


@contextlib.contextmanager
def namespace(name, *sysctls):
    """A network namespace with loopback up; gone afterwards, with all that still runs in it."""
    run("ip", "netns", "add", name)
    try:
        run("ip", "-n", name, "link", "set", "lo", "up")
        for sysctl in sysctls:
            run(*inside(name, "sysctl", "-qw", sysctl))
        yield name
    finally:
        for pid in run("ip", "netns", "pids", name).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        run("ip", "netns", "del", name)


def snmp(netns, name):
    """A counter of the Tcp row of that namespace's /proc/net/snmp."""
    rows = [line.split() for line in run(*inside(netns, "cat", "/proc/net/snmp")).splitlines()
            if line.startswith("Tcp:")]
    return int(rows[1][rows[0].index(name)])


def cpu_ns(pid):
    """CPU time of a process with all its threads, from its clock: exact, not counted in ticks."""
    try:
        return time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        return 0


def kernel_threads():
    pids = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat", encoding="utf-8") as file:
                if file.read().rpartition(")")[2].split()[1] == "2":
                    pids.append(int(name))
    return pids


def answer(child, seconds):
    """The line that a process prints; RuntimeError if it does not within that time."""
    if not select.select([child.stdout], [], [], seconds)[0]:
        raise RuntimeError(f"{' '.join(child.args)}: no answer in {seconds} s")
    return child.stdout.readline()


def end(child):
    """Lets a process go that ends with its input or has been told to; sees to it if it does not."""
    if child.stdin:
        with contextlib.suppress(OSError):
            child.stdin.close()
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def memory_kb(pid):
    """{"VmRSS": kB, "RssAnon": kB, ...} of a process."""
    sizes = {}
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        for line in file:
            words = line.split()
            if words[-1:] == ["kB"]:
                sizes[words[0][:-1]] = int(words[1])
    return sizes


def map_kb(pid):
    """What the kernel keeps for the BPF maps of a process."""
    total = 0
    for name in os.listdir(f"/proc/{pid}/fdinfo"):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/fdinfo/{name}",
                                                encoding="ascii") as file:
            text = file.read()
            if "map_type:" in text:
                total += int(text.partition("memlock:")[2].split()[0]) // 1024
    return total


class Live:
    """A running `whyrst live`: from the line that says that it watches, to its end by SIGINT."""

    def __init__(self, command, stdout=subprocess.DEVNULL):
        self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout,
                                      stderr=subprocess.PIPE, start_new_session=True)
        self.pid, self.told, self.watching = self.child.pid, b"", threading.Event()
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()
        if not self.watching.wait(WATCHING_S) or b"watching" not in self.told:
            self.stop()
            raise RuntimeError(f"{' '.join(command)}: does not watch: {self.told.decode()}")

    def listen(self):
        while more := os.read(self.child.stderr.fileno(), 65536):
            self.told += more
            if b"watching" in self.told:
                self.watching.set()
        self.watching.set()

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGINT)
        try:
            self.child.wait(60)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            self.told += b"(did not end within 60 s of SIGINT)"
        self.listener.join()
        self.child.stderr.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self.child.stderr.closed:
            self.stop()


def machine():
    busy = float(open("/proc/loadavg", encoding="ascii").read().split()[0])
    return f"load of the machine before: {busy:.2f}"
