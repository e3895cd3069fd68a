/* SPDX-License-Identifier: MIT */
#include "run/ring.h"

void ring_init(struct ring *ring, unsigned int slots, unsigned int wake_at)
{
	atomic_init(&ring->head, 0);
	atomic_init(&ring->tail, 0);
	ring->tail_seen = 0;
	ring->slots = slots;
	ring->wake_at = wake_at;
	atomic_init(&ring->consumer_waits, false);
	atomic_init(&ring->producer_waits, false);
	atomic_init(&ring->flushed, false);
	atomic_init(&ring->ended, false);
	atomic_init(&ring->abandoned, false);
	pthread_mutex_init(&ring->lock, NULL);
	pthread_cond_init(&ring->changed, NULL);
}

void ring_release(struct ring *ring)
{
	pthread_cond_destroy(&ring->changed);
	pthread_mutex_destroy(&ring->lock);
}

static void wake(struct ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	pthread_cond_broadcast(&ring->changed);
	pthread_mutex_unlock(&ring->lock);
}

static unsigned int filled(struct ring *ring)
{
	return atomic_load(&ring->head) - atomic_load(&ring->tail);
}

static void wait_for_consumer(struct ring *ring, unsigned int most_left)
{
	pthread_mutex_lock(&ring->lock);
	atomic_store(&ring->producer_waits, true);
	pthread_cond_broadcast(&ring->changed);
	while (filled(ring) > most_left && !atomic_load(&ring->abandoned))
		pthread_cond_wait(&ring->changed, &ring->lock);
	atomic_store(&ring->producer_waits, false);
	pthread_mutex_unlock(&ring->lock);
	ring->tail_seen = atomic_load(&ring->tail);
}

int ring_reserve(struct ring *ring)
{
	unsigned int head = atomic_load_explicit(&ring->head, memory_order_relaxed);

	if (head - ring->tail_seen >= ring->slots) {
		ring->tail_seen = atomic_load_explicit(&ring->tail, memory_order_acquire);
		/* Until it is half empty, so that the threads do not take turns slot by slot. */
		if (head - ring->tail_seen >= ring->slots)
			wait_for_consumer(ring, ring->slots / 2);
	}
	if (atomic_load_explicit(&ring->abandoned, memory_order_relaxed))
		return -1;
	return (int)(head & (ring->slots - 1));
}

void ring_commit(struct ring *ring)
{
	/* Sequentially consistent on purpose: this store and the load of consumer_waits below pair
	 * with the consumer's store and load in ring_wait(); with less, both could miss each other.
	 */
	unsigned int head = atomic_fetch_add(&ring->head, 1) + 1;

	if (head - atomic_load(&ring->tail) >= ring->wake_at && atomic_load(&ring->consumer_waits))
		wake(ring);
}

void ring_flush(struct ring *ring)
{
	if (!filled(ring))
		return;
	atomic_store(&ring->flushed, true);
	wake(ring);
}

void ring_drain(struct ring *ring)
{
	wait_for_consumer(ring, 0);
}

void ring_end(struct ring *ring)
{
	atomic_store(&ring->ended, true);
	wake(ring);
}

static bool worth_waking(struct ring *ring)
{
	unsigned int n = filled(ring);

	return n >= ring->wake_at || atomic_load(&ring->ended) ||
	       (n && (atomic_load(&ring->flushed) || atomic_load(&ring->producer_waits)));
}

int ring_wait(struct ring *ring)
{
	if (!worth_waking(ring)) {
		pthread_mutex_lock(&ring->lock);
		atomic_store(&ring->consumer_waits, true);
		while (!worth_waking(ring))
			pthread_cond_wait(&ring->changed, &ring->lock);
		atomic_store(&ring->consumer_waits, false);
		pthread_mutex_unlock(&ring->lock);
	}
	atomic_store(&ring->flushed, false);
	/* In this order: what was committed before the end is seen with it. */
	return (int)filled(ring);
}

void ring_done(struct ring *ring, int count)
{
	atomic_fetch_add(&ring->tail, (unsigned int)count);
	if (atomic_load(&ring->producer_waits) && filled(ring) <= ring->slots / 2)
		wake(ring);
}

void ring_abandon(struct ring *ring)
{
	atomic_store(&ring->abandoned, true);
	wake(ring);
}
