/* SPDX-License-Identifier: MIT */
/* Pieces of a reset that found the ring full: nothing is concluded from what is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sources/live_private.h"
#include "verdict/verdict.h"

#define NOW_NS 10000000000ll
#define MILLISECOND_NS 1000000ll

static struct live live;
static struct affair affair;

/* A watch that sees packets and reasons, and lost events @away_ms before the affair; -1: never. */
static void begin(int64_t away_ms)
{
	memset(&live, 0, sizeof(live));
	memset(&affair, 0, sizeof(affair));
	live.kernel.has_reason = live.kernel.sees_passive = true;
	live.kernel.sees_leaving = live.kernel.sees_arriving = true;
	affair.first_ns = NOW_NS;
	if (away_ms < 0)
		return;
	live.lost_until_ns = NOW_NS - away_ms * MILLISECOND_NS;
	live.lost_from_ns = live.lost_until_ns - 100 * MILLISECOND_NS;
}

static struct affair_view view_now(void)
{
	struct affair_view view;

	view_find(&live, &affair, &view);
	return view;
}

static void add(struct event_reset *event, uint8_t kind, bool *ret_has)
{
	memset(event, 0, sizeof(*event));
	event->head.kind = kind;
	event->head.time_ns = NOW_NS;
	*ret_has = true;
}

static void test_what_lies_near(void **state)
{
	(void)state;
	begin(-1);
	assert_false(affair_is_lossy(&live, &affair));
	begin(10);
	assert_true(affair_is_lossy(&live, &affair));
	begin(60);
	assert_false(affair_is_lossy(&live, &affair));
	/* Another one was decided early: what belongs to it may look like this one. */
	begin(-1);
	live.hurried_from_ns = live.hurried_until_ns = NOW_NS - 10 * MILLISECOND_NS;
	assert_true(affair_is_lossy(&live, &affair));
	live.hurried_from_ns = live.hurried_until_ns = NOW_NS - 60 * MILLISECOND_NS;
	assert_false(affair_is_lossy(&live, &affair));
}

static void test_what_is_missing(void **state)
{
	(void)state;
	/* The sender's own piece says all. */
	begin(10);
	add(&affair.sent, EVENT_SENT, &affair.has_sent);
	assert_false(view_now().partial);
	/* A reset that leaves: its TCP's word may be the lost one. */
	begin(10);
	add(&affair.out, EVENT_OUT, &affair.has_out);
	assert_true(view_now().partial);
	assert_false(view_now().foreign);
	/* One that was taken: this host may have sent it, too. */
	begin(10);
	add(&affair.received, EVENT_RECEIVED, &affair.has_received);
	assert_true(view_now().partial);
	/* That a program was left out takes no more than one piece away. */
	begin(-1);
	live.missed_from_ns = live.missed_until_ns = NOW_NS;
	add(&affair.received, EVENT_RECEIVED, &affair.has_received);
	assert_true(view_now().lossy);
	assert_false(view_now().partial);
	/* Where no event was lost the same pieces are all there are. */
	begin(60);
	add(&affair.received, EVENT_RECEIVED, &affair.has_received);
	assert_false(view_now().partial);
	/* One that came: whether anything took it is not known. */
	begin(10);
	add(&affair.in, EVENT_IN, &affair.has_in);
	assert_true(view_now().partial);
}

static void test_is_said_with_doubt(void **state)
{
	static struct evidence ev;
	struct verdict verdict;

	(void)state;
	evidence_set(&ev, FACT_RST_FORM, FORM_ACTIVE);
	evidence_set(&ev, FACT_RST_ANSWERS, TRIGGER_NOTHING);
	evidence_set(&ev, FACT_MPTCP_RESET, 0);
	evidence_set(&ev, FACT_HOST_TCP_SENT, 1);
	evidence_set(&ev, FACT_HOST_ACTION, ACTION_KEEPALIVE_TIMER);
	evidence_set(&ev, FACT_RESETTER_SEEN, 1);
	evidence_set(&ev, FACT_PICTURE, PICTURE_ABORT);
	verdict_reach(&ev, &verdict);
	assert_string_equal(verdict.cause->id, "keepalive-timeout");
	assert_true(verdict.confidence > CONFIDENCE_POSSIBLE);
	evidence_set(&ev, FACT_TESTIMONY_MISSING, 1);
	verdict_reach(&ev, &verdict);
	assert_string_equal(verdict.cause->id, "keepalive-timeout");
	assert_int_equal(verdict.confidence, CONFIDENCE_POSSIBLE);
	assert_int_equal(verdict.class_confidence, CONFIDENCE_POSSIBLE);
	assert_int_equal(verdict.shown[0], FACT_TESTIMONY_MISSING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_lies_near),
		cmocka_unit_test(test_what_is_missing),
		cmocka_unit_test(test_is_said_with_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
