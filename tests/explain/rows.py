#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every row of data/facts-errors.csv must be found by `whyrst explain`: its message alone, with its
placeholders filled in, and inside lines as real logs have them, through words and through a log.

rows.py WHYRST    prints "ok NAME" or "FAIL NAME: why"
"""
import csv
import json
import subprocess
import sys

WHYRST = sys.argv[1]
FILLED = [("A->B", "192.0.2.7:51514->198.51.100.9:443"), ("<address>", "https://example.com/..."),
          ('"url"', '"https://example.com/v1/items"'), ("N bytes", "1234 bytes"), ("client X", "client 192.0.2.4"),
          ("error code N", "error code 8"), ("curl: (35) ...", "curl: (35) OpenSSL SSL_connect:"),
          ("read tcp ...:", "read tcp 192.0.2.7:51514->198.51.100.9:443:"), ("(104...)", "(104: Connection reset by peer)"),
          ("RemoteDisconnected(...)", "RemoteDisconnected('Remote end closed connection without response')"),
          ("ConnectionResetError(104,...)", "ConnectionResetError(104, 'Connection reset by peer')"),
          ('ConnectionResetError(104..."', "ConnectionResetError(104, 'Connection reset by peer')\"")]
# How HAProxy and Envoy write their codes; a bare code inside prose is no log line.
HAPROXY = ('Nov 20 14:01:03 lb1 haproxy[991]: 192.0.2.9:51234 [20/Nov/2026:14:03:01.100] www be/srv2 '
           '0/0/1/-1/5 502 209 - - %s-- 12/10/3/1/0 0/0 "GET / HTTP/1.1"')
ENVOY = ('[2026-11-20T14:03:04.000Z] "GET /x HTTP/1.1" %s %s - - "-" 0 95 57 - "-" "client" "id" "api" '
         '"198.51.100.9:8080"')
ENVOY_STATUS = {"DC": "0", "UT": "504", "SI": "408"}
WRAPPED = [
    "2026-11-20 14:01:03,123 ERROR [http-nio-8080-exec-7] c.e.OrderService - call to 198.51.100.7:8443: %s",
    "Nov 20 14:01:03 web1 app[1234]: %s (192.0.2.4:55012)",
    '{"time":"2026-11-20T14:01:03Z","level":"error","msg":"upstream 198.51.100.7:8443 %s","try":2}',
    "2026/11/20 14:01:03 worker 7: %s, giving up",
]


def explain(words=None, text=None):
    """Entries as (ecosystem, message), best first, each with whether nothing fits better."""
    command = [WHYRST, "explain", "-o", "json"] + (["--", words] if words is not None else [])
    out = subprocess.run(command, input=text, stdin=subprocess.DEVNULL if text is None else None,
                         capture_output=True, timeout=60, check=False)
    return [json.loads(line) for line in out.stdout.splitlines()]


def check(name, row, entries):
    """The row's entry must come first, or beside others with the same message."""
    want = (row["ecosystem"], row["message_pattern"])
    found = [(e.get("ecosystem"), e.get("message")) for e in entries]
    if want not in found:
        return "FAIL %s: not among %s" % (name, found[:4])
    before = found[:found.index(want)]
    if any(message != want[1] for _, message in before):
        return "FAIL %s: behind %s" % (name, before)
    return "ok " + name


def lines_of(row):
    message = row["message_pattern"]
    if row["ecosystem"] == "HAProxy log":
        code = message.split()[1].replace("R*", "RC")
        return [HAPROXY % code] + [w % message for w in WRAPPED[:1]]
    if row["ecosystem"] == "Envoy":
        return [ENVOY % (ENVOY_STATUS.get(message, "503"), message)]
    filled = message
    for placeholder, text in FILLED:
        filled = filled.replace(placeholder, text)
    return [w % filled for w in WRAPPED] + [WRAPPED[0] % message]


def main():
    with open("data/facts-errors.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    bad = 0
    for number, row in enumerate(rows, 2):
        name = "row %d %s: %s" % (number, row["ecosystem"], row["message_pattern"])
        results = [check(name + " (alone)", row, explain(row["message_pattern"]))]
        for line in lines_of(row):
            results.append(check("%s (in: %s)" % (name, line), row, explain(line)))
            # As a log the best entry names the group: rows that share their text share one.
            entries = explain(text=("2026-11-20 14:00:00 started\n" + line + "\n").encode())
            messages = [e.get("message") for e in entries]
            good = messages[:1] == [row["message_pattern"]] and entries[0]["log"]["count"] == 1
            results.append(("ok %s (log: %s)" if good else "FAIL %s (log: %s)") % (name, line))
        for result in results:
            print(result)
            bad += result.startswith("FAIL")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
