# SPDX-License-Identifier: MIT
"""Stages the incident of the demo for real, and captures it: stage.py FILE.pcap  (root, iproute2, tcpdump)

A server with a limit of 40 descriptors meets a morning rush. It answers after 0.6 s, so that the
number of open connections follows the load. When accept() fails with EMFILE it does what libuv and
others do: it gives up a descriptor that it held in reserve, accepts, and closes at once, so that the
queue does not stay stuck. A client that had already sent its request sees a reset; one that had
connected and kept quiet sees a normal close.

Two network namespaces, a veth pair between them, the capture on the server's end.
"""

import errno
import os
import random
import resource
import selectors
import socket
import subprocess
import sys
import time

SERVER, PORT, CLIENTS = "192.0.2.10", 8080, [f"198.51.100.{n}" for n in range(11, 19)]
DESCRIPTORS, WORK_S = 40, 0.6
# Connections a second, second by second.
LOAD = [12, 25, 70, 85, 60, 15]


def run(*words):
    subprocess.run(words, check=True)


def network_up():
    for name in ("demo-server", "demo-client"):
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
    run("ip", "link", "add", "uplink0", "netns", "demo-server", "type", "veth",
        "peer", "name", "uplink0", "netns", "demo-client")
    run("ip", "-n", "demo-server", "addr", "add", f"{SERVER}/24", "dev", "uplink0")
    for client in CLIENTS:
        run("ip", "-n", "demo-client", "addr", "add", f"{client}/24", "dev", "uplink0")
    for name in ("demo-server", "demo-client"):
        run("ip", "-n", name, "link", "set", "uplink0", "up")
    run("ip", "-n", "demo-server", "route", "add", "198.51.100.0/24", "dev", "uplink0")
    run("ip", "-n", "demo-client", "route", "add", "192.0.2.0/24", "dev", "uplink0")


def network_down():
    for name in ("demo-server", "demo-client"):
        subprocess.run(["ip", "netns", "del", name], check=False)


def serve():
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    listener = socket.create_server((SERVER, PORT), backlog=128)
    listener.setblocking(False)
    reserve = os.open("/dev/null", os.O_RDONLY)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    working = []  # (when the answer is ready, connection)
    body = b"{\"stock\": 7}\n"
    answer = (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
              b"Connection: close\r\n\r\n" % len(body)) + body
    while True:
        for key, _ in selector.select(0.01):
            if key.fileobj is listener:
                try:
                    connection, _ = listener.accept()
                    connection.setblocking(False)
                    selector.register(connection, selectors.EVENT_READ)
                except OSError as error:
                    if error.errno != errno.EMFILE:
                        continue
                    os.close(reserve)
                    try:
                        listener.accept()[0].close()
                    except OSError:
                        pass
                    reserve = os.open("/dev/null", os.O_RDONLY)
                continue
            connection = key.fileobj
            selector.unregister(connection)
            try:
                if connection.recv(4096):
                    working.append((time.monotonic() + WORK_S, connection))
                    continue
            except OSError:
                pass
            connection.close()
        while working and working[0][0] <= time.monotonic():
            connection = working.pop(0)[1]
            try:
                connection.send(answer)
            except OSError:
                pass
            connection.close()


def load():
    """Starts connections at the rates of LOAD; one in eight is opened ahead and says nothing."""
    chance = random.Random(7)
    selector = selectors.DefaultSelector()
    start, number = time.monotonic(), 0
    due = [second + i / rate for second, rate in enumerate(LOAD) for i in range(rate)]
    outcome = {"answered": 0, "reset": 0, "closed": 0}
    live = {}
    while due or live:
        now = time.monotonic() - start
        if now > len(LOAD) + 3:
            break
        while due and due[0] <= now:
            due.pop(0)
            connection = socket.socket()
            connection.setblocking(False)
            connection.bind((chance.choice(CLIENTS), 0))
            connection.connect_ex((SERVER, PORT))
            live[connection] = [chance.random() < 0.125, False]
            number += 1
            selector.register(connection, selectors.EVENT_WRITE)
        for key, _ in selector.select(0.001):
            connection = key.fileobj
            quiet, sent = live[connection]
            try:
                if not sent:
                    live[connection][1] = True
                    selector.modify(connection, selectors.EVENT_READ)
                    if not quiet:
                        connection.send(b"GET /stock/%d HTTP/1.1\r\nHost: shop.example\r\n\r\n"
                                        % number)
                    continue
                outcome["answered" if connection.recv(4096) else "closed"] += 1
            except ConnectionError:
                outcome["reset"] += 1
            selector.unregister(connection)
            connection.close()
            del live[connection]
        for connection in [c for c, (quiet, sent) in live.items() if quiet and sent]:
            if chance.random() < 0.004:
                selector.unregister(connection)
                connection.close()
                del live[connection]
    print(outcome)


def main():
    if sys.argv[1] in ("serve", "load"):
        return serve() if sys.argv[1] == "serve" else load()
    inside = [sys.executable, os.path.abspath(__file__)]
    children = []
    try:
        network_up()
        children.append(subprocess.Popen(["ip", "netns", "exec", "demo-server", "tcpdump", "-i",
                                          "uplink0", "-U", "-s", "160", "-w", sys.argv[1], "tcp"]))
        children.append(subprocess.Popen(["ip", "netns", "exec", "demo-server", *inside, "serve"]))
        time.sleep(1)
        run("ip", "netns", "exec", "demo-client", *inside, "load")
        time.sleep(1)
    finally:
        for child in children:
            child.terminate()
            child.wait()
        network_down()
    return None


if __name__ == "__main__":
    sys.exit(main())
