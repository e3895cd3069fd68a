# SPDX-License-Identifier: MIT
"""`whyrst live` while it has resets to tell: its memory and CPU, a storm, how fast it is."""

import collections
import contextlib
import json
import os
import subprocess
import tempfile
import threading
import time

import live_host
import live_stats

RATE_PER_S, RATE_S = 1000, 20
STORM_RESETS = 200000
LINES_MAX, LINES_MAX_PER_S = 200, 20  # a group of alike resets is told again each second
MARKS, MARK_GAP_MS = 300, 50
# What whyrst calls each kind of live_resets.c: data so soon after a FIN may be any of these.
CAUSES = {"refused": ["port-closed"], "unread": ["close-unread"], "linger": ["linger-zero"],
          "late": ["write-after-close", "keepalive-race", "max-requests"]}
COUNT_RULES = """table inet count {
	chain out {
		type filter hook output priority 0;
		tcp flags & rst == rst counter
	}
}
"""


def memory_told(pid):
    sizes = live_host.memory_kb(pid)
    return (f"VmRSS {sizes['VmRSS'] / 1024:.1f} MB (largest {sizes['VmHWM'] / 1024:.1f}, bar 40), "
            f"RssAnon {sizes['RssAnon'] / 1024:.1f} MB, maps in the kernel "
            f"{live_host.map_kb(pid) / 1024:.1f} MB")


def made_by(text):
    """{kind: count} of what live_resets printed."""
    made = collections.Counter()
    for line in text.splitlines():
        kind, count, _ = line.split()
        made[kind] += int(count)
    return made


