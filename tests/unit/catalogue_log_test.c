/* SPDX-License-Identifier: MIT */
/* Logs: minutes, peers, lines cut anywhere, lines too long, tables that are full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "catalogue/log.h"

static const uint64_t key[2] = { 1, 2 };

/* Feeds @text in pieces of @piece bytes. */
static void feed(struct log *log, const char *text, size_t length, size_t piece)
{
	for (size_t at = 0; at < length;) {
		size_t room, n = length - at < piece ? length - at : piece;
		char *into = log_buffer(log, &room);

		if (n > room)
			n = room;
		memcpy(into, text + at, n);
		log_commit(log, n);
		at += n;
	}
}

static void test_when(void **state)
{
	static const struct {
		const char *line, *want;
	} times[] = {
		{ "2026-11-20T14:01:03.123Z x", "2026-11-20 14:01" },
		{ "[2026-11-20 14:01:03,123] x", "2026-11-20 14:01" },
		{ "2026/11/20 14:01:03 [error]", "2026-11-20 14:01" },
		{ "20261120 14:01:03 x", "2026-11-20 14:01" },
		{ "20261120T140103Z x", "2026-11-20 14:01" },
		{ "192.0.2.1 - - [20/Nov/2026:14:01:03 +0000]", "2026-11-20 14:01" },
		{ "20-Nov-2026 14:01:03.1 SEVERE", "2026-11-20 14:01" },
		{ "[Fri Nov 20 14:01:03.123 2026] [x]", "2026-11-20 14:01" },
		{ "Nov  7 14:01:03 web1 x", "11-07 14:01" },
		{ "Feb 29 23:59:59 web1 x", "02-29 23:59" },
		{ "E1120 14:01:03.123456 1 x.go:7]", "11-20 14:01" },
		{ "11/20/2026 2:01:03 PM x", "2026-11-20 14:01" },
		{ "11/20/2026 12:01:03 AM x", "2026-11-20 00:01" },
		{ "{\"ts\":1795183263.5,\"x\":1}", "2026-11-20 14:01Z" },
		{ "1795183263500 x", "2026-11-20 14:01Z" },
		{ "14:01:03.123 [main] x", "14:01" },
	};
	static const char *const none[] = { "",
					    "x",
					    "99:99:99",
					    "2026-13-40 25:61",
					    "1.2.3",
					    "port 14:01:0x x",
					    "12345678901234567890" };
	char text[WHEN_TEXT_MAX];
	struct when when;

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		if (!when_parse(times[i].line, strlen(times[i].line), &when))
			fail_msg("no time in: %s", times[i].line);
		when_format(&when, false, text);
		assert_string_equal(text, times[i].want);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(when_parse(none[i], strlen(none[i]), &when));
}

static void test_peer(void **state)
{
	static const struct {
		const char *line, *want;
	} peers[] = {
		{ "connect to 198.51.100.7:8443 failed", "198.51.100.7:8443" },
		{ "from /192.0.2.9:51234 reset", "192.0.2.9" },
		{ "192.0.2.9:51234 -> x, to 198.51.100.7:80", "198.51.100.7:80" },
		{ "read tcp 192.0.2.1:443->198.51.100.7:51234: read: x", "198.51.100.7" },
		{ "[2001:DB8:0:0::7]:443 x", "[2001:db8::7]:443" },
		{ "peer 2001:db8::7 x", "2001:db8::7" },
		{ "jdbc:mysql://DB.example.com:3306/shop x", "db.example.com:3306" },
		{ "GET https://api.example.com/v1 x", "api.example.com" },
		{ "at com.example.Main(Main.java:77)", "" },
		{ "version 1.2.3.4.5 of 2026-11-20 14:01:03", "" },
		{ "nobody", "" },
	};
	static const struct entry any = { .id = "x" };
	char peer[PEER_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(peers) / sizeof(peers[0]); i++) {
		size_t n = peer_find(peers[i].line, strlen(peers[i].line), 0, &any, peer);

		peer[n] = '\0';
		assert_string_equal(peer, peers[i].want);
	}
}

