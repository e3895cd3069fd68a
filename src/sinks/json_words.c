/* SPDX-License-Identifier: MIT */
/* Texts of the JSON sink: each template is escaped and cut into pieces when it is first needed. */
#include "sinks/json_sink.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"

#define FACT_VALUES_MAX 16

struct cause_texts {
	bool ready;
	struct lang_template summary;
	struct lang_template decide;
	struct lang_template fix[CAUSE_FIXES_MAX];
};

struct json_words {
	enum lang lang;
	bool whole; /* of what would decide every sentence, not only the first */
	struct cause_texts cause[CAUSES_MAX];
	/* By value: 0 or not of BOOLs and numbers, each value of an enum. */
	struct lang_template fact[FACT_COUNT_ALL][FACT_VALUES_MAX];
};

struct json_words *json_words_new(enum lang lang, bool whole)
{
	struct json_words *words = calloc(1, sizeof(*words));

	if (words) {
		words->lang = lang;
		words->whole = whole;
	}
	return words;
}

void json_words_free(struct json_words *words)
{
	if (!words)
		return;
	for (int i = 0; i < CAUSES_MAX; i++) {
		lang_template_release(&words->cause[i].summary);
		lang_template_release(&words->cause[i].decide);
		for (int n = 0; n < CAUSE_FIXES_MAX; n++)
			lang_template_release(&words->cause[i].fix[n]);
	}
	for (int i = 0; i < FACT_COUNT_ALL; i++) {
		for (int n = 0; n < FACT_VALUES_MAX; n++)
			lang_template_release(&words->fact[i][n]);
	}
	free(words);
}

int json_cause_index(const struct cause *cause)
{
	for (int i = 0; i < cause_table_count && i < CAUSES_MAX; i++) {
		if (cause_table[i] == cause)
			return i;
	}
	return -1;
}

/* Without memory the template stays empty, and its text is left out. */
static void compile(const char *text, struct lang_template *template_)
{
	if (text && *text && lang_compile(text, true, template_, NULL) < 0 && !template_->pieces)
		template_->count = 0;
}

/* A report of a hundred thousand resets needs no paragraph for each alternative. */
static void compile_first_clause(const char *text, struct lang_template *template_)
{
	char *clause = text ? strndup(text, lang_first_clause(text)) : NULL;

	compile(clause, template_);
	free(clause);
}

static struct cause_texts *texts_of(struct json_words *words, const struct cause *cause)
{
	const struct cause_words *from = lang_cause(words->lang, cause);
	int index = json_cause_index(cause);
	struct cause_texts *texts;

	if (index < 0)
		return NULL;
	texts = &words->cause[index];
	if (texts->ready)
		return texts;
	compile(from->summary, &texts->summary);
	if (words->whole)
		compile(from->decide, &texts->decide);
	else
		compile_first_clause(from->decide, &texts->decide);
	for (int i = 0; i < CAUSE_FIXES_MAX; i++)
		compile(from->fix[i], &texts->fix[i]);
	texts->ready = true;
	return texts;
}

void json_add_fact(struct json_words *words, enum fact_id fact, const struct verdict *verdict,
		   struct buf *out)
{
	int64_t value = evidence_value(verdict->evidence, fact);
	struct lang_template *template_;
	int64_t index = fact_is_enum(fact) ? value : value != 0;

	if (index < 0 || index >= FACT_VALUES_MAX)
		return;
	template_ = &words->fact[fact][index];
	if (!template_->pieces)
		compile(lang_fact_template(words->lang, fact, value), template_);
	lang_fill(words->lang, template_, verdict, (int)fact, out);
}

void json_add_summary(struct json_words *words, const struct verdict *verdict, struct buf *out)
{
	struct cause_texts *texts;
	struct buf plain;

	if (verdict->cause && !lang_told(words->lang, verdict)) {
		texts = texts_of(words, verdict->cause);
		if (texts)
			lang_fill(words->lang, &texts->summary, verdict, -1, out);
		return;
	}
	buf_init(&plain, 4096);
	lang_add_summary(words->lang, verdict, &plain);
	escape_json(out, buf_text(&plain), plain.length);
	buf_release(&plain);
}

void json_add_decide(struct json_words *words, const struct cause *cause,
		     const struct verdict *verdict, struct buf *out)
{
	struct cause_texts *texts = texts_of(words, cause);

	if (texts)
		lang_fill(words->lang, &texts->decide, verdict, -1, out);
}

void json_add_fix(struct json_words *words, const struct verdict *verdict, int index,
		  struct buf *out)
{
	struct cause_texts *texts = texts_of(words, verdict->cause);

	buf_add_literal(out, "\"");
	if (texts)
		lang_fill(words->lang, &texts->fix[index], verdict, -1, out);
	buf_add_literal(out, "\"");
}

void json_add_string(struct buf *out, const char *text)
{
	buf_add_char(out, '"');
	escape_json(out, text, strlen(text));
	buf_add_char(out, '"');
}
