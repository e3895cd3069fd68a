/* SPDX-License-Identifier: MIT */
#include "draw/width.h"

#include "base/escape.h"

struct range {
	uint32_t first, last;
};

static bool in_ranges(const struct range *ranges, size_t count, uint32_t c)
{
	for (size_t i = 0; i < count; i++) {
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	}
	return false;
}

#define IN(ranges, c) in_ranges(ranges, sizeof(ranges) / sizeof(*(ranges)), c)

int width_of_character(uint32_t c)
{
	static const struct range none[] = {
		{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x064b, 0x065f },
		{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x200b, 0x200f }, { 0x20d0, 0x20ff },
		{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff },
	};
	static const struct range wide[] = {
		{ 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0x33ff },
		{ 0x3400, 0x4dbf },   { 0x4e00, 0x9fff },   { 0xa000, 0xa4cf },
		{ 0xa960, 0xa97f },   { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
		{ 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },
		{ 0x1f300, 0x1f64f }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
	};

	if (c < 0x20 || c == 0x7f)
		return 0;
	if (c < 0x300)
		return 1;
	if (IN(none, c))
		return 0;
	return IN(wide, c) ? 2 : 1;
}

/* Bytes of the colour sequence at @text, 0 if there is none. */
static size_t color_length(const char *text, size_t count)
{
	size_t n = 2;

	if (count < 3 || text[0] != '\x1b' || text[1] != '[')
		return 0;
	while (n < count && ((text[n] >= '0' && text[n] <= '9') || text[n] == ';'))
		n++;
	return n < count && text[n] == 'm' ? n + 1 : 0;
}

/* The unit at @text: a colour sequence or a character. Returns its bytes. */
static size_t unit_next(const char *text, size_t count, uint32_t *ret_character, int *ret_columns)
{
	size_t n = color_length(text, count);

	*ret_character = 0;
	*ret_columns = 0;
	if (n)
		return n;
	n = escape_decode(text, count, ret_character);
	if (!n) {
		*ret_columns = 1;
		return 1;
	}
	*ret_columns = width_of_character(*ret_character);
	return n;
}

int width_of_bytes(const char *text, size_t count)
{
	int columns = 0;

	while (count) {
		uint32_t c;
		int wide;
		size_t n = unit_next(text, count, &c, &wide);

		columns += wide;
		text += n;
		count -= n;
	}
	return columns;
}

int width_of(const char *text)
{
	return width_of_bytes(text, strlen(text));
}

void width_pad(struct buf *out, const char *text, int columns)
{
	int used = width_of(text);

	buf_add_text(out, text);
	if (used < columns)
		buf_add_repeated(out, ' ', (size_t)(columns - used));
}

/* Punctuation that must not begin a line (closing) or end one (opening): the rules of Chinese
 * setting. */
static bool is_closing(uint32_t c)
{
	static const struct range closing[] = {
		{ 0x3001, 0x3002 }, { 0x3009, 0x3009 }, { 0x300b, 0x300b }, { 0x300d, 0x300d },
		{ 0x300f, 0x300f }, { 0x3011, 0x3011 }, { 0xff01, 0xff01 }, { 0xff09, 0xff09 },
		{ 0xff0c, 0xff0c }, { 0xff0e, 0xff0e }, { 0xff1a, 0xff1b }, { 0xff1f, 0xff1f },
		{ 0x2019, 0x2019 }, { 0x201d, 0x201d }, { 0x2026, 0x2026 },
	};

	return IN(closing, c) ||
	       (c < 0x80 && (c == ',' || c == '.' || c == ')' || c == ';' || c == ':' || c == '?'));
}

static bool is_opening(uint32_t c)
{
	return c == 0x3008 || c == 0x300a || c == 0x300c || c == 0x300e || c == 0x3010 ||
	       c == 0xff08 || c == 0x2018 || c == 0x201c || c == '(';
}

/* Bytes of the next piece that must stay together, and its columns. Spaces are not part of it. */
static size_t piece_next(const char *text, size_t count, int *ret_columns)
{
	size_t length = 0;
	uint32_t before = 0;
	int columns = 0;

	while (length < count) {
		uint32_t c;
		int wide;
		size_t n = unit_next(text + length, count - length, &c, &wide);

		if (c == ' ' || c == '\n')
			break;
		/* A break is allowed between two characters of which one is wide, by punctuation.
		 */
		if (before && c && (wide == 2 || width_of_character(before) == 2) &&
		    !is_closing(c) && !is_opening(before))
			break;
		columns += wide;
		length += n;
		if (c)
			before = c;
	}
	*ret_columns = columns;
	return length;
}

static int break_line(struct buf *out, int indent)
{
	buf_add_char(out, '\n');
	buf_add_repeated(out, ' ', (size_t)indent);
	return indent;
}

int width_wrap(struct buf *out, const char *text, int column, int indent, int width)
{
	size_t count = strlen(text);
	bool at_start = true; /* of a line: nothing but indent before */
	int spaces = 0;

	while (count) {
		int columns;
		size_t n;

		if (*text == '\n') {
			column = break_line(out, indent);
			at_start = true;
			spaces = 0;
			text++;
			count--;
			continue;
		}
		if (*text == ' ') {
			spaces++;
			text++;
			count--;
			continue;
		}
		n = piece_next(text, count, &columns);
		if (width > 0 && !at_start && column + spaces + columns > width) {
			column = break_line(out, indent);
		} else if (!at_start || spaces) {
			buf_add_repeated(out, ' ', (size_t)spaces);
			column += spaces;
		}
		spaces = 0;
		at_start = false;
		buf_add(out, text, n);
		column += columns;
		text += n;
		count -= n;
	}
	return column;
}

static const char *ascii_of(uint32_t c)
{
	static const struct {
		uint32_t character;
		const char *ascii;
	} table[] = {
		{ 0x00b5, "u" },  { 0x03bc, "u" },  { 0x00b7, "-" },   { 0x00d7, "x" },
		{ 0x2013, "-" },  { 0x2014, "--" }, { 0x2018, "'" },   { 0x2019, "'" },
		{ 0x201c, "\"" }, { 0x201d, "\"" }, { 0x2026, "..." }, { 0x2190, "<-" },
		{ 0x2192, "->" }, { 0x21d2, "=>" }, { 0x2264, "<=" },  { 0x2265, ">=" },
		{ 0x25cf, "*" },  { 0x25d0, "+" },  { 0x25cb, "o" },   { 0x2500, "-" },
		{ 0x2502, "|" },  { 0x00a0, " " },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (table[i].character == c)
			return table[i].ascii;
	}
	return "?";
}

void width_to_ascii(struct buf *buf)
{
	struct buf plain;
	size_t at = 0;

	buf_init(&plain, buf->max);
	while (at < buf->length) {
		uint32_t c;
		size_t n = escape_decode(buf->data + at, buf->length - at, &c);

		if (n == 1)
			buf_add_char(&plain, buf->data[at]);
		else
			buf_add_text(&plain, n ? ascii_of(c) : "?");
		at += n ? n : 1;
	}
	plain.overflow = plain.overflow || buf->overflow;
	buf_release(buf);
	*buf = plain;
}
