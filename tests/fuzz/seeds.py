# SPDX-License-Identifier: MIT
"""Writes the first frames of every committed capture as seeds of fuzz_packet: seeds.py FOLDER"""

import glob
import os
import sys

sys.path.insert(0, "tests/variants")
from packets import read  # noqa: E402

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
seen = set()
for path in sorted(glob.glob("tests/captures/*.pcap")):
    for packet in read(path)[:12]:
        frame = packet.frame[:200]
        kind = (len(frame), frame[12:14], frame[46:48])
        if kind not in seen:
            seen.add(kind)
            with open(f"{folder}/{len(seen):04}", "wb") as file:
                file.write(b"\0\0" + frame)
