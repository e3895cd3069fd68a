/* SPDX-License-Identifier: MIT */
/*
 * What to change, how to be sure, and what else it may be. Groups of one incident share much of it:
 * what has been said of a cause at the same server is not said twice.
 */
#include "sinks/text_sink.h"

int text_cause_place(const struct cause *cause)
{
	for (int i = 0; i < cause_table_count && i < CAUSES_MAX; i++)
		if (cause_table[i] == cause)
			return i;
	return -1;
}

/* Whether it has been said with the same addresses; remembers that it is said now. */
static bool said(struct text_said *list, const struct cause *cause, const struct verdict *verdict)
{
	const struct evidence *ev = verdict->evidence;
	int place = text_cause_place(cause);
	struct text_said *entry;
	bool same;

	if (place < 0)
		return false;
	entry = &list[place];
	same = entry->any && entry->by_client == ev->resetter_is_client &&
	       endpoint_same(&entry->server, &ev->server) &&
	       (!entry->by_client || endpoint_same(&entry->client, &ev->client));
	*entry = (struct text_said){ true, ev->resetter_is_client, ev->server, ev->client };
	return same;
}

static void add_fixes(struct sink_state *state, const struct verdict *verdict, bool folded)
{
	const struct cause_words *words = lang_cause(state->lang, verdict->cause);
	const char *heading = text_word(state, WORD_FIX);
	bool again = folded && said(state->said_fix, verdict->cause, verdict);
	uint8_t places[CAUSE_FIXES_MAX];
	struct buf line;
	int count;

	buf_init(&line, 1 << 16);
	if (again) {
		text_fill(&line, text_word(state, WORD_AS_ABOVE), "cause", verdict->cause->id,
			  NULL);
		text_add_section(state, heading, buf_text(&line));
		buf_release(&line);
		return;
	}
	count = cause_fixes(verdict->cause, verdict->evidence, places);
	for (int i = 0; i < count; i++) {
		char number[8] = { (char)('1' + i), '.', 0 };

		buf_clear(&line);
		lang_expand(state->lang, words->fix[places[i]], verdict, &line);
		text_add_item(state, heading, number, buf_text(&line));
		heading = NULL;
	}
	if (verdict->confidence != CONFIDENCE_CERTAIN && words->decide && *words->decide) {
		buf_clear(&line);
		lang_expand(state->lang, words->decide, verdict, &line);
		text_add_section(state, text_word(state, WORD_TO_BE_SURE), buf_text(&line));
		if (folded)
			said(state->said_decide, verdict->cause, verdict);
	}
	buf_release(&line);
}

static void add_decide(struct sink_state *state, const struct verdict *verdict,
		       const struct cause *cause, bool folded, struct buf *line)
{
	const struct cause_words *words = lang_cause(state->lang, cause);
	size_t start;

	if (!words->decide || !*words->decide)
		return;
	if (folded && said(state->said_decide, cause, verdict)) {
		buf_add_text(line, text_word(state, WORD_DECIDED_ABOVE));
		return;
	}
	buf_printf(line, "\n%s%s", text_word(state, WORD_WOULD_DECIDE),
		   text_pick(state, ": ", "："));
	start = line->length;
	lang_expand(state->lang, words->decide, verdict, line);
	if (!state->options.verbose)
		line->length = start + lang_first_sentence(buf_text(line) + start);
}

static void add_alternatives(struct sink_state *state, const struct verdict *verdict, bool folded)
{
	const char *heading = text_word(state, WORD_OR_ELSE);
	struct buf line;

	buf_init(&line, 1 << 16);
	for (int i = 0; i < verdict->alternative_count; i++) {
		const struct alternative *other = &verdict->alternatives[i];
		const struct cause_words *words = lang_cause(state->lang, other->cause);

		buf_clear(&line);
		buf_printf(&line, text_pick(state, "%s (%s): ", "%s（%s）："), other->cause->id,
			   lang_confidence(state->lang, other->confidence));
		lang_expand(state->lang, words->title, verdict, &line);
		add_decide(state, verdict, other->cause, folded, &line);
		text_add_item(state, heading, text_symbol(other->confidence), buf_text(&line));
		heading = NULL;
	}
	buf_release(&line);
}

void text_add_advice(struct sink_state *state, const struct verdict *verdict, bool folded)
{
	if (verdict->cause)
		add_fixes(state, verdict, folded);
	add_alternatives(state, verdict, folded);
}
