# SPDX-License-Identifier: MIT
"""Captures as lists of packets that can be changed and written again with all lengths and sums right.

Reads Ethernet pcap files (the committed captures); writes pcap of several link types, and pcapng.
"""

import copy
import gzip
import ipaddress
import socket
import struct

ETHERNET, SLL = 1, 113
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
OPT_TS = 8


def checksum(data):
    if len(data) & 1:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Packet:
    """One frame; the fields of IPv4/TCP stand open, anything else stays as it is (tcp is False)."""

    def __init__(self, time_ns, frame, original):
        self.time_ns, self.frame, self.original = time_ns, frame, original
        self.cut_to = 0
        self.hidden = 0  # bytes at the end that the capture did not keep
        self.tcp = False
        self.macs, kind = frame[:12], struct.unpack("!H", frame[12:14])[0]
        if kind != 0x0800 or len(frame) < 34 or frame[14] >> 4 != 4 or frame[23] != 6:
            return
        head = (frame[14] & 15) * 4
        ip = frame[14:]
        (self.tos, total, self.id, self.fragment, self.ttl) = struct.unpack("!xBHHHB", ip[:9])
        segment = ip[head:total]
        self.hidden = total - head - len(segment)
        if len(segment) < 20 or len(segment) < (segment[12] >> 4) * 4 or self.fragment & 0x1FFF:
            self.hidden = 0
            return
        segment += bytes(self.hidden)
        self.tcp = True
        self.version = 4
        self.source, self.destination = ip[12:16], ip[16:20]
        (self.sport, self.dport, self.seq, self.ack, offset, self.flags, self.window, _,
         self.urgent) = struct.unpack("!HHIIBBHHH", segment[:20])
        offset = (offset >> 4) * 4
        self.options, self.payload = segment[20:offset], segment[offset:]

    def clone(self):
        return copy.copy(self)

    @property
    def key(self):
        """The same for both directions of a connection."""
        return frozenset([(self.source, self.sport), (self.destination, self.dport)])

    def segment(self):
        pad = self.options + b"\0" * (-len(self.options) % 4)
        data = struct.pack("!HHIIBBHHH", self.sport, self.dport, self.seq, self.ack,
                           (20 + len(pad)) // 4 << 4, self.flags, self.window, 0,
                           self.urgent) + pad + self.payload
        if self.version == 4:
            pseudo = self.source + self.destination + struct.pack("!HH", 6, len(data))
        else:
            pseudo = self.source + self.destination + struct.pack("!II", len(data), 6)
        return data[:16] + struct.pack("!H", checksum(pseudo + data)) + data[18:]

    def datagram(self):
        data = self.segment()
        if self.version == 6:
            return struct.pack("!IHBB", 6 << 28 | self.tos << 20, len(data), 6,
                               self.ttl) + self.source + self.destination + data
        head = struct.pack("!BBHHHBBH", 0x45, self.tos, 20 + len(data), self.id, self.fragment,
                           self.ttl, 6, 0) + self.source + self.destination
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + data

    def ethernet(self):
        if not self.tcp:
            return self.frame
        kind = b"\x08\x00" if self.version == 4 else b"\x86\xdd"
        return self.macs + kind + self.datagram()

    def options_list(self):
        """[(kind, data)] without padding."""
        found, rest = [], self.options
        while rest and rest[0] != 0:
            if rest[0] == 1:
                rest = rest[1:]
                continue
            if len(rest) < 2 or not 2 <= rest[1] <= len(rest):
                break
            found.append((rest[0], rest[2:rest[1]]))
            rest = rest[rest[1]:]
        return found

    def options_set(self, options):
        data = b"".join(bytes([kind, 2 + len(value)]) + value for kind, value in options)
        self.options = b"\1" * (-len(data) % 4) + data


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    magic = data[:4]
    order = "<" if magic in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    nano = magic in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
    if struct.unpack(order + "I", data[20:24])[0] != ETHERNET:
        raise ValueError(f"{path}: not Ethernet")
    packets, at = [], 24
    while at + 16 <= len(data):
        seconds, part, kept, original = struct.unpack(order + "4I", data[at:at + 16])
        packets.append(Packet(seconds * 10**9 + part * (1 if nano else 1000),
                              data[at + 16:at + 16 + kept], original))
        at += 16 + kept
    return packets


def client_of(packets):
    """{connection key: (address, port) of its client}: who sent the SYN, else who spoke first."""
    clients = {}
    for p in packets:
        if p.tcp and p.flags & (SYN | ACK) == SYN:
            clients.setdefault(p.key, (p.source, p.sport))
    for p in packets:
        if p.tcp and p.key not in clients:
            first = (p.destination, p.dport) if p.flags & SYN else (p.source, p.sport)
            clients[p.key] = first
    return clients


def frames_of(packets, wrap):
    """(time, bytes, original length) of each packet in a link type."""
    for p in packets:
        frame = wrap(p)
        original = max(len(frame), p.original if not p.tcp else 0)
        kept = len(frame) - p.hidden
        yield p.time_ns, frame[:min(kept, p.cut_to or kept)], original


def write_pcap(path, packets, link=ETHERNET, wrap=Packet.ethernet, zipped=False):
    parts = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, link)]
    for time_ns, frame, original in frames_of(packets, wrap):
        parts.append(struct.pack("<4I", time_ns // 10**9, time_ns % 10**9, len(frame), original))
        parts.append(frame)
    data = b"".join(parts)
    with open(path, "wb") as file:
        file.write(gzip.compress(data, 1) if zipped else data)


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    length = struct.pack(">I", len(body) + 12)
    return struct.pack(">I", kind) + length + body + length


def write_pcapng(path, packets):
    """Big-endian, microseconds by default, so that the reader's other half is used too."""
    parts = [block(0x0A0D0D0A, struct.pack(">IHHq", 0x1A2B3C4D, 1, 0, -1)),
             block(1, struct.pack(">HHI", ETHERNET, 0, 0))]
    for time_ns, frame, original in frames_of(packets, Packet.ethernet):
        ticks = time_ns // 1000
        parts.append(block(6, struct.pack(">5I", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(frame),
                                          original) + frame))
    with open(path, "wb") as file:
        file.write(b"".join(parts))


def ip4(text):
    return socket.inet_aton(text)


def ip6(text):
    return ipaddress.IPv6Address(text).packed
