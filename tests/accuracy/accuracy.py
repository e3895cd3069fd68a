# SPDX-License-Identifier: MIT
"""How often whyrst is right about captures whose cause is known: tests/captures/labels.csv.

Prints a row for every bar; a missed bar is a failed test. Which causes packets can tell apart is the
program's own word: docs/rivalry.csv. VERBOSE=1 prints every capture's verdict.
"""

import csv
import os
import sys

from verdicts import CAPTURES, hand_over, labels, rank, read_all

RIVALRY = "docs/rivalry.csv"
# Whoever stands on the path can send any segment at all: as everywhere (contract, `certain`), these two
# are not counted among what a cause cannot be told from.
IMITATORS = {"forged-reset", "middlebox-reject"}


class Table:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def row(self, what, got, of, bar, good, misses=()):
        share = f"{got}/{of}" if of is not None else f"{got}"
        percent = f"{100 * got / of:5.1f} %" if of else ""
        print(f"  {'ok  ' if good else 'FAIL'}  {what:<58} {share:>8} {percent:>8}   bar {bar}")
        if good:
            self.passed += 1
        else:
            self.failed += 1
        if not good or os.environ.get("VERBOSE"):
            for miss in misses:
                print(f"          {miss}")

    def share(self, what, good, of, percent):
        """At least @percent of the captures @of are among @good."""
        of = list(of)
        got = [c for c in of if good(c)]
        met = bool(of) and 100 * len(got) >= percent * len(of)
        bar = "all" if percent == 100 else f">= {percent} %"
        self.row(what, len(got), len(of), bar, met,
                 [c.line() for c in of if not good(c)])

    def none(self, what, wrong):
        self.row(what, len(wrong), None, "0", not wrong, wrong)


class Case:
    """A labelled capture with what was said about it."""

    def __init__(self, label, reading):
        self.label = label
        self.reading = reading
        self.said = reading.main

    @property
    def truth(self):
        return self.label["class"], self.label["cause"]

    def line(self):
        return f"{self.label['capture']}: is {'/'.join(self.truth)}, said {self.said or 'nothing'}"

    def class_right(self):
        return self.said is not None and self.said.class_ == self.label["class"]

    def first_right(self):
        return self.said is not None and self.said.cause == self.label["cause"]

    def listed(self):
        return self.first_right() or (self.said is not None and
                                      self.label["cause"] in self.said.alternatives)


def rivals_inseparable():
    """{cause: set of causes that packets cannot tell from it}, and all causes of the matrix."""
    partners, causes = {}, set()
    if not os.path.exists(RIVALRY):
        return None, causes
    with open(RIVALRY, newline="") as file:
        for row in csv.DictReader(file):
            causes |= {row["a"], row["b"]}
            if row["origin"] != "packet":
                for one, other in ((row["a"], row["b"]), (row["b"], row["a"])):
                    if one in IMITATORS or other not in IMITATORS:
                        partners.setdefault(one, set()).add(other)
    return partners, causes


def wrong_certain(cases):
    wrong = []
    for case in cases:
        for event in case.reading.events:
            class_, cause = case.truth
            if event.class_confidence == "certain" and event.class_ != class_:
                wrong.append(f"{case.label['capture']}: class is {class_}, said {event}")
            if event.confidence == "certain" and event.cause != cause:
                wrong.append(f"{case.label['capture']}: cause is {cause}, said {event}")
    return wrong


def too_sure(cases):
    over = []
    for case in cases:
        top = case.label["top_confidence"]
        for event in case.reading.events:
            if top and rank(event.confidence) > rank(top):
                over.append(f"{case.label['capture']}: at most {top}, said {event}")
    return over


def separable_rows(table, judged):
    partners, causes = rivals_inseparable()
    if partners is None:
        table.row(f"true cause first where separable ({RIVALRY} is missing)", 0, None, ">= 80 %",
                  False)
        return
    unknown = {c.label["cause"] for c in judged} - causes
    table.none("causes of labels that the rivalry matrix does not know", sorted(unknown))
    table.share("true cause first, of those separable by packets", Case.first_right,
                [c for c in judged if not partners.get(c.label["cause"])], 80)
    table.share("true cause first, or one inseparable from it",
                lambda c: c.first_right() or
                (c.said and c.said.cause in partners.get(c.label["cause"], ())), judged, 80)
    print(f"        of all {len(judged)} the first cause is the true one in "
          f"{sum(c.first_right() for c in judged)}; inseparable sets: {RIVALRY}")
    if os.environ.get("VERBOSE"):
        for cause in sorted(partners):
            print(f"          {cause}: {', '.join(sorted(partners[cause]))}")


def main():
    rows = labels()
    readings = read_all([f"{CAPTURES}/{row['capture']}" for row in rows])
    cases = [Case(row, readings[f"{CAPTURES}/{row['capture']}"]) for row in rows]
    judged = [c for c in cases if c.label["class"] != "none"]
    silent = [c for c in cases if c.label["class"] == "none"]
    provable = [c for c in judged if c.label["class_provable"] == "y"]
    expected = [c for c in judged if c.label["expected_close"] == "yes"]

    if os.environ.get("VERBOSE"):
        for case in cases:
            for event in case.reading.events[:8]:
                print(f"        {case.label['capture']}: {event}")
    print(f"  {len(cases)} captures, {len(judged)} with a cause, class provable in {len(provable)}, "
          f"{len(silent)} that must stay silent")

    table = Table()
    table.none("captures that could not be read", [f"{c.label['capture']}: {c.reading.problem}"
                                                   for c in cases if c.reading.problem])
    table.share("class right where it is provable", Case.class_right, provable, 100)
    table.share("class right", Case.class_right, judged, 90)
    table.share("class certain where it is provable",
                lambda c: c.class_right() and c.said.class_confidence == "certain", provable, 70)
    table.share("true cause listed, first or alternative", Case.listed, judged, 95)
    separable_rows(table, judged)
    table.none("verdicts with more than 4 alternatives",
               [c.line() for c in cases if any(len(e.alternatives) > 4 for e in c.reading.events)])
    table.none("wrong and certain, class or cause", wrong_certain(cases))
    table.none("verdicts on captures where nothing was reset",
               [f"{c.label['capture']}: {e}" for c in silent for e in c.reading.events])
    table.none("causes surer than one file can show", too_sure(judged))
    table.share("expected closes marked so", lambda c: c.said is not None and c.said.expected,
                expected, 100)
    mixed = [c for c in judged if c.reading.disagree]
    if mixed:
        print(f"        captures with verdicts that differ: "
              f"{', '.join(c.label['capture'] for c in mixed)}")
    return hand_over(table.passed, table.failed, table.skipped)


if __name__ == "__main__":
    sys.exit(main())
