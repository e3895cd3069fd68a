/* SPDX-License-Identifier: MIT */
/* Two captures of the same connections: matching, clocks, and what one says of the other's resets.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/example.h"
#include "run/pair.h"
#include "run/plan.h"

#define SECOND INT64_C(1000000000)

static const uint64_t key[2] = { 1, 2 };
static const char *const names[] = { "a.pcap", "b.pcap", "c.pcap" };

/* How a second capture point differs from the first, which is at the client. */
struct far_view {
	struct pair *pair;
	int64_t offset_ns; /* of its clock */
	double drift_ppm;
	int64_t forth_ns, back_ns; /* how long a segment takes between the points */
	uint16_t nat_port;	   /* the client's port there, 0: the same */
	bool no_reset;		   /* a reset that the near point shows does not pass here */
	bool other_numbers;	   /* a box chose other initial numbers */
	uint64_t lose;		   /* bit n: this point did not capture the n-th segment */
	int count;
	struct evidence *ev; /* filled from the near point's last reset */
	uint16_t port;	     /* of the client, to tell connections apart */
};

static void learn(void *context, const struct observation *original)
{
	struct far_view *view = context;
	struct observation obs = *original;
	bool from_client = obs.destination.port < obs.source.port;
	struct endpoint *client = from_client ? &obs.source : &obs.destination;
	int64_t since;

	if (view->port) {
		client->port = view->port;
		obs.seq += (uint32_t)(view->port * 7919u * (from_client ? 1 : 3));
		obs.ack += (uint32_t)(view->port * 7919u * (from_client ? 3 : 1));
	}
	obs.file = 0;
	obs.seen |= SEEN_TTL;
	obs.ttl = from_client ? 64 : 60;
	pair_learn(view->pair, &obs);
	if (obs.flags & TCP_RST && view->ev) {
		struct evidence *ev = view->ev;

		memset(ev, 0, sizeof(*ev));
		ev->client = *client;
		ev->server = from_client ? obs.destination : obs.source;
		ev->resetter_is_client = from_client;
		ev->reset_ns = obs.time_ns;
		ev->rst_seq = obs.seq;
		ev->has_time = true;
	}
	if (view->no_reset && obs.flags & TCP_RST)
		return;
	if (view->lose >> view->count++ & 1)
		return;
	obs.file = 1;
	obs.ttl = from_client ? 60 : 64;
	since = obs.time_ns - 1000 * SECOND;
	obs.time_ns += view->offset_ns + (int64_t)(view->drift_ppm * 1e-6 * (double)since) +
		       (from_client ? view->forth_ns : -view->back_ns);
	if (view->nat_port)
		client->port = view->nat_port;
	if (view->other_numbers) {
		obs.seq += from_client ? 0 : 77777;
		obs.ack += from_client ? 77777 : 0;
	}
	pair_learn(view->pair, &obs);
}

static void play(struct far_view *view, const char *steps, int64_t at_ns)
{
	struct example_options options = { .start_ns = at_ns };

	view->count = 0;
	assert_int_equal(example_play(steps, &options, learn, view, NULL), 0);
}

static void place(struct pair *pair)
{
	struct pair_place places[2] = { { .group = 0, .point = 0 }, { .group = 0, .point = 1 } };

	pair_set_places(pair, places, 2);
}

#define TALK "c S; s SA; c A; c PA75; s A; "

static void clocks_are_found_with_offset_and_drift(void **state)
{
	struct far_view view = { .pair = pair_new(key, 8 << 20, 3),
				 .offset_ns = 3600 * SECOND,
				 .drift_ppm = 40 };
	struct pairing clocks;
	int i;

	(void)state;
	for (i = 0; i < 200; i++) {
		view.port = (uint16_t)(20000 + i);
		view.forth_ns = 200000 + rand() % 3000000;
		view.back_ns = 150000 + rand() % 4000000;
		play(&view, TALK "s PA10; c FA; s FA; c A", (1000 + i) * SECOND);
	}
	pair_match(view.pair);
	assert_int_equal(pair_common(view.pair, 0, 1), 200);
	assert_true(pair_clocks(view.pair, 0, 1, &clocks));
	assert_int_equal(clocks.connections, 200);
	assert_false(clocks.nat);
	/* The narrowest exchanges carry it: better than their half round trip. */
	assert_true(llabs(clocks.offset_ns - 3600 * SECOND) < 1000000);
	assert_true(fabs(clocks.drift_ppm - 40) < 5);
	assert_true(clocks.uncertainty_ns < 1000000);
	pair_free(view.pair);
}

