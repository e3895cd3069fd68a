/* SPDX-License-Identifier: MIT */
/* What trials show when they are taken together, and what is advised from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probe/clients.h"
#include "probe/finding.h"
#include "probe/resolve.h"

#define SECOND_NS INT64_C(1000000000)

static struct ladder *ladder;

static struct trial *add(enum trial_purpose purpose, double wait_s, enum trial_outcome outcome,
			 double idle_s)
{
	struct trial *trial = &ladder->trials[ladder->count++];

	trial_init(trial, purpose, (int64_t)(wait_s * 1e9));
	trial->outcome = outcome;
	trial->step = STEP_DONE;
	trial->idle_ns = (int64_t)(idle_s * 1e9);
	trial->idle_from_ns = 1;
	trial->link.began_ns = trial->link.connected_ns = trial->link.ready_ns = 1;
	trial->link.rtt_us = 1000;
	if (outcome == TRIAL_CLOSED)
		trial->link.end = LINK_END_FIN;
	return trial;
}

static int set_up(void **state)
{
	struct target target = { .protocol = protocol_find("http") };

	(void)state;
	ladder = malloc(sizeof(*ladder));
	if (!ladder)
		return -1;
	ladder_init(ladder, &target);
	ladder->phase = LADDER_OVER;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ladder_release(ladder);
	free(ladder);
	return 0;
}

static void test_closed(void **state)
{
	struct finding finding;
	struct advice advice;
	const struct lapse *lapse;

	(void)state;
	add(TRIAL_AFTER, 600, TRIAL_CLOSED, 65.01);
	add(TRIAL_AFTER, 512, TRIAL_CLOSED, 65.00);
	add(TRIAL_AFTER, 128, TRIAL_CLOSED, 64.98);
	add(TRIAL_AFTER, 64, TRIAL_ALIVE, 64);
	/* A request that crossed the close on its way. */
	add(TRIAL_AFTER, 65, TRIAL_RESET, 65.0);
	add(TRIAL_BEFORE, 64, TRIAL_CLOSED, 60.001);
	finding_make(ladder, &finding);
	lapse = finding_main(&finding, NULL);
	assert_int_equal(lapse->kind, LAPSE_CLOSED);
	assert_int_equal(lapse->idle_us, 65000000);
	assert_int_equal(lapse->samples, 3);
	assert_int_equal(lapse->survived_us, 64000000);
	assert_false(lapse->varies);
	/* Before a request the round trip is taken off. */
	assert_int_equal(finding.lapse[FINDING_BEFORE].idle_us, 60000000);
	assert_true(advice_make(lapse, &advice));
	assert_int_equal(advice.under_s, 60);
	assert_int_equal(advice.set_s, 55);
}

/* At short timeouts a fiftieth is less than what a busy host takes. */
static void test_crossed(void **state)
{
	struct finding_bounds bounds;

	(void)state;
	add(TRIAL_AFTER, 2, TRIAL_RESET, 2.0);
	assert_true(finding_bounds(ladder, TRIAL_AFTER, &bounds));
	add(TRIAL_AFTER, 4, TRIAL_CLOSED, 2.09);
	assert_false(finding_bounds(ladder, TRIAL_AFTER, &bounds));
}

static void test_varies(void **state)
{
	struct finding finding;
	struct advice advice;

	(void)state;
	add(TRIAL_AFTER, 600, TRIAL_CLOSED, 20);
	add(TRIAL_AFTER, 600, TRIAL_CLOSED, 75);
	finding_make(ladder, &finding);
	assert_true(finding.lapse[FINDING_AFTER].varies);
	assert_true(advice_make(&finding.lapse[FINDING_AFTER], &advice));
	assert_int_equal(advice.under_s, 16);
}

static void test_forgotten(void **state)
{
	struct finding finding;
	struct finding_bounds bounds;
	struct advice advice;
	struct trial *trial;
	const struct lapse *lapse;

	(void)state;
	add(TRIAL_AFTER, 256, TRIAL_ALIVE, 256);
	/* Lost by chance: a longer wait was survived. */
	add(TRIAL_AFTER, 64, TRIAL_SILENT, 64);
	add(TRIAL_AFTER, 344, TRIAL_ALIVE, 344);
	trial = add(TRIAL_AFTER, 512, TRIAL_RESET, 512);
	trial->ttl_handshake = 60;
	trial->ttl_reset = 62;
	add(TRIAL_AFTER, 360, TRIAL_RESET, 360);
	trial = add(TRIAL_KEEPALIVE, 540, TRIAL_ALIVE, 540);
	trial->keepalive_s = 128;
	assert_true(finding_bounds(ladder, TRIAL_AFTER, &bounds));
	assert_int_equal(bounds.alive_ns, 344 * SECOND_NS);
	assert_int_equal(bounds.dead_ns, 360 * SECOND_NS);
	assert_false(bounds.open);
	finding_make(ladder, &finding);
	lapse = finding_main(&finding, NULL);
	assert_int_equal(lapse->kind, LAPSE_FORGOTTEN);
	assert_int_equal(lapse->idle_us, 352000000);
	assert_int_equal(lapse->error_us, 8000000);
	assert_true(lapse->reset);
	assert_int_equal(lapse->ttl_reset, 62);
	assert_int_equal(lapse->keepalive, KEEPALIVE_HOLDS);
	assert_true(advice_make(lapse, &advice));
	assert_int_equal(advice.under_s, 339);
	assert_int_equal(advice.keepalive_s, 172);
	/* While a shorter wait is under way the bound is not final. */
	trial = add(TRIAL_AFTER, 350, TRIAL_NONE, 0);
	trial->step = STEP_IDLE;
	assert_true(finding_bounds(ladder, TRIAL_AFTER, &bounds));
	assert_true(bounds.open);
}

