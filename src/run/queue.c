/* SPDX-License-Identifier: MIT */
#include "run/queue.h"

#include <stdlib.h>

struct queue *queue_new(void)
{
	struct queue *queue = aligned_alloc(64, (sizeof(struct queue) + 63) & ~(size_t)63);

	if (queue)
		ring_init(&queue->ring, QUEUE_SLOTS, QUEUE_SLOTS / 4);
	return queue;
}

void queue_free(struct queue *queue)
{
	if (!queue)
		return;
	ring_release(&queue->ring);
	free(queue);
}
