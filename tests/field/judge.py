#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""judge.py JSON CLASS CAUSES [expected] [top3|listed] [from=END] [at=PORT]

Compares what `whyrst live -o json` said of one reset, in its last word, with what was staged.
CAUSES is one cause, or several with | between, one of which must come first (top3: be among the
first three; listed: be named at all, for what no receiver can know).
Prints why not, or nothing.
"""

import json
import sys


def last_words(path):
    """The events of a run, updates folded into what they update, in order of appearance."""
    events = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            if event["type"] in ("reset", "update"):
                events[event["id"]] = event
    return list(events.values())


def wanted(event, options):
    connection = event["connection"]
    if options.get("from") and event["reset"]["from"] != options["from"]:
        return False
    return not options.get("at") or connection["server"].endswith(":" + options["at"])


def main(path, klass, causes, *words):
    options = dict(word.split("=", 1) for word in words if "=" in word)
    events = [event for event in last_words(path) if wanted(event, options)]
    if not events:
        print(f"no reset was reported, {klass}/{causes} was staged")
        return 1
    event = events[0]
    verdict = event["verdict"]
    ranked = [verdict.get("cause", "unknown")] + [a["cause"] for a in event.get("alternatives", [])]
    depth = 3 if "top3" in words else None if "listed" in words else 1
    problems = []
    if verdict["class"] != klass:
        problems.append(f"class {verdict['class']}, staged {klass}")
    if not set(causes.split("|")) & set(ranked[:depth]):
        problems.append(f"cause {', '.join(ranked)}, staged {causes}")
    harmless = verdict["expected"]
    if harmless and "expected" not in words:
        problems.append("said that nobody needs to act")
    elif not harmless and "expected" in words and ranked[0] in causes.split("|"):
        problems.append("not said that nobody needs to act")
    if problems:
        print("; ".join(problems) + ": " + json.dumps(event, ensure_ascii=False))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
