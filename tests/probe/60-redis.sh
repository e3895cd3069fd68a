#!/bin/bash
# SPDX-License-Identifier: MIT
# Redis: timeout, which it looks at about once a second, in whole seconds.
. "$(dirname "$0")/lib.sh"
begin 60-redis Redis
need redis-server redis-server
version "Redis $(redis-server --version | sed 's/.* v=\([0-9.]*\).*/\1/')"
pair
start server redis-server --bind 0.0.0.0 --protected-mode no --save '' --dir "$DIR" --timeout 5
await_port server 6379
record server 6379
probe 6379 --send 'PING\r\n' --max 16s
probes
truth 6379 "timeout 5" idle_after_request_ms 5 "0.5 s" wire
truth 6379 "timeout 5, before a request" idle_before_request_ms 5 "0.5 s" wire
end
