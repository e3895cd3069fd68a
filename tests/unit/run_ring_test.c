/* SPDX-License-Identifier: MIT */
/* The ring between two threads, and the bounded set of keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "run/keyset.h"
#include "run/ring.h"

#define ITEMS 300000
#define SLOTS 64

struct belt {
	struct ring ring;
	unsigned int slots[SLOTS];
	unsigned int sum, expected;
	unsigned int stop_at; /* consumer abandons here; 0: never */
};

static void *consume(void *context)
{
	struct belt *belt = context;
	int count, i;

	while ((count = ring_wait(&belt->ring)) > 0) {
		for (i = 0; i < count; i++) {
			unsigned int value = belt->slots[ring_slot(&belt->ring, 0)];

			/* In order, none lost, none twice. */
			if (value != belt->expected)
				abort();
			belt->expected++;
			belt->sum += value;
			ring_done(&belt->ring, 1);
			if (belt->stop_at && belt->expected == belt->stop_at) {
				ring_abandon(&belt->ring);
				return NULL;
			}
		}
	}
	return NULL;
}

static unsigned int produce(struct belt *belt, unsigned int items, bool flush)
{
	unsigned int i;
	int slot;

	for (i = 0; i < items; i++) {
		slot = ring_reserve(&belt->ring);
		if (slot < 0)
			break;
		belt->slots[slot] = i;
		ring_commit(&belt->ring);
		if (flush && i % 7 == 0)
			ring_flush(&belt->ring);
		if (i % 50000 == 49999) {
			ring_drain(&belt->ring);
			assert_int_equal(belt->expected, i + 1);
		}
	}
	return i;
}

static unsigned int run(unsigned int wake_at, bool flush, unsigned int stop_at, unsigned int items)
{
	struct belt *belt = aligned_alloc(64, (sizeof(*belt) + 63) / 64 * 64);
	unsigned int made, taken;
	pthread_t thread;

	assert_non_null(belt);
	ring_init(&belt->ring, SLOTS, wake_at);
	belt->sum = belt->expected = 0;
	belt->stop_at = stop_at;
	assert_int_equal(pthread_create(&thread, NULL, consume, belt), 0);
	made = produce(belt, items, flush);
	ring_end(&belt->ring);
	pthread_join(thread, NULL);
	taken = belt->expected;
	ring_release(&belt->ring);
	free(belt);
	if (stop_at)
		assert_true(made < items);
	else
		assert_int_equal(made, items);
	return taken;
}

static void everything_arrives_in_order(void **state)
{
	(void)state;
	assert_int_equal(run(1, false, 0, ITEMS), ITEMS);
	assert_int_equal(run(SLOTS / 4, false, 0, ITEMS), ITEMS);
	assert_int_equal(run(SLOTS, true, 0, ITEMS), ITEMS);
	assert_int_equal(run(SLOTS / 4, false, 0, 0), 0);
	assert_int_equal(run(SLOTS / 4, false, 0, 3), 3);
}

static void a_consumer_that_leaves_stops_the_producer(void **state)
{
	(void)state;
	assert_int_equal(run(SLOTS / 4, false, 1000, 40000), 1000);
}

static void the_set_is_bounded_and_exact(void **state)
{
	static const uint64_t key[2] = { 3, 4 };
	struct keyset *set = keyset_new(key, 1 << 20);
	uint32_t i, had = 0;

	(void)state;
	for (i = 0; i < 10000; i++) {
		keyset_add(set, &i, sizeof(i));
		keyset_add(set, &i, sizeof(i));
	}
	assert_int_equal(keyset_overflow(set), 0);
	for (i = 0; i < 20000; i++)
		had += keyset_has(set, &i, sizeof(i));
	assert_int_equal(had, 10000);
	for (i = 0; i < 200000; i++)
		keyset_add(set, &i, sizeof(i));
	assert_true(keyset_overflow(set) > 100000);
	keyset_free(set);
}

static void both_directions_are_one_connection(void **state)
{
	static const uint64_t key[2] = { 5, 6 };
	struct keyset *set = keyset_new(key, 1 << 20);
	struct observation obs = { 0 };
	struct endpoint swap;

	(void)state;
	obs.source = (struct endpoint){ { 192, 0, 2, 1 }, 40000, ADDR_IP4, 0 };
	obs.destination = (struct endpoint){ { 198, 51, 100, 1 }, 80, ADDR_IP4, 0 };
	assert_false(keyset_has_connection(set, &obs));
	keyset_add_connection(set, &obs);
	swap = obs.source;
	obs.source = obs.destination;
	obs.destination = swap;
	assert_true(keyset_has_connection(set, &obs));
	obs.source.port++;
	assert_false(keyset_has_connection(set, &obs));
	keyset_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_arrives_in_order),
		cmocka_unit_test(a_consumer_that_leaves_stops_the_producer),
		cmocka_unit_test(the_set_is_bounded_and_exact),
		cmocka_unit_test(both_directions_are_one_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