/* Plays one reset connection and what goes on around it; returns whether the pair could be judged.
 */
static bool judge(struct far_view *view, const char *steps, struct evidence *ev)
{
	struct pair_reset reset;
	bool known;

	view->pair = pair_new(key, 1 << 20, 3);
	view->ev = ev;
	view->forth_ns = view->back_ns = 300000;
	play(view, steps, 1000 * SECOND);
	/* Both captures go on: another connection comes later. */
	view->ev = NULL;
	view->nat_port = 0;
	view->no_reset = false;
	view->lose = 0;
	view->port = 30000;
	play(view, TALK "s PA10; c FA; s FA; c A", 1010 * SECOND);
	pair_match(view->pair);
	place(view->pair);
	known = pair_judge(view->pair, ev, &reset);
	pair_free(view->pair);
	return known;
}

static void a_reset_that_never_left_is_shown(void **state)
{
	struct far_view view = { .no_reset = true, .offset_ns = -77 * SECOND };
	struct evidence ev;

	(void)state;
	assert_true(judge(&view, TALK "+1ms s RA", &ev));
	assert_true(evidence_is(&ev, FACT_RST_LEFT_RESETTER, 0));
	assert_true(evidence_is(&ev, FACT_NAT_BETWEEN, 0));
	assert_true(evidence_is(&ev, FACT_RESETTER_ALIVE_AT_HOME, 0));
}

static void a_reset_that_left_is_shown(void **state)
{
	struct far_view view = { .offset_ns = 5 * SECOND };
	struct evidence ev;

	(void)state;
	assert_true(judge(&view, TALK "+1ms s RA", &ev));
	assert_true(evidence_is(&ev, FACT_RST_LEFT_RESETTER, 1));
}

static void nat_changes_addresses_not_the_answer(void **state)
{
	struct far_view view = { .no_reset = true, .nat_port = 61000 };
	struct evidence ev;

	(void)state;
	assert_true(judge(&view, TALK "+1ms s RA", &ev));
	assert_true(evidence_is(&ev, FACT_RST_LEFT_RESETTER, 0));
	assert_true(evidence_is(&ev, FACT_NAT_BETWEEN, 1));
}

static void other_initial_numbers_are_followed_by_position(void **state)
{
	struct far_view view = { .other_numbers = true };
	struct evidence ev;

	(void)state;
	assert_true(judge(&view, TALK "s PA10; c A; +1ms s RA", &ev));
	assert_true(evidence_is(&ev, FACT_RST_LEFT_RESETTER, 1));
}

/* A capture that lost a segment of the connection may have lost the reset too. */
static void a_lossy_capture_proves_nothing(void **state)
{
	struct far_view view = { .no_reset = true, .lose = 1 << 3 }; /* the 75 bytes */
	struct evidence ev;

	(void)state;
	assert_true(judge(&view, TALK "+1ms s RA", &ev));
	assert_false(evidence_knows(&ev, FACT_RST_LEFT_RESETTER));
}

/* A capture that had ended before the reset says nothing about it, and that is counted. */
static void a_capture_that_ended_proves_nothing(void **state)
{
	struct far_view view = { .no_reset = true };
	struct pair_reset reset;
	struct evidence ev;

	(void)state;
	view.pair = pair_new(key, 1 << 20, 3);
	view.ev = &ev;
	view.forth_ns = view.back_ns = 300000;
	play(&view, TALK "+50ms s RA", 1000 * SECOND);
	pair_match(view.pair);
	place(view.pair);
	assert_true(pair_judge(view.pair, &ev, &reset));
	assert_false(evidence_knows(&ev, FACT_RST_LEFT_RESETTER));
	assert_int_equal(pair_ended_before(view.pair, 1), 1);
	pair_free(view.pair);
}

static void an_end_that_goes_on_is_alive(void **state)
{
	struct far_view view = { .no_reset = true };
	struct evidence ev;

	(void)state;
	assert_true(judge(&view, TALK "+1ms s RA; +20ms s PA10", &ev));
	assert_true(evidence_is(&ev, FACT_RST_LEFT_RESETTER, 0));
	assert_true(evidence_is(&ev, FACT_RESETTER_ALIVE_AT_HOME, 1));
}

static void the_table_is_bounded(void **state)
{
	struct far_view view = { .pair = pair_new(key, 64 << 10, 3) };
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		view.port = (uint16_t)(10000 + i);
		play(&view, "c S; s SA; c A", (1000 + i) * SECOND);
	}
	assert_true(pair_overflow(view.pair) > 0);
	pair_match(view.pair);
	assert_true(pair_common(view.pair, 0, 1) < 1000);
	pair_free(view.pair);
}

