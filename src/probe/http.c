/* SPDX-License-Identifier: MIT */
/* HTTP/1.1: HEAD (or GET), keep-alive, one request at a time. */
#include "probe/http.h"

#include <string.h>

bool http_asks(const struct target *target)
{
	(void)target;
	return true;
}

void http_request(const struct target *target, struct buf *out)
{
	const uint16_t usual = target->protocol->tls ? 443 : 80;
	const char *bracket = strchr(target->host, ':') ? "[" : "";

	buf_printf(out, "%s %s HTTP/1.1\r\nHost: %s%s%s", target->get ? "GET" : "HEAD",
		   target->path, bracket, target->host, *bracket ? "]" : "");
	if (target->address.port != usual)
		buf_printf(out, ":%u", target->address.port);
	buf_add_text(out, "\r\nUser-Agent: whyrst-probe/" WHYRST_VERSION
			  "\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n");
}

void http_begin(const struct target *target, struct answer *answer)
{
	http_answer_init(&answer->http, !target->get);
}

enum answer_state http_take(struct answer *answer, const uint8_t *bytes, size_t count)
{
	if (count)
		http_answer_take(&answer->http, bytes, count);
	else
		http_answer_end(&answer->http);
	if (answer->http.phase == HTTP_BAD)
		return ANSWER_BAD;
	if (answer->http.phase != HTTP_DONE)
		return ANSWER_MORE;
	return answer->http.closes ? ANSWER_LAST : ANSWER_DONE;
}

const struct protocol protocol_http = {
	.name = "http",
	.title = { "HTTP/1.1", "HTTP/1.1" },
	.clients = PROTOCOL_CLIENTS_HTTP,
	.ports = { 80, 8080, 8000, 8888, 3000, 5000, 9090, 15672 },
	.asks = http_asks,
	.request = http_request,
	.begin = http_begin,
	.take = http_take,
};
