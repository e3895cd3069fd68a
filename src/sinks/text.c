/* SPDX-License-Identifier: MIT */
/*
 * -o text: what a person reads. The first line of each block is the answer; resets alike are folded
 * and printed at the end, -v prints each as it comes.
 */
#include <errno.h>
#include <stdlib.h>

#include "draw/width.h"
#include "sinks/diagram.h"
#include "sinks/text_sink.h"
#include "sinks/write_out.h"

#define TEXT_MAX ((size_t)16 << 20)
#define WIDTH_DEFAULT 80
#define WIDTH_MIN 40
#define WIDTH_MAX 110 /* longer lines are hard to read */

static const enum word headings[] = {
	WORD_EVIDENCE, WORD_PROGRAMS_SEE, WORD_RETRY,	     WORD_FIX,	  WORD_OR_ELSE,
	WORD_WHERE,    WORD_SILENCE,	  WORD_KNEE,	     WORD_REASON, WORD_TO_BE_SURE,
	WORD_CLASS,    WORD_RULED_OUT,	  WORD_NOT_EXCLUDED,
};

static int text_open(FILE *out, const struct sink_options *options, struct sink_state **ret_state)
{
	struct sink_state *state = calloc(1, sizeof(*state));

	if (!state)
		return -ENOMEM;
	state->out = out;
	state->options = *options;
	state->lang = options->lang;
	state->width = options->width ? options->width : WIDTH_DEFAULT;
	state->width = state->width < WIDTH_MIN ? WIDTH_MIN : state->width;
	state->width = state->width > WIDTH_MAX ? WIDTH_MAX : state->width;
	/* Chinese cannot be shown without it at all: then it is better to try. */
	state->ascii = options->lang == LANG_EN && diagram_locale_is_ascii();
	for (size_t i = 0; i < sizeof(headings) / sizeof(*headings); i++) {
		int columns = width_of(text_word(state, headings[i]));

		state->label = columns > state->label ? columns : state->label;
	}
	buf_init(&state->buf, TEXT_MAX);
	mask_init(&state->mask, options);
	*ret_state = state;
	return 0;
}

const char *text_word(const struct sink_state *state, enum word word)
{
	return lang_word(state->lang, word);
}

const char *text_pick(const struct sink_state *state, const char *en, const char *zh)
{
	return state->lang == LANG_ZH ? zh : en;
}

const char *text_on(const struct sink_state *state, enum text_style style)
{
	static const char *const codes[] = {
		[STYLE_NONE] = "",
		[STYLE_BOLD] = "\x1b[1m",
		[STYLE_DIM] = "\x1b[2m",
		[STYLE_CERTAIN] = "\x1b[1;32m",
		[STYLE_LIKELY] = "\x1b[1;33m",
		[STYLE_POSSIBLE] = "\x1b[1;36m",
		[STYLE_WARN] = "\x1b[33m",
	};

	return state->options.color ? codes[style] : "";
}

const char *text_off(const struct sink_state *state, enum text_style style)
{
	return state->options.color && style != STYLE_NONE ? "\x1b[0m" : "";
}

void text_add_styled(struct sink_state *state, enum text_style style, const char *text)
{
	buf_add_text(&state->buf, text_on(state, style));
	buf_add_text(&state->buf, text);
	buf_add_text(&state->buf, text_off(state, style));
}

int text_write(struct sink_state *state)
{
	if (state->error)
		return state->error;
	if (state->ascii)
		width_to_ascii(&state->buf);
	state->error = write_out(state->out, &state->buf);
	return state->error;
}

static int text_verdict(struct sink_state *state, const struct verdict *verdict)
{
	if (state->error)
		return state->error;
	if (state->options.live) {
		text_add_live(state, mask_verdict(&state->mask, verdict));
		return text_write(state);
	}
	if (!state->options.verbose || state->options.quiet)
		return 0;
	verdict = mask_verdict(&state->mask, verdict);
	if (verdict->evidence->ignored != IGNORED_NOT) {
		text_add_ignored(state, verdict);
		state->ignored++;
	} else {
		text_add_verdict(state, verdict, NULL);
		state->told++;
	}
	return text_write(state);
}

static int text_summary(struct sink_state *state, const struct run_summary *summary)
{
	/* Each has been told as it came. */
	if (state->options.live)
		return 0;
	if (state->ignored)
		buf_add_char(&state->buf, '\n');
	if (text_add_groups(state, summary) < 0)
		return state->error;
	text_add_closing(state, summary);
	return text_write(state);
}

static int text_close(struct sink_state *state)
{
	int r = text_write(state);

	if (!r && fflush(state->out) != 0)
		r = -errno;
	buf_release(&state->buf);
	free(state);
	return r;
}

const struct sink sink_text = {
	.name = "text",
	.open = text_open,
	.verdict = text_verdict,
	.summary = text_summary,
	.close = text_close,
};