/* What closed in good order makes room: the one that is reset at the end is still compared. */
static void what_ended_well_is_forgotten_first(void **state)
{
	struct far_view view = { .pair = pair_new(key, 64 << 10, 2) };
	struct pair_reset reset;
	struct evidence ev;
	int i;

	(void)state;
	view.forth_ns = view.back_ns = 300000;
	for (i = 0; i < 1000; i++) {
		view.port = (uint16_t)(10000 + i);
		play(&view, TALK "s PA10; c FA; s FA; c A", (1000 + i) * SECOND);
	}
	assert_int_equal(pair_overflow(view.pair), 0);
	view.ev = &ev;
	view.no_reset = true;
	view.port = 9000;
	play(&view, TALK "+1ms s RA", 2000 * SECOND);
	view.ev = NULL;
	view.port = 9001;
	play(&view, TALK "s PA10; c FA; s FA; c A", 2010 * SECOND);
	pair_match(view.pair);
	place(view.pair);
	assert_true(pair_judge(view.pair, &ev, &reset));
	assert_true(evidence_is(&ev, FACT_RST_LEFT_RESETTER, 0));
	pair_free(view.pair);
}

static void strangers_are_judged_alone(void **state)
{
	struct pair *pair = pair_new(key, 1 << 20, 3);
	struct observation obs = { .seen = SEEN_SEQ | SEEN_TIME | SEEN_DATE, .flags = TCP_SYN };
	struct plan *plan = calloc(1, sizeof(*plan));
	bool usable[3] = { true, true, true };
	int file;

	(void)state;
	for (file = 0; file < 3; file++) {
		obs.file = (uint8_t)file;
		obs.source = (struct endpoint){ { 192, 0, 2, (uint8_t)file }, 40000, ADDR_IP4, 0 };
		obs.destination = (struct endpoint){ { 198, 51, 100, 1 }, 80, ADDR_IP4, 0 };
		obs.seq = 1000u * (uint32_t)file;
		obs.time_ns = 1000 * SECOND;
		pair_learn(pair, &obs);
		/* The third begins when the others have ended: a piece of the same capture. */
		obs.time_ns = 1001 * SECOND;
		pair_learn(pair, &obs);
	}
	pair_match(pair);
	plan_make(plan, pair, names, usable, 3);
	assert_int_equal(plan->count, 3);
	assert_int_equal(plan->groups, 3);
	assert_false(plan->paired);
	pair_free(pair);
	free(plan);
}

static void pieces_are_read_in_the_order_of_time(void **state)
{
	static const int64_t begin[3] = { 1100, 1000, 1050 };
	struct pair *pair = pair_new(key, 1 << 20, 3);
	struct observation obs = { .seen = SEEN_SEQ | SEEN_TIME | SEEN_DATE, .flags = TCP_ACK };
	struct plan *plan = calloc(1, sizeof(*plan));
	bool usable[3] = { true, true, true };
	int file, i;

	(void)state;
	obs.source = (struct endpoint){ { 192, 0, 2, 1 }, 40000, ADDR_IP4, 0 };
	obs.destination = (struct endpoint){ { 198, 51, 100, 1 }, 80, ADDR_IP4, 0 };
	obs.payload_bytes = 100;
	for (file = 0; file < 3; file++)
		for (i = 0; i < 50; i++) {
			obs.file = (uint8_t)file;
			obs.time_ns = (begin[file] + i) * SECOND;
			obs.seq = (uint32_t)(begin[file] + i) * 100;
			pair_learn(pair, &obs);
		}
	pair_match(pair);
	assert_int_equal(pair_continued(pair, 1, 2), 1);
	plan_make(plan, pair, names, usable, 3);
	assert_int_equal(plan->groups, 1);
	assert_int_equal(plan->files[0].index, 1);
	assert_int_equal(plan->files[1].index, 2);
	assert_int_equal(plan->files[2].index, 0);
	assert_int_equal(plan->files[0].place.point, plan->files[2].place.point);
	pair_free(pair);
	free(plan);
}

