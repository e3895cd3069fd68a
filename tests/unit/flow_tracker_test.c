/* SPDX-License-Identifier: MIT */
/*
 * Whole connections in the notation of flow/example.h through tracker and engine: what is told,
 * what is only counted, what is silent, and when a retry is called safe.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "flow/example.h"
#include "flow/tracker.h"
#include "verdict/verdict.h"

struct seen {
	struct evidence evidence;
	struct tracker *tracker;
	int told, ignored;
	enum reset_class class_;
	enum confidence class_confidence;
	enum executed executed;
};

static struct evidence *reserve(void *context)
{
	return &((struct seen *)context)->evidence;
}

static void emit(void *context, struct evidence *ev)
{
	struct seen *seen = context;
	struct verdict verdict;

	if (ev->ignored != IGNORED_NOT) {
		seen->ignored++;
		return;
	}
	verdict_reach(ev, &verdict);
	seen->told++;
	seen->class_ = verdict.class_;
	seen->class_confidence = verdict.class_confidence;
	seen->executed = verdict.executed;
}

static void push(void *context, const struct observation *obs)
{
	tracker_push(((struct seen *)context)->tracker, obs);
}

static struct tracker_counts play(const char *steps, bool ip6, struct seen *ret_seen)
{
	struct tracker_config config = { .reserve = reserve, .emit = emit, .context = ret_seen };
	struct example_options options = { .ip6 = ip6, .start_ns = INT64_C(1000000000) };
	struct tracker_counts counts;
	size_t wrong = 0;

	*ret_seen = (struct seen){ 0 };
	ret_seen->tracker = tracker_new(&config);
	assert_non_null(ret_seen->tracker);
	if (example_play(steps, &options, push, ret_seen, &wrong))
		fail_msg("notation wrong at %zu: %s", wrong, steps);
	tracker_finish(ret_seen->tracker);
	counts = *tracker_get_counts(ret_seen->tracker);
	tracker_free(ret_seen->tracker);
	return counts;
}

static void test_silent(void **state)
{
	static const char *const normal[] = {
		"c S; s SA; c A; c PA20; s A; s PA40; c A; c FA; s A; s FA; c A",
		"c S; s SA; c A; c PA20; s PA40; s FA; c A; +60s c FA; s A",
		/* half-closed for long, then the rest of the answer */
		"c S; s SA; c A; c PA20; c FA; s A; +30s s PA400; c A; s FA; c A",
		/* keepalive, retransmitted FIN, simultaneous close */
		"c S; s SA; c A; +60s c A probe; s A; +60s c A probe; s A; c FA; s A; s FA; c A",
		"c S; s SA; c A; c PA5; s A; c FA; +200ms c FA again; s A; s FA; c A",
		"c S; s SA; c A; c FA; s FA; c A; s A",
		/* a reset after both have closed answers nothing */
		"c S; s SA; c A; c PA20; s PA40; s FA; c FA; s A; c R",
		"c S; +1s c S again; s SA; c A; c FA; s FA; c A",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(normal) / sizeof(*normal); i++) {
		for (int ip6 = 0; ip6 < 2; ip6++) {
			struct seen seen;
			struct tracker_counts counts = play(normal[i], ip6, &seen);

			if (seen.told || counts.normal_ends != 1)
				fail_msg("%d told, %d normal ends: %s", seen.told,
					 (int)counts.normal_ends, normal[i]);
		}
	}
}

