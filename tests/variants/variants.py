# SPDX-License-Identifier: MIT
"""The labelled captures, changed in ways that must not change what happened (kinds.py), seeded.

A variant keeps class and first cause of the unchanged capture, or only loses confidence:
  class    another class is wrong, unless it is `unknown` or less sure than the unchanged verdict was
  cause    another first cause is wrong, if it is more than possible or surer than the unchanged one
  certain  nothing becomes certain that was not, and nothing certain contradicts the label
  silence  what was no verdict stays none; a reset that is still in the capture is told, where packets
           are missing at least as one that harmed nothing
Prints a row for each kind of change, which is one test.
"""

import os
import random
import shutil
import sys
import zlib

sys.path.insert(0, "tests/accuracy")
from kinds import KEEPS, KINDS  # noqa: E402
from packets import RST, read  # noqa: E402
from verdicts import CAPTURES, hand_over, labels, rank, read_all  # noqa: E402

SEED = int(os.environ.get("SEED", "1"))


def has_reset(packets):
    return any(p.tcp and p.flags & RST for p in packets)


def certain_problem(base, event, label):
    if event.class_confidence == "certain":
        if base.class_confidence != "certain":
            return "class became certain"
        if event.class_ != label["class"]:
            return "class certain and wrong"
    if event.confidence == "certain":
        if base.confidence != "certain":
            return "cause became certain"
        if event.cause != label["cause"]:
            return "cause certain and wrong"
    return ""


def compare(base, reading, label, reset, may_vanish):
    """("kept" | "lost" | "bad", why)"""
    event = reading.main
    vanish = may_vanish or not reset
    if reading.problem:
        return "bad", reading.problem
    if reset and not reading.events and not reading.ignored:
        return "bad", "the reset is not told at all"
    if label["class"] == "none":
        for event in reading.events:
            if not vanish or rank(event.confidence) > 1 or event.class_confidence == "certain":
                return "bad", "a verdict where nothing was reset"
        return ("lost", "") if reading.events else ("kept", "")
    if base is None or event is None:
        if event is None and (base is None or vanish):
            return ("kept" if base is None else "lost"), ""
        return "bad", "no verdict" if event is None else "a verdict that the unchanged has not"
    for other in reading.events:
        problem = certain_problem(base, other, label)
        if problem:
            return "bad", problem
    if event.class_ not in (base.class_, "unknown") and \
       rank(event.class_confidence) >= rank(base.class_confidence):
        return "bad", "another class"
    if event.cause not in (base.cause, "unknown") and \
       (rank(event.confidence) > 1 or rank(event.confidence) > rank(base.confidence)):
        return "bad", "another cause"
    same = (event.class_, event.cause) == (base.class_, base.cause)
    if same and rank(event.class_confidence) >= rank(base.class_confidence) and \
       rank(event.confidence) >= rank(base.confidence):
        return "kept", ""
    return "lost", ""


def reset_of(packets, event):
    """Place of the reset that was judged, else of the first, else the end."""
    if event:
        return event.raw["source"]["frame"] - 1
    return next((i for i, p in enumerate(packets) if p.tcp and p.flags & RST), len(packets))


def derive(folder, base, rows):
    """Writes all variants; [(kind, label, path, whether a reset is still in it)]"""
    variants = []
    for label in rows:
        capture = f"{CAPTURES}/{label['capture']}"
        packets = read(capture)
        reset = reset_of(packets, base[capture].main)
        for kind, (change, write, _, seeds) in KINDS.items():
            for seed in range(seeds):
                name = f"{label['capture'][:-5]}.{kind.replace(' ', '_')}.{seed}.pcap"
                source = random.Random(zlib.crc32(f"{SEED} {name}".encode()))
                derived = change(packets, source, reset)
                if not derived:
                    continue
                path = f"{folder}/{name}".replace("%", "percent")
                write(path, derived)
                variants.append((kind, label, path, has_reset(derived)))
    return variants


def main():
    folder = f"{os.environ.get('OUT', '/tmp')}/files"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    rows = labels()
    base = read_all([f"{CAPTURES}/{row['capture']}" for row in rows])
    variants = derive(folder, base, rows)
    readings = read_all([path for _, _, path, _ in variants])

    passed = failed = 0
    totals = dict.fromkeys(("kept", "lost", "bad"), 0)
    print(f"  {len(variants)} variants of {len(rows)} captures, seed {SEED}")
    print(f"        {'':<28} {'kept':>6} {'less sure':>10} {'wrong':>6}")
    for kind, (_, _, rule, _) in KINDS.items():
        count = dict.fromkeys(totals, 0)
        problems = []
        for _, label, path, reset in (v for v in variants if v[0] == kind):
            before = base[f"{CAPTURES}/{label['capture']}"].main
            result, why = compare(before, readings[path], label, reset, rule != KEEPS)
            count[result] += 1
            if result == "bad":
                problems.append(f"{os.path.basename(path)}: {why}: was {before}, "
                                f"is {', '.join(map(str, readings[path].events)) or 'none'}")
        for result, number in count.items():
            totals[result] += number
        print(f"  {'FAIL' if problems else 'ok  '}  {kind:<28} {count['kept']:>6} "
              f"{count['lost']:>10} {count['bad']:>6}")
        for problem in problems:
            print(f"          {problem}")
        failed += bool(problems)
        passed += not problems
    print(f"        {'all':<28} {totals['kept']:>6} {totals['lost']:>10} {totals['bad']:>6}")
    if not failed and not os.environ.get("KEEP"):
        shutil.rmtree(folder)
    return hand_over(passed, failed)


if __name__ == "__main__":
    sys.exit(main())
