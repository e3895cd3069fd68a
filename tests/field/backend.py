#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""backend.py PORT answer|late: answers what it reads with an HTTP response, at once or after 2 s."""

import socketserver
import sys
import time

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            while self.request.recv(65536):
                if sys.argv[2] == "late":
                    time.sleep(2)
                self.request.sendall(ANSWER)
        except ConnectionError as error:
            print(error, flush=True)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("", int(sys.argv[1])), Handler).serve_forever()
