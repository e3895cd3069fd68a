# SPDX-License-Identifier: MIT
"""Hours of `whyrst live`: does it grow, does it miss a reset, does `whyrst read` agree with it?"""

import collections
import contextlib
import datetime
import json
import os
import re
import signal
import subprocess
import time

import live_host
import live_resets

SAME_S = 2.0  # two tellings of one connection's reset are no further apart
GROWTH_KB = 1024


def seconds_of(text):
    moment = datetime.datetime.strptime(text[:26].rstrip("Z"), "%Y-%m-%dT%H:%M:%S.%f")
    return moment.replace(tzinfo=datetime.timezone.utc).timestamp()


def events_of(lines):
    """{(client, server): [(time, sender, class, cause, other causes)...]} of JSON lines."""
    events = collections.defaultdict(list)
    for line in lines:
        event = json.loads(line)
        if event["type"] != "reset":
            continue
        ends, verdict = event["connection"], event["verdict"]
        others = [other["cause"] for other in event.get("alternatives", [])]
        events[ends["client"], ends["server"]].append(
            (seconds_of(event["time"]), event["reset"]["from"], verdict["class"],
             verdict.get("cause", "unknown"), others))
    return events


def agree(live, read):
    """Compares what both tell of the same resets: a Counter of what was found."""
    found, examples = collections.Counter(), {}
    for ends, tellings in live.items():
        for telling in tellings:
            near = [other for other in read.get(ends, []) if abs(other[0] - telling[0]) < SAME_S]
            if not near:
                found["told by live alone"] += 1
                examples.setdefault("told by live alone", (ends, telling))
                continue
            other = min(near, key=lambda one: abs(one[0] - telling[0]))
            found["told by both"] += 1
            for name, good in (
                    ("another sender", other[1] in (telling[1], "unknown")),
                    ("another class", other[2] in (telling[2], "unknown")),
                    ("live's cause not in read's list",
                     telling[3] in (other[3], *other[4]) or "unknown" in (telling[3], other[3]))):
                if not good:
                    found[name] += 1
                    examples.setdefault(f"{name}: {telling[1:4]} / {other[1:4]}", ends)
    return found, examples


def capture(netns, path):
    child = subprocess.Popen(
        live_host.inside(netns, "tcpdump", "-i", "lo", "-n", "-s", "256", "-B", "65536", "-Z",
                         "root", "-w", path, "tcp"), stderr=subprocess.PIPE, text=True)
    told = ""
    while "listening" not in told:
        line = child.stderr.readline()
        if not line:
            raise RuntimeError(f"tcpdump: {told}")
        told += line
    return child


def stopped(child):
    child.send_signal(signal.SIGINT)
    return child.communicate(timeout=60)[1]


def watch(setup, netns, live):
    """Runs the load to its end; gives what it made, and the memory of whyrst meanwhile."""
    load = subprocess.Popen(
        live_host.inside(netns, setup.tool("live_resets"), "mix", str(setup.soak_rate),
                         str(setup.soak_resets), str(setup.soak_seconds)),
        stdout=subprocess.PIPE, text=True)
    sizes, step = [], max(0.5, setup.soak_seconds / 120)
    until = time.monotonic() + 1.1 * setup.soak_seconds + 60
    while load.poll() is None:
        time.sleep(step)
        if live.child.poll() is not None or time.monotonic() > until:
            load.kill()
            raise RuntimeError(f"whyrst ended, or the load does not: {live.told.decode()}")
        sizes.append(live_host.memory_kb(live.pid))
    return live_resets.made_by(load.stdout.read()), sizes


def tell_memory(sizes):
    quarter, middle, end = sizes[len(sizes) // 4], sizes[len(sizes) // 2], sizes[-1]
    grown = end["RssAnon"] - quarter["RssAnon"]
    print("  memory at the start, a quarter, half, the end: " + ", ".join(
        f"VmRSS {size['VmRSS'] / 1024:.1f} RssAnon {size['RssAnon'] / 1024:.1f}"
        for size in (sizes[0], quarter, middle, end)) +
        f" MB: {'no growth' if grown < GROWTH_KB else f'GREW by {grown} kB'} since the quarter")


def soak(setup):
    folder = f"{setup.out}/bench"
    paths = [f"{folder}/{setup.name}-soak.{suffix}" for suffix in ("pcap", "json")]
    with contextlib.ExitStack() as stack:
        netns = stack.enter_context(live_host.namespace(setup.name))
        for path in paths:
            stack.callback(lambda path=path: os.path.exists(path) and os.unlink(path))
        tcpdump = capture(netns, paths[0])
        stack.callback(lambda: tcpdump.poll() is None and tcpdump.kill())
        with open(paths[1], "wb") as output, live_host.Live(
                setup.live("--netns", f"/run/netns/{netns}"), output) as live:
            begun = time.monotonic()
            cpu_before = live_host.cpu_ns(live.pid)
            made, sizes = watch(setup, netns, live)
            took = time.monotonic() - begun
            cpu = (live_host.cpu_ns(live.pid) - cpu_before) / took / 1e7
            time.sleep(6)
        dropped = re.search(r"(\d+) packets dropped by kernel", stopped(tcpdump))[1]
        sent = live_host.snmp(netns, "OutRsts")
        seen = live_host.run("tshark", "-n", "-r", paths[0], "-Y", "tcp.flags.reset==1", "-T",
                             "fields", "-e", "frame.number").count("\n")
        summary, types, verdicts = live_resets.last_summary(paths[1])
        told = summary.get("resets")
        connections = sum(count for kind, count in made.items() if kind != "ms")
        live_resets.tell_unexpected(verdicts)
        print(f"live-soak: {took:.0f} s, {connections:,} connections, capture of"
              f" {os.path.getsize(paths[0]) / 1e6:,.0f} MB; whyrst took {cpu:.2f} % of a core;"
              f" {live_host.machine()}")
        print(f"  resets: OutRsts {sent}, tshark {seen}, whyrst {told}:"
              f" {'none missed' if sent == seen == told else 'NOT THE SAME'}; tcpdump dropped "
              f"{dropped}; lost, as stated: "
              f"{', '.join(live_resets.losses(summary)) or 'nothing'}; lines {dict(types)}")
        tell_memory(sizes)
        if not setup.stand_in:
            with open(paths[1], encoding="utf-8") as file:
                live_events = events_of(file)
            read_events = events_of(live_host.run(
                *setup.whyrst("read", "-o", "json", paths[0])).splitlines())
            found, examples = agree(live_events, read_events)
            print(f"  whyrst read on that capture: {sum(map(len, read_events.values()))} resets;"
                  f" {dict(found)}")
            for what, example in list(examples.items())[:10]:
                print(f"    first example of {what}: {example}")