static void test_survived(void **state)
{
	struct finding finding;
	struct advice advice;

	(void)state;
	add(TRIAL_AFTER, 16, TRIAL_ALIVE, 16);
	add(TRIAL_AFTER, 8, TRIAL_MUTE, 8);
	finding_make(ladder, &finding);
	assert_int_equal(finding.lapse[FINDING_AFTER].kind, LAPSE_SURVIVED);
	assert_int_equal(finding.lapse[FINDING_AFTER].survived_us, 16000000);
	assert_false(advice_make(&finding.lapse[FINDING_AFTER], &advice));
}

static void test_failed(void **state)
{
	struct finding finding;

	(void)state;
	add(TRIAL_AFTER, 16, TRIAL_FAILED, 0);
	finding_make(ladder, &finding);
	assert_false(finding.answers);
}

static void test_clients(void **state)
{
	const struct advice advice = { .under_s = 60, .set_s = 55 };
	struct buf line;

	(void)state;
	buf_init(&line, 1024);
	for (int i = 0; i < client_table_count; i++) {
		const struct client *client = &client_table[i];

		buf_clear(&line);
		if (client->line)
			client_add_line(client, &advice, &line);
		assert_true(client->line || client->note[LANG_EN]);
		/* Three of HAProxy's pass before it closes the last one. */
		assert_true(!client->line || strstr(buf_text(&line), "55") ||
			    !strcmp(buf_text(&line), "pool-purge-delay 18333ms"));
		assert_null(strstr(buf_text(&line), "{s"));
		assert_null(strstr(buf_text(&line), "{ms"));
		if (!strcmp(client->name, "Go net/http")) {
			assert_string_equal(buf_text(&line), "IdleConnTimeout: 55 * time.Second");
			assert_true(client_races(client, &advice));
		}
		if (!strcmp(client->name, "Node.js http"))
			assert_false(client_races(client, &advice));
	}
	buf_release(&line);
}

static void check_target(const char *text, const char *host, int port, const char *path)
{
	struct resolve_target target;

	if (resolve_parse(text, &target) < 0)
		fail_msg("%s is refused", text);
	assert_string_equal(target.host, host);
	assert_int_equal(target.port, port);
	assert_string_equal(target.path, path);
}

static void test_targets(void **state)
{
	static const char *const bad[] = {
		"",	 ":80",	       "a:",	     "a:0",	 "a:65536", "a:8x",
		"[::1",	 "[::1]x:80",  "[]:80",	     "ftp://a/", "http://", "a b:80",
		"a\r:1", "http://a:0", "http://a\n", "://a:80",
	};
	struct resolve_target target;

	(void)state;
	check_target("a.example:443", "a.example", 443, "");
	check_target("[2001:db8::1]:80", "2001:db8::1", 80, "");
	check_target("2001:db8::1", "2001:db8::1", 0, "");
	check_target("http://a", "a", 80, "");
	check_target("HTTPS://a:8443/x?y", "a", 8443, "/x?y");
	check_target("https://[::1]/", "::1", 443, "/");
	check_target("a", "a", 0, "");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (resolve_parse(bad[i], &target) == 0)
			fail_msg("'%s' is taken as %s:%u", bad[i], target.host, target.port);
	}
	assert_string_equal(protocol_of_port(443)->name, "https");
	assert_string_equal(protocol_of_port(8080)->name, "http");
	assert_string_equal(protocol_of_port(5432)->name, "plain");
}

#define WITH_LADDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LADDER(test_closed),	WITH_LADDER(test_varies),
		WITH_LADDER(test_forgotten),	WITH_LADDER(test_survived),
		WITH_LADDER(test_crossed),	WITH_LADDER(test_failed),
		cmocka_unit_test(test_clients), cmocka_unit_test(test_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
