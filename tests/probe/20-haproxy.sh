#!/bin/bash
# SPDX-License-Identifier: MIT
# HAProxy: timeout http-request, http-keep-alive and client, in both modes; option nolinger.
. "$(dirname "$0")/lib.sh"
begin 20-haproxy HAProxy
need haproxy haproxy
version "HAProxy $(haproxy -v | sed -n '1s/.*version \([0-9.]*\).*/\1/p')"
pair
cat >"$DIR/haproxy.cfg" <<CONF
defaults
    timeout connect 2s
    timeout client 20s
    timeout server 20s
frontend web
    mode http
    bind :80
    timeout http-request 5s
    timeout http-keep-alive 7s
    http-request return status 200
frontend rude
    mode http
    bind :81
    option nolinger
    timeout http-request 5s
    timeout http-keep-alive 3s
    http-request return status 200
frontend quiet
    mode http
    bind :82
    timeout client 6s
    http-request return status 200
frontend stream
    mode tcp
    bind :83
    timeout client 6s
    default_backend echo
backend echo
    mode tcp
    server one 10.77.1.2:8080
CONF
start server python3 "$FIELD/backend.py" 8080 answer
await_port server 8080
start server haproxy -db -f "$DIR/haproxy.cfg"
await_port server 83
probe 80 --max 16s
probe 81 --protocol http --max 16s
probe 82 --protocol http --max 16s
probe 83 --send 'hello\r\n' --max 16s
probes
truth 80 "timeout http-request 5s" idle_before_request_ms 5 "0.5 s"
truth 80 "timeout http-keep-alive 7s" idle_after_request_ms 7 "0.5 s"
truth 81 "timeout http-keep-alive 3s, option nolinger" idle_after_request_ms 3 "0.5 s"
expect 81 after_request.then rst
expect 80 before_request.says_status 408
truth 82 "timeout client 6s (mode http)" idle_after_request_ms 6 "0.5 s"
truth 83 "timeout client 6s (mode tcp)" idle_after_request_ms 6 "0.5 s"
truth 83 "timeout client 6s (mode tcp), no request" idle_before_request_ms 6 "0.5 s"
end
