/* SPDX-License-Identifier: MIT */
#include "base/escape.h"

#include <stdbool.h>

static const char hex[] = "0123456789abcdef";

size_t escape_decode(const void *bytes, size_t count, uint32_t *ret_character)
{
	/* Lowest value that needs so many bytes: anything below is an overlong form (RFC 3629
	 * section 3). */
	static const uint32_t lowest[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t *byte = bytes;
	size_t length;
	uint32_t c;

	if (byte[0] < 0x80) {
		*ret_character = byte[0];
		return 1;
	}
	if (byte[0] >= 0xc2 && byte[0] <= 0xdf)
		length = 2;
	else if ((byte[0] & 0xf0) == 0xe0)
		length = 3;
	else if (byte[0] >= 0xf0 && byte[0] <= 0xf4)
		length = 4;
	else
		return 0;
	if (count < length)
		return 0;
	c = byte[0] & (0xff >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (byte[i] & 0x3f);
	}
	if (c < lowest[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret_character = c;
	return length;
}

/* Characters that a terminal obeys or that make a line read as something else than it is. */
static bool escape_misleads(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x00ad ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe0fff);
}

/* Bytes from @byte on that need no look: printable ASCII but backslash and quote. */
static size_t escape_plain(const uint8_t *byte, size_t count)
{
	size_t n = 0;

	while (n < count && byte[n] >= 0x20 && byte[n] < 0x7f && byte[n] != '\\' && byte[n] != '"')
		n++;
	return n;
}

static void escape_hex(struct buf *buf, const char *prefix, const uint8_t *byte, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char digits[2] = { hex[byte[i] >> 4], hex[byte[i] & 15] };

		buf_add_text(buf, prefix);
		buf_add(buf, digits, 2);
	}
}

static const char *escape_short(uint8_t byte)
{
	switch (byte) {
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	case '\\':
		return "\\\\";
	default:
		return NULL;
	}
}

void escape_terminal(struct buf *buf, const void *bytes, size_t count)
{
	const uint8_t *byte = bytes;

	while (count) {
		size_t n = escape_plain(byte, count);
		uint32_t c;

		if (n) {
			buf_add(buf, byte, n);
		} else if (escape_short(*byte)) {
			buf_add_text(buf, escape_short(*byte));
			n = 1;
		} else {
			n = escape_decode(byte, count, &c);
			if (n && !escape_misleads(c))
				buf_add(buf, byte, n);
			else
				escape_hex(buf, "\\x", byte, n ? n : 1);
			n = n ? n : 1;
		}
		byte += n;
		count -= n;
	}
}

void escape_json(struct buf *buf, const void *bytes, size_t count)
{
	const uint8_t *byte = bytes;

	while (count) {
		size_t n = escape_plain(byte, count);
		uint32_t c;

		if (n) {
			buf_add(buf, byte, n);
		} else if (escape_short(*byte)) {
			buf_add_text(buf, escape_short(*byte));
			n = 1;
		} else if (*byte == '"') {
			buf_add_literal(buf, "\\\"");
			n = 1;
		} else if (*byte < 0x20 || *byte == 0x7f) {
			escape_hex(buf, "\\u00", byte, 1);
			n = 1;
		} else {
			n = escape_decode(byte, count, &c);
			if (n && !escape_misleads(c))
				buf_add(buf, byte, n);
			else
				escape_hex(buf, "\\\\x", byte, n ? n : 1);
			n = n ? n : 1;
		}
		byte += n;
		count -= n;
	}
}