static void test_pieces(void **state)
{
	static const char text[] = "2026-11-20 14:01:03 to 198.51.100.7:80: broken pipe\n"
				   "2026-11-20 14:02:03 x\n"
				   "2026-11-20 14:02:03 to 198.51.100.7:80: broken pipe\n"
				   "2026-11-20 14:02:04 to 198.51.100.8:80: broken pipe";
	static const size_t pieces[] = { 1, 7, 53, 4096 };

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		const struct log_group *groups[4];
		struct log_minute minutes[4];
		struct log_peer peers[4];
		struct log *log = log_new(key, LOG_TABLE_BITS);
		int all;

		assert_non_null(log);
		feed(log, text, sizeof(text) - 1, pieces[i]);
		log_finish(log);
		assert_int_equal(log_get_counts(log)->lines, 4);
		assert_int_equal(log_groups(log, groups, 4), 1);
		assert_int_equal(groups[0]->count, 3);
		assert_int_equal(log_peers(log, groups[0]->entry, peers, 4, &all), 2);
		assert_string_equal(peers[0].peer, "198.51.100.7:80");
		assert_int_equal(peers[0].count, 2);
		assert_int_equal(log_minutes(log, groups[0]->entry, minutes, 4, &all), 2);
		assert_int_equal(minutes[0].count, 2);
		log_free(log);
	}
}

static void test_long_line(void **state)
{
	size_t size = (size_t)3 << 20;
	const struct log_group *groups[4];
	struct log *log = log_new(key, LOG_TABLE_BITS);
	char *text = malloc(size);

	(void)state;
	assert_non_null(log);
	assert_non_null(text);
	memset(text, 'x', size);
	memcpy(text, "broken pipe ", 12);
	memcpy(text + size - 14, "\nbroken pipe\n", 13);
	feed(log, text, size, 1 << 20);
	log_finish(log);
	assert_int_equal(log_groups(log, groups, 4), 1);
	assert_int_equal(groups[0]->count, 2);
	assert_true(log_get_counts(log)->long_lines >= 1);
	assert_int_equal(log_get_counts(log)->bytes, size);
	free(text);
	log_free(log);
}

static void test_full_tables(void **state)
{
	const struct log_group *groups[4];
	struct log_peer peers[LOG_TOP_MAX];
	struct log *log = log_new(key, LOG_TABLE_BITS);
	uint64_t kept = 0;
	char line[160];
	int all;

	(void)state;
	assert_non_null(log);
	for (int i = 0; i < 100000; i++) {
		int n = snprintf(line, sizeof(line),
				 "2026-%02d-%02d %02d:%02d:03 198.51.%d.%d:80 broken pipe\n",
				 1 + i / 40000, 1 + i / 1440 % 28, i / 60 % 24, i % 60,
				 i % 7 ? i / 250 % 250 : 0, i % 7 ? i % 250 : 1);

		feed(log, line, (size_t)n, 4096);
	}
	log_finish(log);
	log_groups(log, groups, 4);
	assert_int_equal(groups[0]->count, 100000);
	assert_true(groups[0]->lost_peers > 0);
	/* The frequent one among many rare ones is not lost. */
	assert_true(log_peers(log, groups[0]->entry, peers, LOG_TOP_MAX, &all) > 0);
	assert_string_equal(peers[0].peer, "198.51.0.1:80");
	assert_true(peers[0].count > 14000);
	for (int i = 0; i < LOG_TOP_MAX; i++)
		kept += peers[i].count;
	assert_true(kept + groups[0]->lost_peers <= groups[0]->count);
	log_free(log);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_when),	    cmocka_unit_test(test_peer),
		cmocka_unit_test(test_pieces),	    cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_full_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
