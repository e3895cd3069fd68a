/* SPDX-License-Identifier: MIT */
#include "base/addr.h"

#include <errno.h>

#include "base/bytes.h"

/* The C library's inet_ntop() and snprintf() would do, but the first follows its own idea of
 * embedded IPv4 and the second looks at the locale. */

static char *put_decimal(char *p, unsigned int value)
{
	char digits[10];
	int n = 0;

	do {
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	while (n)
		*p++ = digits[--n];
	return p;
}

static char *put_ip4(char *p, const uint8_t ip[4])
{
	int i;

	for (i = 0; i < 4; i++) {
		if (i)
			*p++ = '.';
		p = put_decimal(p, ip[i]);
	}
	return p;
}

static char *put_hex(char *p, unsigned int group)
{
	static const char digits[] = "0123456789abcdef";
	int shift = 12;

	while (shift && !(group >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*p++ = digits[group >> shift & 15];
	return p;
}

/* RFC 5952 section 4: lower case, no leading zeros, "::" for the longest run of two or more. */
static char *put_ip6(char *p, const uint8_t ip[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	int best = -1, best_length = 1, start = -1;
	int i;

	if (memcmp(ip, mapped, sizeof(mapped)) == 0) {
		memcpy(p, "::ffff:", 7);
		return put_ip4(p + 7, ip + 12); /* section 5 */
	}
	for (i = 0; i < 8; i++) {
		if (load_be16(ip + 2 * i)) {
			start = -1;
			continue;
		}
		if (start < 0)
			start = i;
		if (i - start + 1 > best_length) {
			best = start;
			best_length = i - start + 1;
		}
	}
	for (i = 0; i < 8; i++) {
		if (i == best) {
			*p++ = ':';
			*p++ = ':';
			i += best_length - 1;
			continue;
		}
		if (i && i != best + best_length)
			*p++ = ':';
		p = put_hex(p, load_be16(ip + 2 * i));
	}
	return p;
}

static char *put_host(char *p, const struct endpoint *endpoint)
{
	switch (endpoint->family) {
	case ADDR_IP4:
		return put_ip4(p, endpoint->ip);
	case ADDR_IP6:
		return put_ip6(p, endpoint->ip);
	default:
		*p++ = '?';
		return p;
	}
}

size_t endpoint_format_host(const struct endpoint *endpoint, char text[ENDPOINT_TEXT_MAX])
{
	char *p = put_host(text, endpoint);

	*p = '\0';
	return (size_t)(p - text);
}

size_t endpoint_format(const struct endpoint *endpoint, char text[ENDPOINT_TEXT_MAX])
{
	char *p = text;

	if (endpoint->family == ADDR_IP6)
		*p++ = '[';
	p = put_host(p, endpoint);
	if (endpoint->family == ADDR_IP6)
		*p++ = ']';
	*p++ = ':';
	p = put_decimal(p, endpoint->port);
	*p = '\0';
	return (size_t)(p - text);
}

/* Dotted quad of exactly @length bytes; decimal without leading zeros (RFC 6943 section 3.1.1). */
static int parse_ip4(const char *text, size_t length, uint8_t ret_ip[4])
{
	unsigned int value = 0;
	int part = 0, digits = 0;
	size_t i;

	for (i = 0; i < length; i++) {
		if (text[i] == '.') {
			if (!digits || part == 3)
				return -1;
			ret_ip[part++] = (uint8_t)value;
			value = 0;
			digits = 0;
			continue;
		}
		if (text[i] < '0' || text[i] > '9' || (digits && !value))
			return -1;
		value = value * 10 + (unsigned int)(text[i] - '0');
		digits++;
		if (value > 255)
			return -1;
	}
	if (part != 3 || !digits)
		return -1;
	ret_ip[3] = (uint8_t)value;
	return 0;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 4291 section 2.2. Zone ids ("%eth0") are not addresses and are refused. */
static int parse_ip6(const char *text, size_t length, uint8_t ret_ip[16])
{
	uint8_t ip[16] = { 0 };
	int at = 0, gap = -1;
	size_t i = 0;

	if (length >= 2 && text[0] == ':' && text[1] == ':') {
		gap = 0;
		i = 2;
	}
	while (i < length) {
		size_t first = i;
		unsigned int group = 0;

		while (i < length && i - first < 5 && hex_value(text[i]) >= 0)
			group = group << 4 | (unsigned int)hex_value(text[i++]);
		if (i < length && text[i] == '.') {
			if (at > 12 || parse_ip4(text + first, length - first, ip + at) < 0)
				return -1;
			at += 4;
			break;
		}
		if (i == first || i - first > 4 || at == 16)
			return -1;
		ip[at++] = (uint8_t)(group >> 8);
		ip[at++] = (uint8_t)group;
		if (i == length)
			break;
		if (text[i++] != ':' || i == length)
			return -1;
		if (text[i] == ':') {
			if (gap >= 0)
				return -1;
			gap = at;
			i++;
		}
	}
	if (gap < 0 ? at != 16 : at > 14)
		return -1;
	memset(ret_ip, 0, 16);
	if (gap < 0)
		gap = at;
	memcpy(ret_ip, ip, (size_t)gap);
	memcpy(ret_ip + 16 - (at - gap), ip + gap, (size_t)(at - gap));
	return 0;
}

int endpoint_parse_host(const char *text, size_t length, struct endpoint *ret_endpoint)
{
	struct endpoint endpoint = { .family = ADDR_IP4 };

	/* The longest text of an address has 45 characters; more is never looked at. */
	if (!length || length > 45)
		return -EINVAL;
	if (parse_ip4(text, length, endpoint.ip) < 0) {
		memset(&endpoint, 0, sizeof(endpoint));
		endpoint.family = ADDR_IP6;
		if (parse_ip6(text, length, endpoint.ip) < 0)
			return -EINVAL;
	}
	*ret_endpoint = endpoint;
	return 0;
}
