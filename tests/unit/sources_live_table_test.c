/* SPDX-License-Identifier: MIT */
/* Which piece belongs to which reset, when several of one connection come within microseconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sources/live_private.h"

static struct live live;

static int begin(void **state)
{
	(void)state;
	memset(&live, 0, sizeof(live));
	live.all.older = live.all.newer = &live.all;
	live.open.before = live.open.after = &live.open;
	return 0;
}

static int end(void **state)
{
	(void)state;
	while (live.all.newer != &live.all)
		affair_drop(&live, live.all.newer);
	return 0;
}

/* Of the connection between 10.0.0.1:80 here and 10.0.0.2:5000. */
static struct event_reset piece(uint8_t kind, uint64_t time_ns, uint32_t seq)
{
	struct event_reset event = { .head = { .kind = kind, .time_ns = time_ns } };

	event.tuple.local[15] = 1;
	event.tuple.remote[15] = 2;
	event.tuple.local_port = 80;
	event.tuple.remote_port = 5000;
	event.segment.seq = seq;
	return event;
}

static struct affair *take(const struct event_reset *event)
{
	struct affair *affair = affair_find(&live, event);

	if (!affair)
		affair = affair_new(&live, event);
	assert_non_null(affair);
	affair_take(affair, event);
	return affair;
}

static void test_taken_by_number(void **state)
{
	struct event_reset first = piece(EVENT_IN, 1000000, 46), late = piece(EVENT_IN, 1000015, 1);
	struct event_reset taken = piece(EVENT_RECEIVED, 1000020, 0);
	struct affair *right, *other;

	(void)state;
	right = take(&first);
	other = take(&late);
	assert_ptr_not_equal(right, other);
	taken.sock.flags = SOCKET_KNOWN | SOCKET_FULL;
	taken.sock.rcv_nxt = 46;
	assert_ptr_equal(affair_find(&live, &taken), right);
	taken.sock.rcv_nxt = 1;
	assert_ptr_equal(affair_find(&live, &taken), other);
	/* In the window, and the number of neither: the newest, as where the number is not known.
	 */
	taken.sock.rcv_nxt = 7;
	assert_ptr_equal(affair_find(&live, &taken), other);
}

/* The kernel's stack held the segment that was taken: that is its header, and its number counts. */
static void test_taken_with_header(void **state)
{
	struct event_reset first = piece(EVENT_IN, 1000000, 46), late = piece(EVENT_IN, 1000015, 1);
	struct event_reset taken = piece(EVENT_RECEIVED, 1000020, 1);
	struct affair *right;

	(void)state;
	take(&first);
	right = take(&late);
	taken.segment.flags = SEGMENT_KNOWN;
	taken.segment.ttl = 51;
	assert_ptr_equal(take(&taken), right);
	assert_int_equal(right->in.segment.ttl, 51);
	/* A further one of this connection has another number. */
	taken.segment.seq = 99;
	assert_int_equal(take(&taken)->in.segment.seq, 99);
	assert_int_equal(live.affair_count, 2);
	/* Its header was not found. */
	taken = piece(EVENT_RECEIVED, 1000030, 0);
	taken.tuple.local_port = 81;
	assert_false(take(&taken)->has_in);
}

/* OUT of the abort, SENT and OUT of an answer to data under way, and only then SENT of the abort.
 */
static void test_told_late(void **state)
{
	struct event_reset abort_out = piece(EVENT_OUT, 1000000, 46);
	struct event_reset answer = piece(EVENT_SENT, 1000010, 0);
	struct event_reset answer_out = piece(EVENT_OUT, 1000015, 1);
	struct event_reset aborted = piece(EVENT_SENT, 1000020, 0);
	struct affair *first, *second;

	(void)state;
	answer.segment.flags = SEGMENT_KNOWN;
	answer.segment.tcp_flags = TCP_ACK;
	answer.segment.ack = 1;
	first = take(&abort_out);
	second = take(&answer);
	assert_ptr_not_equal(first, second);
	assert_ptr_equal(take(&answer_out), second);
	assert_ptr_equal(take(&aborted), first);
	assert_ptr_equal(affair_after(&live, first), second);
	/* What was told already stays. */
	second->told = true;
	assert_null(affair_after(&live, first));
	/* What the other end took is the reset that counts there. */
	second->told = false;
	second->has_received = true;
	assert_null(affair_after(&live, first));
	second->has_received = false;
	/* The answer to a SYN is about another connection. */
	second->told = false;
	second->sent.segment.tcp_flags = TCP_SYN;
	assert_null(affair_after(&live, first));
}

static void test_other_connection(void **state)
{
	struct event_reset aborted = piece(EVENT_SENT, 1000000, 0);
	struct event_reset answer = piece(EVENT_SENT, 1000010, 0);
	struct affair *first;

	(void)state;
	answer.tuple.remote_port = 5001;
	answer.segment.flags = SEGMENT_KNOWN;
	answer.segment.tcp_flags = TCP_ACK;
	first = take(&aborted);
	take(&answer);
	assert_null(affair_after(&live, first));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_taken_by_number, begin, end),
		cmocka_unit_test_setup_teardown(test_taken_with_header, begin, end),
		cmocka_unit_test_setup_teardown(test_told_late, begin, end),
		cmocka_unit_test_setup_teardown(test_other_connection, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
