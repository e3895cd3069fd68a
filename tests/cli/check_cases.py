#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Queues, exit status, --connect, -v, restarts, JSON: what `whyrst check` says. See check_stage.py."""
import contextlib
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time

from check_stage import *  # pylint: disable=wildcard-import,unused-wildcard-import


# --- queues -----------------------------------------------------------------------------------------
def test_queues():
    p = next_port()
    with listen("127.0.0.1", p, 9):
        clients = fill(7, "127.0.0.1", p)
        expect(0, r"queue=7;7;9", p)
        expect(1, r"^WARNING: .*fills: 7 of 9.* \| queue=7;5;9", "--warn", 50, p)
        clients += fill(1, "127.0.0.1", p)
        expect(1, r"^WARNING: .*queue=8;7;9", p)
        clients += fill(1, "127.0.0.1", p)
        _, seconds = expect(1, r"queue=9;7;9", p)
        hold(f"a queue with a place left was watched: {seconds:.3f} s", seconds < 0.09)
        clients += fill(1, "127.0.0.1", p)
        _, seconds = expect(2, r"^CRITICAL: .*\(10 of 9\) and did not move.*queue=10;7;9", p)
        hold(f"the second look came after {seconds:.3f} s", 0.1 <= seconds < 0.4)
        expect(2, "已满（10/9），没有动过", p, "--lang=zh")
        # elsewhere in the namespace connections come into being: then it takes many looks
        with listen("127.0.0.1", p + 1000, 64) as busy:
            def other(end):
                while not end.is_set():
                    one = socket.create_connection(("127.0.0.1", p + 1000))
                    busy.accept()[0].close()
                    one.close()
                    time.sleep(0.01)
            with thread(other):
                expect(2, r"^CRITICAL: .*was so at each of \d\d+ looks", p)
        for one in clients:
            one.close()


def test_moving():
    """A program that accepts more slowly than connections come."""
    p = next_port()
    with listen("127.0.0.1", p, 4) as slow:
        clients = fill(5, "127.0.0.1", p)

        def come(end):
            while not end.is_set():
                one = socket.socket()
                one.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    one.connect(("127.0.0.1", p))
                clients.append(one)
                time.sleep(0.005)

        taken = []

        def accept(end):
            while not end.is_set():
                taken.append(slow.accept()[0])
                time.sleep(0.03)

        seen = set()
        with thread(come), thread(accept):
            time.sleep(0.1)
            for _ in range(12):
                before = len(taken)
                status, out, _ = check(p)
                # on a busy machine this program may get no time to accept meanwhile: then it is true
                if status == 2 and len(taken) <= before + 1:
                    continue
                seen.add(status)
                if status == 2:
                    problems.append(f"a queue that moves is said not to: {out.strip()}")
        hold(f"a full queue that moves was never a WARNING: {seen}", 1 in seen)
        for one in clients + taken:
            one.close()


def test_reuse_port():
    p = next_port()
    first = listen("127.0.0.1", p, 2, reuse_port=True)
    second = listen("127.0.0.1", p, 2, reuse_port=True)
    expect(0, "the fullest of 2 listeners", p)
    clients = []
    second.setblocking(False)

    def take():
        with contextlib.suppress(BlockingIOError):
            while True:
                clients.append(second.accept()[0])

    # until the first one is full: the second one is kept empty
    for _ in range(200):
        one = socket.socket()
        one.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            one.connect(("127.0.0.1", p))
        clients.append(one)
        take()
        if " queue=3;" in check("--warn", 100, p)[1]:
            break
    take()
    expect(1, r"^WARNING: .*: 1 of 2 listeners accept nothing", p)
    expect(0, "^WARNING", p, "--vrrp")
    for _ in range(60):
        one = socket.socket()
        one.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            one.connect(("127.0.0.1", p))
        clients.append(one)
    expect(2, "^CRITICAL", p)
    expect(1, "^CRITICAL", p, "--vrrp")
    for one in [first, second, *clients]:
        one.close()


