/* SPDX-License-Identifier: MIT */
#include "lang/lang.h"

struct fact_sentence {
	const char *yes;
	const char *no; /* of false or 0 */
};

/* Every fact has words in both languages: tests/unit/lang_facts_test.c walks all of them. */
static const struct fact_sentence fact_sentences[LANG_COUNT][FACT_COUNT_ALL] = {
#define SAY(fact, language, yes, no) [LANG_##language][FACT_##fact] = { yes, no },
#include "lang/fact_words.def"
#undef SAY
};

#define FACT_VALUES_MAX 12

static const char *const fact_values[FACT_COUNT_ALL][FACT_VALUES_MAX][LANG_COUNT] = {
#define VALUE(fact, value, en, zh) [FACT_##fact][value] = { en, zh },
#include "lang/fact_values.def"
#undef VALUE
};

const char *lang_fact_template(enum lang lang, enum fact_id fact, int64_t value)
{
	const struct fact_sentence *sentence;

	if (!fact_is_enum(fact)) {
		sentence = &fact_sentences[lang][fact];
		return value || !sentence->no ? sentence->yes : sentence->no;
	}
	if (value < 0 || value >= FACT_VALUES_MAX)
		return NULL;
	return fact_values[fact][value][lang];
}

void lang_add_fact_value(enum lang lang, enum fact_id fact, int64_t value, struct buf *out)
{
	const char *name;

	switch (fact_kind(fact)) {
	case KIND_BYTES:
		lang_add_bytes(lang, value < 0 ? 0 : (uint64_t)value, out);
		break;
	case KIND_USEC:
		lang_add_duration(lang, value, out);
		break;
	case KIND_NUMBER:
		if (value > 0)
			buf_add_char(out, '+');
		buf_add_i64(out, value);
		break;
	case KIND_BOOL:
		buf_add_text(out, value ? (lang == LANG_ZH ? "是" : "yes")
					: (lang == LANG_ZH ? "否" : "no"));
		break;
	case KIND_COUNT:
		/* Codes are no quantities: no thousands separator. */
		if (fact == FACT_HTTP_STATUS || fact == FACT_RST_WINDOW || value < 0)
			buf_add_i64(out, value);
		else
			lang_add_count(lang, (uint64_t)value, out);
		break;
	default:
		name = fact_value_name(fact, value);
		buf_add_text(out, name ? name : "?");
	}
}
