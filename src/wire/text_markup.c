/* SPDX-License-Identifier: MIT */
#include "wire/text_markup.h"

#include <stdint.h>

#include "wire/text_scan.h"

#define TAG_MAX 2048 /* nothing longer is looked through for its end */

/*
 * Tags are known by name, because tcpdump 3 prints options in angle brackets: "<mss 1460>". Those
 * marked end a line.
 */
static const struct {
	const char *name;
	bool breaks;
} tags[] = {
	{ "a", false },	     { "abbr", false },	     { "article", true }, { "b", false },
	{ "big", false },    { "blockquote", true }, { "body", true },	  { "br", true },
	{ "center", true },  { "cite", false },	     { "code", false },	  { "dd", true },
	{ "div", true },     { "dl", true },	     { "dt", true },	  { "em", false },
	{ "font", false },   { "h1", true },	     { "h2", true },	  { "h3", true },
	{ "h4", true },	     { "hr", true },	     { "html", true },	  { "i", false },
	{ "img", false },    { "ins", false },	     { "kbd", false },	  { "li", true },
	{ "mark", false },   { "o:p", false },	     { "ol", true },	  { "p", true },
	{ "pre", true },     { "q", false },	     { "s", false },	  { "samp", false },
	{ "section", true }, { "small", false },     { "span", false },	  { "strong", false },
	{ "sub", false },    { "sup", false },	     { "table", true },	  { "tbody", true },
	{ "td", true },	     { "textarea", true },   { "th", true },	  { "tr", true },
	{ "tt", false },     { "u", false },	     { "ul", true },	  { "wbr", false },
};

static bool same_name(const char *at, size_t bytes, const char *name)
{
	size_t i;

	for (i = 0; i < bytes; i++) {
		char c = at[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		if (!name[i] || c != name[i])
			return false;
	}
	return name[i] == 0;
}

/* At '<': the length of a tag, 0 if it is none. */
static size_t tag_length(const char *at, const char *end, bool *ret_breaks)
{
	const char *name = at + 1, *stop;
	size_t i;

	if (end - at > TAG_MAX)
		end = at + TAG_MAX;
	if (end - at >= 4 && memcmp(at, "<!--", 4) == 0) {
		stop = memmem(at, (size_t)(end - at), "-->", 3);
		*ret_breaks = false;
		return stop ? (size_t)(stop + 3 - at) : 0;
	}
	if (name < end && *name == '/')
		name++;
	for (stop = name; stop < end && stop - name < 12 &&
			  (text_is_letter(*stop) || text_is_digit(*stop) || *stop == ':');)
		stop++;
	if (stop == name || stop == end || (*stop != '>' && *stop != '/' && *stop != ' '))
		return 0;
	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (same_name(name, (size_t)(stop - name), tags[i].name))
			break;
	if (i == sizeof(tags) / sizeof(tags[0]))
		return 0;
	stop = memchr(stop, '>', (size_t)(end - stop));
	if (!stop)
		return 0;
	*ret_breaks = tags[i].breaks;
	return (size_t)(stop + 1 - at);
}

/* A character that an entity stands for; -1 none, 0 nothing, else what is to be written. */
static int entity_value(uint64_t code)
{
	if (code == 0xa0 || code == 0x2002 || code == 0x2003 || code == 0x3000)
		return ' ';
	if (code >= 0x200b && code <= 0x200d)
		return 0;
	if (code >= 0xff01 && code <= 0xff5e)
		return (int)(code - 0xff00 + 0x20);
	if (code == '\n' || code == '\r' || code == '\t')
		return ' ';
	return code >= ' ' && code < 127 ? (int)code : -1;
}

/* At '&': the length of an entity, 0 if it is none or means nothing here. */
static size_t entity_length(const char *at, const char *end, int *ret_value)
{
	static const struct {
		const char *name;
		char value;
	} names[] = {
		{ "gt", '>' },	   { "lt", '<' },     { "amp", '&' },	 { "nbsp", ' ' },
		{ "quot", '"' },   { "apos", '\'' },  { "ensp", ' ' },	 { "emsp", ' ' },
		{ "period", '.' }, { "colon", ':' },  { "comma", ',' },	 { "lpar", '(' },
		{ "rpar", ')' },   { "lbrack", '[' }, { "rbrack", ']' }, { "lsqb", '[' },
		{ "rsqb", ']' },
	};
	struct text_cursor c = { at + 1, end };
	uint64_t code;
	size_t i;

	if (text_take(&c, "#")) {
		bool hex = text_take(&c, "x") || text_take(&c, "X");

		if (!(hex ? text_take_hex(&c, 0x10ffff, &code)
			  : text_take_number(&c, 0x10ffff, &code)))
			return 0;
		text_take(&c, ";");
		*ret_value = entity_value(code);
		return *ret_value < 0 ? 0 : (size_t)(c.at - at);
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct text_cursor after = c;

		if (!text_take(&after, names[i].name))
			continue;
		/* Pages leave the semicolon out; then only where no longer word goes on. */
		if (!text_take(&after, ";") && text_is_letter(text_peek(&after)))
			continue;
		*ret_value = names[i].value;
		return (size_t)(after.at - at);
	}
	return 0;
}

/*
 * Full-width punctuation as input methods make it, in UTF-8 (EF BC 81 to EF BD 9E, E3 80 80) and in
 * GBK (A3 A1 to A3 FE, A1 A1); blanks that do not break (C2 A0) or have no width (E2 80 8B); the
 * mark at the start of UTF-8 files. Misreading prose of another encoding does no harm.
 */
static size_t wide_length(const uint8_t *at, const uint8_t *end, int *ret_value)
{
	size_t left = (size_t)(end - at);

	if (left >= 3 && at[0] == 0xef && (at[1] == 0xbc || at[1] == 0xbd) && at[2] >= 0x80 &&
	    at[2] < 0xc0) {
		*ret_value = entity_value(0xf000u | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu));
		return *ret_value < 0 ? 0 : 3;
	}
	if (left >= 3 && at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf) {
		*ret_value = 0;
		return 3;
	}
	if (left >= 3 && at[0] == 0xe3 && at[1] == 0x80 && at[2] == 0x80) {
		*ret_value = ' ';
		return 3;
	}
	if (left >= 3 && at[0] == 0xe2 && at[1] == 0x80 && at[2] >= 0x8b && at[2] <= 0x8d) {
		*ret_value = 0;
		return 3;
	}
	if (left >= 2 && ((at[0] == 0xc2 && at[1] == 0xa0) || (at[0] == 0xa1 && at[1] == 0xa1))) {
		*ret_value = ' ';
		return 2;
	}
	if (left >= 2 && at[0] == 0xa3 && at[1] >= 0xa1 && at[1] < 0xff) {
		*ret_value = at[1] - 0x80;
		return 2;
	}
	return 0;
}

