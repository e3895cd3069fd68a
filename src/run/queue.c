/* SPDX-License-Identifier: MIT */
#include "run/queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Waking a thread costs more than a verdict: the consumer is woken for a batch, not for each. */
#define WAKE_AT (QUEUE_SLOTS / 4)

struct queue {
	_Alignas(64) atomic_uint head; /* next to be written; producer's */
	unsigned int tail_seen;	       /* producer's last look at tail */
	_Alignas(64) atomic_uint tail; /* next to be read; consumer's */
	_Alignas(64) pthread_mutex_t lock;
	pthread_cond_t changed;
	atomic_bool consumer_waits;
	atomic_bool producer_waits;
	atomic_bool flushed; /* do not wait for WAKE_AT */
	atomic_bool ended;
	struct evidence slots[QUEUE_SLOTS];
};

struct queue *queue_new(void)
{
	struct queue *queue = aligned_alloc(64, (sizeof(struct queue) + 63) & ~(size_t)63);

	if (!queue)
		return NULL;
	atomic_init(&queue->head, 0);
	atomic_init(&queue->tail, 0);
	queue->tail_seen = 0;
	atomic_init(&queue->consumer_waits, false);
	atomic_init(&queue->producer_waits, false);
	atomic_init(&queue->flushed, false);
	atomic_init(&queue->ended, false);
	pthread_mutex_init(&queue->lock, NULL);
	pthread_cond_init(&queue->changed, NULL);
	return queue;
}

void queue_free(struct queue *queue)
{
	if (!queue)
		return;
	pthread_cond_destroy(&queue->changed);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
}

static void wake(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
}

static unsigned int filled(struct queue *queue)
{
	return atomic_load(&queue->head) - atomic_load(&queue->tail);
}

static void wait_for_consumer(struct queue *queue, unsigned int most_left)
{
	pthread_mutex_lock(&queue->lock);
	atomic_store(&queue->producer_waits, true);
	pthread_cond_broadcast(&queue->changed);
	while (filled(queue) > most_left)
		pthread_cond_wait(&queue->changed, &queue->lock);
	atomic_store(&queue->producer_waits, false);
	pthread_mutex_unlock(&queue->lock);
	queue->tail_seen = atomic_load(&queue->tail);
}

struct evidence *queue_reserve(struct queue *queue)
{
	unsigned int head = atomic_load_explicit(&queue->head, memory_order_relaxed);

	if (head - queue->tail_seen >= QUEUE_SLOTS) {
		queue->tail_seen = atomic_load_explicit(&queue->tail, memory_order_acquire);
		/* Until it is half empty, so that the two threads do not take turns slot by slot.
		 */
		if (head - queue->tail_seen >= QUEUE_SLOTS)
			wait_for_consumer(queue, QUEUE_SLOTS / 2);
	}
	return &queue->slots[head % QUEUE_SLOTS];
}

void queue_commit(struct queue *queue)
{
	/* Sequentially consistent on purpose: this store and the load of consumer_waits below pair
	 * with the consumer's store and load in queue_wait(); with less, both could miss each
	 * other. */
	unsigned int head = atomic_fetch_add(&queue->head, 1) + 1;

	if (head - atomic_load(&queue->tail) >= WAKE_AT && atomic_load(&queue->consumer_waits))
		wake(queue);
}

void queue_flush(struct queue *queue)
{
	if (!filled(queue))
		return;
	atomic_store(&queue->flushed, true);
	wake(queue);
}

void queue_drain(struct queue *queue)
{
	wait_for_consumer(queue, 0);
}

void queue_end(struct queue *queue)
{
	atomic_store(&queue->ended, true);
	wake(queue);
}

static bool worth_waking(struct queue *queue)
{
	unsigned int n = filled(queue);

	return n >= WAKE_AT || atomic_load(&queue->ended) ||
	       (n && (atomic_load(&queue->flushed) || atomic_load(&queue->producer_waits)));
}

int queue_wait(struct queue *queue)
{
	if (!filled(queue) || !worth_waking(queue)) {
		pthread_mutex_lock(&queue->lock);
		atomic_store(&queue->consumer_waits, true);
		while (!worth_waking(queue))
			pthread_cond_wait(&queue->changed, &queue->lock);
		atomic_store(&queue->consumer_waits, false);
		pthread_mutex_unlock(&queue->lock);
	}
	atomic_store(&queue->flushed, false);
	/* In this order: what was committed before the end is seen with it. */
	return (int)filled(queue);
}

struct evidence *queue_get(struct queue *queue, int index)
{
	unsigned int tail = atomic_load_explicit(&queue->tail, memory_order_relaxed);

	return &queue->slots[(tail + (unsigned int)index) % QUEUE_SLOTS];
}

void queue_done(struct queue *queue, int count)
{
	atomic_fetch_add(&queue->tail, (unsigned int)count);
	if (atomic_load(&queue->producer_waits) && filled(queue) <= QUEUE_SLOTS / 2)
		wake(queue);
}
