# SPDX-License-Identifier: MIT
"""Provokes resets on the loopback of the network namespace it runs in, one for each word.

close: closed with unread bytes; linger: SO_LINGER 0; refuse: nobody listens; dual: closed with
unread bytes through a dual-stack socket; exit: the owner exits with status 7; kill: SIGKILL.
Prints the server's port of each.
"""

import os
import signal
import socket
import struct
import sys
import time


def pair(family=socket.AF_INET, address="127.0.0.1", to="127.0.0.1"):
    listener = socket.socket(family)
    listener.bind((address, 0))
    listener.listen()
    client = socket.create_connection((to, listener.getsockname()[1]))
    server, _ = listener.accept()
    return listener, client, server


def close_unread(family=socket.AF_INET, address="127.0.0.1"):
    listener, client, server = pair(family, address)
    port = server.getsockname()[1]
    client.send(b"x" * 75)
    while len(server.recv(100, socket.MSG_PEEK)) < 75:
        pass
    server.close()
    return port


def linger():
    _, _, server = pair()
    port = server.getsockname()[1]
    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    server.close()
    return port


def refuse():
    unused = socket.socket()
    unused.bind(("127.0.0.1", 0))
    port = unused.getsockname()[1]
    try:
        socket.create_connection(("127.0.0.1", port))
    except ConnectionRefusedError:
        pass
    return port


def ended(how):
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        _, client, server = pair()
        client.send(b"y" * 40)
        while len(server.recv(100, socket.MSG_PEEK)) < 40:
            pass
        os.write(told, b"%d\n" % server.getsockname()[1])
        if how == "exit":
            os._exit(7)
        time.sleep(20)
        os._exit(1)
    port = int(os.read(ready, 10))
    if how == "kill":
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return port


for word in sys.argv[1:]:
    if word == "close":
        print(word, close_unread())
    elif word == "dual":
        print(word, close_unread(socket.AF_INET6, "::"))
    elif word == "linger":
        print(word, linger())
    elif word == "refuse":
        print(word, refuse())
    else:
        print(word, ended(word))
    sys.stdout.flush()
    time.sleep(0.05)
