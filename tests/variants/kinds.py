# SPDX-License-Identifier: MIT
"""What can happen to a capture on its way to a reader. Each function takes packets, a seeded random
source and which packet is the reset in question, and gives other packets or None where it cannot be
done; KINDS says how each is written and what the reader may lose.
"""

import struct

from packets import (ACK, FIN, OPT_TS, PSH, RST, SLL, SYN, Packet, client_of, ip4, write_pcap,
                     write_pcapng)

KEEPS, MAY_VANISH = "keeps", "may vanish"


def changed(packets, change):
    """Copies of @packets, each TCP one handed to @change."""
    copies = [p.clone() for p in packets]
    for p in copies:
        if p.tcp:
            change(p)
    return copies


def other_addresses(packets, random, reset):
    """Other addresses and ports; 139 and 445 mean something by themselves and stay."""
    hosts, ports = {}, {139: 139, 445: 445}
    free_hosts = [ip4(f"203.0.113.{n}") for n in random.sample(range(1, 255), 64)]
    free_ports = random.sample(range(1024, 65536), 4096)

    def change(p):
        for host in (p.source, p.destination):
            if host not in hosts:
                hosts[host] = free_hosts[len(hosts)]
        for port in (p.sport, p.dport):
            if port not in ports:
                ports[port] = free_ports[len(ports)]
        p.source, p.destination = hosts[p.source], hosts[p.destination]
        p.sport, p.dport = ports[p.sport], ports[p.dport]
    return changed(packets, change)


def over_ip6(packets, random, reset):
    net = struct.pack("!HHHHHH", 0x2001, 0xDB8, random.randrange(65536), 0, 0, 0)

    def change(p):
        p.version = 6
        p.source, p.destination = net + p.source, net + p.destination
    return [p for p in changed(packets, change) if p.tcp]


def one_way(packets, from_client):
    clients = client_of(packets)
    return [p for p in packets
            if not p.tcp or (clients[p.key] == (p.source, p.sport)) == from_client]


def from_client(packets, random, reset):
    return one_way(packets, True)


def from_server(packets, random, reset):
    return one_way(packets, False)


def snapped(packets, random, reset):
    copies = [p.clone() for p in packets]
    for p in copies:
        p.cut_to = 64
    return copies


def one_percent_lost(packets, random, reset):
    return [p for p in packets if random.random() >= 0.01]


def one_lost(packets, random, reset):
    """One packet less, any but the resets."""
    chosen = [i for i, p in enumerate(packets) if p.tcp and not p.flags & RST]
    if not chosen:
        return None
    lost = random.choice(chosen)
    return packets[:lost] + packets[lost + 1:]


def without_syn(packets, random, reset):
    return packets[1:]


def without_handshake(packets, random, reset):
    return packets[3:] if reset > 3 else None


def started_late(packets, random, reset):
    return packets[random.randrange(1, reset):] if reset > 1 else None


def ended_early(packets, random, reset):
    return packets[:reset + 1] if reset + 1 < len(packets) else None


def without_timestamps(packets, random, reset):
    """As two ends that never agreed on timestamps would have sent it."""
    def change(p):
        options = p.options_list()
        if any(kind == OPT_TS for kind, _ in options):
            p.options_set([o for o in options if o[0] != OPT_TS])
    return changed(packets, change)


def retimed(packets, gap):
    """@gap gives the new distance of a packet to the one before from the old one."""
    copies, before, now = [], None, 0
    for p in packets:
        copies.append(p.clone())
        now = p.time_ns if before is None else now + int(gap(p.time_ns - before))
        before = p.time_ns
        copies[-1].time_ns = now
    return copies


def slower(packets, random, reset):
    return retimed(packets, lambda gap: gap * 3)


def faster(packets, random, reset):
    return retimed(packets, lambda gap: gap * 0.3)


def jittered(packets, random, reset):
    return retimed(packets, lambda gap: gap + random.random() * min(20e6, 1e6 + gap / 2))


def behind_routers(packets, random, reset):
    """Each host some routers further away."""
    hops = {}

    def change(p):
        hops.setdefault(p.source, random.randrange(1, 25))
        p.ttl = max(1, p.ttl - hops[p.source])
    return changed(packets, change)


def duplicated(packets, random, reset):
    copies = []
    for p in packets:
        again = p.clone()
        again.time_ns += random.randrange(1, 8) * 1000
        copies += [p, again]
    return sorted(copies, key=lambda p: p.time_ns)


def swapped(packets, random, reset):
    """Some neighbours within a millisecond in the wrong order, as two receive queues give them."""
    copies = [p.clone() for p in packets]
    i = 0
    while i + 1 < len(copies):
        a, b = copies[i], copies[i + 1]
        if b.time_ns - a.time_ns < 1000000 and random.random() < 0.15:
            a.time_ns, b.time_ns = b.time_ns, a.time_ns
            copies[i], copies[i + 1] = b, a
            i += 1
        i += 1
    return copies


