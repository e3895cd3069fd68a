#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether the two languages of the catalogue have the same entries with the same keys and as many
fixes, and whether the Chinese one is Chinese: languages.py EN.json ZH.json"""
import json
import re
import sys

HAN = re.compile("[一-鿿]")
PROSE = ("summary", "title", "story", "decide", "evidence", "folklore")
bad = 0


def complain(*words):
    global bad
    bad += 1
    print(*words)


def load(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


english, chinese = load(sys.argv[1]), load(sys.argv[2])
if len(english) != len(chinese) or len(english) < 37 + 121 + 60:
    complain("numbers of entries:", len(english), len(chinese))
if sum(e["kind"] == "cause" for e in english) != 37:
    complain("not 37 causes")
for a, b in zip(english, chinese):
    if a["id"] != b["id"] or a.keys() != b.keys():
        complain(a["id"], "other keys:", set(a) ^ set(b))
        continue
    if len(a["fix"]) != len(b["fix"]) or a["causes"] != b["causes"]:
        complain(a["id"], "other fixes or causes")
    for key in PROSE:
        if key in a and HAN.search(a[key]) and a["kind"] != "cause":
            complain(a["id"], key, "Chinese in the English one")
        if key in b and not HAN.search(b[key]):
            complain(b["id"], key, "not Chinese:", b[key][:60])
    for text in b["fix"]:
        if not HAN.search(text) and re.search("[A-Za-z]{3,} [A-Za-z]{3,} [A-Za-z]{3,}", text):
            complain(b["id"], "fix is not Chinese:", text[:60])
sys.exit(1 if bad else 0)
