/* SPDX-License-Identifier: MIT */
/* Where an HTTP answer ends, in whatever pieces it comes, and what it says of its connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "probe/http_answer.h"

/* Feeds @text in pieces of @piece bytes; returns how many bytes were taken. */
static size_t feed(struct http_answer *answer, bool to_head, const char *text, size_t piece)
{
	size_t count = strlen(text), at = 0;

	http_answer_init(answer, to_head);
	while (at < count && answer->phase != HTTP_DONE && answer->phase != HTTP_BAD) {
		size_t n = count - at < piece ? count - at : piece;
		size_t taken = http_answer_take(answer, (const uint8_t *)text + at, n);

		assert_true(taken <= n);
		at += taken;
		if (taken < n)
			break;
	}
	return at;
}

/* @left: bytes at the end that are no part of the answer. */
static void check(const char *text, bool to_head, size_t left, bool closes)
{
	size_t length = strlen(text) - left;
	struct http_answer answer;

	for (size_t piece = 1; piece <= strlen(text); piece++) {
		size_t taken = feed(&answer, to_head, text, piece);

		if (answer.phase != HTTP_DONE || taken != length || answer.closes != closes)
			fail_msg("%s: in pieces of %zu: phase %d, %zu bytes, closes %d", text,
				 piece, answer.phase, taken, answer.closes);
	}
}

static void test_ends(void **state)
{
	const char *more = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP";
	const char *chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
			      "3;a=b\r\nabc\r\n0A\r\n0123456789\r\n0\r\nX: y\r\n\r\n";

	(void)state;
	check(more, false, 4, false);
	check(more, true, 7, false);
	check(chunked, false, 0, false);
	check("HTTP/1.1 304 Not Modified\nContent-Length: 9\n\n", false, 0, false);
	check("HTTP/1.1 204 \r\n\r\n", false, 0, false);
	check("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false, 0, true);
	check("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n", false, 0,
	      false);
	check("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n\r\n", true, 0, true);
	check("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", true, 0, false);
}

static void test_to_the_end(void **state)
{
	struct http_answer answer;

	(void)state;
	feed(&answer, false, "HTTP/1.1 200 OK\r\n\r\nwhatever", 100);
	assert_int_equal(answer.phase, HTTP_BODY_TO_END);
	assert_true(answer.closes);
	http_answer_end(&answer);
	assert_int_equal(answer.phase, HTTP_DONE);
	feed(&answer, false, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nwhat", 100);
	http_answer_end(&answer);
	assert_int_equal(answer.phase, HTTP_BODY);
}

static void test_says(void **state)
{
	struct http_answer answer;

	(void)state;
	feed(&answer, true,
	     "HTTP/1.1 200 OK\r\nserver: nginx/1.22\r\nkeep-alive: max=100, timeout=65\r\n\r\n", 7);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.server, "nginx/1.22");
	assert_int_equal(answer.announced_s, 65);
	assert_int_equal(answer.announced_max, 100);
	feed(&answer, true, "HTTP/1.1 404 No\r\nKeep-Alive: timeout=x\r\n\r\n", 9);
	assert_int_equal(answer.announced_s, -1);
	assert_int_equal(answer.announced_max, -1);
}

static void test_bad(void **state)
{
	static const char *const bad[] = {
		"SSH-2.0-OpenSSH\r\n",
		"HTTP/2 200\r\n",
		"HTTP/1.1 99 x\r\n",
		"HTTP/1.1 1000 x\r\n",
		"\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
	};
	struct http_answer answer;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		feed(&answer, false, bad[i], 5);
		if (answer.phase != HTTP_BAD)
			fail_msg("taken: %s", bad[i]);
	}
}

static void test_limits(void **state)
{
	static const uint8_t line[] = "X-Long: 0123456789012345678901234567890123456789\r\n";
	struct http_answer answer;
	size_t fed = 0;

	(void)state;
	feed(&answer, true, "HTTP/1.1 200 OK\r\n", 100);
	while (answer.phase != HTTP_BAD && fed < 2 * HTTP_HEAD_MAX)
		fed += http_answer_take(&answer, line, sizeof(line) - 1);
	assert_int_equal(answer.phase, HTTP_BAD);
	assert_true(fed <= HTTP_HEAD_MAX);
	/* A line that is too long is cut, not refused. */
	http_answer_init(&answer, true);
	http_answer_take(&answer, (const uint8_t *)"HTTP/1.1 200 OK\r\nX: ", 20);
	for (int i = 0; i < 4 * HTTP_LINE_MAX; i++)
		http_answer_take(&answer, (const uint8_t *)"a", 1);
	http_answer_take(&answer, (const uint8_t *)"\r\nConnection: close\r\n\r\n", 23);
	assert_int_equal(answer.phase, HTTP_DONE);
	assert_true(answer.closes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),   cmocka_unit_test(test_to_the_end),
		cmocka_unit_test(test_says),   cmocka_unit_test(test_bad),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
