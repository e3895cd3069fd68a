/* SPDX-License-Identifier: MIT */
/* What the victim's socket tells of the answer it waited for: who acknowledged what, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sources/live_private.h"
#include "verdict/verdict.h"

#define ANSWER_BYTES 420u
#define RCV_NXT 5000u

static struct live live;
static struct affair affair;
static struct evidence ev;

/*
 * A client that was answered once and aborted 50 ms later; everything it had sent was acknowledged.
 * @request_ms ago it sent the last of that, @answer_ms ago the answer came, @acked_ms ago the last
 * new acknowledgement; @news_seq is of the segment that brought it.
 */
static struct event_socket *begin(uint32_t request_ms, uint32_t answer_ms, uint32_t acked_ms,
				  uint32_t news_seq)
{
	struct event_socket *sock = &affair.received.sock;

	memset(&live, 0, sizeof(live));
	memset(&affair, 0, sizeof(affair));
	affair.has_received = true;
	affair.received.head.kind = EVENT_RECEIVED;
	affair.received.fin_dropped_age_ms = ~0u;
	*sock = (struct event_socket){
		.flags = SOCKET_KNOWN | SOCKET_FULL | SOCKET_TS_OK | SOCKET_SAW_TS,
		.state = KERNEL_ESTABLISHED,
		.bytes_sent = 55,
		.bytes_received = ANSWER_BYTES,
		.rcv_nxt = RCV_NXT,
		.snd_nxt = 900,
		.snd_una = 900,
		.write_seq = 900,
		.news_seq = news_seq,
		.since_sent_ms = request_ms,
		.since_received_ms = answer_ms,
		.since_delivered_ms = acked_ms,
		.since_ack_ms = acked_ms,
		.segments_in = 4,
	};
	return sock;
}

static void judge(bool resetter_is_client)
{
	struct affair_view view = { .live = &live,
				    .affair = &affair,
				    .main = &affair.received,
				    .is_active = true,
				    .resetter_is_client = resetter_is_client };

	memset(&ev, 0, sizeof(ev));
	evidence_set(&ev, FACT_RESETTER_IS_CLIENT, resetter_is_client);
	facts_of_receiver(&view, &ev);
	evidence_derive(&ev);
}

/* The answer brought the acknowledgement of its request, as most do. */
static void test_answered(void **state)
{
	(void)state;
	begin(50, 50, 50, RCV_NXT - ANSWER_BYTES);
	judge(false);
	assert_true(evidence_is(&ev, FACT_REQUEST_ACKED_UNANSWERED, 0));
	assert_true(evidence_is(&ev, FACT_ANSWER_OWED, 0));
}

/* Within the same tick of the answer a second request left; its acknowledgement came later, alone.
 */
static void test_second_request_unanswered(void **state)
{
	struct verdict verdict;

	(void)state;
	begin(44, 44, 2, RCV_NXT);
	judge(false);
	assert_false(evidence_knows(&ev, FACT_REQUEST_ACKED_UNANSWERED));
	assert_true(evidence_is(&ev, FACT_ANSWER_OWED, 1));
	verdict_reach(&ev, &verdict);
	assert_true(verdict.request_uncounted);
	assert_int_equal(verdict.why, REQUEST_ACKED_NOT_ANSWERED);
	assert_int_equal(verdict.executed, EXECUTED_UNKNOWN);
	/* The same of a server, whose last word was its answer. */
	judge(true);
	assert_true(evidence_is(&ev, FACT_ANSWER_OWED, 0));
}

/* An acknowledgement of nothing new behind the answer: the answer to a keepalive probe. */
static void test_probe_answered(void **state)
{
	(void)state;
	begin(900, 900, 900, RCV_NXT)->since_ack_ms = 300;
	judge(false);
	assert_true(evidence_is(&ev, FACT_REQUEST_ACKED_UNANSWERED, 0));
}

/* All in one tick: whether the acknowledgement was of a second request cannot be told. */
static void test_too_close(void **state)
{
	(void)state;
	begin(4, 4, 3, RCV_NXT);
	judge(false);
	assert_false(evidence_knows(&ev, FACT_REQUEST_ACKED_UNANSWERED));
	assert_false(evidence_knows(&ev, FACT_ANSWER_OWED));
}

/* What is still on its way has no acknowledgement, and its sending moved the time of the last. */
static void test_in_flight(void **state)
{
	struct event_socket *sock;

	(void)state;
	sock = begin(4, 900, 4, RCV_NXT - ANSWER_BYTES);
	sock->snd_nxt += 20;
	judge(false);
	assert_true(evidence_is(&ev, FACT_REQUEST_ACKED_UNANSWERED, 0));
	sock->news_seq = RCV_NXT;
	judge(false);
	assert_false(evidence_knows(&ev, FACT_ANSWER_OWED));
}

/* The peer's FIN leaves its number too, and counts as a byte received. */
static void test_fin(void **state)
{
	struct event_socket *sock;

	(void)state;
	sock = begin(50, 50, 50, RCV_NXT - 1);
	sock->state = KERNEL_CLOSE_WAIT;
	sock->flags |= SOCKET_DONE;
	judge(false);
	assert_true(evidence_is(&ev, FACT_REQUEST_ACKED_UNANSWERED, 0));
	sock->since_delivered_ms = sock->since_ack_ms = 10;
	judge(false);
	assert_true(evidence_is(&ev, FACT_ANSWER_OWED, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answered),
		cmocka_unit_test(test_second_request_unanswered),
		cmocka_unit_test(test_probe_answered),
		cmocka_unit_test(test_too_close),
		cmocka_unit_test(test_in_flight),
		cmocka_unit_test(test_fin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
