/* SPDX-License-Identifier: MIT */
/*
 * The first bytes of a payload, as hints only: TLS record types, HTTP/1 messages. A segment in the
 * middle of a stream may look like the beginning of one by chance; nothing here is proof.
 */
#include "wire/walk.h"

enum {
	LOOK_AT_MAX = 512,
	TLS_CCS = 20,
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_DATA = 23,
	/* Longest record: 2^14 and 2048 bytes of expansion (RFC 5246 section 6.2.3). */
	TLS_RECORD_MAX = 16384 + 2048,
};

static uint8_t tls_hint(const uint8_t *at, size_t bytes, struct observation *obs)
{
	uint16_t length;

	/* Type, version 3.0 to 3.4, length. */
	if (bytes < 5 || at[1] != 3 || at[2] > 4)
		return HINT_OTHER;
	length = load_be16(at + 3);
	if (!length || length > TLS_RECORD_MAX)
		return HINT_OTHER;
	switch (at[0]) {
	case TLS_CCS:
		return length == 1 ? HINT_TLS_CCS : HINT_OTHER;
	case TLS_ALERT:
		/* In the clear an alert has two bytes, level and description; encrypted it is
		 * longer. */
		if (length == 2 && bytes >= 6 && (at[5] == 1 || at[5] == 2))
			obs->tls_alert_level = at[5];
		return HINT_TLS_ALERT;
	case TLS_HANDSHAKE:
		return HINT_TLS_HANDSHAKE;
	default:
		return HINT_TLS_DATA;
	}
}

/* Whether @text, in any case, begins at @at. @text is in lower case. */
static bool begins_with(const uint8_t *at, const uint8_t *end, const char *text)
{
	for (; *text; text++, at++) {
		if (at == end)
			return false;
		if ((*at | (*at >= 'A' && *at <= 'Z' ? 0x20 : 0)) != (uint8_t)*text)
			return false;
	}
	return true;
}

/* Whether the list of tokens in this line has "close" (RFC 9110 section 7.6.1). */
static bool has_close(const uint8_t *at, const uint8_t *end)
{
	while (at < end) {
		while (at < end && (*at == ' ' || *at == '\t' || *at == ','))
			at++;
		if (begins_with(at, end, "close") &&
		    (end - at == 5 || at[5] == ',' || at[5] == ' ' || at[5] == '\t' ||
		     at[5] == '\r'))
			return true;
		while (at < end && *at != ',')
			at++;
	}
	return false;
}

/* Header lines up to the empty one, as far as they are visible whole. */
static bool says_close(const uint8_t *at, const uint8_t *end)
{
	for (;;) {
		const uint8_t *line = memchr(at, '\n', (size_t)(end - at));
		const uint8_t *next;

		if (!line || ++line == end || *line == '\r' || *line == '\n')
			return false;
		next = memchr(line, '\n', (size_t)(end - line));
		if (!next)
			return false;
		if ((*line | 0x20) == 'c' && begins_with(line, next, "connection:") &&
		    has_close(line + 11, next))
			return true;
		at = next;
	}
}

/* A method that is known, or any whose request line is seen to end in a version. */
static bool is_request(const uint8_t *at, const uint8_t *end)
{
	static const char *const methods[] = { "get ",	  "post ",    "put ",	"head ",
					       "delete ", "options ", "patch ", "connect " };
	const uint8_t *p = at, *line;
	size_t i;

	while (p < end && p - at < 20 && *p >= 'A' && *p <= 'Z')
		p++;
	if (p - at < 3 || p == end || *p != ' ')
		return false;
	line = memchr(p, '\n', (size_t)(end - p));
	if (line) {
		line -= line[-1] == '\r';
		return line - p > 9 && memcmp(line - 9, " HTTP/1.", 8) == 0;
	}
	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (begins_with(at, end, methods[i]))
			return true;
	return false;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static uint8_t http_hint(const uint8_t *at, const uint8_t *end, struct observation *obs)
{
	if (end - at >= 12 && memcmp(at, "HTTP/1.", 7) == 0 && is_digit(at[7]) && at[8] == ' ' &&
	    is_digit(at[9]) && is_digit(at[10]) && is_digit(at[11])) {
		obs->http_status =
			(uint16_t)((at[9] - '0') * 100 + (at[10] - '0') * 10 + at[11] - '0');
		obs->http_close = says_close(at, end);
		return HINT_HTTP_RESPONSE;
	}
	if (is_request(at, end)) {
		obs->http_close = says_close(at, end);
		return HINT_HTTP_REQUEST;
	}
	return HINT_OTHER;
}

void payload_decode(const uint8_t *at, const uint8_t *end, struct observation *obs)
{
	if (end - at > LOOK_AT_MAX)
		end = at + LOOK_AT_MAX;
	obs->seen |= SEEN_PAYLOAD;
	if (*at >= TLS_CCS && *at <= TLS_DATA)
		obs->hint = tls_hint(at, (size_t)(end - at), obs);
	else if (*at >= 'A' && *at <= 'Z')
		obs->hint = http_hint(at, end, obs);
	else
		obs->hint = HINT_OTHER;
}
