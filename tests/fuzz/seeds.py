# SPDX-License-Identifier: MIT
"""Seeds below a folder: frames/ the first frames of every committed capture, for fuzz_packet; engine/ a few
connections in the bytes that fuzz_engine reads; check/ replies about listeners; netlink/ rules that
reject, and addresses. seeds.py FOLDER"""

import glob
import os
import struct
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


def listener(queue, backlog, cookie, family=2):
    """A message of sock_diag: nlmsghdr, inet_diag_msg, INET_DIAG_SKMEMINFO and INET_DIAG_SKV6ONLY."""
    ip4 = bytes([127, 0, 0, 1] if family == 2 else [0] * 4) + bytes(12)
    said = struct.pack("=BBBB", family, 10, 0, 0) + struct.pack(">HH", 80, 0) + ip4 + bytes(16)
    said += struct.pack("=IIIIIIII", 0, cookie, 0, 0, queue, backlog, 0, 4711)
    attributes = struct.pack("=HH", 40, 7) + struct.pack("=9I", *range(9))
    attributes += struct.pack("=HHBxxx", 5, 11, 1)
    return struct.pack("=IHHII", 16 + len(said + attributes), 20, 2, 0, 0) + said + attributes


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def message(kind, body):
    return struct.pack("=IHHII", 16 + len(body), kind, 2, 0, 0) + body


def rule(family, name, data):
    """NFT_MSG_NEWRULE: nfgenmsg, table, chain, handle, expressions: a counter and one that rejects."""
    def expression(what, inner):
        return attribute(0x8001, attribute(1, what + b"\0") + attribute(0x8002, inner))
    counter = attribute(1, struct.pack(">Q", 60)) + attribute(2, struct.pack(">Q", 7))
    body = struct.pack("=BBH", family, 0, 0) + attribute(1, b"filter\0") + attribute(2, b"input\0")
    body += attribute(3, struct.pack(">Q", 4))
    return message(0x0A06, body + attribute(0x8004, expression(b"counter", counter) + expression(name, data)))


def address():
    body = struct.pack("=BBBBI", 2, 24, 128, 0, 2) + attribute(1, bytes([10, 0, 0, 1]))
    return message(20, body + attribute(2, bytes([10, 0, 0, 1])) + attribute(6, struct.pack("=IIII", 9, 9, 100, 200)))


root = sys.argv[1]
os.makedirs(f"{root}/netlink", exist_ok=True)
REJECT = attribute(1, struct.pack(">I", 1))
TARGET = attribute(1, b"REJECT\0") + attribute(2, struct.pack(">I", 0)) + attribute(3, struct.pack("=I", 8))
ZONE = attribute(2, struct.pack(">I", 17)) + attribute(4, struct.pack(">I", 1))
UNTRACK = attribute(1, b"CT\0") + attribute(3, struct.pack("=HH", 1, 5) + bytes(60))
GENERATION = message(15 | 10 << 8, bytes(4) + attribute(1, struct.pack(">I", 7)))
for number, data in enumerate([rule(1, b"ct", ZONE), rule(1, b"notrack", b""), rule(1, b"target", UNTRACK), GENERATION,
                               rule(1, b"reject", REJECT), rule(2, b"target", TARGET) + message(3, bytes(4)),
                               rule(10, b"reject", REJECT) * 70, address() * 5, message(2, struct.pack("=i", -1))]):
    with open(f"{root}/netlink/{number}", "wb") as file:
        file.write(data)
os.makedirs(f"{root}/check", exist_ok=True)
for number, (target, first, second) in enumerate([(b"80", 3, 3), (b"127.0.0.1:80", 10, 10), (b"[::1]:80", 10, 2)]):
    with open(f"{root}/check/{number}", "wb") as file:
        file.write(target + b"\0" + b"".join(listener(queue, 9, 1) + listener(0, 9, 2, 10) for queue in (first, second)))
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
