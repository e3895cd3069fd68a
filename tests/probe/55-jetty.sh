#!/bin/bash
# SPDX-License-Identifier: MIT
# Jetty: idleTimeout.
. "$(dirname "$0")/lib.sh"
begin 55-jetty Jetty
need java default-jre-headless
home=/usr/share/jetty9
[ -e $home/start.jar ] || give_up "Jetty is not installed (Debian package jetty9)"
version "Jetty $(dpkg-query -W -f '${Version}' jetty9 2>/dev/null | sed 's/-.*//')"
pair
mkdir -p "$DIR"/{webapps,resources,logs}
start server java -XX:TieredStopAtLevel=1 -jar $home/start.jar jetty.home=$home jetty.base="$DIR" \
	--module=http jetty.http.port=80 jetty.http.idleTimeout=6000 -Djava.io.tmpdir="$DIR"
await_port server 80
record server 80
probe 80 --max 16s
probes
truth 80 "jetty.http.idleTimeout 6000" idle_after_request_ms 6 "0.5 s" wire
truth 80 "jetty.http.idleTimeout 6000, before a request" idle_before_request_ms 6 "0.5 s" wire
end
