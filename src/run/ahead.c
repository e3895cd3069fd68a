/* SPDX-License-Identifier: MIT */
#include "run/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "flow/evidence.h"
#include "run/ring.h"

/* Enough that neither thread wakes the other often, few enough to stay in the cache. */
#define BATCHES 32
#define BATCH_MAX 256

struct batch {
	int count;
	struct observation obs[BATCH_MAX];
	/* What resets say of themselves: the source's own copy is gone by the time it is read. */
	size_t text_bytes;
	uint8_t text[BATCH_MAX * EVIDENCE_REASON_MAX];
};

struct ahead {
	struct feed *feed;
	bool pipe;
	int taken; /* batches that the caller still works on */
	pthread_t thread;
	struct ring ring;
	struct batch batches[BATCHES];
};

static void keep_texts(struct batch *batch)
{
	int i;

	batch->text_bytes = 0;
	for (i = 0; i < batch->count; i++) {
		struct observation *obs = &batch->obs[i];
		uint8_t *copy = batch->text + batch->text_bytes;

		if (!obs->reason)
			continue;
		if (obs->reason_bytes > EVIDENCE_REASON_MAX)
			obs->reason_bytes = EVIDENCE_REASON_MAX;
		memcpy(copy, obs->reason, obs->reason_bytes);
		batch->text_bytes += obs->reason_bytes;
		obs->reason = copy;
	}
}

static void *read_on(void *context)
{
	struct ahead *ahead = context;
	const struct feed *feed = ahead->feed;
	int slot;

	while ((slot = ring_reserve(&ahead->ring)) >= 0) {
		struct batch *batch = &ahead->batches[slot];

		batch->count = feed->source->read(feed->state, batch->obs, BATCH_MAX);
		if (batch->count <= 0)
			break;
		keep_texts(batch);
		ring_commit(&ahead->ring);
		if (ahead->pipe)
			ring_flush(&ahead->ring);
	}
	ring_end(&ahead->ring);
	return NULL;
}

struct ahead *ahead_new(struct feed *feed)
{
	struct ahead *ahead = aligned_alloc(64, (sizeof(struct ahead) + 63) & ~(size_t)63);

	if (!ahead)
		return NULL;
	ahead->feed = feed;
	ahead->pipe = feed_is_pipe(feed->name);
	ahead->taken = 0;
	ring_init(&ahead->ring, BATCHES, BATCHES / 2);
	if (pthread_create(&ahead->thread, NULL, read_on, ahead) != 0) {
		ring_release(&ahead->ring);
		free(ahead);
		return NULL;
	}
	pthread_setname_np(ahead->thread, "whyrst-read");
	return ahead;
}

int ahead_next(struct ahead *ahead, const struct observation **ret_obs)
{
	const struct batch *batch;

	if (ahead->taken)
		ring_done(&ahead->ring, ahead->taken);
	ahead->taken = 0;
	if (ring_wait(&ahead->ring) <= 0)
		return 0;
	batch = &ahead->batches[ring_slot(&ahead->ring, 0)];
	ahead->taken = 1;
	*ret_obs = batch->obs;
	return batch->count;
}

void ahead_free(struct ahead *ahead)
{
	if (!ahead)
		return;
	ring_abandon(&ahead->ring);
	pthread_join(ahead->thread, NULL);
	ring_release(&ahead->ring);
	free(ahead);
}