/* At ESC: a colour, as `grep --color` leaves it in copied output. */
static size_t escape_length(const char *at, const char *end)
{
	const char *p = at + 1;

	if (p == end || *p != '[')
		return 1;
	for (p++; p < end && p - at < 24 && (text_is_digit(*p) || *p == ';');)
		p++;
	return p < end ? (size_t)(p + 1 - at) : (size_t)(p - at);
}

bool text_markup_is(const char *line, size_t bytes)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	const char *end = line + bytes;
	bool breaks;

	/* Eight bytes at a time: anything from 0x80 on, '&' or ESC? (No false negatives.) */
	for (; end - line >= 8; line += 8) {
		uint64_t word, amp, less, esc;

		memcpy(&word, line, 8);
		amp = word ^ ones * '&';
		less = word ^ ones * '<';
		esc = word ^ ones * 0x1b;
		if (!((word | (amp - ones) | (less - ones) | (esc - ones)) & high))
			continue;
		break;
	}
	for (; line < end; line++) {
		if ((uint8_t)*line >= 0x80 || *line == '&' || *line == 0x1b)
			return true;
		if (*line == '<' && tag_length(line, end, &breaks))
			return true;
	}
	return false;
}

size_t text_markup_clean(const char *line, size_t bytes, char *clean, size_t *ret_used)
{
	const char *at = line, *end = line + bytes;
	char *out = clean;
	bool breaks = false;
	size_t length;
	int value;

	while (at < end && !breaks) {
		value = -1;
		length = 0;
		if (*at == '<') {
			length = tag_length(at, end, &breaks);
			value = 0;
		} else if (*at == '&') {
			length = entity_length(at, end, &value);
			/* "&amp;gt;": escaped twice */
			if (value == '&' && length) {
				int inner = -1;
				char once[12] = "&";
				size_t left = (size_t)(end - at) - length;
				size_t more;

				left = left > sizeof(once) - 1 ? sizeof(once) - 1 : left;
				memcpy(once + 1, at + length, left);
				more = entity_length(once, once + 1 + left, &inner);
				if (more) {
					length += more - 1;
					value = inner;
				}
			}
		} else if ((uint8_t)*at >= 0x80) {
			length = wide_length((const uint8_t *)at, (const uint8_t *)end, &value);
		} else if (*at == 0x1b) {
			length = escape_length(at, end);
			value = 0;
		}
		if (!length) {
			*out++ = *at++;
			continue;
		}
		at += length;
		if (value > 0)
			*out++ = (char)value;
	}
	*ret_used = (size_t)(at - line);
	return (size_t)(out - clean);
}
