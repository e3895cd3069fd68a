/* SPDX-License-Identifier: MIT */
/* What looks before and after a moment prove for it, and what they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/sock_diag.h"
#include "run/wire_listeners.h"

#define SECOND INT64_C(1000000000)
#define START (INT64_C(1700000000) * SECOND)

static const struct endpoint server = { .family = ADDR_IP4, .ip = { 10, 0, 0, 2 }, .port = 80 };
static const struct endpoint server6 = { .family = ADDR_IP6, .ip = { 0x20, 1 }, .port = 80 };

static struct sock_diag_answer any4(uint64_t cookie)
{
	return (struct sock_diag_answer){ .cookie = cookie,
					  .state = SOCK_DIAG_LISTEN,
					  .local = { .family = ADDR_IP4, .port = 80 } };
}

/* A look of a millisecond at @s seconds; cookie 0: it showed nothing. */
static void look(struct listeners *listeners, double s, uint64_t cookie)
{
	struct sock_diag_answer shown = any4(cookie);
	int64_t at_ns = START + (int64_t)(s * 1e9);

	listeners_note(listeners, &shown, cookie != 0, at_ns, at_ns + 1000000);
}

static int at(const struct listeners *listeners, double from_s, double to_s)
{
	return listeners_at(listeners, &server, START + (int64_t)(from_s * 1e9),
			    START + (int64_t)(to_s * 1e9));
}

static int newer(const struct listeners *listeners, double first_s, bool birth, double at_s)
{
	return listeners_newer(listeners, &server, START + (int64_t)(first_s * 1e9), birth,
			       START + (int64_t)(at_s * 1e9));
}

static void test_at(void **state)
{
	struct listeners *listeners = listeners_new(-1);

	(void)state;
	assert_int_equal(at(listeners, 1, 1), -1);
	look(listeners, 0, 7);
	assert_int_equal(at(listeners, 0.5, 0.5), -1); /* no look after it yet */
	look(listeners, 1, 7);
	assert_int_equal(at(listeners, 0.5, 0.5), 1);
	/* during a look nothing is proven: it may have been listed before or after */
	assert_int_equal(at(listeners, 0.0005, 0.0005), -1);
	/* the same port, another socket: nobody may have listened in between */
	look(listeners, 2, 8);
	assert_int_equal(at(listeners, 1.5, 1.5), -1);
	assert_int_equal(at(listeners, 0.5, 0.6), 1);
	/* gone */
	look(listeners, 3, 0);
	assert_int_equal(at(listeners, 2.5, 2.5), -1);
	look(listeners, 4, 0);
	assert_int_equal(at(listeners, 3.5, 3.5), 0);
	/* nobody at both ends of a long time proves nothing: one may have come and gone */
	look(listeners, 20, 0);
	assert_int_equal(at(listeners, 10, 10), -1);
	/* back: not there all the time */
	look(listeners, 21, 9);
	assert_int_equal(at(listeners, 20.5, 20.5), -1);
	look(listeners, 22, 9);
	assert_int_equal(at(listeners, 21.5, 21.5), 1);
	/* a socket that every look showed was there, however far apart they are */
	look(listeners, 90, 9);
	assert_int_equal(at(listeners, 50, 51), 1);
	listeners_forget(listeners);
	assert_int_equal(at(listeners, 50, 51), -1);
	listeners_free(listeners);
}

static void test_newer(void **state)
{
	struct listeners *listeners = listeners_new(-1);

	(void)state;
	look(listeners, 0, 7);
	look(listeners, 1, 7);
	look(listeners, 2, 0);
	look(listeners, 3, 8);
	look(listeners, 4, 8);
	/* the connection began before, under the other one */
	assert_int_equal(newer(listeners, 0.5, true, 3.5), 1);
	assert_int_equal(newer(listeners, 0.5, false, 3.5), 1);
	/* the look at 2 had not shown it: it began after 1.5 */
	assert_int_equal(newer(listeners, 1.5, true, 3.5), 1);
	/* it may have begun at 2.2 or at 2.8 */
	assert_int_equal(newer(listeners, 2.5, true, 3.5), -1);
	assert_int_equal(newer(listeners, 3.2, true, 3.5), 0);
	/* first seen in the middle: it may be older than any listener */
	assert_int_equal(newer(listeners, 3.2, false, 3.5), -1);
	assert_int_equal(newer(listeners, 0.5, true, 2.5), -1);
	assert_int_equal(newer(listeners, 0.5, true, 9), -1);
	listeners_free(listeners);
}

static void test_addresses(void **state)
{
	static const struct {
		struct endpoint local;
		uint32_t device;
		bool only_ip6;
		int takes4, takes6;
	} cases[] = {
		{ { .family = ADDR_IP4, .port = 80 }, 0, false, 1, 0 },
		{ { .family = ADDR_IP4, .port = 81 }, 0, false, 0, 0 },
		{ { .family = ADDR_IP4, .ip = { 10, 0, 0, 2 }, .port = 80 }, 0, false, 1, 0 },
		{ { .family = ADDR_IP4, .ip = { 10, 0, 0, 3 }, .port = 80 }, 0, false, 0, 0 },
		{ { .family = ADDR_IP6, .port = 80 }, 0, false, 1, 1 },
		{ { .family = ADDR_IP6, .port = 80 }, 0, true, 0, 1 },
		{ { .family = ADDR_IP6, .ip = { 0x20, 1 }, .port = 80 }, 0, false, 0, 1 },
		/* bound to a device: who knows where the packet came in */
		{ { .family = ADDR_IP4, .port = 80 }, 3, false, -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct listeners *listeners = listeners_new(-1);
		struct sock_diag_answer shown = any4(5);

		shown.local = cases[i].local;
		shown.device = cases[i].device;
		shown.only_ip6 = cases[i].only_ip6;
		listeners_note(listeners, &shown, 1, START, START + 1);
		listeners_note(listeners, &shown, 1, START + SECOND, START + SECOND + 1);
		assert_int_equal(
			listeners_at(listeners, &server, START + SECOND / 2, START + SECOND / 2),
			cases[i].takes4);
		assert_int_equal(
			listeners_at(listeners, &server6, START + SECOND / 2, START + SECOND / 2),
			cases[i].takes6);
		listeners_free(listeners);
	}
}

/* More listeners than there is room for: then nothing is known, rather than something wrong. */
static void test_many(void **state)
{
	struct listeners *listeners = listeners_new(-1);
	static struct sock_diag_answer shown[4096];

	(void)state;
	for (int i = 0; i < 4096; i++) {
		shown[i] = any4((uint64_t)i + 1);
		shown[i].local.port = (uint16_t)(i + 1000);
	}
	for (int i = 0; i < 3; i++)
		listeners_note(listeners, shown, 4096, START + i * SECOND, START + i * SECOND + 1);
	assert_int_equal(at(listeners, 1.5, 1.5), 0);
	/* all of them are other sockets now: those that are gone make room, and what was seen of
	 * them goes with them */
	for (int i = 0; i < 4096; i++)
		shown[i].cookie += 10000;
	listeners_note(listeners, shown, 4096, START + 3 * SECOND, START + 3 * SECOND + 1);
	assert_int_equal(at(listeners, 2.5, 2.5), -1);
	/* looks that are too long ago are forgotten */
	for (int i = 4; i < 100; i++)
		listeners_note(listeners, shown, 4096, START + i * SECOND, START + i * SECOND + 1);
	assert_int_equal(at(listeners, 2.5, 2.5), -1);
	assert_int_equal(at(listeners, 90.5, 90.5), 0);
	listeners_free(listeners);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_at),
		cmocka_unit_test(test_newer),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
