/* SPDX-License-Identifier: MIT */
/*
 * The order of a bounded ring between two threads, one that fills slots and one that empties them.
 * The slots themselves belong to whoever uses the ring.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_RING_H
#define WHYRST_RUN_RING_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct ring {
	_Alignas(64) atomic_uint head; /* next to be filled; producer's */
	unsigned int tail_seen;	       /* producer's last look at tail */
	_Alignas(64) atomic_uint tail; /* next to be emptied; consumer's */
	_Alignas(64) pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned int slots; /* a power of two */
	/* Waking a thread costs much: the consumer is woken for so many, not for each. */
	unsigned int wake_at;
	atomic_bool consumer_waits;
	atomic_bool producer_waits;
	atomic_bool flushed; /* do not wait for wake_at */
	atomic_bool ended;
	atomic_bool abandoned; /* the consumer takes no more */
};

void ring_init(struct ring *ring, unsigned int slots, unsigned int wake_at);
void ring_release(struct ring *ring);

/* Producer: the slot to fill next; waits for one to become free. -1: abandoned. */
int ring_reserve(struct ring *ring);
/* Producer: the reserved slot is full. */
void ring_commit(struct ring *ring);
/* Producer: what is committed is to be taken now, a pause may follow. */
void ring_flush(struct ring *ring);
/* Producer: waits until everything committed has been emptied. */
void ring_drain(struct ring *ring);
/* Producer: nothing will follow. */
void ring_end(struct ring *ring);

/* Consumer: waits; returns how many slots are full from the oldest on, 0 after the end. */
int ring_wait(struct ring *ring);
/* Consumer: the @index-th of those. */
static inline int ring_slot(const struct ring *ring, int index)
{
	unsigned int tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);

	return (int)((tail + (unsigned int)index) & (ring->slots - 1));
}
/* Consumer: the oldest @count are empty again. */
void ring_done(struct ring *ring, int count);
/* Consumer: takes no more; the producer's ring_reserve() says so. */
void ring_abandon(struct ring *ring);

#endif
