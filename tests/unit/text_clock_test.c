/* SPDX-License-Identifier: MIT */
/* The times of a paste: every form of -t, midnight, dates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sources/source.h"

extern const struct source source_tcpdump_text;

#define SECOND INT64_C(1000000000)
#define DAY (86400 * SECOND)
#define REST " IP 192.0.2.1.1 > 192.0.2.2.2: Flags [.], ack 1, win 1, length 0\n"
#define OTHER " ARP, Request who-has 192.0.2.1 tell 192.0.2.2, length 28\n"
#define NO_TIME INT64_MIN

struct example {
	const char *text;
	int64_t ns[6];
	int count;
	bool dated;
};

static const struct example examples[] = {
	{ "14:01:03.567888" REST "14:01:03.567888123" REST "14:01:04" REST,
	  { 50463567888000, 50463567888123, 50464000000000 },
	  3,
	  false },
	/* over midnight, out of order around it, and not for a little step back */
	{ "23:59:59.900000" REST "00:00:00.100000" REST "23:59:59.950000" REST "00:00:01.0" REST
	  "00:00:00.9" REST,
	  { DAY - SECOND / 10, DAY + SECOND / 10, DAY - SECOND / 20, DAY + SECOND,
	    DAY + SECOND * 9 / 10 },
	  5,
	  false },
	/* -tt */
	{ "1795208179.326275" REST "1795208179.326275999" REST,
	  { 1795208179326275000, 1795208179326275999 },
	  2,
	  true },
	/* -tttt: the zone of these tests is UTC */
	{ "2026-11-20 20:56:19.326275" REST "2026-11-21 00:00:00.5" REST,
	  { 1795208179326275000, 1795219200500000000 },
	  2,
	  true },
	{ "11/20/2026 20:56:19.326275" REST, { 1795208179326275000 }, 1, true },
	/* -ttt: steps, also over lines that are not TCP; one packet older than the one before */
	{ " 00:00:00.000000" REST " 00:00:02.000000" REST " 00:00:01.000000" OTHER
	  " 00:00:00.500000" REST "-00:00:00.250000" REST,
	  { 0, 2 * SECOND, 3 * SECOND + SECOND / 2, 3 * SECOND + SECOND / 4 },
	  4,
	  false },
	/* -ttttt: since the first */
	{ " 00:00:00.000000" REST " 00:00:00.500000" REST " 00:00:01.000000" REST
	  " 00:00:02.000000" REST " 00:01:02.000000" REST,
	  { 0, SECOND / 2, SECOND, 2 * SECOND, 62 * SECOND },
	  5,
	  false },
	/* -ttt of tcpdump 3 */
	{ "000000" REST "000019" REST "5. 000001" REST,
	  { 0, 19000, 5 * SECOND + 20000 },
	  3,
	  false },
	/* shortly after midnight is no -ttt */
	{ "00:00:05.000000" REST "00:00:06.000000" REST "00:00:05.900000" REST
	  "00:00:07.000000" REST "00:00:08.000000" REST,
	  { 5 * SECOND, 6 * SECOND, 59 * SECOND / 10, 7 * SECOND, 8 * SECOND },
	  5,
	  false },
	/* -t */
	{ "IP 192.0.2.1.1 > 192.0.2.2.2: Flags [.], ack 1, win 1, length 0\n",
	  { NO_TIME },
	  1,
	  false },
	/* log lines of other programs have clocks, too */
	{ "2026-11-20 12:00:00 web: 14:01:03.567888" REST, { 50463567888000 }, 1, false },
	/* no time of day; no date, but a time of day */
	{ "99:01:03.567888" REST, { NO_TIME }, 1, false },
	{ "2026-13-20 20:56:19.326275" REST, { 75379326275000 }, 1, false },
};

static void test_times(void **unused)
{
	struct source_options options = { 0 };
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		const struct example *example = &examples[i];
		struct source_state *state = NULL;
		struct input *input = NULL;
		struct observation obs[8];
		char problem[160];
		int n, k;

		print_message("%.30s\n", example->text);
		assert_int_equal(input_open_memory((const uint8_t *)example->text,
						   strlen(example->text), &input),
				 0);
		assert_int_equal(source_tcpdump_text.open(input, &options, &state, problem), 0);
		n = source_tcpdump_text.read(state, obs, 8);
		assert_int_equal(n, example->count);
		for (k = 0; k < n; k++) {
			if (example->ns[k] == NO_TIME) {
				assert_false(obs[k].seen & (SEEN_TIME | SEEN_DATE));
				continue;
			}
			assert_true(obs[k].seen & SEEN_TIME);
			assert_int_equal(!!(obs[k].seen & SEEN_DATE), example->dated);
			assert_int_equal(obs[k].time_ns, example->ns[k]);
		}
		source_tcpdump_text.close(state);
	}
}

/* Dates are taken in the reader's zone, daylight saving included. */
static void test_zone(void **unused)
{
	static const char text[] = "2026-07-01 12:00:00.000000" REST "2026-12-01 12:00:00.0" REST;
	struct source_options options = { 0 };
	struct source_state *state = NULL;
	struct input *input = NULL;
	struct observation obs[2];
	char problem[160];

	(void)unused;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_int_equal(input_open_memory((const uint8_t *)text, strlen(text), &input), 0);
	assert_int_equal(source_tcpdump_text.open(input, &options, &state, problem), 0);
	assert_int_equal(source_tcpdump_text.read(state, obs, 2), 2);
	assert_int_equal(obs[0].time_ns, INT64_C(1782900000) * SECOND);
	assert_int_equal(obs[1].time_ns, INT64_C(1796122800) * SECOND);
	source_tcpdump_text.close(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_zone),
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
