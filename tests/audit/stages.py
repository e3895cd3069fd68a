#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sick hosts: each stage makes one sickness for real in namespaces of its own, and `audit` has to name it.

    stages.py list            the names
    stages.py run NAME        one stage, in this namespace: tests/audit/run makes a new one for each
A stage yields once its load runs; what comes after the yield is done when the audit is over.
"""

import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time

STAGES = {}
WHYRST = os.environ.get("WHYRST", "whyrst")


def stage(name, *needed, seconds=2):
    """@needed: facts whose value must be above 0."""
    def keep(function):
        STAGES[name] = (function, needed, seconds)
        return function
    return keep


# --- what stages are made of -------------------------------------------------------------------

def sysctl(name, value):
    with open("/proc/sys/" + name.replace(".", "/"), "w", encoding="ascii") as file:
        file.write(str(value))


def command(line):
    subprocess.run(line, shell=True, check=True, stdout=subprocess.DEVNULL)


def child(function):
    """Runs @function in a process of its own until the stage ends."""
    pid = os.fork()
    if pid == 0:
        try:
            function()
            signal.pause()
        finally:
            os._exit(0)
    return pid


def listener(port, backlog):
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("127.0.0.1", port))
    one.listen(backlog)
    return one


def connect(port, wait=False, address="127.0.0.1"):
    one = socket.socket()
    one.setblocking(wait)
    try:
        one.connect((address, port))
    except BlockingIOError:
        pass
    return one


def load(function, pause=0.05):
    """Calls @function again and again in the background."""
    def forever():
        while True:
            try:
                function()
            except OSError:
                pass
            time.sleep(pause)
    threading.Thread(target=forever, daemon=True).start()


def serve(port, backlog, handle, limit=None):
    """A server in a process of its own: accepts and calls @handle(connection)."""
    def body():
        if limit:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        server = listener(port, backlog)
        while True:
            try:
                handle(server.accept()[0])
            except OSError:
                time.sleep(0.01)
    pid = child(body)
    for _ in range(100):
        probe = socket.socket()
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            probe.close()
            return pid
        probe.close()
        time.sleep(0.02)
    raise RuntimeError(f"nobody listens on {port}")


KEPT = []


def keep(connection):
    KEPT.append(connection)


# --- the stages --------------------------------------------------------------------------------

@stage("accept-queue", "overflows", "queue_most")
def accept_queue():
    KEPT.append(listener(8080, 5))
    load(lambda: keep(connect(8080)))
    time.sleep(0.5)
    yield


@stage("abort-on-overflow", "resets", "overflows")
def abort_on_overflow():
    sysctl("net.ipv4.tcp_abort_on_overflow", 1)
    server = listener(8080, 3)
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
    KEPT.append(server)

    # The queue is one short of full when the last ACKs, which bring the requests, come all at once.
    def burst():
        for count in 3, 4:
            clients = [connect(8080) for _ in range(count)]
            for client in clients:
                client.send(b"request")
            KEPT.extend(clients)
        while select.select([server], [], [], 0)[0]:
            server.accept()[0].close()
    load(burst, 0.1)
    time.sleep(0.5)
    yield


@stage("syn-queue", "cookies", "handshakes")
def syn_queue():
    command("nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; "
            "add rule ip t in tcp dport 8080 tcp flags & (syn|ack) == ack drop'")
    KEPT.append(listener(8080, 5))
    load(lambda: keep(connect(8080)))
    time.sleep(1)
    yield


@stage("descriptor-limit", "used", "waiting")
def descriptor_limit():
    serve(8080, 128, keep, limit=40)
    load(lambda: keep(connect(8080)), 0.02)
    time.sleep(1)
    yield


# --- running one -------------------------------------------------------------------------------

def audit(seconds):
    got = subprocess.run([WHYRST, "audit", "-o", "json", "--netns", str(os.getpid()), "--for", f"{seconds}s"],
                         capture_output=True, text=True, timeout=seconds + 30, check=False)
    if got.returncode or got.stderr:
        raise RuntimeError(f"status {got.returncode}: {got.stderr.strip()}")
    return [json.loads(line) for line in got.stdout.splitlines()]


def judge(name, findings, needed):
    """None, or what is wrong."""
    wanted = name.split(".")[0]
    ids = [one["id"] for one in findings]
    if ids != [wanted]:
        return f"found {ids}"
    facts = {fact["fact"]: fact["value"] for fact in findings[0]["evidence"]}
    for fact in needed:
        if not facts.get(fact):
            return f"{fact} is {facts.get(fact)}: {facts}"
    if findings[0]["certainty"] != "proven":
        return "only suggested"
    return None


def run(name):
    function, needed, seconds = STAGES[name]
    command("ip link set lo up")
    steps = function()
    try:
        next(steps)
        findings = audit(seconds)
    finally:
        next(steps, None)
    wrong = judge(name, findings, needed)
    if os.environ.get("SHOW"):
        subprocess.run([WHYRST, "audit", "--netns", str(os.getpid()), "--for", f"{seconds}s"], check=False)
    print(wrong or "; ".join(fact["text"] for one in findings for fact in one["evidence"])[:300])
    return 1 if wrong else 0


def main():
    if sys.argv[1] == "list":
        print("\n".join(STAGES))
        return 0
    return run(sys.argv[2])


if __name__ == "__main__":
    sys.stdout.flush()
    STATUS = main()
    sys.stdout.flush()
    os._exit(STATUS)