static void test_ignored(void **state)
{
	static const struct {
		const char *steps;
		int told, ignored;
	} cases[] = {
		/* beside the mark: challenged, and the connection goes on */
		{ "c S; s SA; c A; c PA20; s A; s R seq=5000; c A; +30s c PA20; s PA9; c FA; s FA; "
		  "c A",
		  0, 1 },
		/* the same, then one that counts */
		{ "c S; s SA; c A; c PA20; s A; s R seq=5000; c A; +10s c PA20; s A; +20ms s RA", 1,
		  1 },
		/* refused, asked again with the same SYN, accepted, aborted: two stories */
		{ "c S; s RA; +500ms c S again; s SA; c A; c PA20; s A; +1s s RA", 2, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct seen seen;

		play(cases[i].steps, false, &seen);
		if (seen.told != cases[i].told || seen.ignored != cases[i].ignored)
			fail_msg("%d told, %d ignored: %s", seen.told, seen.ignored,
				 cases[i].steps);
	}
}

/* The window is that of the SYN-ACK as long as its sender has said nothing else. */
static void test_ignored_why(void **state)
{
	static const struct {
		const char *steps;
		enum ignored_why why;
	} cases[] = {
		{ "c S; s SA; c A; c R seq=101; s A; +1ms c PA20; s A", IGNORED_CHALLENGED },
		{ "c S; s SA; c A; c R seq=900000; s A; +1ms c PA20; s A", IGNORED_OUT_OF_WINDOW },
		{ "c S; s SA; c A; c PA20; s A; c R seq=101; s A; +1ms c PA20; s A",
		  IGNORED_CHALLENGED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct seen seen;

		play(cases[i].steps, false, &seen);
		if (seen.ignored != 1 || seen.evidence.ignored != cases[i].why)
			fail_msg("%d ignored, why %d: %s", seen.ignored, seen.evidence.ignored,
				 cases[i].steps);
	}
}

/* "No" tells a person that a retry does no harm: every doubt takes it away. */
static void test_retry(void **state)
{
	static const struct {
		const char *steps;
		enum executed executed;
	} cases[] = {
		{ "c S; s RA", EXECUTED_NO },
		{ "c S; s SA; c A; c PA20; s PA40; c A; +60s c PA20; +20us s R", EXECUTED_NO },
		/* acknowledged and not answered: who knows */
		{ "c S; s SA; c A; c PA75; s A; +1ms s RA", EXECUTED_UNKNOWN },
		/* sent twice: the first may have arrived */
		{ "c S; s SA; c A; c PA20; +300ms c PA20 again; +20us s R", EXECUTED_UNKNOWN },
		/* an earlier request is still owed its answer */
		{ "c S; s SA; c A; c PA20; s A; +5s c PA20; +20us s R", EXECUTED_UNKNOWN },
		/* seen from the middle */
		{ "c S lost; s SA lost; c A lost; c PA20; +20us s R", EXECUTED_UNKNOWN },
		/* an answer of no known protocol proves no completion */
		{ "c S; s SA; c A; c PA20; s PA40; c A; +1ms s RA", EXECUTED_UNKNOWN },
		{ "c S; s SA; c A; c PA20 request; s PA40 http=200; c A; +1ms s RA", EXECUTED_YES },
		{ "c S; s SA; c A; c PA20 request; s PA40 http=100; c A; +1ms s RA",
		  EXECUTED_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct seen seen;

		play(cases[i].steps, false, &seen);
		if (seen.told != 1 || seen.executed != cases[i].executed)
			fail_msg("%d told, executed %s: %s", seen.told,
				 executed_name(seen.executed), cases[i].steps);
	}
}

static void test_class(void **state)
{
	static const struct {
		const char *steps;
		enum reset_class class_;
		enum confidence confidence;
	} cases[] = {
		{ "c S; s SA; c A; c PA75; s A; +1ms s RA", CLASS_OWNER_ABORT, CONFIDENCE_CERTAIN },
		{ "c S; s RA", CLASS_REFUSED, CONFIDENCE_CERTAIN },
		{ "c S; s SA; c A; +60s c PA20; +20us s R", CLASS_NO_SOCKET, CONFIDENCE_LIKELY },
		{ "c S; s SA; c A; c PA20; s A; c PA20; s R ttl=47", CLASS_NETWORK,
		  CONFIDENCE_LIKELY },
		/* timestamps copied, but not the counter of ids: no proof of anything */
		{ "c S; s SA; c A; c PA20; s A; s PA9; c A; s RA id=60000", CLASS_OWNER_ABORT,
		  CONFIDENCE_POSSIBLE },
		/* the SYN-ACK was not captured, but the client went on */
		{ "c S; s SA lost; c A; +60s s RA win=0 nots", CLASS_OWNER_ABORT,
		  CONFIDENCE_POSSIBLE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct seen seen;

		play(cases[i].steps, false, &seen);
		if (seen.told != 1 || seen.class_ != cases[i].class_ ||
		    seen.class_confidence != cases[i].confidence)
			fail_msg("%d told, %s %s: %s", seen.told, class_name(seen.class_),
				 confidence_name(seen.class_confidence), cases[i].steps);
	}
}

/* A flood of half-open connections stays within its memory, and what is forgotten is counted. */
static void test_flood(void **state)
{
	struct seen seen = { 0 };
	struct tracker_config config = {
		.memory_bytes = 1 << 20, .reserve = reserve, .emit = emit, .context = &seen
	};
	struct observation syn = {
		.flags = TCP_SYN,
		.seen = SEEN_TIME | SEEN_SEQ | SEEN_WINDOW | SEEN_OPTIONS,
		.destination = { .family = ADDR_IP4, .ip = { 192, 0, 2, 1 }, .port = 80 }
	};
	const struct tracker_counts *counts;

	(void)state;
	seen.tracker = tracker_new(&config);
	assert_non_null(seen.tracker);
	for (uint32_t i = 0; i < 100000; i++) {
		syn.source = (struct endpoint){ .family = ADDR_IP4,
						.ip = { 198, 51, 100, (uint8_t)(i >> 16) },
						.port = (uint16_t)i };
		syn.seq = i * 7919;
		syn.time_ns = i * INT64_C(1000);
		syn.frame = i + 1;
		tracker_push(seen.tracker, &syn);
	}
	counts = tracker_get_counts(seen.tracker);
	assert_int_equal(counts->packets, 100000);
	assert_true(counts->evicted_connections > 90000);
	assert_true(counts->evicted_connections < counts->connections);
	tracker_free(seen.tracker);
	assert_int_equal(seen.told, 0);
}

/* A source that waits tells the time: what is due is decided without another packet. */
static void test_advance(void **state)
{
	struct seen seen = { 0 };
	struct tracker_config config = {
		.hold_us = 300000, .reserve = reserve, .emit = emit, .context = &seen
	};
	struct example_options options = { .start_ns = INT64_C(1000000000) };
	const char *steps = "c S; s SA; c A; c PA20; s A; +1s s RA";
	int64_t reset_ns;
	size_t wrong;

	(void)state;
	seen.tracker = tracker_new(&config);
	assert_non_null(seen.tracker);
	tracker_advance_to(seen.tracker, INT64_C(5));
	assert_int_equal(example_play(steps, &options, push, &seen, &wrong), 0);
	reset_ns = tracker_get_counts(seen.tracker)->last_ns;
	tracker_advance_to(seen.tracker, reset_ns + 299000000);
	assert_int_equal(seen.told, 0);
	tracker_advance_to(seen.tracker, reset_ns + 300000000);
	assert_int_equal(seen.told, 1);
	assert_int_equal(seen.class_, CLASS_OWNER_ABORT);
	/* no packet, no span */
	assert_int_equal(tracker_get_counts(seen.tracker)->last_ns, reset_ns);

	/* the clock is set back by an hour: what came before is decided, later resets wait again */
	options.start_ns = INT64_C(7200000000000);
	assert_int_equal(example_play(steps, &options, push, &seen, &wrong), 0);
	assert_int_equal(seen.told, 1);
	tracker_advance_to(seen.tracker, INT64_C(3600000000000));
	assert_int_equal(seen.told, 2);
	options.start_ns = INT64_C(3600000000000);
	options.ip6 = true; /* another connection */
	assert_int_equal(example_play(steps, &options, push, &seen, &wrong), 0);
	assert_int_equal(seen.told, 2);
	tracker_advance_to(seen.tracker, INT64_C(3602000000000));
	assert_int_equal(seen.told, 3);
	tracker_free(seen.tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silent),	    cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_ignored_why), cmocka_unit_test(test_retry),
		cmocka_unit_test(test_class),	    cmocka_unit_test(test_flood),
		cmocka_unit_test(test_advance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
