#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where listeners listen: addresses, families, interfaces, many on one port; and a kernel that does not
tell. See check_stage.py.
"""
import ctypes
import errno
import platform
import resource
import socket
import struct
import subprocess
import time

from check_stage import *  # pylint: disable=wildcard-import,unused-wildcard-import


# --- addresses and families -------------------------------------------------------------------------
def test_addresses():
    p = next_port()
    with listen("0.0.0.0", p, 511):
        expect(0, rf"^OK: 0\.0\.0\.0:{p} is listening.* \| queue=0;409;511$", p)
        expect(0, rf"^OK: 127\.0\.0\.1:{p} \(at 0\.0\.0\.0:{p}\)", f"127.0.0.1:{p}")
        expect(0, "^OK", f"0.0.0.0:{p}")
        expect(0, "^OK", f"[::ffff:127.0.0.1]:{p}")
        expect(0, "^OK", f"*:{p}")
        expect(2, "^CRITICAL: nobody listens on .*only on 0", f"[::1]:{p}")
        expect(0, rf"^OK：0\.0\.0\.0:{p} 正在监听", p, "--lang", "zh")
    expect(2, rf"^CRITICAL: nobody listens on \*:{p}$", p)
    p = next_port()
    with listen("::", p, 4, socket.AF_INET6, only_ip6=0):
        expect(0, r"^OK: \[::\]", p)
        expect(0, r"at \[::\]", f"127.0.0.1:{p}")
        expect(0, r"at \[::\]", f"[::1]:{p}")
    p = next_port()
    with listen("::", p, 4, socket.AF_INET6, only_ip6=1):
        expect(2, "only on", f"127.0.0.1:{p}")
        expect(0, "^OK", f"[::1]:{p}")
    # a specific address takes its connections from the wildcard's listener
    p = next_port()
    with listen("0.0.0.0", p, 64, reuse_port=True), listen("127.0.0.1", p, 1, reuse_port=True):
        clients = fill(2, "127.0.0.1", p)
        expect(2, r"^CRITICAL: 127\.0\.0\.1:\d+ listens but does not accept", f"127.0.0.1:{p}")
        expect(0, "^OK", f"127.0.0.2:{p}")
        expect(2, r"^CRITICAL: 127\.0\.0\.1", p)
        for one in clients:
            one.close()


def test_many_addresses():
    """More listeners on one port than addresses alone make: each address has one for each worker."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    p = next_port()
    addresses = [f"127.0.1.{i}" for i in range(1, 5)]
    listeners = [listen(address, p, 9, reuse_port=True) for address in addresses for _ in range(300)]
    for address in addresses:
        out, _ = expect(0, rf"^OK: {address}:{p} .*fullest of 300 listeners", f"{address}:{p}", "-v")
        hold(f"-v begins with another address: {out}", f"{address}:{p} listens" in out.split("\n")[2])
    for one in listeners:
        one.close()


def test_device():
    if subprocess.run(["ip", "link", "add", "one", "type", "veth", "peer", "other"], check=False).returncode:
        return
    for words in "addr add 10.77.0.1/24 dev one", "link set one up", "link set other up":
        subprocess.run(["ip", *words.split()], check=True)
    local = None
    for _ in range(50):
        with open("/proc/net/if_inet6", encoding="ascii") as file:
            local = [line.split()[0] for line in file if line.startswith("fe80") and line.split()[5] == "one"
                     and line.split()[4] == "80"]
        if local:
            break
        time.sleep(0.1)
    p = next_port()
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"one\0")
        one.bind(("0.0.0.0", p))
        one.listen(9)
        expect(0, r"^OK: 0\.0\.0\.0:\d+ \(interface one\) .*handshake", p, "--connect", "--timeout", 100)
        expect(0, r"^OK：.*（接口 one）", p, "--lang", "zh")
        out, _ = expect(0, '"device":"one"', p, "--connect", "--timeout", 100, "-o", "json")
        hold(f"over another address: {out}", '"to":"10.77.0.1:' in out)
    if local:
        address = ":".join(local[0][i:i + 4] for i in range(0, 32, 4))
        with socket.socket(socket.AF_INET6) as one:
            one.bind((address, p, 0, socket.if_nametoindex("one")))
            one.listen(9)
            expect(0, r"^OK: \[fe80.*handshake", p, "--connect", "--timeout", 100)
    subprocess.run(["ip", "link", "del", "one"], check=True)


# --- a kernel that does not tell -----------------------------------------------------------------------
def without_netlink():
    """As a service with RestrictAddressFamilies= is run: socket(AF_NETLINK) fails."""
    number = {"x86_64": 41, "aarch64": 198}[platform.machine()]
    steps = [(0x20, 0, 0, 0), (0x15, 0, 3, number), (0x20, 0, 0, 16), (0x15, 0, 1, socket.AF_NETLINK),
             (0x06, 0, 0, 0x00050000 | errno.EAFNOSUPPORT), (0x06, 0, 0, 0x7fff0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code)))
    libc = ctypes.CDLL(None)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program, 0, 0):
        raise OSError("no seccomp")


def test_not_told():
    if platform.machine() not in ("x86_64", "aarch64"):
        return
    p = next_port()
    with listen("127.0.0.1", p, 9):
        out, _ = expect(3, "^UNKNOWN: the kernel does not tell", p, "-v", preexec_fn=without_netlink)
        hold(f"and yet it is told who holds the port: {out}", "held by" not in out)
        expect(0, "^UNKNOWN", p, "-v", "--vrrp", "--connect", preexec_fn=without_netlink)


run_all(globals())
