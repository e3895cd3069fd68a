#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The groups of a log in short: groups.py FILE.json"""
import json
import sys

for line in open(sys.argv[1], encoding="utf-8"):
    entry = json.loads(line)
    log = entry.get("log")
    if not log:
        print(entry["id"])
        continue
    peers = " ".join("%s=%d" % (p["peer"], p["count"]) for p in log["top_peers"])
    minutes = " ".join("%s=%d" % (m["minute"], m["count"]) for m in log["busiest"])
    print("%s %d | %s | %s" % (entry["id"], log["count"], peers or "-", minutes or "-"))
