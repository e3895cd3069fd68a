#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""pool.py HOST PORT: a GET for each line of standard input, on one connection; prints the answers."""

import http.client
import sys

connection = http.client.HTTPConnection(sys.argv[1], int(sys.argv[2]), timeout=20)
for _ in sys.stdin:
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        answer.read()
        print(answer.status, answer.reason, flush=True)
    except (http.client.HTTPException, OSError) as error:
        print(repr(error), flush=True)
