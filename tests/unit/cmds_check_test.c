/* SPDX-License-Identifier: MIT */
/* What is read from [ADDR:]PORT, which listeners take a connection, what their queues mean. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cmds/check.h"

static struct sock_diag_answer answer(const char *host, uint32_t queue, uint32_t backlog,
				      uint64_t cookie)
{
	struct sock_diag_answer one = { .receive_queue = queue,
					.send_queue = backlog,
					.state = SOCK_DIAG_LISTEN,
					.cookie = cookie };

	assert_int_equal(endpoint_parse_host(host, strlen(host), &one.local), 0);
	one.local.port = 80;
	return one;
}

static void test_target(void **state)
{
	static const struct {
		const char *text, *means;
	} good[] = {
		{ "8080", "?:8080" },
		{ "*:8080", "?:8080" },
		{ ":8080", "?:8080" },
		{ "10.0.0.5:65535", "10.0.0.5:65535" },
		{ "[2001:db8::5]:1", "[2001:db8::5]:1" },
		{ "[::]:80", "[::]:80" },
		{ "[::ffff:10.0.0.5]:80", "10.0.0.5:80" },
	};
	static const char *const bad[] = { "",		 "0",	  "65536", "-1",       "+80",
					   " 80",	 "80 ",	  "http",  "1.2.3:80", "::1:80",
					   "[::1:80",	 "[::1]", "[]:80", "[1:80",    "x:80",
					   "127.0.0.1:", "1:2:3", "[:80" };
	char text[ENDPOINT_TEXT_MAX];
	struct endpoint target;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(check_parse_target(good[i].text, &target), 0);
		endpoint_format(&target, text);
		assert_string_equal(text, good[i].means);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (check_parse_target(bad[i], &target) != -EINVAL)
			fail_msg("'%s' is a port", bad[i]);
}

/* How many of four listeners are chosen for @text, and the cookie of the first. */
static size_t choose(const char *text, uint64_t *ret_first, size_t *ret_elsewhere)
{
	struct sock_diag_answer items[] = {
		answer("0.0.0.0", 0, 9, 1),	answer("::", 0, 9, 2),
		answer("10.0.0.5", 0, 9, 3),	answer("10.0.0.5", 0, 9, 4),
		answer("2001:db8::5", 0, 9, 5),
	};
	struct sock_diag_list list = { .items = items, .limit = 5, .count = 5 };
	struct accepting accepting = { 0 };
	struct endpoint target;

	assert_int_equal(check_parse_target(text, &target), 0);
	accepting_choose(&target, &list, &accepting);
	*ret_first = list.count ? items[0].cookie : 0;
	*ret_elsewhere = accepting.elsewhere;
	return list.count;
}

static void test_choose(void **state)
{
	uint64_t first;
	size_t elsewhere;

	(void)state;
	assert_int_equal(choose("80", &first, &elsewhere), 5);
	assert_int_equal(elsewhere, 0);
	assert_int_equal(choose("10.0.0.5:80", &first, &elsewhere), 2);
	assert_int_equal(first, 3);
	assert_int_equal(elsewhere, 3);
	assert_int_equal(choose("10.0.0.6:80", &first, &elsewhere), 1);
	assert_int_equal(first, 1);
	assert_int_equal(choose("[2001:db8::5]:80", &first, &elsewhere), 1);
	assert_int_equal(first, 5);
	assert_int_equal(choose("[2001:db8::6]:80", &first, &elsewhere), 1);
	assert_int_equal(first, 2);
}

static void test_choose_dual(void **state)
{
	struct sock_diag_answer items[] = { answer("::", 0, 9, 1) };
	struct sock_diag_list list = { .items = items, .limit = 1, .count = 1 };
	struct accepting accepting = { 0 };
	struct endpoint target;

	(void)state;
	assert_int_equal(check_parse_target("127.0.0.1:80", &target), 0);
	accepting_choose(&target, &list, &accepting);
	assert_int_equal(list.count, 1);
	items[0].only_ip6 = true;
	accepting_choose(&target, &list, &accepting);
	assert_int_equal(list.count, 0);
	assert_int_equal(accepting.elsewhere, 1);
}

struct looks {
	struct acceptor acceptors[8];
	struct check_result result;
};

static void begin(struct looks *looks)
{
	memset(looks, 0, sizeof(*looks));
	looks->result.found.items = looks->acceptors;
	looks->result.warn_percent = 80;
}

static void look(struct looks *looks, uint32_t queue_a, uint32_t queue_b)
{
	struct sock_diag_answer items[] = { answer("0.0.0.0", queue_a, 9, 1),
					    answer("0.0.0.0", queue_b, 9, 2) };
	struct sock_diag_list list = { .items = items, .limit = 2, .count = 2 };

	accepting_note(&looks->result.found, &list);
}

static enum check_why why(struct looks *looks, uint64_t opened)
{
	if (looks->result.found.looks > 1)
		accepting_conclude(&looks->result.found, opened);
	check_judge(&looks->result);
	return looks->result.why;
}

