/* SPDX-License-Identifier: MIT */
/*
 * A bounded queue of evidence between the thread that tracks and the one that judges: slots that
 * live as long as the queue, so that nothing is allocated for a reset.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_QUEUE_H
#define WHYRST_RUN_QUEUE_H

#include "flow/evidence.h"
#include "run/ring.h"

#define QUEUE_SLOTS 256

struct queue {
	struct ring ring;
	struct evidence slots[QUEUE_SLOTS];
};

/* NULL without memory. */
struct queue *queue_new(void);
void queue_free(struct queue *queue);

#endif
