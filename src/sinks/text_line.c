/* SPDX-License-Identifier: MIT */
/* What stands in one line: groups under -q or that nobody needs to act on, and ignored resets. */
#include "draw/table.h"
#include "sinks/text_sink.h"

/* Readable without colour: full, half and empty circle. */
const char *text_symbol(enum confidence confidence)
{
	static const char *const symbols[] = { "?", "○", "◐", "●" };

	return symbols[confidence];
}

enum text_style text_style_of(enum confidence confidence)
{
	static const enum text_style styles[] = { STYLE_BOLD, STYLE_POSSIBLE, STYLE_LIKELY,
						  STYLE_CERTAIN };

	return styles[confidence];
}

void text_add_row(struct sink_state *state, const struct verdict *verdict, struct table *table)
{
	enum text_style style = verdict->expected ? STYLE_DIM : text_style_of(verdict->confidence);
	char server[ENDPOINT_TEXT_MAX];
	struct buf cell;

	buf_init(&cell, 1 << 16);
	buf_printf(&cell, "%s%s %s%s", text_on(state, style),
		   verdict->expected ? "·" : text_symbol(verdict->confidence),
		   verdict->expected ? text_word(state, WORD_EXPECTED)
				     : lang_confidence(state->lang, verdict->confidence),
		   text_off(state, style));
	table_add(table, buf_text(&cell));
	buf_clear(&cell);
	buf_printf(&cell, "×%llu", (unsigned long long)(verdict->count ? verdict->count : 1));
	table_add(table, buf_text(&cell));
	table_add(table, verdict->cause ? verdict->cause->id : "unknown");
	endpoint_format(&verdict->evidence->server, server);
	table_add(table, server);
	buf_clear(&cell);
	/* -q is the sentence; beside blocks or after them a few words do. */
	if (state->options.quiet || !verdict->cause)
		lang_add_summary(state->lang, verdict, &cell);
	else
		lang_expand(state->lang, lang_cause(state->lang, verdict->cause)->title, verdict,
			    &cell);
	table_add(table, buf_text(&cell));
	buf_release(&cell);
}

void text_add_ignored(struct sink_state *state, const struct verdict *verdict)
{
	const struct evidence *ev = verdict->evidence;
	char client[ENDPOINT_TEXT_MAX], server[ENDPOINT_TEXT_MAX];

	endpoint_format(&ev->client, client);
	endpoint_format(&ev->server, server);
	buf_printf(&state->buf, "%s- %s", text_on(state, STYLE_DIM),
		   text_word(state, WORD_IGNORED));
	if (ev->has_time) {
		buf_add_char(&state->buf, ' ');
		text_add_time(state, ev->has_date, ev->reset_ns, false);
	}
	buf_printf(&state->buf, " %s %s %s%s%s%s\n", ev->resetter_is_client ? client : server, "→",
		   ev->resetter_is_client ? server : client, text_pick(state, ": ", "："),
		   lang_ignored(state->lang, ev->ignored), text_off(state, STYLE_DIM));
}