static void test_one_look(void **state)
{
	static const struct {
		uint32_t queue;
		enum check_why why;
	} rows[] = {
		{ 0, CHECK_ACCEPTS }, { 7, CHECK_ACCEPTS }, { 8, CHECK_FILLS }, { 9, CHECK_FILLS }
	};
	struct looks looks;

	(void)state;
	assert_int_equal(check_threshold(511, 80), 409);
	for (size_t i = 0; i < 4; i++) {
		begin(&looks);
		look(&looks, 0, rows[i].queue);
		assert_int_equal(why(&looks, 0), rows[i].why);
		assert_int_equal(looks.result.worst->socket.receive_queue, rows[i].queue);
		assert_int_equal(looks.result.members, 2);
	}
}

/* Who was not looked at may be the one that was asked for. */
static void test_truncated(void **state)
{
	struct looks looks;

	(void)state;
	begin(&looks);
	looks.result.found.truncated = true;
	assert_int_equal(why(&looks, 0), CHECK_TOO_MANY);
	assert_int_equal(looks.result.state, CHECK_UNKNOWN);
	look(&looks, 0, 9);
	assert_int_equal(why(&looks, 0), CHECK_FILLS);
}

static void test_looks(void **state)
{
	struct looks looks;

	(void)state;
	begin(&looks); /* no connection came into being: nobody took one */
	look(&looks, 10, 10);
	look(&looks, 10, 10);
	assert_int_equal(why(&looks, 0), CHECK_STUCK);
	assert_int_equal(looks.result.state, CHECK_CRITICAL);

	begin(&looks); /* some did, perhaps at another listener */
	look(&looks, 10, 10);
	look(&looks, 10, 10);
	assert_int_equal(why(&looks, 5), CHECK_NEVER_BELOW);
	assert_int_equal(looks.result.state, CHECK_CRITICAL);

	begin(&looks); /* one of two */
	look(&looks, 10, 3);
	look(&looks, 10, 2);
	assert_int_equal(why(&looks, 0), CHECK_SOME_STUCK);
	assert_int_equal(looks.result.state, CHECK_WARNING);
	assert_int_equal(looks.result.stuck, 1);

	begin(&looks); /* shorter once, and full again */
	look(&looks, 10, 0);
	look(&looks, 9, 0);
	look(&looks, 10, 0);
	assert_int_equal(why(&looks, 1), CHECK_FULL_MOVES);
	assert_int_equal(looks.result.state, CHECK_WARNING);

	begin(&looks); /* longer is no proof of accept() */
	look(&looks, 10, 0);
	look(&looks, 11, 0);
	assert_int_equal(why(&looks, 0), CHECK_SOME_STUCK);
}

static void test_come_and_go(void **state)
{
	struct sock_diag_answer old = answer("0.0.0.0", 10, 9, 1);
	struct sock_diag_answer fresh = answer("0.0.0.0", 0, 9, 2);
	struct sock_diag_list list = { .items = &old, .limit = 1, .count = 1 };
	struct looks looks;

	(void)state;
	begin(&looks); /* it closed */
	accepting_note(&looks.result.found, &list);
	list.count = 0;
	accepting_note(&looks.result.found, &list);
	assert_int_equal(why(&looks, 0), CHECK_GONE);
	assert_int_equal(looks.result.state, CHECK_CRITICAL);
	assert_null(looks.result.worst);

	begin(&looks); /* another one took its place */
	list.count = 1;
	accepting_note(&looks.result.found, &list);
	list.items = &fresh;
	accepting_note(&looks.result.found, &list);
	assert_int_equal(why(&looks, 0), CHECK_ACCEPTS);

	begin(&looks); /* and is full already, for how long nobody knows */
	list.items = &old;
	accepting_note(&looks.result.found, &list);
	list.items = &fresh;
	fresh.receive_queue = 10;
	accepting_note(&looks.result.found, &list);
	assert_int_equal(why(&looks, 0), CHECK_FULL_NEW);
	assert_int_equal(looks.result.state, CHECK_WARNING);

	begin(&looks);
	assert_int_equal(why(&looks, 0), CHECK_NOBODY);
}

static void test_handshake(void **state)
{
	static const struct {
		struct check_handshake handshake;
		enum check_why why;
		enum check_state state;
	} rows[] = {
		{ { .tried = true }, CHECK_ACCEPTS, CHECK_OK },
		{ { .tried = true, .reset = true }, CHECK_RESET, CHECK_WARNING },
		{ { .tried = true, .error = -ECONNREFUSED }, CHECK_REFUSED, CHECK_CRITICAL },
		{ { .tried = true, .error = -ETIMEDOUT }, CHECK_NO_HANDSHAKE, CHECK_CRITICAL },
		{ { .tried = true, .error = -EMFILE }, CHECK_CANNOT_CONNECT, CHECK_UNKNOWN },
		{ { .error = -EMFILE }, CHECK_ACCEPTS, CHECK_OK },
	};
	struct looks looks;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin(&looks);
		look(&looks, 0, 0);
		why(&looks, 0);
		looks.result.handshake = rows[i].handshake;
		check_judge_handshake(&looks.result);
		assert_int_equal(looks.result.why, rows[i].why);
		assert_int_equal(looks.result.state, rows[i].state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_target),	    cmocka_unit_test(test_choose),
		cmocka_unit_test(test_choose_dual), cmocka_unit_test(test_one_look),
		cmocka_unit_test(test_looks),	    cmocka_unit_test(test_come_and_go),
		cmocka_unit_test(test_handshake),   cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
