#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares what `whyrst probe -o json` said with the truth.

judge.py truth BASE NAME PRODUCT WHAT KEY SETTING BAR [seconds|wire|count]
    a row for the table on standard output, exit 1 if it is off by more than BAR. BASE.json is the probe's
    object, BASE.pcap what the server's host saw. `seconds`: the truth is SETTING; `wire`: it is what the
    packets show, for servers that keep to their setting only roughly; `count`: a number, exactly.
judge.py expect BASE KEY PATTERN...    in lower case
"""
import csv
import fnmatch
import json
import struct
import sys


def packets(path):
    """(time, source, destination, flags, payload bytes) of TCP over IPv4 in a capture of -i any."""
    with open(path, "rb") as file:
        head = file.read(24)
        link = struct.unpack("<I", head[20:24])[0]
        offset = {276: 20, 113: 16, 1: 14}[link]
        while True:
            record = file.read(16)
            if len(record) < 16:
                return
            seconds, micros, captured, _ = struct.unpack("<IIII", record)
            data = file.read(captured)[offset:]
            if len(data) < 40 or data[0] >> 4 != 4 or data[9] != 6:
                continue
            length = struct.unpack(">H", data[2:4])[0]
            tcp = data[(data[0] & 15) * 4:]
            source, destination = struct.unpack(">HH", tcp[:4])
            payload = length - (data[0] & 15) * 4 - (tcp[12] >> 4) * 4
            yield seconds + micros / 1e6, source, destination, tcp[13], payload


def on_the_wire(path, port, after):
    """Median time from the last byte (or the handshake) to the server's own FIN or RST, in seconds."""
    begun, asked, ended = {}, {}, {}
    for time, source, destination, flags, payload in packets(path):
        client = destination if source == port else source
        if flags & 2:
            begun[client] = time
        if client in ended or client not in begun:
            continue
        if source == port and flags & 5:
            if bool(client in asked) == after:
                ended[client] = time - (asked[client] if after else begun[client])
            else:
                ended[client] = None
        elif source != port and flags & 5:
            ended[client] = None
        elif payload and not (source == port and not after):
            asked[client] = time
    gaps = sorted(gap for gap in ended.values() if gap and gap > 0.3)
    return gaps[len(gaps) // 2] if gaps else None


def value_of(obj, key):
    for name in key.split("."):
        obj = obj[int(name)] if isinstance(obj, list) and name.isdigit() and int(name) < len(obj) else (
            obj.get(name) if isinstance(obj, dict) else None)
    return obj


def load(base):
    with open(base + ".json", encoding="utf-8") as file:
        lines = file.read().splitlines()
    if len(lines) != 1:
        sys.exit(f"{len(lines)} objects")
    return json.loads(lines[0])


def truth(base, name, product, what, key, setting, bar, kind="seconds"):
    obj = load(base)
    found = value_of(obj, key)
    if found is None:
        sys.exit(f"{what}: {key} is not known; {json.dumps(obj)[:600]}")
    measured = found if kind == "count" else found / 1000
    real = float(setting)
    if kind == "wire":
        port = int(base.rsplit("/", 1)[1])
        real = on_the_wire(base + ".pcap", port, "after" in key)
        if real is None:
            sys.exit(f"{what}: the capture shows no end")
    error = measured - real
    share = error / real * 100
    number, unit = bar.split() if " " in bar else (0, bar)
    good = abs(share) <= float(number) if unit == "%" else abs(error) <= float(number)
    ends = obj.get("before_request" if "before" in key else "after_request", {}).get("closes_with", "")
    row = [product, what, setting, kind, f"{real:.3f}".rstrip("0").rstrip("."),
           f"{measured:.3f}".rstrip("0").rstrip("."), f"{error:+.3f}", f"{share:+.2f}", bar,
           ends, "yes" if good else "no"]
    csv.writer(sys.stdout, lineterminator="\n").writerow(row)
    if not good:
        sys.exit(f"{name} {what}: measured {measured}, truth {real}, more than {bar} off")


def expect(base, key, *values):
    found = value_of(load(base), key)
    if not any(fnmatch.fnmatch(str(found).lower(), value) for value in values):
        sys.exit(f"{key} is {found}, not {' or '.join(values)}; {json.dumps(load(base))[:800]}")


{"truth": truth, "expect": expect}[sys.argv[1]](*sys.argv[2:])
