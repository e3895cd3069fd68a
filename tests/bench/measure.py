# SPDX-License-Identifier: MIT
"""Runs a command once: wall time, and the largest RssAnon seen in /proc while it ran.

    measure.py [-m] [-i INPUT] -- COMMAND...     prints SECONDS and, with -m, KILOBYTES
"""

import argparse
import os
import subprocess
import sys
import time


def anonymous_kb(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-m", action="store_true")
    parser.add_argument("-i")
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()
    peak = 0
    stdin = open(args.i, "rb") if args.i else (None if args.m else subprocess.DEVNULL)
    target = os.environ.get("TO", os.devnull)
    if target != os.devnull and os.path.exists(target):
        os.unlink(target)  # what throwing the last result away takes is nobody's time
    with open(target, "wb") as stdout:
        start = time.monotonic()
        child = subprocess.Popen(args.command, stdin=stdin, stdout=stdout, stderr=subprocess.DEVNULL)
    if args.m:
        while child.poll() is None:
            peak = max(peak, anonymous_kb(child.pid))
            time.sleep(0.002)
    else:
        child.wait()
    print(f"{time.monotonic() - start:.4f}" + (f" {peak}" if args.m else ""))
    return 0 if child.returncode in (0, 1) else 1


if __name__ == "__main__":
    sys.exit(main())
