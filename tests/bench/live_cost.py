# SPDX-License-Identifier: MIT
"""What a running `whyrst live` costs a machine whose cores are all busy with something else.

One load runs for the whole measurement, in short intervals: without, with, without, with ... Beside
the cases to be priced runs an A/A case, in which nothing is done in the place of whyrst: its
interval has to hold 0, and is as wide as the noise of this machine makes the others.

Twice: whyrst started and stopped around every interval (its price whole, but that of one whose
tables are still empty; a start takes long, and the speed of a machine drifts meanwhile), and its
hooks alone put in and taken out within milliseconds (live_hooks.c), with tables as full as they
get, to whose price that of the process is added: its CPU time, which is known exactly. There, too,
what is left where each hook returns at once: no program at these places is cheaper.
"""

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import time

import live_host
import live_stats

AA = "nothing (A/A)"
EMPTY = ", hooks empty"
WARM_S = 0.15
ANSWER_S = 60
SLOT_S, SLOT_WARM_S, SLOT_GAP_S = 0.04, 0.006, 0.025


class Pair:
    """Servers and clients of live_load.c."""

    unit = "operation"

    def __init__(self, netns, *command):
        self.child = subprocess.Popen(live_host.inside(netns, *command), stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        self.kernel = live_host.kernel_threads()

    def measure(self, seconds, live_pid):
        begin = time.monotonic_ns() + int(WARM_S * 1e9)
        end = begin + int(seconds * 1e9)
        self.child.stdin.write(f"{begin} {end}\n")
        self.child.stdin.flush()
        before = wait_and_read(begin, self.kernel, live_pid)
        after = wait_and_read(end, self.kernel, live_pid)
        operations, pair_ns = map(int, live_host.answer(self.child, ANSWER_S).split())
        return Sample(operations, seconds, pair_ns, after[0] - before[0], after[1] - before[1])

    def slot(self):
        operations = 0
        while not operations:  # none: the cores were somebody else's all the time
            begin = time.monotonic_ns() + int(SLOT_WARM_S * 1e9)
            self.child.stdin.write(f"{begin} {begin + int(SLOT_S * 1e9)}\n")
            self.child.stdin.flush()
            operations, pair_ns = map(int, live_host.answer(self.child, ANSWER_S).split())
        return Sample(operations, SLOT_S, pair_ns, 0, 0)

    @contextlib.contextmanager
    def slots(self):
        yield

    def close(self):
        live_host.end(self.child)


class Sample:
    """One interval: what was done, the wall time, and the CPU time of load, kernel and whyrst."""

    def __init__(self, operations, seconds, load_ns, kernel_ns, live_ns):
        self.rate = operations / seconds
        self.cpu_ns = (load_ns + kernel_ns + live_ns) / operations
        self.wall_ns = 1e9 / self.rate
        self.live_share = 100 * live_ns / (load_ns + kernel_ns + live_ns)


def wait_and_read(when_ns, kernel, live_pid):
    time.sleep(max(0, when_ns - time.monotonic_ns()) / 1e9)
    return sum(map(live_host.cpu_ns, kernel)), live_host.cpu_ns(live_pid) if live_pid else 0


NGINX = """worker_processes 1;
daemon off;
pid {folder}/pid{core};
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
	access_log /dev/null;
	keepalive_requests 1000000000;
	client_body_temp_path {folder}/body;
	proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi;
	scgi_temp_path {folder}/scgi;
	server {{
		listen 127.0.0.1:{port};
		root {folder};
	}}
}}
"""


class Web:
    """On every core an nginx worker and a wrk of its own, which keep it busy between them."""

    unit = "request"

    def __init__(self, netns, folder):
        self.netns, self.masters, self.workers = netns, [], []
        self.kernel = live_host.kernel_threads()
        os.chmod(folder, 0o755)
        with open(f"{folder}/page", "w", encoding="ascii") as file:
            file.write("x" * 1024)
        for core in range(os.cpu_count()):
            path = f"{folder}/nginx{core}.conf"
            with open(path, "w", encoding="ascii") as file:
                file.write(NGINX.format(folder=folder, core=core, port=8100 + core))
            self.masters.append(subprocess.Popen(
                live_host.inside(netns, "taskset", "-c", str(core), "nginx", "-c", path)))
        time.sleep(1)
        for master in self.masters:
            with open(f"/proc/{master.pid}/task/{master.pid}/children", encoding="ascii") as file:
                self.workers += map(int, file.read().split())

    def start_wrks(self, seconds):
        return [subprocess.Popen(
            live_host.inside(self.netns, "taskset", "-c", str(core), "wrk", "-t1", "-c16",
                             f"-d{seconds}s", f"http://127.0.0.1:{8100 + core}/page"),
            stdout=subprocess.PIPE, text=True) for core in range(os.cpu_count())]

    def measure(self, seconds, live_pid):
        load_ns, rate, requests = 0, 0, 0
        before = wait_and_read(0, self.kernel, live_pid)
        worker_ns = sum(map(live_host.cpu_ns, self.workers))
        for wrk in self.start_wrks(seconds):
            text = wrk.stdout.read()
            _, status, usage = os.wait4(wrk.pid, 0)
            wrk.returncode = status
            load_ns += (usage.ru_utime + usage.ru_stime) * 1e9
            rate += float(re.search(r"Requests/sec: +([\d.]+)", text)[1])
            requests += int(re.search(r"(\d+) requests in", text)[1])
            if "Non-2xx" in text or "Socket errors" in text:
                raise RuntimeError(text)
        after = wait_and_read(0, self.kernel, live_pid)
        load_ns += sum(map(live_host.cpu_ns, self.workers)) - worker_ns
        return Sample(requests, requests / rate, load_ns, after[0] - before[0],
                      after[1] - before[1])

    @contextlib.contextmanager
    def slots(self):
        """wrk tells its count only at its end: here the segments of the namespace are counted, two
        a request. Between the slots wrk stands still, and who reads the counters comes first."""
        self.wrks = self.start_wrks(86400)
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
        try:
            yield
        finally:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            for wrk in self.wrks:
                wrk.kill()
                wrk.wait()

    def now(self):
        with open(f"/proc/{self.workers[0]}/net/snmp", encoding="ascii") as file:
            rows = [line.split() for line in file if line.startswith("Tcp:")]
        return (int(rows[1][rows[0].index("OutSegs")]), time.monotonic_ns(),
                sum(map(live_host.cpu_ns, self.workers + [wrk.pid for wrk in self.wrks])))

    def slot(self):
        for wrk in self.wrks:
            wrk.send_signal(signal.SIGCONT)
        time.sleep(SLOT_WARM_S)
        before = self.now()
        time.sleep(SLOT_S)
        segments, took_ns, load_ns = (b - a for a, b in zip(before, self.now()))
        for wrk in self.wrks:
            wrk.send_signal(signal.SIGSTOP)
        return Sample(segments / 2, took_ns / 1e9, load_ns, 0, 0)

    def close(self):
        for master in self.masters:
            master.terminate()
        for master in self.masters:
            live_host.end(master)


class Hooks:
    """The hooks of a whyrst that has ended, in and out at will."""

    def __init__(self, tool, command, *how):
        with live_host.Live(command) as live:
            self.child = subprocess.Popen([tool, str(live.pid), *how], stdin=subprocess.PIPE,
                                          stdout=subprocess.PIPE, text=True)
            self.programs, self.left_out = map(
                int, live_host.answer(self.child, ANSWER_S).split())

    def turn(self, state):
        self.child.stdin.write(f"{state}\n")
        self.child.stdin.flush()
        if live_host.answer(self.child, ANSWER_S) != "done\n":
            raise RuntimeError("the hooks cannot be put in")

    def close(self):
        live_host.end(self.child)


def coarse(load, cases, pairs, seconds):
    """Starts and stops. `cases` is {name: command}; gives [(name or "", sample)...]."""
    cases = dict(cases)
    cases[AA] = live_host.STAND_IN
    for _ in range(3):
        load.measure(seconds, None)  # until caches are warm and the number of TIME_WAIT stands
    samples = [("", load.measure(seconds, None))]
    for name in list(cases) * pairs:
        with live_host.Live(cases[name]) as live:
            samples.append((name, load.measure(seconds, live.pid)))
        samples.append(("", load.measure(seconds, None)))
    return samples


def slot_after(load, name, held):
    """Every slot comes after the same gap, in which hooks were put in and taken out."""
    begun = time.monotonic()
    held.turn("on")
    held.turn("off")
    if name not in ("", AA):
        held.turn("on")
    time.sleep(max(0, begun + SLOT_GAP_S - time.monotonic()))
    return name, load.slot()


def fine(load, cases, pairs, tool):
    """The hooks alone. `cases` is {name: command}; gives [(name or "", sample)...]."""
    with contextlib.ExitStack() as stack:
        hooks = {name: stack.enter_context(contextlib.closing(Hooks(tool, command)))
                 for name, command in cases.items()}
        hooks |= {name + EMPTY: stack.enter_context(contextlib.closing(
            Hooks(tool, command, "empty"))) for name, command in cases.items()}
        stack.enter_context(load.slots())
        for held in hooks.values():  # until their tables are as full as they get
            held.turn("on")
            for _ in range(100):
                load.slot()
            held.turn("off")
        samples = [slot_after(load, "", next(iter(hooks.values())))]
        for name in [*hooks, AA] * pairs:
            held = hooks.get(name) or next(iter(hooks.values()))
            samples += [slot_after(load, name, held), slot_after(load, "", held)]
        for name, held in hooks.items():
            print(f"  {name}: {held.programs} hooks" + (
                f", {held.left_out} MORE THAT CANNOT BE TAKEN OVER: its price is higher than below"
                if held.left_out else ""))
    return samples


def tell(title, samples, bars, measure, shares=None):
    """A line a case. `shares` is {name: percent that the process itself adds}."""
    pairs = live_stats.pair_up([(name, measure(sample)) for name, sample in samples])
    print(f" {title}:")
    for name, logarithms in pairs.items():
        added = (shares or {}).get(name, 0)
        middle, low, high = (value + added for value in live_stats.price(logarithms))
        if name == AA:
            told = "holds 0" if low <= 0 <= high else "DOES NOT HOLD 0: the others are off, too"
        elif name.endswith(EMPTY):
            told = "the price of being called"
        else:
            told = f"bar {bars[name]}: {'met' if high <= bars[name] else 'NOT MET'}"
        print(f"  {name:33} {middle:+6.2f} % [{low:+.2f}, {high:+.2f}]  {told}", flush=True)


def report(setup, title, load, bars, seconds=None):
    cases = {name: setup.live(*name.split()[2:]) for name in bars}
    seconds = seconds or setup.seconds
    started = time.monotonic()
    samples = coarse(load, cases, setup.pairs, seconds)
    plain = [sample for name, sample in samples if not name]
    shares = {name: live_stats.median([s.live_share for n, s in samples if n == name])
              for name in bars}
    print(f"{title}: {live_stats.median([s.rate for s in plain]):,.0f} {load.unit}s a second, "
          f"{live_stats.median([s.cpu_ns for s in plain]) / 1000:.2f} us of CPU each, without "
          f"whyrst; {live_host.machine()}")
    tell(f"just started, then stopped, {setup.pairs} pairs of {seconds} s each, CPU time of all",
         samples, bars, lambda sample: sample.cpu_ns)
    tell("the same by wall time, all cores busy", samples, bars, lambda sample: sample.wall_ns)
    print("  the process itself: " + ", ".join(f"{n} {s:.3f} %" for n, s in shares.items()))
    print(f"  ({time.monotonic() - started:.0f} s)", flush=True)
    started = time.monotonic()
    if not setup.stand_in:
        samples = fine(load, cases, setup.slots, setup.tool("live_hooks"))
        tell(f"hooks in and out, {setup.slots} pairs of {SLOT_S} s each, and the process itself, "
             "CPU time", samples, bars, lambda sample: sample.cpu_ns, shares)
        tell("the same by wall time", samples, bars, lambda sample: sample.wall_ns, shares)
        print(f"  ({time.monotonic() - started:.0f} s)", flush=True)


def churn(setup):
    with live_host.namespace(setup.name, "net.ipv4.tcp_tw_reuse=1") as netns, contextlib.closing(
            Pair(netns, setup.tool("live_churn"))) as load:
        load.unit = "connection"
        report(setup, "live-churn", load, {"whyrst live": 4, "whyrst live --light": 2})


def stream(setup):
    bars = {"whyrst live": 2}
    with live_host.namespace(setup.name) as here, live_host.namespace(f"{setup.name}-far") as far:
        with contextlib.closing(Pair(here, setup.tool("live_stream"))) as load:
            load.unit = "message pair"
            report(setup, "live-stream over loopback", load, bars)
        live_host.run("ip", "-n", here, "link", "add", "eth0", "type", "veth", "peer", "eth0",
                      "netns", far)
        for netns, address in ((here, "10.99.0.1/24"), (far, "10.99.0.2/24")):
            live_host.run("ip", "-n", netns, "address", "add", address, "dev", "eth0")
            live_host.run("ip", "-n", netns, "link", "set", "eth0", "up")
        time.sleep(1)
        with contextlib.closing(Pair(here, setup.tool("live_stream"), "10.99.0.2",
                                     f"/run/netns/{far}")) as load:
            load.unit = "message pair"
            report(setup, "live-stream over veth", load, bars)


def nginx(setup):
    with live_host.namespace(setup.name) as netns, tempfile.TemporaryDirectory(
            prefix=f"{setup.name}-") as folder, contextlib.closing(Web(netns, folder)) as load:
        report(setup, "live-nginx", load, {"whyrst live": 0.5}, max(1, round(setup.seconds)))
