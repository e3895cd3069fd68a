/* SPDX-License-Identifier: MIT */
#include "run/storm.h"

#include <stdlib.h>
#include <string.h>

#define STORMS_MAX 64
#define SECOND_NS 1000000000ll
/* More than this many alike in a second are a storm: nobody reads faster. */
#define STORM_RATE 20
#define STORM_OVER_NS (2 * SECOND_NS)

struct storm {
	const struct cause *cause;
	struct endpoint server;
	uint32_t netns; /* containers may have the same addresses */
	uint8_t class_, from, view;
	bool used, raging;
	int64_t window_ns; /* begin of the second that is counted */
	uint32_t in_window;
	int64_t last_ns, told_ns;
	uint64_t told; /* count when last told */
	struct verdict verdict;
	struct evidence evidence;
};

struct storms {
	int64_t update_ns;
	void (*tell)(void *context, const struct verdict *verdict);
	void *context;
	struct storm list[STORMS_MAX];
};

struct storms *storms_new(int64_t update_ns, void (*tell)(void *context, const struct verdict *v),
			  void *context)
{
	struct storms *storms = calloc(1, sizeof(*storms));

	if (!storms)
		return NULL;
	storms->update_ns = update_ns;
	storms->tell = tell;
	storms->context = context;
	return storms;
}

void storms_free(struct storms *storms)
{
	free(storms);
}

static bool is_alike(const struct storm *storm, const struct verdict *verdict)
{
	const struct evidence *ev = verdict->evidence;

	return storm->used && storm->cause == verdict->cause && storm->class_ == verdict->class_ &&
	       storm->from == verdict->from && storm->view == ev->story.view &&
	       storm->netns == ev->story.netns && endpoint_same(&storm->server, &ev->server);
}

static void storm_tell(struct storms *storms, struct storm *storm, bool last)
{
	storm->verdict.update = true;
	storm->verdict.pending = !last;
	storm->verdict.evidence = &storm->evidence;
	storm->told = storm->verdict.count;
	storms->tell(storms->context, &storm->verdict);
}

static void storm_end(struct storms *storms, struct storm *storm)
{
	if (storm->raging)
		storm_tell(storms, storm, true);
	storm->used = storm->raging = false;
}

/* The place of @verdict: its own, a free one, or that which was quiet for longest. */
static struct storm *storm_find(struct storms *storms, const struct verdict *verdict)
{
	struct storm *best = NULL;

	for (int i = 0; i < STORMS_MAX; i++) {
		struct storm *storm = &storms->list[i];

		if (is_alike(storm, verdict))
			return storm;
		if (!best || (best->used && (!storm->used || storm->last_ns < best->last_ns)))
			best = storm;
	}
	storm_end(storms, best);
	best->cause = verdict->cause;
	best->class_ = (uint8_t)verdict->class_;
	best->from = (uint8_t)verdict->from;
	best->view = verdict->evidence->story.view;
	best->server = verdict->evidence->server;
	best->netns = verdict->evidence->story.netns;
	best->used = true;
	best->window_ns = 0;
	best->in_window = 0;
	return best;
}

static void storm_begin(struct storms *storms, struct storm *storm, const struct verdict *verdict,
			int64_t now_ns)
{
	storm->raging = true;
	storm->verdict = *verdict;
	storm->evidence = *verdict->evidence;
	storm->told = 1;
	storm->told_ns = now_ns;
	storms->tell(storms->context, verdict);
}

void storms_add(struct storms *storms, const struct verdict *verdict, int64_t now_ns)
{
	struct storm *storm;

	if (verdict->evidence->ignored != IGNORED_NOT || verdict->update) {
		storms->tell(storms->context, verdict);
		return;
	}
	storm = storm_find(storms, verdict);
	storm->last_ns = now_ns;
	if (storm->raging) {
		storm->verdict.count++;
		storm->verdict.last_ns = verdict->last_ns;
		if (now_ns - storm->told_ns >= storms->update_ns) {
			storm->told_ns = now_ns;
			storm_tell(storms, storm, false);
		}
		return;
	}
	if (now_ns - storm->window_ns > SECOND_NS) {
		storm->window_ns = now_ns;
		storm->in_window = 0;
	}
	if (++storm->in_window > STORM_RATE)
		storm_begin(storms, storm, verdict, now_ns);
	else
		storms->tell(storms->context, verdict);
}

int storms_tick(struct storms *storms, int64_t now_ns)
{
	bool raging = false;

	for (int i = 0; i < STORMS_MAX; i++) {
		struct storm *storm = &storms->list[i];

		if (!storm->raging)
			continue;
		if (now_ns - storm->last_ns > STORM_OVER_NS) {
			storm_end(storms, storm);
			continue;
		}
		raging = true;
		if (storm->verdict.count > storm->told &&
		    now_ns - storm->told_ns >= storms->update_ns) {
			storm->told_ns = now_ns;
			storm_tell(storms, storm, false);
		}
	}
	return raging ? 250 : -1;
}

void storms_finish(struct storms *storms)
{
	for (int i = 0; i < STORMS_MAX; i++)
		storm_end(storms, &storms->list[i]);
}
