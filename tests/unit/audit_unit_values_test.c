/* SPDX-License-Identifier: MIT */
/* Values of units: times, limits, commands, and what systemd passes over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/config.h"
#include "audit/limits.h"
#include "audit/units.h"

static struct config parse(const char *text)
{
	struct config config = { .kind = CONFIG_SYSTEMD };

	config_parse(&config, "/etc/systemd/system/x.service", strdup(text), strlen(text));
	return config;
}

static void test_times(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} rows[] = {
		{ "90", 90000000 },
		{ "1min 30s", 90000000 },
		{ "1m30s", 90000000 },
		{ "500ms", 500000 },
		{ "2 hours", 7200000000 },
		{ "1w", 604800000000 },
		{ "1.5min", 90000000 },
		{ "0.25", 250000 },
		{ "1.5ms 2us", 1502 },
		{ "1M", 2629800000000 },
		{ "1 year", 31557600000000 },
		{ "infinity", UNIT_TIME_NEVER },
		{ "0", UNIT_TIME_NEVER },
		{ "", UNIT_TIME_NONE },
		{ "5 y e a r s", UNIT_TIME_NONE },
		{ "-5", UNIT_TIME_NONE },
		{ "1.", UNIT_TIME_NONE },
		{ "infinity or so", UNIT_TIME_NONE },
		{ "99999999999w", UNIT_TIME_NONE },
		{ "999999999999y", UNIT_TIME_NONE },
		{ "5 fortnightsandmore", UNIT_TIME_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(unit_time_us(rows[i].text), rows[i].us);
}

/* As systemd 252 reads LimitNOFILE=. */
static void test_limits(void **state)
{
	static const struct {
		const char *text;
		uint32_t soft, hard;
	} rows[] = {
		{ "1024", 1024, 1024 },
		{ "1024:4096", 1024, 4096 },
		{ "0x400:infinity", 1024, UINT32_MAX },
		{ "infinity", UINT32_MAX, UINT32_MAX },
		{ "99999999999", UINT32_MAX, UINT32_MAX },
	};
	static const char *const bad[] = { "",	    "64K",	 "2000:1000", "-1",  "unlimited",
					   "1024:", "infinityx", "1:2:3",     "1 2", "infinity:1" };
	uint32_t soft, hard;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_true(limits_parse_unit(rows[i].text, &soft, &hard));
		assert_int_equal(soft, rows[i].soft);
		assert_int_equal(hard, rows[i].hard);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(limits_parse_unit(bad[i], &soft, &hard));
}

/* What systemd passes over takes nothing back. */
static void test_passed_over(void **state)
{
	struct config config = parse("[Service]\nLimitNOFILE=1024\nLimitNOFILE=\nLimitNOFILE=64K\n"
				     "TimeoutStopSec=1.5min\nTimeoutStopSec=soon\n"
				     "KillSignal=SIGKILL\nKillSignal=\nKillSignal=kill\n");

	(void)state;
	assert_int_equal(unit_limit(&config, 0, "LimitNOFILE")->line, 2);
	assert_int_equal(unit_time(&config, 0, "TimeoutStopSec")->line, 5);
	assert_int_equal(unit_signal(&config, 0, "KillSignal")->line, 7);
	assert_null(unit_limit(&config, -1, "LimitNOFILE"));
	config_release(&config);
}

/* A unit that names other configuration says nothing of the one that was read. */
static void test_reads(void **state)
{
	static const struct {
		const char *file, *command;
		bool reads;
	} rows[] = {
		{ "/etc/nginx/nginx.conf", "nginx -g x", true },
		{ "/etc/nginx/nginx.conf", "nginx -c /etc/nginx/nginx.conf", true },

		{ "/etc/nginx/nginx.conf", "nginx -q -c /opt/b.conf -g x", false },
		{ "/etc/nginx/nginx.conf", "nginx -c ${CONF}", true },
		{ "/etc/nginx/nginx.conf", "nginx -c /etc/nginx/%i.conf", true },
		{ "/etc/nginx/nginx.conf", "nginx -c /a -c /etc/nginx/nginx.conf", true },
		{ "nginx.conf", "nginx -c /opt/b.conf", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct config config = { .kind = CONFIG_NGINX }, units;
		char text[128];

		config_parse(&config, rows[i].file, strdup("user x;"), 7);
		snprintf(text, sizeof(text), "[Service]\nExecStart=%s", rows[i].command);
		units = parse(text);
		assert_int_equal(unit_reads(unit_runs(&units, 0, "nginx"), " -c ", &config),
				 rows[i].reads);
		config_release(&config);
		config_release(&units);
	}
}

static void test_runs(void **state)
{
	static const struct {
		const char *command;
		bool runs;
	} rows[] = {
		{ "/usr/sbin/nginx -g x", true },	{ "-/usr/sbin/nginx", true },
		{ "\"/opt/my nginx/nginx\" -q", true }, { "nginx", true },
		{ "@/usr/sbin/nginx nginx", true },	{ "/usr/sbin/nginx-debug", false },
		{ "/usr/bin/my-nginx", false },		{ "/bin/sh -c nginx", false },
		{ "/var/lib/nginx/start", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[128];
		struct config config;

		snprintf(text, sizeof(text), "[Service]\nExecStart=%s\n", rows[i].command);
		config = parse(text);
		assert_int_equal(unit_runs(&config, 0, "nginx") != NULL, rows[i].runs);
		config_release(&config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),	    cmocka_unit_test(test_limits),
		cmocka_unit_test(test_passed_over), cmocka_unit_test(test_reads),
		cmocka_unit_test(test_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