/* Two points, each rotated at the same moments: either could be continued by either. */
static void names_tell_whose_piece_it_is(void **state)
{
	static const char *const rotated[] = { "east/cap00001", "west/cap00001", "east/cap00002",
					       "west/cap00002" };
	struct pair *pair = pair_new(key, 1 << 20, 4);
	struct observation obs = { .seen = SEEN_SEQ | SEEN_TIME | SEEN_DATE, .flags = TCP_ACK };
	struct plan *plan = calloc(1, sizeof(*plan));
	bool usable[4] = { true, true, true, true };
	int file, i;

	(void)state;
	obs.source = (struct endpoint){ { 192, 0, 2, 1 }, 40000, ADDR_IP4, 0 };
	obs.destination = (struct endpoint){ { 198, 51, 100, 1 }, 80, ADDR_IP4, 0 };
	obs.payload_bytes = 100;
	for (file = 0; file < 4; file++)
		for (i = 0; i < 50; i++) {
			int64_t at = 1000 + (file & 2 ? 50 : 0) + i;

			obs.file = (uint8_t)file;
			obs.time_ns = at * SECOND;
			obs.seq = (uint32_t)at * 100;
			pair_learn(pair, &obs);
		}
	pair_match(pair);
	plan_make(plan, pair, rotated, usable, 4);
	assert_int_equal(plan->groups, 1);
	assert_true(plan_has_pieces(plan));
	for (i = 0; i < 4; i++)
		assert_int_equal(plan_noted_as(plan, &plan->files[i]), plan->files[i].index & 1);
	pair_free(pair);
	free(plan);
}

/* Every SYN of a scan has the same number: a piece with some of its ports is not the other's. */
static void a_scan_is_many_connections(void **state)
{
	struct pair *pair = pair_new(key, 1 << 20, 3);
	struct observation obs = { .seen = SEEN_SEQ | SEEN_TIME | SEEN_DATE, .flags = TCP_SYN };
	uint16_t port;

	(void)state;
	obs.source = (struct endpoint){ { 192, 0, 2, 1 }, 40000, ADDR_IP4, 0 };
	obs.destination = (struct endpoint){ { 198, 51, 100, 1 }, 80, ADDR_IP4, 0 };
	obs.seq = 4181129087u;
	for (port = 1; port <= 20; port++) {
		obs.file = port > 10;
		obs.destination.port = port;
		obs.time_ns = (1000 + port) * SECOND;
		pair_learn(pair, &obs);
	}
	/* Behind a NAT the client is another, the server the same: that is the same SYN. */
	obs.file = 2;
	obs.source.ip[3] = 9;
	obs.destination.port = 15;
	pair_learn(pair, &obs);
	pair_match(pair);
	assert_int_equal(pair_common(pair, 0, 1), 0);
	assert_int_equal(pair_common(pair, 0, 2), 0);
	assert_int_equal(pair_common(pair, 1, 2), 1);
	pair_free(pair);
}

/* Two captures that began when all was over but for the reset. */
static void a_reset_alone_is_one_reset(void **state)
{
	struct pair *pair = pair_new(key, 1 << 20, 3);
	struct observation obs = { .seen = SEEN_SEQ | SEEN_TIME | SEEN_DATE,
				   .flags = TCP_RST | TCP_ACK };
	int file;

	(void)state;
	obs.source = (struct endpoint){ { 198, 51, 100, 1 }, 80, ADDR_IP4, 0 };
	obs.destination = (struct endpoint){ { 192, 0, 2, 1 }, 40000, ADDR_IP4, 0 };
	for (file = 0; file < 3; file++) {
		obs.file = (uint8_t)file;
		obs.seq = file < 2 ? 1186256978 : 77;
		obs.time_ns = 1000 * SECOND + file;
		pair_learn(pair, &obs);
	}
	pair_match(pair);
	assert_int_equal(pair_common(pair, 0, 1), 1);
	assert_int_equal(pair_common(pair, 0, 2), 0);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reset_alone_is_one_reset),
		cmocka_unit_test(names_tell_whose_piece_it_is),
		cmocka_unit_test(a_scan_is_many_connections),
		cmocka_unit_test(clocks_are_found_with_offset_and_drift),
		cmocka_unit_test(a_reset_that_never_left_is_shown),
		cmocka_unit_test(a_reset_that_left_is_shown),
		cmocka_unit_test(nat_changes_addresses_not_the_answer),
		cmocka_unit_test(other_initial_numbers_are_followed_by_position),
		cmocka_unit_test(a_lossy_capture_proves_nothing),
		cmocka_unit_test(a_capture_that_ended_proves_nothing),
		cmocka_unit_test(an_end_that_goes_on_is_alive),
		cmocka_unit_test(the_table_is_bounded),
		cmocka_unit_test(what_ended_well_is_forgotten_first),
		cmocka_unit_test(strangers_are_judged_alone),
		cmocka_unit_test(pieces_are_read_in_the_order_of_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
