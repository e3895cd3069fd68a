/* SPDX-License-Identifier: MIT */
#include "lang/lang.h"

const struct cause_words *lang_cause(enum lang lang, const struct cause *cause)
{
	return lang == LANG_ZH ? &cause->zh : &cause->en;
}

/* What would have to be in the capture; where nothing is missing there, only the host can tell. */
static const struct {
	enum fact_id fact;
	int64_t value;
	enum word word;
} missing[] = {
	{ FACT_MIDSTREAM, 1, WORD_MISSING_MIDSTREAM },
	{ FACT_RESETTER_SEEN, 0, WORD_MISSING_RESETTER },
	{ FACT_VICTIM_SEEN, 0, WORD_MISSING_VICTIM },
	{ FACT_RST_ANSWERS, TRIGGER_UNSEEN, WORD_MISSING_TRIGGER },
	{ FACT_PACKETS_MISSING, 1, WORD_MISSING_PACKETS },
};

const char *lang_told(enum lang lang, const struct verdict *verdict)
{
	const struct host_story *story = &verdict->evidence->story;
	const struct cause_words *words;

	if (!verdict->cause)
		return NULL;
	words = lang_cause(lang, verdict->cause);
	if (words->guessed && evidence_is(verdict->evidence, FACT_ROLES_SEEN, 0))
		return words->guessed;
	if (!story->known || (!story->owner.pid && !story->actor_pid) || !words->told)
		return NULL;
	/* A number that is not known reads badly: the summary has none. */
	return lang_can_fill(words->told, verdict) ? words->told : NULL;
}

void lang_add_summary(enum lang lang, const struct verdict *verdict, struct buf *out)
{
	bool any = false;

	if (verdict->cause) {
		const char *told = lang_told(lang, verdict);

		lang_expand(lang, told ? told : lang_cause(lang, verdict->cause)->summary, verdict,
			    out);
		return;
	}
	lang_expand(lang, lang_word(lang, WORD_UNKNOWN_CAUSE), verdict, out);
	if (lang != LANG_ZH)
		buf_add_char(out, ' ');
	buf_add_text(out, lang_word(lang, WORD_UNKNOWN_MISSING));
	for (size_t i = 0; i < sizeof(missing) / sizeof(*missing); i++) {
		if (!evidence_is(verdict->evidence, missing[i].fact, missing[i].value))
			continue;
		if (any)
			buf_add_text(out, lang == LANG_ZH ? "、" : ", ");
		lang_expand(lang, lang_word(lang, missing[i].word), verdict, out);
		any = true;
	}
	if (!any)
		lang_expand(lang, lang_word(lang, WORD_MISSING_HOST), verdict, out);
	buf_add_text(out, lang == LANG_ZH ? "。" : ".");
}