# --- exit status and bad input ----------------------------------------------------------------------
def test_usage():
    p = next_port()
    with listen("127.0.0.1", p, 9):
        expect(0, "^OK", p, "--vrrp")
        expect(3, "^UNKNOWN: .*no network namespace", p, "--netns", "/nowhere")
        expect(0, "^UNKNOWN", p, "--netns", "/nowhere", "--vrrp")
        expect(0, "^OK", p, "--netns", f"/proc/{os.getpid()}/ns/net")
        expect(0, "^OK", p, "--netns", os.getpid())
        for closed in "1", "2", "0":
            done = subprocess.run(["sh", "-c", f'exec "$0" check --vrrp {p} {closed}>&-', PROGRAM],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            hold(f"--vrrp with descriptor {closed} closed: {done.returncode}", done.returncode == 0)
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "check", "--vrrp", str(p)], stdout=full,
                                  stderr=subprocess.DEVNULL, check=False)
        hold(f"--vrrp with a full disk: {done.returncode}", done.returncode == 0)
        if os.geteuid() == 0:
            def nobody():
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            status, out, _ = check(p, "-v", preexec_fn=nobody)
            hold(f"without root: {status} {out}",
                 status == 0 and out.startswith("OK: ") and "which one is told to root" in out)
            status, out, _ = check(p, "--netns", "1", preexec_fn=nobody)
            hold(f"--netns without root: {status} {out}", status == 3 and out.startswith("UNKNOWN"))
    expect(1, "^CRITICAL", p, "--vrrp")
    expect(2, "^CRITICAL", p)
    for bad in ("http", "0", "65536", "99999999999999999999", "-1", "", "1.2.3:80", "::1:80", "[::1:80",
                "[::1]", "[]:80", "a.b.c.d:80", "127.0.0.1:", "127.0.0.1:80:90", "80 81", "\x1b[31m:80"):
        expect(3, "^UNKNOWN: |^$", "--", bad)
        expect(0, "^UNKNOWN: |^$", "--vrrp", "--", bad)
    hold("an escape sequence was passed on", "\x1b" not in check("\x1b[31m")[1])
    expect(3, "^UNKNOWN: name one")
    expect(3, "^UNKNOWN: name one", 80, 81)
    expect(3, "^$", 80, "--warn", "0")
    expect(3, "^$", 80, "--timeout", "soon")
    expect(3, "^$", 80, "--nonsense")
    expect(0, "^$", 80, "--vrrp", "--nonsense")
    expect(0, "^$", 80, "--nonsense", "--vrrp")
    expect(0, "^$", 80, "--vrp")
    done = subprocess.run([PROGRAM, "chekc", "--vrrp", "80"], stderr=subprocess.DEVNULL, check=False)
    hold(f"a mistyped verb with --vrrp: {done.returncode}", done.returncode == 0)


