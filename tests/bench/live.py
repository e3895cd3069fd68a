#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The measurements of `whyrst live`: live.py [--stand-in] BUILD_FOLDER PART...

  churn    connect, one request, close: what a connection costs more
  stream   small packets without a reset: what a message costs more
  nginx    requests per second of nginx and wrk
           (all three: LIVE_PAIRS of LIVE_SECONDS, and LIVE_SLOTS)
  cpu      memory, and CPU of the program itself at 1,000 resets a second
  storm    200,000 resets: counts against the kernel's and a packet counter
  latency  from the reset to the line on a pipe, at rest and in a storm
  guest    instructions that a connection and a message cost more, on other kernels (KERNELS)
  soak     an hour of mixed churn, a capture beside it, and `whyrst read` on that
           (SOAK_SECONDS; SOAK_RATE connections a second, SOAK_RESETS of them reset)

All of it in network namespaces of its own, which are gone afterwards. With --stand-in a process
that does nothing takes the place of whyrst, to see the noise of the machine. Defaults are below.
"""

import os
import shutil
import signal
import sys

import live_cost
import live_guest
import live_host
import live_resets
import live_soak

PARTS = {"churn": live_cost.churn, "stream": live_cost.stream, "nginx": live_cost.nginx,
         "cpu": live_resets.cpu, "storm": live_resets.storm, "latency": live_resets.latency,
         "guest": live_guest.guest, "soak": live_soak.soak}
NEEDS = {"nginx": ["nginx", "wrk", "taskset"], "storm": ["nft"], "guest": ["qemu-system-x86_64", "busybox"], "soak": ["tcpdump", "tshark"]}


class Setup:
    """Where the tools are, what the namespaces are called, how long things take."""

    def __init__(self, out, stand_in):
        self.out, self.stand_in = out, stand_in
        self.name = f"wb-{os.getpid()}"
        self.pairs = int(os.environ.get("LIVE_PAIRS", "40"))
        self.slots = int(os.environ.get("LIVE_SLOTS", "400"))
        self.seconds = float(os.environ.get("LIVE_SECONDS", "0.5"))
        self.soak_rate = int(os.environ.get("SOAK_RATE", "200"))
        self.soak_resets = int(os.environ.get("SOAK_RESETS", "20"))
        self.soak_seconds = int(os.environ.get("SOAK_SECONDS", "3600"))

    def tool(self, name):
        return f"{self.out}/bench/{name}"

    def whyrst(self, *words):
        return [f"{self.out}/whyrst", *words]

    def live(self, *options):
        return live_host.STAND_IN if self.stand_in else self.whyrst("live", "-o", "json", *options)


def main():
    arguments = sys.argv[1:]
    stand_in = arguments[:1] == ["--stand-in"]
    arguments = arguments[stand_in:]
    if len(arguments) < 2 or any(part not in PARTS for part in arguments[1:]):
        print(__doc__, file=sys.stderr)
        return 2
    if os.geteuid():
        print("live measurements: root is needed", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that namespaces go with it
    for part in arguments[1:]:
        missing = [tool for tool in ["ip", *NEEDS.get(part, [])] if not shutil.which(tool)]
        if missing:
            print(f"live-{part}: skipped: {' and '.join(missing)} not here")
            continue
        PARTS[part](Setup(os.path.abspath(arguments[0]), stand_in))
    return 0


if __name__ == "__main__":
    sys.exit(main())
