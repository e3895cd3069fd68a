/* SPDX-License-Identifier: MIT */
/*
 * Words: turns a verdict's ids and typed values into text in English or Chinese. The words of a
 * cause stand in the cause's file; headings, units, facts and the words of the engine stand here.
 *
 * Floor 5. Into buffers, no I/O.
 */
#ifndef WHYRST_LANG_LANG_H
#define WHYRST_LANG_LANG_H

#include <stddef.h>

#include "base/buf.h"
#include "verdict/verdict.h"

enum lang {
	LANG_EN,
	LANG_ZH,
	LANG_COUNT,
};

/* Headings and short phrases: WORD(id, english, chinese) in lang/words.def. */
enum word {
#define WORD(id, en, zh) WORD_##id,
#include "lang/words.def"
#undef WORD
	WORD_COUNT,
};

/* "en" and "zh", also as a locale spells them ("zh_CN.UTF-8"): enum lang or -ENOENT. */
int lang_find(const char *name);

const char *lang_word(enum lang lang, enum word word);

/* One or two words each; never NULL. */
const char *lang_confidence(enum lang lang, enum confidence confidence);
const char *lang_class(enum lang lang, enum reset_class class_);
const char *lang_retry(enum lang lang, enum executed executed); /* "yes" if it was not executed */
const char *lang_from(enum lang lang, enum reset_from from);
const char *lang_state(enum tcp_state state); /* "FIN_WAIT1": the same in every language */

/* A sentence each; never NULL. */
const char *lang_class_means(enum lang lang, enum reset_class class_);
const char *lang_confidence_means(enum lang lang, enum confidence confidence);
const char *lang_request_why(enum lang lang, enum request_why why);
const char *lang_call(enum lang lang, enum call_result result); /* what ECONNRESET means */
const char *lang_ignored(enum lang lang, enum ignored_why why);
const char *lang_mptcp_reason(enum lang lang, int64_t reason); /* RFC 8684 section 3.6 */

/* Values with their units. */
void lang_add_count(enum lang lang, uint64_t count, struct buf *out); /* 1,204 */
void lang_add_bytes(enum lang lang, uint64_t bytes, struct buf *out); /* 75 bytes */
void lang_add_duration(enum lang lang, int64_t us, struct buf *out); /* 660 µs, 65.0 s, 2 h 5 min */
void lang_add_fact_value(enum lang lang, enum fact_id fact, int64_t value, struct buf *out);

/*
 * The template of the sentence that states @fact with @value, and NULL only for an enum value that
 * is not worth a sentence ("unknown"). {value} is the value.
 */
const char *lang_fact_template(enum lang lang, enum fact_id fact, int64_t value);

/* The sentence of a fact that is known in the verdict's evidence. Adds nothing if it is not known.
 */
void lang_add_fact(enum lang lang, enum fact_id fact, const struct verdict *verdict,
		   struct buf *out);

/*
 * @template with its slots (causes/cause.h lists them) filled from @verdict. Without a verdict
 * (NULL), or where a fact is not known, a slot becomes a general word ("one end", "some bytes").
 */
void lang_expand(enum lang lang, const char *template_, const struct verdict *verdict,
		 struct buf *out);

/* The verdict's sentence: the cause's summary, or that it is unknown and what is missing. */
void lang_add_summary(enum lang lang, const struct verdict *verdict, struct buf *out);

/* The sentence for a program that a live host knows, or for ends that may be the other way round;
 * NULL: the summary is said. */
const char *lang_told(enum lang lang, const struct verdict *verdict);
/* Whether all that the slots of @text ask for is known. */
bool lang_can_fill(const char *text, const struct verdict *verdict);

/* The words of a cause in a language. */
const struct cause_words *lang_cause(enum lang lang, const struct cause *cause);

/* As "nginx as shipped: keepalive_timeout 65". */
void lang_add_idle(enum lang lang, const struct idle_product *product, struct buf *out);

/*
 * A template cut into pieces once, to be filled many times. With @json the literal pieces are
 * escaped for the inside of a JSON string; what fills the slots needs no escaping.
 */
struct lang_piece {
	const char *text; /* of a literal; inside the template or its escaped copy */
	uint32_t length;
	int32_t slot; /* -1: literal */
};

/*
 * Bytes of the first sentence of @text, its full stop included; all of it if there is only one. A
 * capital tells the end of a sentence from "e.g. " and from file names.
 */
size_t lang_first_sentence(const char *text);
/* Of that, what stands before the first semicolon. */
size_t lang_first_clause(const char *text);

struct lang_template {
	struct lang_piece *pieces;
	int count;
	char *escaped; /* owns the literals if escaped */
};

/* 0, -ENOMEM, or -ENOENT if a slot is not known: *ret_slot (may be NULL) points at its brace. */
int lang_compile(const char *template_, bool json, struct lang_template *ret_template,
		 const char **ret_slot);
void lang_template_release(struct lang_template *template_);
/* @fact is the subject of {value}, or -1. */
void lang_fill(enum lang lang, const struct lang_template *template_, const struct verdict *verdict,
	       int fact, struct buf *out);
/* Whether two templates use the same slots; a capital ({Resetter}) counts as the small one. */
bool lang_same_slots(const char *template_a, const char *template_b);

#endif
