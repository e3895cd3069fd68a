/* SPDX-License-Identifier: MIT */
/* HTTP/1.1 over TLS. */
#include "probe/http.h"

const struct protocol protocol_https = {
	.name = "https",
	.title = { "HTTP/1.1 over TLS", "TLS 上的 HTTP/1.1" },
	.clients = PROTOCOL_CLIENTS_HTTP,
	.tls = true,
	.alpn = "http/1.1",
	.ports = { 443, 8443 },
	.asks = http_asks,
	.request = http_request,
	.begin = http_begin,
	.take = http_take,
};
