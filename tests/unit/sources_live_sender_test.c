/* SPDX-License-Identifier: MIT */
/* What the sending socket tells of a close with unread bytes: was the connection idle before them?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sources/live_private.h"

#define ABORT_ON_CLOSE 11 /* SK_RST_REASON_TCP_ABORT_ON_CLOSE */

static struct live live;
static struct affair affair;
static struct evidence ev;

/* A server answered 1280 ms ago and closes now; its client's last bytes, unread, came 4 ms ago.
 * @read_ms ago it read. */
static bool closed_as_idle(uint32_t read_ms)
{
	struct affair_view view = { .live = &live, .affair = &affair, .main = &affair.sent };

	memset(&affair, 0, sizeof(affair));
	memset(&ev, 0, sizeof(ev));
	affair.has_sent = true;
	affair.sent.head.kind = EVENT_SENT;
	affair.sent.reason = ABORT_ON_CLOSE;
	affair.sent.past.state = KERNEL_ESTABLISHED;
	affair.sent.sock = (struct event_socket){
		.flags = SOCKET_KNOWN | SOCKET_FULL | SOCKET_TS_OK | SOCKET_SAW_TS,
		.state = KERNEL_CLOSE,
		.bytes_sent = 348,
		.bytes_received = 32315,
		.rcv_nxt = 33000,
		.copied_seq = 33000 - 1024,
		.since_received_ms = 4,
		.since_sent_ms = 1280,
		.since_ack_ms = 4,
		.since_read_ms = read_ms,
	};
	view.sent_here = view.is_active = true;
	made_find(NULL, NULL, 0, view.main, &view.made);
	facts_of_sender(&view, &ev);
	assert_true(evidence_is(&ev, FACT_HOST_UNREAD, 1024));
	return evidence_is(&ev, FACT_HOST_IDLE_CLOSE, 1);
}

static void test_idle(void **state)
{
	(void)state;
	assert_true(closed_as_idle(1281));
	assert_true(closed_as_idle(1279)); /* clocks of ticks */
	/* The kernel notes no reads within a round trip: the handshake is older still. */
	assert_true(closed_as_idle(60000));
}

static void test_read_on(void **state)
{
	(void)state;
	assert_false(closed_as_idle(44));
	assert_false(closed_as_idle(1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_read_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
