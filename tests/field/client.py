#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A TCP client on strings: reads one command a line, answers each with one line.

connect NAME HOST PORT, send NAME TEXT, flood NAME SECONDS, recv NAME, close NAME
TEXT knows \\r, \\n and \\xNN. An error is answered with its name (ECONNRESET, EPIPE, ...).
"""

import codecs
import errno
import socket
import sys
import time

TIMEOUT_S = 20
open_sockets = {}


def connect(name, host, port):
    open_sockets[name] = socket.create_connection((host, int(port)), TIMEOUT_S)
    return "local %s:%d" % open_sockets[name].getsockname()


def send(name, *words):
    data = codecs.decode(" ".join(words), "unicode_escape").encode("latin-1")
    open_sockets[name].sendall(data)
    return f"sent {len(data)}"


def flood(name, seconds):
    """Keeps uploading small pieces, as a slow client does, until time is up or it fails."""
    sent, end = 0, time.monotonic() + float(seconds)
    while time.monotonic() < end:
        sent += open_sockets[name].send(b"x" * 512)
        time.sleep(0.02)
    return f"sent {sent}"


def recv(name):
    data = open_sockets[name].recv(65536)
    return f"got {len(data)} {data.split(bytes([10]))[0]!r}" if data else "EOF"


def close(name):
    open_sockets.pop(name).close()
    return "closed"


COMMANDS = {f.__name__: f for f in (connect, send, flood, recv, close)}
for line in sys.stdin:
    words = line.rstrip("\n").split(" ")
    try:
        answer = COMMANDS[words[0]](*words[1:])
    except socket.timeout:
        answer = "timeout"
    except OSError as error:
        answer = errno.errorcode.get(error.errno, str(error))
    print(answer, flush=True)
