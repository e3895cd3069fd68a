/* SPDX-License-Identifier: MIT */
/* For tests of sinks: connections in one-line notation, played through the engine into a sink. */
#ifndef TESTS_UNIT_SINKS_PLAY_H
#define TESTS_UNIT_SINKS_PLAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/example.h"
#include "flow/tracker.h"
#include "run/fold.h"
#include "sinks/sink.h"

extern const struct sink sink_json;
extern const struct sink sink_text;

#define PLAY_START_NS 1795183263000000000ll /* 2026-11-20T14:01:03Z */

struct play {
	const struct sink *sink;
	struct sink_state *state;
	struct tracker *tracker;
	struct fold *fold;
	struct evidence evidence;
	void (*change)(struct evidence *ev); /* before it is judged; NULL: as it is */
	int resets;
};

static inline struct evidence *play_reserve(void *context)
{
	return &((struct play *)context)->evidence;
}

static inline void play_emit(void *context, struct evidence *ev)
{
	struct play *play = context;
	struct verdict verdict;

	if (play->change)
		play->change(ev);
	verdict_reach(ev, &verdict);
	assert_int_equal(play->sink->verdict(play->state, &verdict), 0);
	fold_add(play->fold, &verdict);
	play->resets++;
}

static struct tracker *play_tracker;

static inline void play_push(void *context, const struct observation *obs)
{
	(void)context;
	tracker_push(play_tracker, obs);
}

/* What @sink prints of @steps; the caller frees it. */
static inline char *play_text(const struct sink *sink, const struct sink_options *options,
			      const char *steps, void (*change)(struct evidence *ev))
{
	struct example_options example = { .start_ns = PLAY_START_NS };
	struct play play = { .sink = sink, .change = change };
	struct tracker_config config = {
		.hash_key = { 1, 2 }, .reserve = play_reserve, .emit = play_emit, .context = &play
	};
	struct run_summary summary = { .input_count = 1 };
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	play.tracker = play_tracker = tracker_new(&config);
	play.fold = fold_new();
	assert_int_equal(sink->open(out, options, &play.state), 0);
	assert_int_equal(example_play(steps, &example, play_push, NULL, NULL), 0);
	tracker_finish(play.tracker);
	fold_measure(play.fold, play.tracker);
	fold_finish(play.fold, &summary);
	summary.tracker = tracker_get_counts(play.tracker);
	summary.packets = summary.tracker->packets;
	summary.span_ns = summary.tracker->last_ns - summary.tracker->first_ns;
	assert_int_equal(sink->summary(play.state, &summary), 0);
	assert_int_equal(sink->close(play.state), 0);
	fold_free(play.fold);
	tracker_free(play.tracker);
	fclose(out);
	return text;
}

#endif
