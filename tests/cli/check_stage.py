# SPDX-License-Identifier: MIT
"""What check_cases.py and check_places.py share: listeners, the program, what is expected of it.

Each is run as NAME.py PROGRAM JSON_OUT in a namespace of its own: prints one line for each expectation
that fails; exit 1 if one did.
"""
import contextlib
import re
import socket
import subprocess
import sys
import threading
import time

PROGRAM, JSON_OUT = sys.argv[1:3]
problems = []
port = 8000


def next_port():
    global port
    port += 1
    return port


def check(*words, **more):
    """Exit status, standard output, seconds."""
    begin = time.monotonic()
    done = subprocess.run([PROGRAM, "check", *map(str, words)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False, **more)
    return done.returncode, done.stdout, time.monotonic() - begin


def expect(status, pattern, *words, **more):
    got, out, seconds = check(*words, **more)
    if got != status or not re.search(pattern, out):
        problems.append(f"check {' '.join(map(str, words))}: {got}, not {status}, or not /{pattern}/: {out.strip()}")
    return out, seconds


def hold(what, truth):
    if not truth:
        problems.append(what)


def listen(address, number, backlog, family=socket.AF_INET, reuse_port=False, only_ip6=None):
    one = socket.socket(family)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if reuse_port:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if only_ip6 is not None:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only_ip6)
    one.bind((address, number))
    one.listen(backlog)
    return one


def fill(count, address, number):
    """Connections that nobody accepts."""
    clients = []
    for _ in range(count):
        clients.append(socket.create_connection((address, number), timeout=2))
    return clients


def counter(name):
    with open("/proc/thread-self/net/snmp", encoding="ascii") as file:
        rows = [line.split() for line in file if line.startswith("Tcp:")]
    return int(dict(zip(rows[0], rows[1]))[name])


@contextlib.contextmanager
def thread(work):
    end = threading.Event()
    one = threading.Thread(target=work, args=(end,), daemon=True)
    one.start()
    yield
    end.set()
    one.join()


def run_all(tests):
    for name, test in sorted(tests.items()):
        if name.startswith("test_"):
            test()
    for problem in problems:
        print("FAIL:", problem)
    sys.exit(bool(problems))
