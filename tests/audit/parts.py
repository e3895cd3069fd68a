#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What stages are made of: settings, programs, hosts and load."""

import ctypes
import os
import resource
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time


class Unavailable(Exception):
    """This machine cannot stage that."""


def unavailable(why):
    raise Unavailable(why)


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
    one.bind(("0.0.0.0", port))
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


def until(state, count):
    """Waits for @count sockets in @state as ss names it, at most 10 s."""
    for _ in range(100):
        if subprocess.run(["ss", "-tnH", "state", state], capture_output=True, check=True).stdout.count(b"\n") >= count:
            return
        time.sleep(0.1)


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


def other_host(function):
    """Runs @function on a host of its own, 10.7.0.2, beside this one, 10.7.0.1."""
    ready, go = os.pipe()

    def body():
        ctypes.CDLL(None).unshare(0x40000000)
        os.read(ready, 1)
        command("ip link set lo up; ip addr add 10.7.0.2/24 dev there; ip link set there up; "
                "ip route add default via 10.7.0.1")
        while True:
            try:
                function()
            except OSError:  # the link is not up yet
                time.sleep(0.05)
    pid = child(body)
    time.sleep(0.1)
    command(f"ip link add here type veth peer name there netns {pid} && ip addr add 10.7.0.1/24 dev here && "
            "ip link set here up")
    os.write(go, b"x")
    return pid


def own_mounts():
    """What this thread and its children mount from now on nobody else sees."""
    if ctypes.CDLL(None).unshare(0x20000):
        unavailable("no mount namespace can be made here")
    command("mount --make-rprivate /")


def group_of(name, pid):
    """Puts it into a control group of that name; the folder, which is empty and to be removed once it has ended."""
    for parent in "/sys/fs/cgroup", "/sys/fs/cgroup/unified":
        if os.path.exists(f"{parent}/cgroup.controllers"):
            break
    else:
        unavailable("no unified control groups are mounted here")
    folder = f"{parent}/{name}"
    try:
        os.mkdir(folder)
        with open(f"{folder}/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(pid))
    except OSError as error:
        if os.path.exists(folder):
            os.rmdir(folder)
        unavailable(f"no control group can be made here: {error}")
    return folder


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def segment(source, target, ports, flags):
    """A bare TCP segment of no connection."""
    head = struct.pack("!HHIIBBHHH", *ports, 1000, 2000, 5 << 4, flags, 1000, 0, 0)
    pseudo = socket.inet_aton(source) + socket.inet_aton(target) + struct.pack("!HH", 6, len(head))
    head = head[:16] + struct.pack("!H", checksum(pseudo + head)) + head[18:]
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    raw.sendto(head, (target, 0))
    raw.close()


def root_with(files):
    """A folder with these files, by their paths in it, for --root."""
    folder = tempfile.mkdtemp()
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
    return folder


KEPT = []


def keep(connection):
    """Keeps it open for a while: the newest 600 of them."""
    KEPT.append(connection)
    if len(KEPT) > 600:
        KEPT.pop(100).close()