def last_summary(path):
    """The last line of its output, how many lines of each type came, and one of each verdict."""
    types, summary, verdicts = collections.Counter(), {}, {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            types[event["type"]] += 1
            if event["type"] == "summary":
                summary = event
            elif "verdict" in event:
                verdict = event["verdict"]
                cause, confidence = verdict.get("cause", "unknown"), verdict.get("confidence", "")
                verdicts.setdefault(
                    (cause, confidence), f"{verdict['class']}/{cause} {confidence}, "
                    f"{event['connection']['client']} to {event['connection']['server']}")
    return summary, types, verdicts


def tell_unexpected(verdicts):
    for (cause, _), told in verdicts.items():
        if not any(cause in names for names in CAUSES.values()):
            print(f"  UNEXPECTED: {told}")


def losses(summary, path=""):
    """What a summary says of things that were lost, left out or forgotten: "NAME COUNT"."""
    words = ("lost", "unheard", "evicted", "forgotten", "dropped", "full", "truncated", "undecod")
    found = []
    for key, value in summary.items():
        if isinstance(value, dict):
            found += losses(value, f"{path}{key}.")
        elif isinstance(value, int) and value and any(word in f"{path}{key}" for word in words):
            found.append(f"{path}{key} {value}")
    return found


def cpu_once(netns, setup, title, command):
    with live_host.Live(command) as live:
        time.sleep(1)
        print(f"live-cpu: {title}: at rest: {memory_told(live.pid)}")
        load = subprocess.Popen(
            live_host.inside(netns, setup.tool("live_resets"), "rate", str(RATE_PER_S),
                             str(RATE_S + 4)), stdout=subprocess.DEVNULL)
        time.sleep(2)
        before_ns, before_s, sent = live_host.cpu_ns(live.pid), time.monotonic(), live_host.snmp(
            netns, "OutRsts")
        time.sleep(RATE_S)
        took = time.monotonic() - before_s
        rate = (live_host.snmp(netns, "OutRsts") - sent) / took
        share = (live_host.cpu_ns(live.pid) - before_ns) / took / 1e7
        print(f"  at {rate:,.0f} resets a second: {share:.2f} % of a core "
              f"(bar 10: {'met' if share < 10 else 'NOT MET'}); {memory_told(live.pid)}",
              flush=True)
        load.wait(60)


def cpu(setup):
    with live_host.namespace(setup.name) as netns:
        cpu_once(netns, setup, "-o json", setup.live())
        if not setup.stand_in:
            cpu_once(netns, setup, "text", setup.whyrst("live"))
            cpu_once(netns, setup, "-o json --light", setup.live("--light"))


@contextlib.contextmanager
def counted(netns):
    """A counter of packets with the reset bit that leave that namespace."""
    live_host.run(*live_host.inside(netns, "nft", "-f", "-"), input=COUNT_RULES)

    def read():
        rules = json.loads(live_host.run(*live_host.inside(netns, "nft", "-j", "list", "ruleset")))
        return next(part["counter"]["packets"] for item in rules["nftables"]
                    for part in item.get("rule", {}).get("expr", []) if "counter" in part)
    yield read


def storm(setup):
    with live_host.namespace(setup.name) as netns, counted(netns) as packets, \
            tempfile.TemporaryDirectory(prefix=f"{setup.name}-") as folder:
        path = f"{folder}/live.json"
        with open(path, "wb") as output, live_host.Live(
                setup.live("--netns", f"/run/netns/{netns}"), output) as live:
            made = made_by(live_host.run(*live_host.inside(
                netns, setup.tool("live_resets"), "storm", str(STORM_RESETS))))
            time.sleep(3)
            memory = (f"{live_host.cpu_ns(live.pid) / 1e9:.1f} s of CPU; "
                      f"{memory_told(live.pid)}")
        summary, types, verdicts = last_summary(path)
        size = os.path.getsize(path)
        sent = live_host.snmp(netns, "OutRsts")
        same = summary.get("resets") == sent == packets()
        print(f"live-storm: {STORM_RESETS:,} resets in {made['ms'] / 1000:.1f} s: OutRsts {sent},"
              f" packet counter {packets()}, whyrst {summary.get('resets')}:"
              f" {'exact' if same else 'NOT EXACT'}")
        causes = summary.get("resets_by_cause", {})
        print("  by mechanism: " + ", ".join(
            f"{kind} {made[kind]}: {'/'.join(names)} {sum(causes.get(name, 0) for name in names)}"
            for kind, names in CAUSES.items()) + f"; all causes: {causes}")
        tell_unexpected(verdicts)
        bound = LINES_MAX + LINES_MAX_PER_S * made["ms"] / 1000
        print(f"  output {size:,} bytes, lines {dict(types)} "
              f"({'bounded' if types.total() < bound else 'NOT BOUNDED'}); "
              f"standard error {len(live.told)} bytes")
        print(f"  lost, as stated: {', '.join(losses(summary)) or 'nothing'}; {memory}", flush=True)


class Arrivals:
    """Reads JSON lines from a pipe and notes when each came."""

    def __init__(self):
        self.fd, self.write_fd = os.pipe()
        self.first_ns, self.types = {}, collections.Counter()
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        rest = b""
        while more := os.read(self.fd, 1 << 20):
            now_ns = time.time_ns()
            *lines, rest = (rest + more).split(b"\n")
            for line in lines:
                event = json.loads(line)
                self.types[event["type"]] += 1
                if "connection" in event:
                    ends = event["connection"]
                    self.first_ns.setdefault((ends["client"], ends["server"]), now_ns)


def latency_once(setup, netns, title, bar_ms, stormy):
    arrivals = Arrivals()
    with live_host.Live(setup.live(), arrivals.write_fd), contextlib.ExitStack() as stack:
        os.close(arrivals.write_fd)
        if stormy:
            other = subprocess.Popen(live_host.inside(netns, setup.tool("live_resets"), "storm",
                                                      "1000000000"), stdout=subprocess.DEVNULL)
            stack.callback(other.wait)
            stack.callback(other.kill)
            time.sleep(2)
        marks = live_host.run(*live_host.inside(netns, setup.tool("live_resets"), "marks",
                                                str(MARKS), str(MARK_GAP_MS)))
        time.sleep(2)
    arrivals.thread.join()
    os.close(arrivals.fd)
    took, missing = collections.defaultdict(list), 0
    for line in marks.splitlines():
        before_ns, client, server, kind = line.split()
        came_ns = arrivals.first_ns.get((f"127.0.0.1:{client}", f"127.0.0.1:{server}"))
        if came_ns is None:
            missing += 1
        else:
            took[kind].append((came_ns - int(before_ns)) / 1e6)
    every = [value for values in took.values() for value in values]
    print(f"live-latency: {title}: {MARKS} resets, {MARK_GAP_MS} ms apart: ", end="")
    if not every:
        print("NONE WAS TOLD by a line of its own")
        return
    p99 = live_stats.percentile(every, 99)
    print(f"p50 {live_stats.percentile(every, 50):.2f} ms, p99 {p99:.2f} ms, largest "
          f"{max(every):.2f} ms (bar p99 {bar_ms}: {'met' if p99 <= bar_ms else 'NOT MET'}); "
          f"without a line of its own {missing}; lines {dict(arrivals.types)}")
    print("  p99 by kind: " + ", ".join(f"{kind} {live_stats.percentile(values, 99):.2f} ms"
                                        for kind, values in took.items()), flush=True)


def latency(setup):
    with live_host.namespace(setup.name) as netns:
        latency_once(setup, netns, "at rest", 50, False)
        latency_once(setup, netns, "in a storm", 250, True)
