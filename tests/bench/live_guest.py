# SPDX-License-Identifier: MIT
"""What `whyrst live` costs on other kernels, in instructions.

In a guest of tests/kernels/on the clock counts the instructions of an emulated processor: nothing
else runs there, and two runs say the same but for a tenth of a percent. So kernels can be compared,
and hooks that this machine's kernel refuses be priced. An instruction is no time: what a call costs
a processor that has to guess where it goes, or memory that is not in the cache, is not in it.
"""

import os
import re
import subprocess

import live_stats

LIMIT_S = 3600


def measure(setup, kernel):
    """{load: {case: [instructions of one operation...]}}"""
    files = ["-f", "tests/bench/live_guest.sh"]
    for tool in ("live_churn", "live_stream", "live_hooks"):
        files += ["-f", setup.tool(tool)]
    done = subprocess.run(
        ["bash", "tests/kernels/on", kernel, *files, "sh live_guest.sh"], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT_S, check=False,
        env=os.environ | {"O": setup.out, "GUEST_SECONDS": str(LIMIT_S)})
    if done.returncode:
        print(f"live-guest, kernel {kernel}: not measured: "
              f"{(done.stdout + done.stderr).strip().rpartition(chr(10))[2]}")
        return {}
    found = {}
    for line in done.stdout.splitlines():
        said = re.fullmatch("(churn|stream) (.+) ([0-9]+)", line)
        if not said:
            raise RuntimeError(line)
        found.setdefault(said[1], {}).setdefault(said[2], []).append(int(said[3]))
    return found


def guest(setup):
    for kernel in os.environ.get("KERNELS", "6.1 6.12 7").split():
        for load, cases in measure(setup, kernel).items():
            plain = live_stats.median(cases["without"])
            spread = 100 * (max(cases["without"]) - min(cases["without"])) / plain
            print(f"live-guest, kernel {kernel}, {load}: {plain:,.0f} instructions each without "
                  f"whyrst (highest to lowest {spread:.2f} %)")
            for case, found in cases.items():
                if case not in ("warm", "without"):
                    print(f"  {case:33} {100 * (live_stats.median(found) / plain - 1):+6.2f} %",
                          flush=True)
