#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sick hosts: each stage makes one sickness for real in namespaces of its own, and `audit` has to name it.

    stages.py list            the names
    stages.py run NAME        one stage, in this namespace: tests/audit/run makes a new one for each
A stage yields once its load runs; what comes after the yield is done when the audit is over.
"""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from parts import (KEPT, Unavailable, command, connect, keep, listener, load, other_host, root_with, segment, serve,
                   sysctl, unavailable, until)

STAGES = {}
WHYRST = os.environ.get("WHYRST", "whyrst")


def stage(name, *needed, seconds=2, certainty="proven"):
    """@needed: facts whose value must be above 0. A stage may yield options for audit."""
    def keep(function):
        STAGES[name] = (function, needed, seconds, certainty)
        return function
    return keep


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
    server.setblocking(False)
    KEPT.append(server)

    # The queue is one short of full when the last ACKs, which bring the requests, come all at once.
    def drain():
        while select.select([server], [], [], 0)[0]:
            one = server.accept()[0]
            keep(one)
            try:
                one.recv(100, socket.MSG_DONTWAIT)
            except BlockingIOError:
                pass

    def burst():
        try:
            for count in 3, 4:
                clients = [connect(8080) for _ in range(count)]
                for client in clients:
                    client.send(b"request")
                    keep(client)
        finally:
            drain()
    load(burst, 0.2)
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


@stage("syn-queue.dropped", "drops", "handshakes")
def syn_queue_dropped():
    sysctl("net.ipv4.tcp_syncookies", 0)
    yield from syn_queue()


@stage("time-wait-buckets", "skipped")
def time_wait_buckets():
    sysctl("net.ipv4.tcp_max_tw_buckets", 1)
    serve(8080, 128, socket.socket.close)

    def visit():
        one = connect(8080, wait=True)
        one.recv(1)
        one.close()
    load(visit, 0.01)
    time.sleep(0.3)
    yield


@stage("port-range", "used")
def port_range():
    serve(8080, 128, keep)
    sysctl("net.ipv4.ip_local_port_range", "40000 40009")
    load(lambda: keep(connect(8080)), 0.02)
    time.sleep(0.5)
    yield


@stage("port-range.time-wait", "used", "time_wait")
def port_range_time_wait():
    sysctl("net.ipv4.tcp_tw_reuse", 0)
    sysctl("net.ipv4.ip_local_port_range", "40000 40009")

    def handle(connection):
        connection.recv(1)
        connection.close()
    serve(8080, 128, handle)
    load(lambda: connect(8080, wait=True).close(), 0.02)
    time.sleep(1)
    yield


@stage("port-range.reserved", "used")
def port_range_reserved():
    """There is a service on a port that a wider range would give away."""
    KEPT.append(listener(20080, 128))
    yield from port_range()


@stage("firewall-reject", "rejected")
def firewall_reject():
    serve(8080, 128, keep)
    command("nft 'add table inet t; add chain inet t in { type filter hook input priority 0; }; "
            "add rule inet t in tcp dport 8080 counter reject with tcp reset'")
    load(lambda: connect(8080).close())
    yield


@stage("firewall-reject.iptables", "rejected")
def firewall_reject_iptables():
    serve(8080, 128, keep)
    command("iptables-nft -A INPUT -p tcp --dport 8080 -j REJECT --reject-with tcp-reset")
    load(lambda: connect(8080).close())
    yield


@stage("close-wait", "waiting", "stayed", "grown")
def close_wait():
    serve(8080, 128, keep)

    def peer():
        while True:
            connect(8080, True, "10.7.0.1").close()
            time.sleep(0.01)
    other_host(peer)
    until("close-wait", 40)
    yield


@stage("fin-wait2", "after", "before")
def fin_wait2():
    serve(8080, 128, socket.socket.close)

    def peer():
        while True:
            keep(connect(8080, True, "10.7.0.1"))
            time.sleep(0.01)
    other_host(peer)
    until("fin-wait-2", 80)
    yield


@stage("fin-timeout", "expired", "resets", seconds=3)
def fin_timeout():
    sysctl("net.ipv4.tcp_fin_timeout", 2)
    serve(8080, 128, socket.socket.close)

    def late(one):
        time.sleep(3)
        one.close()

    def peer():
        while True:
            threading.Thread(target=late, args=(connect(8080, True, "10.7.0.1"),), daemon=True).start()
            time.sleep(0.1)
    other_host(peer)
    time.sleep(3.5)
    yield


@stage("stopped-owner", "waiting")
def stopped_owner():
    pid = serve(8080, 128, keep)
    os.kill(pid, signal.SIGSTOP)
    load(lambda: keep(connect(8080)))
    time.sleep(0.3)
    yield
    os.kill(pid, signal.SIGKILL)


@stage("throttled-owner", "periods", "waiting", seconds=3)
def throttled_owner():
    for parent, limits in ("/sys/fs/cgroup", {"cpu.max": "1000 100000"}), \
            ("/sys/fs/cgroup/cpu", {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "1000"}):
        group = f"{parent}/whyrst-stage-{time.time_ns()}"
        if os.path.exists(f"{parent}/cpu.stat"):
            os.mkdir(group)
            break
    else:
        unavailable("no control groups with the controller cpu are mounted here")
    try:
        for name, value in limits.items():
            with open(f"{group}/{name}", "w", encoding="ascii") as file:
                file.write(value)
    except OSError as error:
        os.rmdir(group)
        unavailable(f"no limit of processor time can be set here: {error}")

    def spin(connection):
        end = time.process_time() + 0.01
        while time.process_time() < end:
            pass
        connection.close()
    pid = serve(8080, 128, spin)
    with open(group + "/cgroup.procs", "w", encoding="ascii") as file:
        file.write(str(pid))
    load(lambda: connect(8080).close(), 0.05)
    time.sleep(1)
    yield
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.rmdir(group)


PURE_ACK = "tcp flags & (fin|syn|rst|psh|ack) == ack"


def deaf_peer(backlog=128):
    """A host beside this one whose acknowledgements get lost once a connection is there."""
    def peer():
        server = socket.socket()
        server.bind(("10.7.0.2", 8080))
        server.listen(backlog)
        while True:
            keep(server.accept()[0])
    other_host(peer)
    command("nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; "
            f"add rule ip t in ip saddr 10.7.0.2 {PURE_ACK} drop'")


@stage("keepalive", "given_up")
def keepalive():
    for name, value in ("time", 1), ("intvl", 1), ("probes", 1):
        sysctl("net.ipv4.tcp_keepalive_" + name, value)
    deaf_peer()

    def call():
        one = connect(8080, True, "10.7.0.2")
        one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        keep(one)
    load(call, 0.1)
    time.sleep(2)
    yield


@stage("retries", "given_up", "timeouts")
def retries():
    sysctl("net.ipv4.tcp_retries2", 2)
    deaf_peer()

    def call():
        one = connect(8080, True, "10.7.0.2")
        one.send(b"request")
        keep(one)
    load(call, 0.1)
    time.sleep(3.5)
    yield


@stage("syn-retries", "failed")
def syn_retries():
    sysctl("net.ipv4.tcp_syn_retries", 1)
    command("nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; "
            "add rule ip t in tcp dport 8080 drop'")
    load(lambda: keep(connect(8080)))
    time.sleep(3.2)
    yield


@stage("receive-buffer", "dropped")
def receive_buffer():
    # A program that makes the buffer smaller than the window that it has offered, and does not read.
    def handle(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        keep(connection)
    serve(8080, 128, handle)

    def call():
        one = connect(8080, wait=True)
        time.sleep(0.01)
        one.setblocking(False)
        keep(one)
        for _ in range(64):
            one.send(b"x" * 1000)
    load(call, 0.1)
    time.sleep(0.5)
    yield


@stage("conntrack-invalid", "invalid", "forwarded")
def conntrack_invalid():
    def client():
        while True:
            for port in range(20000, 20010):
                segment("10.7.0.2", "10.8.0.2", (port, 8080), 0x10)
            time.sleep(0.1)
    other_host(client)
    command("ip link add far type veth peer name wide; ip link set wide up; ip addr add 10.8.0.1/24 dev far; ip link set far up; "
            "ip neigh add 10.8.0.2 lladdr 02:00:00:00:00:01 dev far; "
            "nft 'add table ip t; add chain ip t f { type filter hook forward priority 0; }; "
            "add rule ip t f ct state established accept'")
    sysctl("net.ipv4.ip_forward", 1)
    sysctl("net.netfilter.nf_conntrack_tcp_loose", 0)
    time.sleep(0.5)
    yield


@stage("conntrack-timeout", "forgotten")
def conntrack_timeout():
    command("nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; "
            "add rule ip t in ct state invalid drop'")
    sysctl("net.netfilter.nf_conntrack_tcp_loose", 0)
    sysctl("net.netfilter.nf_conntrack_tcp_timeout_established", 1)
    serve(8080, 128, keep)
    for _ in range(10):
        keep(connect(8080, wait=True))
    time.sleep(1)
    yield


def backlog(asked, allowed, files):
    """A listener that asks for @asked, as @files say, on a host that allows @allowed."""
    sysctl("net.core.somaxconn", allowed)
    KEPT.append(listener(8080, asked))
    root = root_with(files)
    yield ["--root", root]
    shutil.rmtree(root)


@stage("backlog-cut", "wanted", "limit", "port", certainty="suggested")
def backlog_cut():
    yield from backlog(4096, 128, {"etc/nginx/nginx.conf": "http { server { listen 8080 backlog=4096; } }"})


@stage("backlog-cut.socket", "wanted", "limit", "port", certainty="suggested")
def backlog_cut_socket():
    yield from backlog(4096, 128, {"etc/systemd/system/web.socket": "[Socket]\nListenStream=8080\nBacklog=4096\n"})


# --- healthy hosts: nothing may be found -------------------------------------------------------

@stage("healthy.idle")
def healthy_idle():
    serve(8080, 128, keep)
    keep(connect(8080))
    yield


@stage("healthy.busy")
def healthy_busy():
    """A server that answers thousands of requests a second, each on a connection of its own."""
    nginx, wrk = shutil.which("nginx"), shutil.which("wrk")
    if not nginx or not wrk:
        unavailable("nginx or wrk is not here")
    folder = tempfile.mkdtemp()
    with open(folder + "/conf", "w", encoding="ascii") as file:
        file.write(f"""pid {folder}/pid; error_log {folder}/log; user root; worker_processes 1;
                       events {{ worker_connections 2000; }}
                       http {{ access_log off; server {{ listen 8080 backlog=511; return 200 ok; }} }}""")
    command(f"{nginx} -p {folder} -c {folder}/conf")
    load = subprocess.Popen([wrk, "-c", "50", "-t", "1", "-d", "10", "http://127.0.0.1:8080/"],
                            stdout=subprocess.DEVNULL)
    time.sleep(1)
    yield
    load.kill()
    command(f"{nginx} -p {folder} -c {folder}/conf -s stop")
    shutil.rmtree(folder, ignore_errors=True)  # nginx removes its pid file meanwhile


@stage("healthy.other-values")
def healthy_other_values():
    """What differs from every list that goes around is no finding."""
    for name, value in {"core.somaxconn": 8, "ipv4.tcp_abort_on_overflow": 1, "ipv4.tcp_fin_timeout": 5,
                        "ipv4.tcp_max_tw_buckets": 50, "ipv4.tcp_retries2": 3, "ipv4.tcp_syn_retries": 1,
                        "ipv4.tcp_syncookies": 0, "ipv4.tcp_keepalive_time": 5, "ipv4.tcp_keepalive_intvl": 1,
                        "ipv4.tcp_tw_reuse": 0, "ipv4.ip_local_port_range": "40000 40100",
                        "ipv4.tcp_rmem": "4096 4096 8192", "ipv4.tcp_synack_retries": 0}.items():
        sysctl("net." + name, value)
    yield from healthy_idle()


@stage("healthy.backlog-fits")
def healthy_backlog_fits():
    """What is asked for is what there is; 4294967295 is "as much as may be"."""
    yield from backlog(256, 256, {
        "etc/nginx/nginx.conf": "http { server { listen 8080 backlog=256; } }",
        "etc/systemd/system/a.socket": "[Socket]\nListenStream=8080\nBacklog=4294967295\n",
        "etc/systemd/system/b.socket": "[Socket]\nListenStream=/run/b\nBacklog=4096\n"})


# --- running one -------------------------------------------------------------------------------

def audit(seconds, options):
    got = subprocess.run([WHYRST, "audit", "-o", "json", "--netns", str(os.getpid()), "--for", f"{seconds}s", *options],
                         capture_output=True, text=True, timeout=seconds + 30, check=False)
    if got.returncode or got.stderr:
        raise RuntimeError(f"status {got.returncode}: {got.stderr.strip()}")
    # What the whole host suffers is true, but not of the stage: others may be at work here.
    return [one for one in map(json.loads, got.stdout.splitlines()) if "netns" in one]


def judge(name, findings, needed, certainty):
    """None, or what is wrong."""
    wanted = name.split(".")[0]
    ids = [one["id"] for one in findings]
    if wanted == "healthy":
        return f"found {ids}: {findings[0]['evidence']}" if ids else None
    if ids != [wanted]:
        return f"found {ids}"
    facts = {fact["fact"]: fact["value"] for fact in findings[0]["evidence"]}
    for fact in needed:
        if not facts.get(fact):
            return f"{fact} is {facts.get(fact)}: {facts}"
    if findings[0]["certainty"] != certainty:
        return f"it is {findings[0]['certainty']}"
    return None


def run(name, empty):
    function, needed, seconds, certainty = STAGES[name]
    command("ip link set lo up")
    steps = function()
    try:
        # The configuration of the machine that this runs on is no part of a stage.
        options = next(steps) or ["--root", empty]
        findings = audit(seconds, options)
    except Unavailable as why:
        print(why)
        return 77
    finally:
        next(steps, None)
    wrong = judge(name, findings, needed, certainty)
    if os.environ.get("SHOW"):
        for line in os.environ["SHOW"].split(";"):
            subprocess.run(line, shell=True, check=False)
        subprocess.run([WHYRST, "audit", "--netns", str(os.getpid()), "--for", f"{seconds}s", *options], check=False)
    print(wrong or "; ".join(fact["text"] for one in findings for fact in one["evidence"])[:300] or "nothing found")
    return 1 if wrong else 0


def main():
    if sys.argv[1] == "list":
        print("\n".join(STAGES))
        return 0
    with tempfile.TemporaryDirectory() as empty:
        return run(sys.argv[2], empty)


if __name__ == "__main__":
    sys.stdout.flush()
    STATUS = main()
    sys.stdout.flush()
    os._exit(STATUS)
