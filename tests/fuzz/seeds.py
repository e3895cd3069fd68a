# SPDX-License-Identifier: MIT
"""Seeds below a folder: frames/ the first frames of every committed capture, for fuzz_packet; engine/ a few
connections in the bytes that fuzz_engine reads. seeds.py FOLDER"""

import glob
import os
import sys

sys.path.insert(0, "tests/variants")
from packets import read  # noqa: E402

# Steps of fuzz_engine: a small letter the server's, a capital the client's packet.
FLAGS = {"S": 2, "A": 16, "P": 24, "F": 17, "R": 4, "X": 20}
CONNECTIONS = ["SsAPax", "SsAPapfAPr", "SX", "Sx", "SsAPaPapFfA", "SsAPapiiPr", "SsAPpX", "SsSx", "sR",
               "SsAfAPr", "SsAPPPx", "SssA", "SsAaaaax", "Pr", "Ar", "SsAPafr"]


def engine_bytes(steps):
    """See observation_take() of fuzz_engine.c."""
    data, gap = bytearray(), 64
    for step in steps:
        if step == "i":
            gap = 0xCF  # a long silence
            continue
        server = step.islower()
        flags = 18 if step == "s" else FLAGS[step.upper()]
        if step == "r":
            flags = 4
        who = (0x0100 if server else 0) | (1 << 2)
        data += who.to_bytes(2, "big") + bytes([gap, flags])
        if flags & 8:
            data += (75).to_bytes(2, "big")
        data += bytes([0, 0]) + (0 if flags == 4 else 502).to_bytes(2, "big") + bytes([9, 64, 1])
        gap = 64 + 9
    return bytes(data) + b"\0"


root = sys.argv[1]
os.makedirs(f"{root}/engine", exist_ok=True)
for number, steps in enumerate(CONNECTIONS):
    with open(f"{root}/engine/{number}", "wb") as file:
        file.write(engine_bytes(steps))
folder = f"{root}/frames"
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
