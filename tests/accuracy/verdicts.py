# SPDX-License-Identifier: MIT
"""Labels of the committed captures, and what whyrst says of a capture."""

import csv
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

CONFIDENCES = ["", "possible", "likely", "certain"]
CAPTURES = "tests/captures"


def rank(confidence):
    return CONFIDENCES.index(confidence or "")


def labels():
    with open(f"{CAPTURES}/labels.csv", newline="") as file:
        return list(csv.DictReader(file))


class Event:
    """One object of type reset."""

    def __init__(self, event):
        verdict = event["verdict"]
        self.raw = event
        self.class_ = verdict.get("class", "unknown")
        self.class_confidence = verdict.get("class_confidence", "")
        self.cause = verdict.get("cause", "unknown")
        self.confidence = verdict.get("confidence", "")
        self.expected = verdict.get("expected", False)
        self.alternatives = [a["cause"] for a in event.get("alternatives", [])]

    def __str__(self):
        mark = " (expected)" if self.expected else ""
        also = f" also {', '.join(self.alternatives)}" if self.alternatives else ""
        return (f"{self.class_}/{self.class_confidence or '-'} "
                f"{self.cause}/{self.confidence or '-'}{mark}{also}")


class Reading:
    """All that one run of whyrst said about one capture."""

    def __init__(self, path):
        self.path = path
        self.problem = ""
        self.events = []
        self.ignored = 0
        self.summary = None
        try:
            run = subprocess.run([os.environ["WHYRST"], "read", "-v", "-o", "json", path],
                                 capture_output=True, timeout=60, check=False)
        except subprocess.TimeoutExpired:
            self.problem = "no end after 60 s"
            return
        if run.returncode not in (0, 1):
            self.problem = f"status {run.returncode}"
        self.status = run.returncode
        self.messages = run.stderr.decode(errors="replace").strip()
        for line in run.stdout.splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                self.problem = self.problem or "a line is no JSON"
                continue
            if event["type"] == "reset":
                self.events.append(Event(event))
            elif event["type"] == "ignored":
                self.ignored += 1
            elif event["type"] == "summary":
                self.summary = event
        if not self.summary:
            self.problem = self.problem or "no summary"

    @property
    def main(self):
        """The verdict of the capture: the first that is not expected, else the first."""
        for event in self.events:
            if not event.expected:
                return event
        return self.events[0] if self.events else None

    @property
    def disagree(self):
        return len({(e.class_, e.cause) for e in self.events}) > 1


def read_all(paths):
    """Readings by path, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(paths, pool.map(Reading, paths)))


def hand_over(passed, failed, skipped=0):
    """Tells tests/run the counts; returns the exit status."""
    result = os.environ.get("RESULT")
    if result:
        with open(result, "w") as file:
            file.write(f"{passed} {failed} {skipped}\n")
    else:
        print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0
