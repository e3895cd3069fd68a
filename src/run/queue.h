/* SPDX-License-Identifier: MIT */
/*
 * A bounded queue of evidence between the thread that tracks and the one that judges: one producer,
 * one consumer, slots that live as long as the queue. Nothing is allocated for a reset.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_QUEUE_H
#define WHYRST_RUN_QUEUE_H

#include <stdbool.h>

#include "flow/evidence.h"

#define QUEUE_SLOTS 256

struct queue;

struct queue *queue_new(void);
void queue_free(struct queue *queue);

/* Producer: the slot to write next; waits for one to become free. */
struct evidence *queue_reserve(struct queue *queue);
/* Producer: the reserved slot is complete. */
void queue_commit(struct queue *queue);
/* Producer: whatever is committed is to be told now, a pause may follow. */
void queue_flush(struct queue *queue);
/* Producer: waits until everything committed is done with. */
void queue_drain(struct queue *queue);
/* Producer: nothing will follow. */
void queue_end(struct queue *queue);

/* Consumer: waits for up to the whole queue; returns how many from the oldest on, 0 after the end.
 */
int queue_wait(struct queue *queue);
/* Consumer: the @index-th of those. */
struct evidence *queue_get(struct queue *queue, int index);
/* Consumer: the oldest @count are done with. */
void queue_done(struct queue *queue, int count);

#endif
