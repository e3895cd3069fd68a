/* SPDX-License-Identifier: MIT */
/* An observation as one line, only what is seen of it: for tables of text and what it must mean. */
#ifndef WHYRST_TESTS_TEXT_SHOW_H
#define WHYRST_TESTS_TEXT_SHOW_H

#include <stdarg.h>
#include <stdio.h>

#include "wire/observation.h"

struct show {
	char text[512];
	size_t length;
};

static inline __attribute__((format(printf, 2, 3))) void show_add(struct show *show,
								  const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(show->text + show->length, sizeof(show->text) - show->length, format,
		      arguments);
	va_end(arguments);
	if (n > 0)
		show->length += (size_t)n;
	if (show->length >= sizeof(show->text))
		show->length = sizeof(show->text) - 1;
}

static inline void show_options(struct show *show, const struct observation *obs)
{
	static const char *const names[] = { "mss",   "wscale", "sackOK", "sack", "ts",
					     "mptcp", "md5",	"ao",	  "tfo",  "other" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(obs->options & 1 << i))
			continue;
		show_add(show, " %s", names[i]);
		if (1 << i == OPTION_MSS)
			show_add(show, "=%u", obs->mss);
		if (1 << i == OPTION_WSCALE)
			show_add(show, "=%u", obs->wscale);
		if (1 << i == OPTION_TS)
			show_add(show, "=%u/%u", obs->ts_value, obs->ts_echo);
		if (1 << i == OPTION_SACK)
			show_add(show, "=%u-%u", obs->sack_left, obs->sack_right);
		if (1 << i == OPTION_MPTCP)
			show_add(show, "=%x/%u", obs->mptcp_subtypes, obs->mptcp_reason);
	}
	if (!(obs->seen & SEEN_OPTIONS))
		show_add(show, " opts?");
}

static inline const char *show_observation(struct show *show, const struct observation *obs)
{
	static const char letters[] = "FSRPAUEW";
	char a[ENDPOINT_TEXT_MAX], b[ENDPOINT_TEXT_MAX];
	int i;

	show->length = 0;
	show->text[0] = 0;
	endpoint_format(&obs->source, a);
	endpoint_format(&obs->destination, b);
	show_add(show, "%s>%s ", a, b);
	for (i = 0; i < 8; i++)
		if (obs->flags & 1 << i)
			show_add(show, "%c", letters[i]);
	if (obs->seen & SEEN_SEQ)
		show_add(show, " seq=%u", obs->seq);
	if (obs->flags & TCP_ACK)
		show_add(show, " ack=%u", obs->ack);
	show_add(show, " len=%u", obs->payload_bytes);
	if (obs->seen & SEEN_WINDOW)
		show_add(show, " win=%u", obs->window);
	show_options(show, obs);
	if (obs->seen & SEEN_TTL)
		show_add(show, " ttl=%u", obs->ttl);
	if (obs->seen & SEEN_IP_ID)
		show_add(show, " id=%u%s", obs->ip_id, obs->dont_fragment ? "DF" : "");
	if (obs->seen & SEEN_TOS)
		show_add(show, " tos=%u", obs->tos);
	if (obs->seen & SEEN_CHECKSUM)
		show_add(show, " sum=%s", obs->bad_checksum ? "bad" : "ok");
	if (obs->seen & SEEN_DIRECTION)
		show_add(show, " %s", obs->outgoing ? "out" : "in");
	if (obs->seen & SEEN_MAC)
		show_add(show, " mac");
	if (obs->seen & SEEN_PAYLOAD && obs->hint == HINT_HTTP_RESPONSE)
		show_add(show, " http=%u%s", obs->http_status, obs->http_close ? "close" : "");
	else if (obs->seen & SEEN_PAYLOAD)
		show_add(show, " hint=%u", obs->hint);
	if (obs->tunnelled)
		show_add(show, " tunnel");
	if (obs->reason)
		show_add(show, " reason=%.*s", obs->reason_bytes, (const char *)obs->reason);
	return show->text;
}

#endif
