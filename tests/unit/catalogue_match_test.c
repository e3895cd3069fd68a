/* SPDX-License-Identifier: MIT */
/* Which entries words and lines find, in which order, and which they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "catalogue/index.h"
#include "catalogue/match.h"
#include "causes/cause.h"

/* Id of the best entry, "" for none. */
static const char *best(const char *words)
{
	static struct matches matches;

	if (!match_words(words, strlen(words), &matches))
		return "";
	return entry_table[matches.match[0].entry].id;
}

static bool lists(const char *words, const char *id)
{
	struct matches matches;

	match_words(words, strlen(words), &matches);
	for (int i = 0; i < matches.count; i++)
		if (!strcmp(entry_table[matches.match[i].entry].id, id))
			return true;
	return false;
}

static void test_errno_spellings(void **state)
{
	static const char *const spellings[] = {
		"ECONNRESET", "econnreset",	"104",		"errno 104",
		"errno=104",  "-104",		"os error 104", "[Errno 104]",
		"(104)",      "  ECONNRESET. ", "error: 104",	"Connection reset by peer",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
		assert_string_equal(best(spellings[i]), "econnreset");
	assert_string_equal(best("10054"), "wsaeconnreset");
	assert_string_equal(best("WSAECONNRESET"), "wsaeconnreset");
	assert_string_equal(best("0x80072746"), "wsaeconnreset");
	assert_true(lists("10054", "econnreset"));
	assert_true(lists("ECONNRESET", "wsaeconnreset"));
	assert_string_equal(best("10053"), "wsaeconnaborted");
	assert_string_equal(best("ECONNABORTED"), "econnaborted");
	assert_string_equal(best("EADDRINUSE"), "eaddrinuse");
	assert_string_equal(best("-101"), "chrome-reset");
}

static void test_knob_spellings(void **state)
{
	(void)state;
	assert_string_equal(best("tcp_fin_timeout"), "net.ipv4.tcp_fin_timeout");
	assert_string_equal(best("net.ipv4.tcp_fin_timeout = 30"), "net.ipv4.tcp_fin_timeout");
	assert_string_equal(best("sysctl -w net.ipv4.tcp_fin_timeout=30"),
			    "net.ipv4.tcp_fin_timeout");
	assert_string_equal(best("/proc/sys/net/core/somaxconn"), "net.core.somaxconn");
	assert_string_equal(best("TcpExtListenOverflows"), "ListenOverflows");
	assert_string_equal(best("TcpExtTCPAbortOnData            12      0.0"), "TCPAbortOnData");
	assert_string_equal(best("    1234 times the listen queue of a socket overflowed"),
			    "ListenOverflows");
	assert_string_equal(best("TCP: too many orphaned sockets"), "net.ipv4.tcp_max_orphans");
	assert_string_equal(best("ulimit -n"), "RLIMIT_NOFILE");
}

static void test_java_by_version(void **state)
{
	(void)state;
	assert_string_equal(best("java.net.SocketException: Connection reset"), "java-reset");
	assert_true(lists("java.net.SocketException: Connection reset", "java8-reset"));
	assert_true(lists("java.net.SocketException: Connection reset", "java11-reset"));
	assert_string_equal(best("java.net.SocketException: Connection reset by peer"),
			    "java-reset-write");
	assert_string_equal(
		best("Caused by: java.net.SocketException: Connection reset by peer (Write "
		     "failed)"),
		"java11-reset-write");
	assert_string_equal(best("java.net.SocketException: Broken pipe (Write failed)"),
			    "java8-broken-pipe");
	assert_string_equal(best("java.io.IOException: Connection reset by peer"),
			    "java-nio-reset");
	assert_false(lists("java.net.SocketException: Connection reset by peer", "java8-reset"));
	assert_string_equal(best("java.net.BindException: Address already in use (Bind failed)"),
			    "java-bind-in-use");
	assert_string_equal(
		best("java.net.SocketException: Software caused connection abort: socket "
		     "write error"),
		"wsaeconnaborted");
}

static void test_proxy_codes_need_their_log(void **state)
{
	(void)state;
	assert_string_equal(best("be/srv2 0/0/1/-1/5 502 209 - - SH-- 12/10/3/1/0 0/0 \"GET /\""),
			    "haproxy-sh");
	assert_string_equal(best("be/srv2 0/0/1/-1/5 504 209 - - sH-- 12/10/3/1/0 0/0 \"GET /\""),
			    "haproxy-sh-timeout");
	assert_string_equal(best("www be/srv2 1/0/5007 0 SD 1/1/0/0/0 0/0"), "haproxy-sd");
	assert_string_equal(best("\"GET /x HTTP/1.1\" 503 UC - \"-\" 0 95"), "envoy-uc");
	assert_string_equal(best("{\"response_flags\":\"UF,URX\"}"), "envoy-uf");
	assert_string_equal(best("sH"), "haproxy-sh-timeout");
	assert_string_equal(best("SH"), "haproxy-sh");
	assert_string_equal(best("a normal line 1/1/1/1/0 with ---- 1/1/1/1/0 counters"), "");
}

static void test_nothing_fits(void **state)
{
	static const char *const calm[] = {
		"",
		"   ",
		"all is well",
		"INFO connection from 192.0.2.1 accepted, reset counter is 0",
		"the user asked to reset the password",
		"epipes and econnresetting",
		"Connection established by peer",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(calm) / sizeof(calm[0]); i++)
		assert_string_equal(best(calm[i]), "");
}

static void test_every_pattern_is_met(void **state)
{
	char line[2048];

	(void)state;
	/* At every alignment, whatever stands around it: the index must not lose one. */
	for (int i = 0; i < pattern_count; i++) {
		const struct pattern *pattern = &pattern_table[i];

		for (int shift = 0; shift < 4; shift++) {
			char *text = line + MATCH_PAD;
			size_t n;

			memset(line, '#', sizeof(line));
			n = (size_t)sprintf(text, "%.*s", shift, "~~~~");
			for (int j = 0; j < pattern->count; j++)
				n += (size_t)sprintf(text + n, "%s%s", j ? " ~ " : "",
						     pattern->fragments[j].text);
			assert_true(match_next(text, n) < n);
		}
	}
}

static void test_causes_exist(void **state)
{
	(void)state;
	for (int i = 0; i < entry_count; i++)
		for (int j = 0; entry_table[i].causes[j]; j++)
			if (!cause_find(entry_table[i].causes[j]))
				fail_msg("%s: no cause %s", entry_table[i].id,
					 entry_table[i].causes[j]);
}

static void test_long_words(void **state)
{
	size_t size = MATCH_WORDS_MAX * 2;
	char *words = malloc(size + 1);
	struct matches matches;

	(void)state;
	assert_non_null(words);
	memset(words, 'a', size);
	memcpy(words + 100, " broken pipe ", 13);
	words[size] = '\0';
	assert_int_equal(match_words(words, size, &matches), 1);
	memset(words, ' ', size);
	assert_int_equal(match_words(words, size, &matches), 0);
	free(words);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errno_spellings),
		cmocka_unit_test(test_knob_spellings),
		cmocka_unit_test(test_java_by_version),
		cmocka_unit_test(test_proxy_codes_need_their_log),
		cmocka_unit_test(test_nothing_fits),
		cmocka_unit_test(test_every_pattern_is_met),
		cmocka_unit_test(test_causes_exist),
		cmocka_unit_test(test_long_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