# --- --connect --------------------------------------------------------------------------------------
def test_connect():
    ends = []

    def server(end):
        """Speaks first, like sshd or a mail server, and notes how its connections end."""
        one.settimeout(0.05)
        while not end.is_set():
            with contextlib.suppress(TimeoutError):
                conn = one.accept()[0]
                conn.settimeout(2)
                conn.sendall(b"220 hello\r\n" * 500)
                try:
                    ends.append(conn.recv(1))
                except OSError as error:
                    ends.append(error)
                conn.close()

    p = next_port()
    for family, address in (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"):
        with listen(address, p, 9, family) as one, thread(server):
            resets = counter("OutRsts"), counter("EstabResets")
            for _ in range(20):
                expect(0, r"^OK: .*handshake in .*connect=\d+us", p, "--connect")
            out, _ = expect(0, "closed in answer to our FIN", p, "--connect", "-v")
            time.sleep(0.1)
            after = counter("OutRsts"), counter("EstabResets")
            hold(f"resets sent, and connections reset: {resets} before, {after} after", resets == after)
    hold(f"the server saw other ends: {[e for e in ends if e != b'']}", ends == [b""] * 42)
    # it listens, but nothing is answered: the address is routed to where nobody has it
    with listen("0.0.0.0", p, 9):
        subprocess.run(["ip", "route", "add", "10.9.9.9", "dev", "lo"], check=True)
        _, seconds = expect(2, r"^CRITICAL: .*not answered within 300 ms", f"10.9.9.9:{p}", "--connect",
                            "--timeout", 300)
        hold(f"--timeout 300 took {seconds} s", 0.3 <= seconds < 0.6)
        subprocess.run(["ip", "route", "del", "10.9.9.9", "dev", "lo"], check=True)
        expect(3, "^UNKNOWN: .*could not be tried", f"10.9.9.9:{p}", "--connect")
    # resets right after the handshake
    with listen("127.0.0.1", p, 9) as one:
        def shed(end):
            one.settimeout(0.05)
            while not end.is_set():
                with contextlib.suppress(TimeoutError):
                    conn = one.accept()[0]
                    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    conn.close()
        with thread(shed):
            expect(1, "^WARNING: .*reset", p, "--connect")


# --- -v ---------------------------------------------------------------------------------------------
def test_holders():
    me = f"pid {os.getpid()} "
    p = next_port()
    with listen("127.0.0.1", p, 9):
        expect(0, rf"(?s)held by +{me}.*listens", p, "-v")
    bound = socket.socket()
    bound.bind(("127.0.0.1", p))
    out, _ = expect(2, "held by", p, "-v")
    hold(f"bound only: {out}", (me in out and "is bound, but does not listen" in out) or "not told" in out)
    bound.close()
    expect(2, "nobody: the port is free", p, "-v")
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        low = int(file.read().split()[0])
    q = next_port()
    with listen("127.0.0.1", q, 9) as one:
        out = socket.socket()
        out.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        out.bind(("127.0.0.1", low + 77))
        out.connect(("127.0.0.1", q))
        conn = one.accept()[0]
        expect(2, rf"(?s){me}.*:{low + 77} is the local port of a connection to 127\.0\.0\.1:{q}",
               low + 77, "-v")
    expect(2, rf"(?s){me}.*has a connection in ESTABLISHED", q, "-v")
    with listen("127.0.0.1", q, 9) as one:
        more = [socket.create_connection(("127.0.0.1", q)) for _ in range(2)]
        more += [one.accept()[0] for _ in range(2)]
    expect(2, rf"(?s){me}.*has 3 connections in ESTABLISHED, the first with", q, "-v")
    for one in more[2:] + more[:2]:
        one.close()
    conn.close()
    out.close()
    expect(2, r"(?s)no program.*in TIME_WAIT", q, "-v")
    # a program that was stopped
    q = next_port()
    child = subprocess.Popen([sys.executable, "-c", f"import socket, time\ns = socket.socket()\n"
                              f"s.bind(('127.0.0.1', {q}))\ns.listen(2)\nprint(flush=True)\ntime.sleep(60)"],
                             stdout=subprocess.PIPE)
    child.stdout.readline()
    child.send_signal(signal.SIGSTOP)
    time.sleep(0.1)
    clients = fill(3, "127.0.0.1", q)
    expect(2, rf"(?s)^CRITICAL.*pid {child.pid} .*STOPPED", q, "-v")
    child.kill()
    child.wait()
    # its children accept, and they were stopped
    q = next_port()
    with listen("127.0.0.1", q, 9):
        worker = os.fork()
        if not worker:
            time.sleep(60)
            os._exit(0)
        os.kill(worker, signal.SIGSTOP)
        time.sleep(0.1)
        expect(0, rf"{me}.*1 more process.*others pid {worker} is STOPPED", q, "-v")
        expect(0, f'"stopped_pid":{worker}', q, "-v", "-o", "json")
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    # its connections are reset with it
    for one in clients:
        one.close()


# --- a listener that restarts in a loop -------------------------------------------------------------
def restart(number, handover, pipe):
    """Sends when it certainly listened, and when it certainly did not."""
    times = []
    old = None
    while not pipe.poll():
        before = time.monotonic_ns()
        one = listen("127.0.0.1", number, 9, reuse_port=handover)
        times.append(("up", before, time.monotonic_ns()))
        if old:
            old.close()
        old = one
        time.sleep(0.004)
        if not handover:
            before = time.monotonic_ns()
            one.close()
            times.append(("down", before, time.monotonic_ns()))
            old = None
            time.sleep(0.004)
    pipe.recv()
    pipe.send(times)


def judge_restarts(number, handover, runs):
    mine, theirs = multiprocessing.Pipe()
    child = multiprocessing.Process(target=restart, args=(number, handover, theirs))
    child.start()
    while handover and check(number)[0]:
        time.sleep(0.01)
    answers = []
    for _ in range(runs):
        begin = time.monotonic_ns()
        status = check(number)[0]
        answers.append((status, begin, time.monotonic_ns()))
    mine.send(None)
    times = mine.recv()
    child.join()
    wrong = 0
    if handover:
        wrong = sum(status != 0 for status, _, _ in answers)
    else:
        for (kind, _, since), (_, until, _) in zip(times, times[1:]):
            for status, begin, end in answers:
                wrong += since <= begin and end <= until and (status == 0) != (kind == "up")
        both = {status for status, _, _ in answers}
        hold(f"the listener was never seen in both states: {both}", both == {0, 2})
    hold(f"{wrong} wrong answers of {runs} while the listener restarted", wrong == 0)


def test_restarts():
    judge_restarts(next_port(), False, 400)
    judge_restarts(next_port(), True, 400)


def test_growth():
    """What a thousand checks leave behind: nothing."""
    def left():
        with open("/proc/net/sockstat", encoding="ascii") as file, \
                open("/proc/net/netlink", encoding="ascii") as netlink:
            return file.read().split("\n")[1].split()[:8], len(netlink.readlines())
    p = next_port()
    with listen("127.0.0.1", p, 9):
        before = left()
        begin = time.monotonic()
        for _ in range(1000):
            subprocess.run([PROGRAM, "check", "-q", str(p)], stdout=subprocess.DEVNULL, check=True)
        print(f"1000 checks in {time.monotonic() - begin:.2f} s", file=sys.stderr)
        # TCP: inuse N orphan N tw N alloc N
        hold(f"left behind: {before} {left()}", before[1] == left()[1] and before[0][2] == left()[0][2])


def test_json():
    p = next_port()
    lines = []
    with listen("127.0.0.1", p, 2):
        for words in ([p], [p, "-v"], [p, "--connect", "--timeout", 50], [p, "--lang", "zh"], [f"[::1]:{p}"],
                      ["nothing"], [p, "--netns", "/nowhere"], [p, "--anonymize"]):
            lines.append(check("-o", "json", *words)[1])
        hold("--anonymize shows the address", "127.0.0.1" not in lines[-1])
        clients = fill(2, "127.0.0.1", p)  # beside the one of --connect
        lines.append(check("-o", "json", "-v", p)[1])
        for one in clients:
            one.close()
    lines.append(check("-o", "json", "-v", p)[1])
    hold(f"more or less than a line: {lines}", all(line.count("\n") == 1 for line in lines))
    with open(JSON_OUT, "w", encoding="utf-8") as file:
        file.writelines(lines)


run_all(globals())
