#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Servers for tests/cli/probe.sh, one a port, on every address; each closes what was idle for 2 s.

8001 HTTP, FIN          8002 HTTP, RST            8003 HTTP, 408 and FIN   8004 HTTP, each answer the last
8005 HTTP, 5 requests   8006 a banner, FIN        8007 no HTTP             8008 closes at once
8009 HTTP, chunked, trailers and an interim answer     8010 HTTP, never closes, reads on after its FIN
8443 HTTP over TLS with close_notify, then FIN         8444 the same without close_notify
8445 TLS, an alert of another kind                     8446 TLS, close_notify, and bytes without end
8011 never answers      8012 HTTP, FIN at 2.02 s, and a request shortly before that is not read: RST
8013 sends a byte every 1.5 s    8014 HTTP, announces far too much; a second answer is none
argument: certificate and key in one file
"""

import select
import socket
import ssl
import struct
import sys
import threading
import time

IDLE_S = 2
OK = b"HTTP/1.1 200 OK\r\nServer: evil\x1b[31m/1\r\nKeep-Alive: timeout=2, max=99\r\nContent-Length: 2\r\n\r\n"
CHUNKED = (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
           b"3;x=y\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: 1\r\n\r\n")


def answer(port, count, get):
    if port == 8007:
        return b"SSH-2.0-OpenSSH_9\r\n"
    if port == 8009:
        return CHUNKED
    text = OK + (b"ok" if get else b"")
    if port == 8014:
        return text.replace(b"=2,", b"=99999999999999999,") if count == 1 else b"no HTTP\r\n"
    if port == 8004 or (port == 8005 and count == 5):
        text = text.replace(b"Keep-Alive:", b"Connection: close\r\nKeep-Alive:")
    return text


def finish(connection, port):
    if port == 8002:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if port == 8003:
        connection.sendall(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    if port == 8443:
        try:
            connection.settimeout(0.2)
            connection = connection.unwrap()
        except OSError:
            pass
    if port == 8010:
        connection.shutdown(socket.SHUT_WR)
        time.sleep(30)
    connection.close()


def await_end(connection):
    """The client has said goodbye: what does it do with ours?"""
    try:
        connection = connection.unwrap()
        connection.settimeout(1)
        connection.recv(1)
        connection.close()
    except ConnectionResetError:
        print("a farewell was reset", file=sys.stderr, flush=True)
    except TimeoutError:
        pass


def drip(connection):
    while True:
        connection.sendall(b"x")
        time.sleep(1.5)


def serve_crossing(connection):
    """A close() with a request unread makes a reset, and no FIN was sent before it."""
    while True:
        connection.settimeout(1.9)
        try:
            request = connection.recv(4096)
        except TimeoutError:
            break
        if not request:
            return connection.close()
        connection.sendall(OK)
    due = time.monotonic() + 0.12
    select.select([connection], [], [], 0.12)
    if time.monotonic() > due + 0.02:
        print("8012 was late", file=sys.stderr, flush=True)
    return connection.close()


def serve_tls(connection, port, context):
    """Idle for 2 s after its handshake or an answer; then ends as no library would."""
    took, gives = ssl.MemoryBIO(), ssl.MemoryBIO()
    inside = context.wrap_bio(took, gives, server_side=True)
    shaken = False
    connection.settimeout(IDLE_S)
    while True:
        try:
            if not shaken:
                inside.do_handshake()
                shaken = True
            elif inside.read(4096):
                inside.write(OK)
        except ssl.SSLWantReadError:
            connection.sendall(gives.read())
            try:
                got = connection.recv(4096)
            except TimeoutError:
                break
            if not got:
                return connection.close()
            took.write(got)
    if port == 8445:
        connection.sendall(bytes([21, 3, 3, 0, 2, 2, 80]))
        return connection.close()
    try:
        inside.unwrap()
    except ssl.SSLWantReadError:
        connection.sendall(gives.read())
    while True:
        connection.sendall(b"\x17\x03\x03\x40\0" + bytes(16384))
        time.sleep(0.001)


def serve(connection, port, context):
    count = 0
    try:
        if port == 8012:
            return serve_crossing(connection)
        if port == 8013:
            return drip(connection)
        if port in (8445, 8446):
            return serve_tls(connection, port, context)
        if port == 8008:
            return connection.close()
        if context:
            connection = context.wrap_socket(connection, server_side=True, suppress_ragged_eofs=True)
        connection.settimeout(IDLE_S if port != 8011 else 60)
        if port == 8006:
            connection.sendall(b"220 ready\r\n")
        while True:
            request = connection.recv(4096)
            if not request:
                if port == 8443:
                    return await_end(connection)
                break
            if port == 8011:
                continue
            count += 1
            text = answer(port, count, request.startswith(b"GET"))
            connection.sendall(text)
            if b"Connection: close" in text:
                break
    except TimeoutError:
        pass
    except OSError:
        return connection.close()
    try:
        finish(connection, port)
    except OSError:
        pass


def listen(port, context):
    listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=128)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, port, context), daemon=True).start()


secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
secure.load_cert_chain(sys.argv[1])
for number in [*range(8001, 8015), *range(8443, 8447)]:
    threading.Thread(target=listen, args=(number, secure if number > 8400 else None), daemon=True).start()
print("ready", flush=True)
time.sleep(200)
