/* SPDX-License-Identifier: MIT */
/* The first example of a cause, played through the tracker and drawn: no picture is made by hand.
 */
#include "cmds/explain.h"

#include <stdlib.h>

#include "flow/example.h"
#include "flow/tracker.h"
#include "sinks/diagram.h"

#define MEMORY_BYTES ((size_t)1 << 20)

struct player {
	struct tracker *tracker;
	struct evidence next; /* where the tracker writes */
	struct evidence last; /* the last reset that was judged */
	bool has;
};

static struct evidence *reserve(void *context)
{
	struct player *player = context;

	return &player->next;
}

static void emit(void *context, struct evidence *ev)
{
	struct player *player = context;

	if (ev->ignored != IGNORED_NOT)
		return;
	player->last = *ev;
	player->has = true;
}

static void push(void *context, const struct observation *obs)
{
	struct player *player = context;

	tracker_push(player->tracker, obs);
}

static const char *leading_example(const struct cause *cause)
{
	for (int result = EXAMPLE_WINS; result <= EXAMPLE_LISTED; result++)
		for (int i = 0; i < CAUSE_EXAMPLES_MAX && cause->examples[i].steps; i++)
			if ((int)cause->examples[i].result == result)
				return cause->examples[i].steps;
	return NULL;
}

bool explain_ladder(struct page *page, const struct cause *cause)
{
	struct example_options options = { .start_ns = 0 };
	struct ladder_style style = { .ascii = page->ascii,
				      .color = page->common->use_color,
				      .indent = 2,
				      .width = page->width > 100 ? 100 : page->width };
	struct player *player = calloc(1, sizeof(*player));
	struct tracker_config config = {
		.memory_bytes = MEMORY_BYTES, .reserve = reserve, .emit = emit, .context = player
	};
	const char *steps = leading_example(cause);
	bool drawn = false;

	if (!player)
		return false;
	player->tracker = steps ? tracker_new(&config) : NULL;
	if (player->tracker && example_play(steps, &options, push, player, NULL) == 0) {
		tracker_finish(player->tracker);
		if (player->has) {
			diagram_add(&player->last, page->lang, &style, &page->out);
			drawn = true;
		}
	}
	tracker_free(player->tracker);
	free(player);
	return drawn;
}
