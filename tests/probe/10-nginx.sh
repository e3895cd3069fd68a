#!/bin/bash
# SPDX-License-Identifier: MIT
# nginx: keepalive_timeout, client_header_timeout, keepalive_requests; with TLS; without keep-alive.
. "$(dirname "$0")/lib.sh"
begin 10-nginx nginx
need nginx nginx-light
need openssl openssl
version "$(nginx -v 2>&1 | sed 's/.*: //;s/ .*//')"
pair
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=probe.test -addext subjectAltName=DNS:probe.test \
	-keyout "$DIR/key.pem" -out "$DIR/cert.pem" 2>/dev/null
cat >"$DIR/nginx.conf" <<CONF
daemon off; pid $DIR/pid; error_log $DIR/error.log;
events { worker_connections 256; }
http {
	access_log off;
	keepalive_timeout 7s; client_header_timeout 5s; keepalive_requests 25; ssl_protocols TLSv1.2 TLSv1.3;
	# Without a location the limits of connections are never asked for (nginx 1.22).
	server { listen 80; location / { return 200 "hello"; } }
	server { listen 443 ssl; ssl_certificate $DIR/cert.pem; ssl_certificate_key $DIR/key.pem; location / { return 200 "hello"; } }
	server { listen 82; keepalive_timeout 0; location / { return 200 "hello"; } }
}
CONF
start server nginx -c "$DIR/nginx.conf" -g "user $(id -un);"
await_port server 80
record server 80
probe 80 --max 16s --requests 100
probe 443 --max 16s --insecure
probe 82 --protocol http --max 8s
probes
truth 80 "keepalive_timeout 7" idle_after_request_ms 7 "0.5 s"
truth 80 "client_header_timeout 5" idle_before_request_ms 5 "0.5 s"
truth 80 "keepalive_requests 25" max_requests 25 exact count
expect 80 closes_with fin
expect 80 late_request rst
truth 443 "keepalive_timeout 7, TLS" idle_after_request_ms 7 "0.5 s"
expect 443 closes_with fin tls-alert
expect 443 tls tlsv1.3
expect 82 closes_each true
end
