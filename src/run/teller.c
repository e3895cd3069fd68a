/* SPDX-License-Identifier: MIT */
#include "run/teller.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "run/fold.h"
#include "run/queue.h"

#define DONE_STEP 32 /* slots given back at once */

struct teller {
	const struct sink *sink;
	struct sink_state *state;
	struct fold *fold;
	FILE *out;
	uint64_t stop_after;
	uint64_t told;
	int error; /* first -errno of the sink; nothing is printed after it */
	atomic_bool full;
	bool interactive;    /* somebody may be waiting for each line */
	struct queue *queue; /* NULL: one thread */
	pthread_t thread;
	struct evidence single; /* of the one thread */
	struct verdict verdict;
};

static void tell(struct teller *teller, const struct evidence *ev)
{
	struct verdict *verdict = &teller->verdict;

	if (atomic_load_explicit(&teller->full, memory_order_relaxed))
		return;
	verdict_reach(ev, verdict);
	teller->error = teller->sink->verdict(teller->state, verdict);
	if (teller->error < 0) {
		atomic_store(&teller->full, true);
		return;
	}
	if (ev->ignored != IGNORED_NOT)
		return;
	fold_add(teller->fold, verdict);
	if (++teller->told == teller->stop_after)
		atomic_store(&teller->full, true);
}

static const struct evidence *slot_of(const struct teller *teller, int index)
{
	return &teller->queue->slots[ring_slot(&teller->queue->ring, index)];
}

static void *judge(void *context)
{
	struct teller *teller = context;
	int count;

	while ((count = ring_wait(&teller->queue->ring)) > 0) {
		int i, done = 0;

		for (i = 0; i < count; i++) {
			tell(teller, slot_of(teller, i - done));
			if (i + 1 - done >= DONE_STEP) {
				ring_done(&teller->queue->ring, i + 1 - done);
				done = i + 1;
			}
		}
		if (teller->interactive)
			fflush(teller->out);
		if (done < count)
			ring_done(&teller->queue->ring, count - done);
	}
	return NULL;
}

int teller_new(const struct run_options *options, const struct sink_options *sink_options,
	       struct teller **ret_teller)
{
	struct teller *teller = calloc(1, sizeof(*teller));
	int r = -ENOMEM;

	if (!teller)
		return -ENOMEM;
	teller->sink = options->sink;
	teller->out = options->out;
	teller->stop_after = options->stop_after;
	teller->fold = fold_new();
	if (!teller->fold)
		goto fail;
	r = options->sink->open(options->out, sink_options, &teller->state);
	if (r < 0)
		goto fail;
	if (!options->one_thread)
		teller->queue = queue_new();
	/* Without memory or a thread for it, this thread does both. */
	if (teller->queue && pthread_create(&teller->thread, NULL, judge, teller) != 0) {
		queue_free(teller->queue);
		teller->queue = NULL;
	}
	if (teller->queue)
		pthread_setname_np(teller->thread, "whyrst-judge");
	*ret_teller = teller;
	return 0;
fail:
	fold_free(teller->fold);
	free(teller);
	return r;
}

void teller_free(struct teller *teller)
{
	if (!teller)
		return;
	fold_free(teller->fold);
	free(teller);
}

struct evidence *teller_reserve(void *context)
{
	struct teller *teller = context;

	return teller->queue ? &teller->queue->slots[ring_reserve(&teller->queue->ring)]
			     : &teller->single;
}

void teller_emit(void *context, struct evidence *ev)
{
	struct teller *teller = context;

	if (teller->queue)
		ring_commit(&teller->queue->ring);
	else
		tell(teller, ev);
}

void teller_flush(struct teller *teller)
{
	teller->interactive = true;
	if (teller->queue)
		ring_flush(&teller->queue->ring);
	else
		fflush(teller->out);
}

bool teller_is_full(struct teller *teller)
{
	return atomic_load_explicit(&teller->full, memory_order_relaxed);
}

void teller_drain(struct teller *teller)
{
	if (teller->queue)
		ring_drain(&teller->queue->ring);
}

void teller_measure(struct teller *teller, const struct tracker *tracker)
{
	fold_measure(teller->fold, tracker);
}

int teller_finish(struct teller *teller, struct run_summary *summary)
{
	int r;

	if (teller->queue) {
		ring_end(&teller->queue->ring);
		pthread_join(teller->thread, NULL);
		queue_free(teller->queue);
		teller->queue = NULL;
	}
	if (!teller->error) {
		fold_finish(teller->fold, summary);
		teller->error = teller->sink->summary(teller->state, summary);
	}
	r = teller->sink->close(teller->state);
	return teller->error ? teller->error : r;
}
