/* SPDX-License-Identifier: MIT */
/* -o json: one object a line (contract section 3, docs/schema). */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "sinks/json_sink.h"
#include "sinks/write_out.h"

#define BLOCK ((size_t)256 << 10)
#define LINE_MAX_BYTES ((size_t)4 << 20) /* the summary of 4096 groups; an event takes 2 KB */

/* The same inputs give the same ids again: FNV-1a of the first name. */
static uint32_t run_of(const struct sink_options *options)
{
	const char *name = options->file_names ? options->file_names[0] : NULL;
	uint32_t hash = 0x811c9dc5;

	for (; name && *name; name++)
		hash = (hash ^ (uint8_t)*name) * 0x01000193;
	return (hash ^ hash >> 16) & 0xffff;
}

static int json_open(FILE *out, const struct sink_options *options, struct sink_state **ret_state)
{
	struct sink_state *state = calloc(1, sizeof(*state));
	struct stat st;

	if (!state)
		return -ENOMEM;
	state->out = out;
	state->options = *options;
	state->run = run_of(options);
	state->words = json_words_new(options->lang, options->verbose > 0);
	if (!state->words) {
		free(state);
		return -ENOMEM;
	}
	buf_init(&state->buf, BLOCK + LINE_MAX_BYTES);
	mask_init(&state->mask, options);
	/* Of a live host each line is wanted at once. */
	state->block = !options->live &&
		       (fileno(out) < 0 || fstat(fileno(out), &st) < 0 || S_ISREG(st.st_mode));
	*ret_state = state;
	return 0;
}

static int json_write(struct sink_state *state)
{
	if (state->error)
		return state->error;
	state->error = write_out(state->out, &state->buf);
	return state->error;
}

static int json_verdict(struct sink_state *state, const struct verdict *verdict)
{
	if (state->error)
		return state->error;
	json_add_event(state, mask_verdict(&state->mask, verdict));
	if (!state->block || state->buf.length >= BLOCK || state->buf.overflow)
		return json_write(state);
	return 0;
}

static int json_summary(struct sink_state *state, const struct run_summary *summary)
{
	json_add_run(state, summary);
	return json_write(state);
}

static int json_close(struct sink_state *state)
{
	int r = json_write(state);

	if (!r && fflush(state->out) != 0)
		r = -errno;
	json_words_free(state->words);
	buf_release(&state->buf);
	for (int i = 0; i < JSON_FILES_MAX; i++)
		free(state->names[i]);
	free(state);
	return r;
}

const struct sink sink_json = {
	.name = "json",
	.open = json_open,
	.verdict = json_verdict,
	.summary = json_summary,
	.close = json_close,
};
