#!/bin/bash
# SPDX-License-Identifier: MIT
# Node.js: keepAliveTimeout, to which it adds a second (keepAliveTimeoutBuffer); headersTimeout, which
# it looks at every connectionsCheckingInterval only; maxRequestsPerSocket.
. "$(dirname "$0")/lib.sh"
begin 30-node Node.js
need node nodejs
version "Node.js $(node --version)"
pair
start server node -e '
	const http = require("http");
	const options = { keepAliveTimeout: 4000, headersTimeout: 5000, requestTimeout: 5000,
		connectionsCheckingInterval: 500 };
	const server = http.createServer(options, (request, answer) => answer.end("hello"));
	server.maxRequestsPerSocket = 20;
	server.listen(80)'
await_port server 80
record server 80
probe 80 --max 16s --requests 100
probes
truth 80 "keepAliveTimeout 4000" idle_after_request_ms 4 "0.5 s" wire
truth 80 "headersTimeout 5000 (checked every 500 ms)" idle_before_request_ms 5 "0.5 s" wire
truth 80 "maxRequestsPerSocket 20" max_requests 20 exact count
end
