#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Remedies that work: load, resets counted by `whyrst live`, --apply, no resets, --undo, all as before.

    remedies.py list          the names, list-undo those of undo
    remedies.py run NAME      one, in this namespace
    remedies.py undo NAME     a stage whose load makes no resets: --apply changes the settings, --undo leaves alone
                              what somebody changed since, and then leaves no trace
    remedies.py kill NAME     --apply and --undo are killed at each step: no half file, and undo still works
"""

import os
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from parts import (KEPT, Unavailable, child, command, connect, group_of, keep, listener, load, other_host, own_mounts,
                   serve, sysctl)
from stages import PURE_ACK, STAGES, WHYRST, abort_on_overflow, fin_timeout, keepalive

REMEDIES = {}
ROOT = None
# What else --apply changes, by stage, and what somebody else makes of it; None: there is no third value.
UNDONE = {
    "conntrack-invalid": {"net.netfilter.nf_conntrack_tcp_be_liberal": None},
    "drop-in": {},
    "port-range.reserved": {"net.ipv4.ip_local_port_range": "40000\t40011",
                            "net.ipv4.ip_local_reserved_ports": "20000"},
    "port-range.time-wait": {"net.ipv4.ip_local_port_range": "40000\t40011", "net.ipv4.tcp_tw_reuse": "2"},
    "receive-buffer": {"net.ipv4.tcp_rmem": "4096\t70000\t2000000"},
    "syn-queue.dropped": {"net.ipv4.tcp_syncookies": "2"},
    "time-wait-buckets": {"net.ipv4.tcp_max_tw_buckets": "7"},
}
UNIT = f"whyrst-stage-{time.time_ns()}.service"
DROP_IN = f"/etc/systemd/system/{UNIT}.d/99-whyrst.conf"


def remedy(name, seconds=3):
    def store(function):
        REMEDIES[name] = (function, seconds)
        return function
    return store


# Stages whose load makes resets as it is.
remedy("abort-on-overflow")(abort_on_overflow)
remedy("fin-timeout", 4)(fin_timeout)
remedy("keepalive", 4)(keepalive)


@remedy("accept-queue", 8)
def accept_queue():
    """Handshakes are forgotten at a full queue, and the clients that believe in them are reset."""
    sysctl("net.core.somaxconn", 3)
    sysctl("net.ipv4.tcp_syncookies", 0)
    sysctl("net.ipv4.tcp_synack_retries", 1)

    def body():
        server = listener(8080, 60000)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 1)
        signal.signal(signal.SIGHUP, lambda *_: server.listen(60000))
        while True:
            end = time.monotonic() + 7
            while time.monotonic() < end:
                time.sleep(0.1)
            while select.select([server], [], [], 0)[0]:
                keep(server.accept()[0])
    pid = child_of(body)

    def burst():
        for count in 3, 4:
            clients = [connect(8080) for _ in range(count)]
            time.sleep(0.02)
            for client in clients:
                client.send(b"request")
            for client in clients:
                keep(client)
    load(burst, 0.5)
    time.sleep(5)
    yield
    os.kill(pid, signal.SIGHUP)  # the restart that the remedy asks for
    yield


def child_of(body):
    pid = child(body)
    time.sleep(0.5)
    return pid


@remedy("descriptor-limit")
def descriptor_limit():
    """A program that sheds what it has no descriptors for, as libuv does."""
    shed()
    yield


def shed(full_s=0):
    """Its pid. How long it stays at its limit each time, beside the moments that it takes anyway."""
    def body():
        os.closerange(3, 1024)  # what was inherited is not its own: one below the limit is what it has at most times
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        server = listener(8080, 128)
        held, spare = [], os.open("/dev/null", os.O_RDONLY)
        while True:
            try:
                held.append(server.accept()[0])  # never closed: that would be a reset of its own
                continue
            except OSError:
                os.close(spare)
            time.sleep(0.02)
            try:
                server.accept()[0].close()
            except OSError:  # its limit was lowered meanwhile
                pass
            spare = os.open("/dev/null", os.O_RDONLY)
            time.sleep(full_s)
    pid = child_of(body)

    def call():
        one = connect(8080, wait=True)
        one.send(b"request")
        keep(one)
    load(call, 0.03)
    time.sleep(2)
    return pid


def drop_in():
    """The same as a unit of systemd. Its files lie in the real /etc, of which this mount namespace has a copy."""
    global ROOT
    pid = shed(0.01)  # many audits, and each has to find it
    group = group_of(UNIT, pid)
    ROOT = ""
    copy = tempfile.mkdtemp()
    own_mounts()
    command(f"mount -t tmpfs tmpfs {copy} && cp -a /etc/. {copy} && mount --bind {copy} /etc && umount {copy} && "
            "mkdir -p /etc/systemd/system /etc/sysctl.d && mount -t tmpfs tmpfs /var/lib && "
            f"mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system/{UNIT}.d")
    os.rmdir(copy)
    write(f"/run/systemd/system/{UNIT}", b"[Service]\nExecStart=/bin/true\n")
    for file in "00-first", "override":
        write(f"/run/systemd/system/{UNIT}.d/{file}.conf", b"[Service]\nLimitNOFILE=100\n")
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.rmdir(group)


@remedy("conntrack-timeout")
def conntrack_timeout():
    """What is silent for over a second is rejected when it speaks."""
    command("nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; "
            "add rule ip t in ct state invalid tcp flags & rst == 0 reject with tcp reset'")
    sysctl("net.netfilter.nf_conntrack_tcp_loose", 0)
    sysctl("net.netfilter.nf_conntrack_tcp_timeout_established", 1)
    serve(8080, 128, keep)

    def late(one):
        time.sleep(3.5)
        one.send(b"late")
        keep(one)  # a FIN more than a second later would make no new entry, loose or not: another reset

    # Never one twice: the server does not learn of the reset, and a port that comes again would meet its socket.
    ports = iter(range(20000, 32000))

    def call():
        one = socket.socket()
        one.bind(("127.0.0.1", next(ports)))
        one.connect(("127.0.0.1", 8080))
        threading.Thread(target=late, args=(one,), daemon=True).start()
    load(call, 0.1)
    time.sleep(3)
    yield


def speaks_later(seconds):
    """A host beside this one whose acknowledgements get lost, and that says something later."""
    def talk(connection):
        time.sleep(seconds)
        connection.send(b"late")
        keep(connection)

    def peer():
        server = socket.socket()
        server.bind(("10.7.0.2", 8080))
        server.listen(128)
        while True:
            threading.Thread(target=talk, args=(server.accept()[0],), daemon=True).start()
    other_host(peer)
    command("nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; "
            f"add rule ip t in ip saddr 10.7.0.2 {PURE_ACK} drop'")


@remedy("retries", 3)
def retries():
    sysctl("net.ipv4.tcp_retries2", 2)
    speaks_later(4)

    def call():
        one = connect(8080, True, "10.7.0.2")
        one.send(b"request")
        keep(one)
    load(call, 0.1)
    time.sleep(5)
    yield


@remedy("syn-retries", 5)
def syn_retries():
    """Answers that come after connect() was given up are reset."""
    sysctl("net.ipv4.tcp_syn_retries", 1)

    def peer():
        server = socket.socket()
        server.bind(("10.7.0.2", 8080))
        server.listen(1024)
        while True:
            keep(server.accept()[0])
    other_host(peer)
    # The answer to a SYN gets through only once it is repeated for the third time, 7 s after it.
    command("nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; "
            "add set ip t seen { typeof tcp dport; timeout 5s; }; "
            "add set ip t asked { typeof tcp dport; timeout 60s; }; "
            "add rule ip t in ip saddr 10.7.0.2 tcp flags syn,ack / syn,ack tcp dport != @asked "
            "add @asked { tcp dport } add @seen { tcp dport } drop; "
            "add rule ip t in ip saddr 10.7.0.2 tcp flags syn,ack / syn,ack tcp dport @seen drop'")
    load(lambda: keep(connect(8080, False, "10.7.0.2")), 0.1)
    time.sleep(8)
    yield


# --- doing it ----------------------------------------------------------------------------------

def resets(seconds):
    """Sent or received in this namespace: those of a packet filter TCP has not sent."""
    got = subprocess.run([WHYRST, "live", "--netns", str(os.getpid()), "--for", f"{seconds}s", "-o", "json"],
                         capture_output=True, text=True, timeout=seconds + 60, check=False)
    told = re.search(r"(\d+) resets sent and (\d+) received", got.stderr)
    if not told:
        raise RuntimeError(f"live: {got.stderr[-300:]}")
    return int(told[1]) + int(told[2])


def audit(*arguments, status=0):
    got = subprocess.run([WHYRST, "audit", *arguments, "--root", ROOT], capture_output=True, text=True, timeout=60,
                         check=False)
    if status not in (None, got.returncode):
        raise RuntimeError(f"{arguments}: status {got.returncode}: {got.stdout[-300:]}{got.stderr}")
    return got.stdout


def settings():
    """Every setting of this namespace as it reads, every file of the root, every limit."""
    found = {}
    for folder, _, names in os.walk("/proc/sys/net"):
        for name in names:
            try:
                with open(f"{folder}/{name}", encoding="utf-8") as file:
                    found[f"{folder}/{name}"] = file.read()
            except OSError:
                pass
    for name in [name for name in found if re.search(r"count|fib_.*_size|flush", name)]:
        del found[name]
    for pid in os.listdir("/proc"):
        if pid.isdigit():
            try:
                with open(f"/proc/{pid}/limits", encoding="ascii") as file:
                    found[pid] = file.read()
            except OSError:
                pass
    return found


def files():
    found = {}
    for folder, _, names in os.walk(f"{ROOT}/etc"):
        found[folder] = oct(os.stat(folder).st_mode)
        for path in [f"{folder}/{name}" for name in names if os.path.isfile(f"{folder}/{name}")]:
            with open(path, "rb") as file:
                found[path] = (oct(os.stat(file.fileno()).st_mode), file.read())
    return found


def difference(before, after):
    return [key for key in before if key in after and before[key] != after[key]]


def run(name):
    function, seconds = REMEDIES[name]
    steps = function()
    next(steps)
    before = resets(seconds)
    old, old_files = settings(), files()
    said = audit("--netns", str(os.getpid()), "--for", "3s", "--apply", "--yes")
    next(steps, None)
    changed = difference(old, settings())
    time.sleep(seconds)  # what was made under the old setting has its end
    after = resets(seconds)
    next(steps, None)
    audit("--undo")
    left, left_files = difference(old, settings()), files()
    print(f"{before} resets before, {after} after; {len(changed)} changed: "
          f"{', '.join(key.replace('/proc/sys/', '') for key in changed)}; {len(left)} left")
    if not before or after or not changed or left or left_files != old_files:
        print(f"  {left} {left_files} {said}")
        return 1
    return 0


def applied(steps):
    """Of a sickness: what every setting and file was, and what --apply changed of it."""
    pid = next(steps)
    old, old_files = settings(), files()
    said = audit("--netns", str(os.getpid()), "--for", "3s", "--apply", "--yes")
    new, new_files = settings(), files()
    changed = {key: new[key].rstrip("\n") for key in difference(old, new)}
    changed_files = {path: content for path, content in new_files.items() if old_files.get(path) != content}
    return pid, (old, old_files), changed, changed_files, said


def change_limit(pid, soft):
    """Returns what it was."""
    was, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
    return was


def undo(name):
    if name == "receive-buffer":
        sysctl("net.ipv4.tcp_rmem", "4096 65536 1000000")  # what the kernel has from the start is enough
    if name == "time-wait-buckets":
        shutil.rmtree(f"{ROOT}/etc")  # then the folders are made, and go again
    steps = scenario(name)()
    pid, old, changed, changed_files, said = applied(steps)
    try:
        others = {"/proc/sys/" + key.replace(".", "/"): value for key, value in UNDONE[name].items()}
        wanted, wanted_file = (set(others), f"{ROOT}/etc/sysctl.d/99-whyrst.conf") if others else ({str(pid)}, DROP_IN)
        if not wanted <= set(changed) or wanted_file not in changed_files:
            raise RuntimeError(f"changed {list(changed)}, {list(changed_files)}: {said}")
        rivals = [f"/run/systemd/system/{UNIT}.d/override.conf:2"]
        if not others and re.findall(r"! (.*) sets LimitNOFILE", said) != rivals:
            raise RuntimeError(f"what counts more at the next start is not told: {said}")
        # Somebody else is at it: what is theirs is left alone, and told.
        text = changed_files[wanted_file][1]
        write(wanted_file, text + b"# mine\n")
        theirs = {key: value for key, value in others.items() if value}
        for key, value in theirs.items():
            write(key, value.encode())
        limit = None if others else change_limit(pid, 50)
        told = audit("--undo", status=1)
        left = [line.split(":")[0].strip() for line in told.splitlines() if "somebody changed it" in line]
        mine = settings()
        kept = files()[wanted_file][1] == text + b"# mine\n" and not difference(
            {key: value + "\n" for key, value in theirs.items()}, mine)
        if len(left) != len(theirs) + 1 + bool(limit) or not kept or limit and change_limit(pid, limit) != 50:
            raise RuntimeError(f"changed by somebody else: {told}")
        # As --apply made it again, it can be taken back.
        write(wanted_file, text)
        for key in theirs:
            write(key, changed[key].encode())
        audit("--undo")
        remains = difference(old[0], settings())
        print(f"changed {', '.join(changed)}, {', '.join(changed_files)}; {len(left)} left alone where somebody else "
              f"changed them; {len(remains)} left in the end")
        if remains or files() != old[1]:
            print(f"  {remains} {[path for path in files() if files()[path] != old[1].get(path)]} {said}")
            return 1
        return 0
    finally:
        next(steps, None)


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def scenario(name):
    return drop_in if name == "drop-in" else REMEDIES[name][0] if name in REMEDIES else STAGES[name][0]


STEPS = "renameat", "write", "fsync", "prlimit64", "unlinkat", "mkdir", "fchmod"


def killed(call, number, *arguments):
    """Whether it was killed there at all."""
    got = subprocess.run(["strace", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                          f"inject={call}:signal=KILL:when={number}", WHYRST, "audit", *arguments, "--root", ROOT],
                         capture_output=True, timeout=60, check=False)
    return got.returncode in (-9, 137)


def kill(name):
    """Each file is the old or the new one, whatever the moment; then --undo takes back what was done."""
    steps = scenario(name)()
    next(steps)
    apply = "--netns", str(os.getpid()), "--for", "1s", "--apply", "--yes"
    old, old_files = settings(), files()
    audit(*apply)
    new_files = files()
    audit("--undo")
    count = 0
    for what in "apply", "undo":
        for call in STEPS:
            number = 1
            while True:
                said = audit(*apply) if what == "undo" else "--undo"
                if "--undo" not in said:
                    raise RuntimeError(f"{call} {number}: the load has ended: {said}")
                if not killed(call, number, *(apply if what == "apply" else ("--undo",))):
                    audit("--undo", status=None)
                    break
                count += 1
                for path, content in files().items():
                    if "/." not in path and content not in (old_files.get(path), new_files.get(path)):
                        raise RuntimeError(f"{what} killed at {call} {number}: {path} is {content}")
                audit("--undo")
                left = difference(old, settings())
                if left or files() != old_files:
                    raise RuntimeError(f"{what} killed at {call} {number}: left {left} {files()}")
                number += 1
    next(steps, None)
    print(f"killed at {count} steps")
    return 0 if count > 10 else 1


def main():
    global ROOT
    if sys.argv[1] == "list":
        print("\n".join(REMEDIES))
        return 0
    if sys.argv[1] == "list-undo":
        print("\n".join(UNDONE))
        return 0
    command("ip link set lo up")
    ROOT = tempfile.mkdtemp(prefix="whyrst-audit-")
    os.makedirs(f"{ROOT}/etc/sysctl.d")
    with open(f"{ROOT}/etc/sysctl.d/99-whyrst.conf", "w", encoding="ascii") as file:
        file.write("# by hand\nnet.ipv4.ip_forward = 0\n")
    folder = ROOT
    try:
        return {"run": run, "undo": undo, "kill": kill}[sys.argv[1]](sys.argv[2])
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    try:
        STATUS = main()
    except Unavailable as error:
        print(error)
        STATUS = 77
    except Exception as error:  # pylint: disable=broad-except
        print(error)
        STATUS = 1
    sys.stdout.flush()
    os._exit(STATUS)