def normal_connection(random, number, start_ns):
    """Packets of one connection that ends as it should."""
    ends = [[ip4(f"192.0.2.{1 + number % 250}"), 40000 + number, random.getrandbits(32),
             random.getrandbits(16), random.getrandbits(32)],
            [ip4("198.51.100.200"), 8443, random.getrandbits(32), random.getrandbits(16),
             random.getrandbits(32)]]
    macs = [b"\2\0\0\0\0\x77\2\0\0\0\0\x78", b"\2\0\0\0\0\x78\2\0\0\0\0\x77"]
    packets, now = [], start_ns
    request, response = b"G" * random.randrange(50, 400), b"R" * random.randrange(50, 1400)
    for who, flags, payload in [(0, SYN, b""), (1, SYN | ACK, b""), (0, ACK, b""),
                                (0, PSH | ACK, request), (1, ACK, b""), (1, PSH | ACK, response),
                                (0, ACK, b""), (0, FIN | ACK, b""), (1, FIN | ACK, b""),
                                (0, ACK, b"")]:
        me, peer = ends[who], ends[1 - who]
        p = Packet(now, macs[who] + b"\0\0", 0)
        p.tcp, p.version, p.tos, p.fragment, p.ttl, p.urgent = True, 4, 0, 0x4000, 64, 0
        p.id = 0 if flags == SYN | ACK else me[3] & 0xFFFF
        me[3] += flags != SYN | ACK
        p.source, p.sport, p.destination, p.dport = me[0], me[1], peer[0], peer[1]
        p.seq, p.ack = me[2], peer[2] if flags & ACK else 0
        p.flags, p.window, p.payload = flags, 64240 if flags & SYN else 502, payload
        clock = now // 10**6
        stamps = struct.pack("!II", clock + me[4] & 0xFFFFFFFF,
                             clock + peer[4] - 1 & 0xFFFFFFFF if flags & ACK else 0)
        if flags & SYN:
            p.options = (b"\2\4\x05\xb4\4\2\x08\x0a" + stamps + b"\1\3\3\7")
        else:
            p.options = b"\1\1\x08\x0a" + stamps
        me[2] = me[2] + len(payload) + (1 if flags & (SYN | FIN) else 0) & 0xFFFFFFFF
        packets.append(p)
        now += random.randrange(20000, 3000000)
    return packets


def in_traffic(packets, random, reset):
    """Thirty connections of other hosts around it, a datagram now and then."""
    if not packets:
        return None
    start, end = packets[0].time_ns, packets[-1].time_ns
    others = []
    for number in range(30):
        others += normal_connection(random, number,
                                    random.randrange(start - 10**8, end + 10**8))
    for _ in range(20):
        datagram = (b"\2\0\0\0\0\x77\2\0\0\0\0\x78\x08\0" b"E\0\0\x24\0\1\0\0\x40\x11\0\0" +
                    ip4("192.0.2.9") + ip4("198.51.100.53") + b"\xc0\0\0\x35\0\x10\0\0" b"question")
        others.append(Packet(random.randrange(start, end + 1), datagram, len(datagram)))
    return sorted(packets + others, key=lambda p: p.time_ns)


def as_it_is(packets, random, reset):
    return packets


def vlan(p):
    frame = p.ethernet()
    return frame[:12] + b"\x81\x00\x00\x2a" + frame[12:]


def qinq(p):
    frame = vlan(p)
    return frame[:12] + b"\x88\xa8\x00\x07" + frame[12:]


def cooked(p):
    """Linux cooked, direction unknown to the capture: every packet is somebody else's."""
    frame = p.ethernet()
    return struct.pack("!HHH", 3, 1, 6) + frame[6:12] + b"\0\0" + frame[12:]


def write_vlan(path, packets):
    write_pcap(path, packets, wrap=vlan)


def write_qinq(path, packets):
    write_pcap(path, packets, wrap=qinq)


def write_cooked(path, packets):
    write_pcap(path, packets, link=SLL, wrap=cooked)


def write_gzip(path, packets):
    write_pcap(path, packets, zipped=True)


# name: (change, writer, what may happen to the verdict, how many seeds)
KINDS = {
    "unchanged": (as_it_is, write_pcap, KEEPS, 1),
    "other addresses and ports": (other_addresses, write_pcap, KEEPS, 2),
    "over IPv6": (over_ip6, write_pcap, KEEPS, 1),
    "client to server only": (from_client, write_pcap, MAY_VANISH, 1),
    "server to client only": (from_server, write_pcap, MAY_VANISH, 1),
    "snap length 64": (snapped, write_pcap, KEEPS, 1),
    "1 % lost": (one_percent_lost, write_pcap, MAY_VANISH, 2),
    "one packet lost": (one_lost, write_pcap, MAY_VANISH, 2),
    "started late, no SYN": (without_syn, write_pcap, MAY_VANISH, 1),
    "started late, no handshake": (without_handshake, write_pcap, MAY_VANISH, 1),
    "started late, anywhere": (started_late, write_pcap, MAY_VANISH, 2),
    "ended at the reset": (ended_early, write_pcap, MAY_VANISH, 1),
    "no timestamps option": (without_timestamps, write_pcap, KEEPS, 1),
    "three times slower": (slower, write_pcap, KEEPS, 1),
    "three times faster": (faster, write_pcap, KEEPS, 1),
    "delays shifted": (jittered, write_pcap, KEEPS, 2),
    "behind routers": (behind_routers, write_pcap, KEEPS, 2),
    "every packet twice": (duplicated, write_pcap, KEEPS, 1),
    "neighbours swapped": (swapped, write_pcap, KEEPS, 2),
    "other traffic around": (in_traffic, write_pcap, KEEPS, 1),
    "in a VLAN": (as_it_is, write_vlan, KEEPS, 1),
    "in two VLANs": (as_it_is, write_qinq, KEEPS, 1),
    "Linux cooked": (as_it_is, write_cooked, KEEPS, 1),
    "pcapng, big-endian": (as_it_is, write_pcapng, KEEPS, 1),
    "gzip": (as_it_is, write_gzip, KEEPS, 1),
}
