/* SPDX-License-Identifier: MIT */
/* Floods are one entry whose count goes on; what is no flood is told one by one. FILTER's words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run/live_words.h"
#include "run/storm.h"

#define SECOND_NS 1000000000ll

struct told {
	int resets, updates;
	uint64_t last_count;
	bool last_pending;
};

static void tell(void *context, const struct verdict *verdict)
{
	struct told *told = context;

	told->resets += !verdict->update;
	told->updates += verdict->update;
	if (verdict->update) {
		told->last_count = verdict->count;
		told->last_pending = verdict->pending;
	}
}

static void add(struct storms *storms, uint16_t port, int count, int64_t from_ns, int64_t gap_ns)
{
	struct evidence ev;
	struct verdict verdict;

	memset(&ev, 0, sizeof(ev));
	memset(&verdict, 0, sizeof(verdict));
	ev.server.family = ADDR_IP4;
	ev.server.port = port;
	verdict.evidence = &ev;
	verdict.count = 1;
	for (int i = 0; i < count; i++) {
		verdict.id = (uint64_t)i + 1;
		storms_add(storms, &verdict, from_ns + i * gap_ns);
	}
}

static void few_are_told_each(void **state)
{
	struct told told = { 0 };
	struct storms *storms = storms_new(SECOND_NS, tell, &told);

	(void)state;
	add(storms, 80, 100, SECOND_NS, SECOND_NS / 10);
	storms_finish(storms);
	assert_int_equal(told.resets, 100);
	assert_int_equal(told.updates, 0);
	storms_free(storms);
}

static void a_flood_is_one_entry(void **state)
{
	struct told told = { 0 };
	struct storms *storms = storms_new(SECOND_NS, tell, &told);

	(void)state;
	/* 5,000 in five seconds: 20 by themselves, one entry for the rest. */
	add(storms, 80, 5000, 2 * SECOND_NS, SECOND_NS / 1000);
	assert_int_equal(told.resets, 21);
	assert_in_range(told.updates, 4, 5);
	assert_true(told.last_pending);
	assert_int_equal(storms_tick(storms, 8 * SECOND_NS), 250);
	assert_int_equal(storms_tick(storms, 10 * SECOND_NS), -1);
	assert_int_equal(told.last_count, 4980);
	assert_false(told.last_pending);
	/* Another server port is another story. */
	add(storms, 81, 10, 10 * SECOND_NS, SECOND_NS / 1000);
	assert_int_equal(told.resets, 31);
	storms_free(storms);
}

static void more_floods_than_places(void **state)
{
	struct told told = { 0 };
	struct storms *storms = storms_new(SECOND_NS, tell, &told);
	uint64_t resets = 0;

	(void)state;
	for (uint16_t port = 1; port <= 200; port++) {
		add(storms, port, 30, SECOND_NS + port, 1);
		resets += 30;
	}
	storms_finish(storms);
	/* 20 each by themselves and an entry; each entry ends with an update of ten. */
	assert_int_equal(told.resets, 200 * 21);
	assert_int_equal(told.updates, 200);
	storms_free(storms);
}

static void words(void **state)
{
	struct live_words simple = live_words_simple("port 443 and host 10.0.0.5");

	(void)state;
	assert_int_equal(simple.first_port, 443);
	assert_int_equal(simple.last_port, 443);
	assert_true(simple.has_host);
	assert_int_equal(simple.host.ip[3], 5);
	simple = live_words_simple("tcp and host fd00::1");
	assert_int_equal(simple.first_port, 0);
	assert_int_equal(simple.host.family, ADDR_IP6);
	simple = live_words_simple("portrange 10000-12831");
	assert_int_equal(simple.first_port, 10000);
	assert_int_equal(simple.last_port, 12831);
	assert_false(simple.has_host);
	/* What is not plainly joined is left to libpcap, all of it. */
	static const char *const others[] = { "port 443 or port 80",
					      "not port 443",
					      "port 443 and not host 10.0.0.5",
					      "portrange 9-1",
					      "portrange 1-",
					      "portrange 1-70000",
					      "portrange 1-9 and port 80",
					      "portrange -9",
					      "portrange 1",
					      "port https",
					      "host a.example and port 1 ",
					      "port 0",
					      "port -1",
					      "port 70000",
					      "port",
					      "" };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		simple = live_words_simple(others[i]);
		assert_int_equal(simple.first_port, 0);
		assert_int_equal(simple.last_port, 0);
		assert_false(simple.has_host);
	}
	simple = live_words_simple(NULL);
	assert_int_equal(simple.first_port, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_are_told_each),
		cmocka_unit_test(a_flood_is_one_entry),
		cmocka_unit_test(more_floods_than_places),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
