/* SPDX-License-Identifier: MIT */
/* -v: why it was nothing else. Causes that one fact rules out stand in one line with it. */
#include "sinks/text_sink.h"

static bool is_named(const struct verdict *verdict, const struct cause *cause)
{
	if (cause == verdict->cause)
		return true;
	for (int i = 0; i < verdict->alternative_count; i++) {
		if (verdict->alternatives[i].cause == cause)
			return true;
	}
	return false;
}

static int contradicted_by(const struct verdict *verdict, int index)
{
	return index < CAUSES_MAX ? verdict->contradicted_by[index] : -1;
}

/* "The reset ...: close-unread, linger-zero" for all that @fact contradicts. */
static void add_ruled_out(struct sink_state *state, const struct verdict *verdict, int fact,
			  const char *heading)
{
	const char *comma = "";
	struct buf line;

	buf_init(&line, 1 << 14);
	lang_add_fact(state->lang, (enum fact_id)fact, verdict, &line);
	if (!line.length)
		buf_add_text(&line, fact_name((enum fact_id)fact));
	buf_add_text(&line, text_pick(state, "; rules out ", "，排除 "));
	for (int i = 0; i < cause_table_count; i++) {
		if (contradicted_by(verdict, i) != fact || is_named(verdict, cause_table[i]))
			continue;
		buf_printf(&line, "%s%s", comma, cause_table[i]->id);
		comma = text_pick(state, ", ", "、");
	}
	text_add_item(state, heading, "×", buf_text(&line));
	buf_release(&line);
}

void text_add_rivals(struct sink_state *state, const struct verdict *verdict)
{
	const char *heading = text_word(state, WORD_RULED_OUT);
	const char *comma = "";
	bool done[FACT_COUNT_ALL] = { false };
	struct buf open;

	buf_init(&open, 1 << 14);
	for (int i = 0; i < cause_table_count; i++) {
		int fact = contradicted_by(verdict, i);

		if (is_named(verdict, cause_table[i]))
			continue;
		if (fact < 0) {
			buf_printf(&open, "%s%s", comma, cause_table[i]->id);
			comma = text_pick(state, ", ", "、");
		} else if (fact < FACT_COUNT_ALL && !done[fact]) {
			done[fact] = true;
			add_ruled_out(state, verdict, fact, heading);
			heading = NULL;
		}
	}
	if (open.length) {
		buf_printf(&open, text_pick(state, " (%s)", "（%s）"),
			   text_word(state, WORD_WEAKER));
		text_add_section(state, text_word(state, WORD_NOT_EXCLUDED), buf_text(&open));
	}
	buf_release(&open);
}
