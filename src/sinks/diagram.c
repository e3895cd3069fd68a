/* SPDX-License-Identifier: MIT */
#include "sinks/diagram.h"

#include <stdlib.h>
#include <strings.h>

static void add_bytes_en(const struct ladder_words *words, uint32_t bytes, struct buf *out)
{
	(void)words;
	lang_add_bytes(LANG_EN, bytes, out);
}

static void add_bytes_zh(const struct ladder_words *words, uint32_t bytes, struct buf *out)
{
	(void)words;
	lang_add_bytes(LANG_ZH, bytes, out);
}

static void add_duration_en(const struct ladder_words *words, int64_t us, struct buf *out)
{
	(void)words;
	lang_add_duration(LANG_EN, us, out);
}

static void add_duration_zh(const struct ladder_words *words, int64_t us, struct buf *out)
{
	(void)words;
	lang_add_duration(LANG_ZH, us, out);
}

void diagram_add(const struct evidence *ev, enum lang lang, const struct ladder_style *style,
		 struct buf *out)
{
	struct ladder_words words = {
		.client = lang_word(lang, WORD_CLIENT),
		.server = lang_word(lang, WORD_SERVER),
		.again = lang_word(lang, WORD_LADDER_AGAIN),
		.probe = lang_word(lang, WORD_LADDER_PROBE),
		.left_out = lang_word(lang, WORD_LADDER_GAP),
		.silence = lang_word(lang, WORD_LADDER_SILENCE),
		.this_reset = lang_word(lang, WORD_LADDER_THIS),
		.answered = lang_word(lang, WORD_LADDER_TRIGGER),
		.add_bytes = lang == LANG_ZH ? add_bytes_zh : add_bytes_en,
		.add_duration = lang == LANG_ZH ? add_duration_zh : add_duration_en,
	};

	ladder_draw(ev, &words, style, out);
}

/*
 * An unset locale says nothing, and terminals have been UTF-8 for long; only one that is set to
 * something else (C, POSIX, zh_CN.GBK) is taken at its word.
 */
bool diagram_locale_is_ascii(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return !strcasestr(value, "utf-8") && !strcasestr(value, "utf8");
	}
	return false;
}
