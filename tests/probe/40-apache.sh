#!/bin/bash
# SPDX-License-Identifier: MIT
# Apache httpd: KeepAliveTimeout, MaxKeepAliveRequests, and mod_reqtimeout before the first request.
. "$(dirname "$0")/lib.sh"
begin 40-apache "Apache httpd"
need apache2 apache2
version "Apache $(apache2 -v | sed -n '1s/.*Apache\/\([0-9.]*\).*/\1/p')"
pair
modules=/usr/lib/apache2/modules
mkdir "$DIR/www" && echo hello >"$DIR/www/index.html" && chmod -R a+rX "$DIR/www"
cat >"$DIR/apache.conf" <<CONF
ServerRoot $DIR
ServerName probe.test
PidFile $DIR/pid
ErrorLog $DIR/error.log
Mutex file:$DIR
Listen 80
User www-data
Group www-data
LoadModule mpm_event_module $modules/mod_mpm_event.so
LoadModule authz_core_module $modules/mod_authz_core.so
LoadModule dir_module $modules/mod_dir.so
LoadModule reqtimeout_module $modules/mod_reqtimeout.so
# Else the kernel keeps connections without a request to itself (TCP_DEFER_ACCEPT).
AcceptFilter http none
DocumentRoot $DIR/www
KeepAlive On
KeepAliveTimeout 6
MaxKeepAliveRequests 30
RequestReadTimeout header=4
TimeOut 20
CONF
start server apache2 -X -f "$DIR/apache.conf"
await_port server 80
record server 80
probe 80 --max 16s --requests 100
probes
truth 80 "KeepAliveTimeout 6" idle_after_request_ms 6 "0.5 s"
truth 80 "RequestReadTimeout header=4" idle_before_request_ms 4 "0.5 s" wire
truth 80 "MaxKeepAliveRequests 30 (it answers one more)" max_requests 31 exact count
expect 80 server apache/*
end
