/* SPDX-License-Identifier: MIT */
/*
 * The groups at the end: a block for the largest of each cause, a line for others, and a count
 * where even lines would be too many (a port scan is hundreds of servers).
 */
#include "sinks/text_sink.h"

#include <errno.h>
#include <stdlib.h>

#include "draw/table.h"
#include "draw/width.h"

#define FLUSH ((size_t)64 << 10)
#define BLOCKS_PER_CAUSE 3
#define LINES_PER_CAUSE 20

enum shape { SHAPE_BLOCK, SHAPE_LINE, SHAPE_COUNTED };

/* After -v each has been told; a list of one would only repeat it. */
static bool all_told(const struct sink_state *state, const struct run_summary *summary)
{
	return state->told == 1 && summary->group_count == 1 && !summary->groups[0].knee &&
	       !summary->groups[0].starved;
}

static int place_of(const struct fold_group *group)
{
	int place = text_cause_place(group->verdict.cause);

	return place < 0 ? CAUSES_MAX : place;
}

/* Groups come largest first. */
static void shape_groups(const struct sink_state *state, const struct run_summary *summary,
			 unsigned char *shapes)
{
	int blocks[CAUSES_MAX + 1] = { 0 }, lines[CAUSES_MAX + 1] = { 0 };

	for (int i = 0; i < summary->group_count; i++) {
		const struct fold_group *group = &summary->groups[i];
		int place = place_of(group);

		if (state->options.quiet)
			shapes[i] = SHAPE_LINE;
		else if (!state->options.verbose && !group->verdict.expected &&
			 blocks[place]++ < BLOCKS_PER_CAUSE)
			shapes[i] = SHAPE_BLOCK;
		else
			shapes[i] = lines[place]++ < LINES_PER_CAUSE ? SHAPE_LINE : SHAPE_COUNTED;
	}
}

static int add_blocks(struct sink_state *state, const struct run_summary *summary,
		      const unsigned char *shapes)
{
	for (int i = 0; i < summary->group_count; i++) {
		const struct fold_group *group = &summary->groups[i];

		if (shapes[i] == SHAPE_BLOCK)
			text_add_verdict(state, mask_verdict(&state->mask, &group->verdict), group);
		if (state->buf.length >= FLUSH && text_write(state) < 0)
			return state->error;
	}
	return 0;
}

static void add_lines(struct sink_state *state, const struct run_summary *summary,
		      const unsigned char *shapes)
{
	struct table table;

	table_init(&table, 5);
	table.right[1] = true;
	for (int i = 0; i < summary->group_count; i++) {
		if (shapes[i] == SHAPE_LINE)
			text_add_row(state, mask_verdict(&state->mask, &summary->groups[i].verdict),
				     &table);
	}
	table_draw(&table, 0, 0, &state->buf);
	table_release(&table);
}

/* "... and 277 more of port-closed, 277 resets: -v or -o json tells each" */
static void add_counted(struct sink_state *state, const struct run_summary *summary,
			const unsigned char *shapes)
{
	uint64_t groups[CAUSES_MAX + 1] = { 0 }, resets[CAUSES_MAX + 1] = { 0 };
	struct buf line, some, all;

	for (int i = 0; i < summary->group_count; i++) {
		if (shapes[i] != SHAPE_COUNTED)
			continue;
		groups[place_of(&summary->groups[i])]++;
		resets[place_of(&summary->groups[i])] += summary->groups[i].verdict.count;
	}
	buf_init(&line, 4096);
	buf_init(&some, 64);
	buf_init(&all, 64);
	for (int i = 0; i <= CAUSES_MAX; i++) {
		if (!groups[i])
			continue;
		buf_clear(&line);
		buf_clear(&some);
		buf_clear(&all);
		lang_add_count(state->lang, groups[i], &some);
		lang_add_count(state->lang, resets[i], &all);
		text_fill(&line, text_word(state, WORD_MORE_GROUPS), "groups", buf_text(&some),
			  "resets", buf_text(&all), "cause",
			  i < CAUSES_MAX ? cause_table[i]->id : "unknown", NULL);
		width_wrap(&state->buf, buf_text(&line), 0, 2, state->width);
		buf_add_char(&state->buf, '\n');
	}
	buf_release(&line);
	buf_release(&some);
	buf_release(&all);
}

static void add_knees(struct sink_state *state, const struct run_summary *summary,
		      const unsigned char *shapes)
{
	for (int i = 0; i < summary->group_count; i++) {
		const struct fold_group *group = &summary->groups[i];

		if (shapes[i] == SHAPE_LINE && !group->verdict.expected)
			text_add_knee(state, group, mask_verdict(&state->mask, &group->verdict));
	}
}

int text_add_groups(struct sink_state *state, const struct run_summary *summary)
{
	unsigned char *shapes;
	size_t before;
	int r;

	if (all_told(state, summary) || !summary->group_count)
		return 0;
	shapes = calloc((size_t)summary->group_count, 1);
	if (!shapes)
		return state->error = -ENOMEM;
	shape_groups(state, summary, shapes);
	r = add_blocks(state, summary, shapes);
	before = state->buf.length;
	if (!r) {
		add_lines(state, summary, shapes);
		add_counted(state, summary, shapes);
	}
	if (!r && !state->options.quiet) {
		if (state->buf.length > before)
			buf_add_char(&state->buf, '\n');
		add_knees(state, summary, shapes);
	}
	free(shapes);
	return r;
}
