/* SPDX-License-Identifier: MIT */
#include "lang/lang.h"

#include <string.h>

void lang_add_count(enum lang lang, uint64_t count, struct buf *out)
{
	char text[32];
	size_t at = sizeof(text);
	int digits = 0;

	(void)lang; /* both group by three; Chinese readers are used to it in technical text */
	do {
		if (digits && digits % 3 == 0)
			text[--at] = ',';
		text[--at] = (char)('0' + count % 10);
		count /= 10;
		digits++;
	} while (count);
	buf_add(out, text + at, sizeof(text) - at);
}

void lang_add_bytes(enum lang lang, uint64_t bytes, struct buf *out)
{
	lang_add_count(lang, bytes, out);
	if (lang == LANG_ZH)
		buf_add_literal(out, " 字节");
	else if (bytes == 1)
		buf_add_literal(out, " byte");
	else
		buf_add_literal(out, " bytes");
}

/* @value / @scale with three significant digits below 100, one decimal above: 4.56, 45.6, 456. */
static void add_scaled(uint64_t value, uint64_t scale, const char *unit, struct buf *out)
{
	uint64_t whole = value / scale;
	uint64_t rest = value % scale;

	buf_add_u64(out, whole);
	if (whole < 100) {
		uint64_t tenth = rest * 10 / scale;

		buf_add_char(out, '.');
		buf_add_char(out, (char)('0' + tenth));
		if (whole < 10)
			buf_add_char(out, (char)('0' + rest * 100 / scale % 10));
	}
	buf_add_text(out, unit);
}

static void add_pair(uint64_t high, const char *high_unit, uint64_t low, const char *low_unit,
		     struct buf *out)
{
	buf_add_u64(out, high);
	buf_add_text(out, high_unit);
	if (!low)
		return;
	buf_add_char(out, ' ');
	buf_add_u64(out, low);
	buf_add_text(out, low_unit);
}

void lang_add_duration(enum lang lang, int64_t us, struct buf *out)
{
	static const char *const unit[LANG_COUNT][6] = {
		{ " µs", " ms", " s", " min", " h", " d" },
		{ " 微秒", " 毫秒", " 秒", " 分", " 小时", " 天" },
	};
	const char *const *names = unit[lang];
	uint64_t t = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;

	if (us < 0)
		buf_add_char(out, '-');
	if (t < 1000) {
		buf_add_u64(out, t);
		buf_add_text(out, names[0]);
	} else if (t < 1000000) {
		add_scaled(t, 1000, names[1], out);
	} else if (t < 120 * 1000000ull) {
		/* One decimal from 10 s on is what a timeout is compared by: 65.0 s. */
		if (t < 100 * 1000000ull)
			add_scaled(t, 1000000, names[2], out);
		else {
			buf_add_u64(out, t / 1000000);
			buf_add_char(out, '.');
			buf_add_char(out, (char)('0' + t / 100000 % 10));
			buf_add_text(out, names[2]);
		}
	} else if (t < 7200 * 1000000ull) {
		add_pair(t / 60000000, names[3], t / 1000000 % 60, names[2], out);
	} else if (t < 48 * 3600 * 1000000ull) {
		add_pair(t / 3600000000ull, names[4], t / 60000000 % 60, names[3], out);
	} else {
		add_pair(t / 86400000000ull, names[5], t / 3600000000ull % 24, names[4], out);
	}
}

size_t lang_first_sentence(const char *text)
{
	const size_t wide = strlen("。");

	for (const char *at = text; *at; at++) {
		if (!strncmp(at, "。", wide) && at[wide])
			return (size_t)(at - text) + wide;
		if (at[0] == '.' && at[1] == ' ' && at[2] >= 'A' && at[2] <= 'Z')
			return (size_t)(at - text) + 1;
	}
	return strlen(text);
}

size_t lang_first_clause(const char *text)
{
	size_t sentence = lang_first_sentence(text);
	const size_t wide = strlen("；");

	for (size_t at = 0; at < sentence; at++) {
		if (!strncmp(text + at, "；", wide) || (text[at] == ';' && text[at + 1] == ' '))
			return at;
	}
	return sentence;
}
