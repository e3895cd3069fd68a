/* SPDX-License-Identifier: MIT */
/* The texts that audit reads (counters with files of their own, units, limits.conf) and writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/check.h"
#include "audit/limits.h"
#include "audit/remedies.h"
#include "host/net_stat.h"
#include "host/sysctl.h"

static void test_sockstat(void **state)
{
	struct sockstat stat;

	(void)state;
	sockstat_parse(
		"sockets: used 9\nTCP: inuse 5 orphan 3 tw 7 alloc 8 mem 11\nUDP: inuse 1 mem 2\n",
		&stat);
	assert_int_equal(stat.orphans, 3);
	assert_int_equal(stat.time_wait, 7);
	assert_int_equal(stat.memory_pages, 11);
	sockstat_parse("UDP: inuse 1 mem 2\n", &stat);
	assert_int_equal(stat.orphans, NET_STAT_UNKNOWN);
	sockstat_parse("UDPTCP: orphan 4\nTCP: inuse 1\nRAW: orphan 5\n", &stat);
	assert_int_equal(stat.orphans, NET_STAT_UNKNOWN);
}

static void test_softnet(void **state)
{
	struct softnet stat;

	(void)state;
	softnet_parse("000000ff 00000002 00000001 0\n00000001 0000000a 00000003 0\n", &stat);
	assert_int_equal(stat.dropped, 12);
	assert_int_equal(stat.squeezed, 4);
	softnet_parse("", &stat);
	assert_int_equal(stat.dropped, NET_STAT_UNKNOWN);
}

static void test_conntrack(void **state)
{
	struct conntrack_stat stat;

	(void)state;
	/* As Linux 5.10 and 6.18 name them: by name, not by place. */
	conntrack_stat_parse(
		"entries  clashres found new invalid ignore drop early_drop\n"
		"00000001 00000000 00000000 00000000 0000000a 00000000 00000002 00000003\n"
		"00000001 00000000 00000000 00000000 00000001 00000000 00000001 00000000\n",
		&stat);
	assert_int_equal(stat.invalid, 11);
	assert_int_equal(stat.dropped, 3);
	assert_int_equal(stat.early_dropped, 3);
	assert_int_equal(stat.insert_failed, NET_STAT_UNKNOWN);
}

static void test_limit(void **state)
{
	uint32_t soft = 1;

	(void)state;
	assert_true(limits_parse(" 1024:4096", &soft));
	assert_int_equal(soft, 1024);
	assert_false(limits_parse("many", &soft));
	assert_false(limits_parse("64K", &soft));
	assert_false(limits_parse("", &soft));
}

static void test_conf(void **state)
{
	uint32_t soft = 1;

	(void)state;
	assert_true(limits_parse_conf(
		"# x\n* soft nofile 100\nwww - nofile 200\nwww hard nofile 300\n", "www", &soft));
	assert_int_equal(soft, 200);
	assert_true(limits_parse_conf("* soft nofile 100\nwww - nofile 200\n", "root", &soft));
	assert_int_equal(soft, 100);
	/* The user's own counts, wherever it stands. */
	assert_int_equal(limits_parse_conf("www - nofile 200\n* soft nofile 100\n", "www", &soft),
			 2);
	assert_int_equal(soft, 200);
	assert_false(limits_parse_conf("* soft nproc 100\n* hard nofile 5", "www", &soft));
}

static void expect_text(const char *old, const char *expected)
{
	char *text = remedy_sysctl_text(old, "net.core.somaxconn", "8192", "why");

	assert_string_equal(text, expected);
	free(text);
}

static void test_sysctl_text(void **state)
{
	(void)state;
	expect_text("# mine\n", "# mine\n# why\nnet.core.somaxconn = 8192\n");
	expect_text("a.b = 1\n net.core.somaxconn=5\n-net/core/somaxconn = 6\nc.d=2",
		    "a.b = 1\nc.d=2\n# why\nnet.core.somaxconn = 8192\n");
	/* What was said above the line goes with it, the same words elsewhere do not. */
	expect_text("# why\na.b = 1\n# why\nnet.core.somaxconn = 5\n",
		    "# why\na.b = 1\n# why\nnet.core.somaxconn = 8192\n");
	assert_int_equal(remedy_sysctl_line("#x=1\nx=2\n\n x = 3\n", "x"), 4);
	assert_int_equal(remedy_sysctl_line("#x=1\nxx=2\n", "x"), 0);
}

static void test_numbers(void **state)
{
	int64_t numbers[3];
	char value[64];

	(void)state;
	assert_int_equal(sysctl_numbers("1 2 3", numbers, 3), 3);
	assert_int_equal(numbers[2], 3);
	assert_int_equal(sysctl_numbers("1 2 3 4", numbers, 3), 0);
	assert_int_equal(sysctl_numbers("1 x", numbers, 3), 0);
	assert_int_equal(sysctl_numbers("", numbers, 3), 0);
	assert_int_equal(sysctl_read("../../etc/passwd", value, sizeof(value)), -22);
	assert_int_equal(sysctl_read("kernel..osrelease", value, sizeof(value)), -22);
	assert_int_equal(sysctl_read("kernel.ostype", value, sizeof(value)), 0);
	assert_string_equal(value, "Linux");
}

/* Every word of every check: both languages use the same slots, and no brace is left open. */
static void slots_of(const char *text, char names[32][32], int *count)
{
	for (const char *p = text; p && (p = strchr(p, '{')); p++) {
		size_t bytes = strcspn(p + 1, "|}");
		bool known = false;

		assert_true(bytes > 0 && bytes < 32 && strchr(p, '}'));
		for (int i = 0; i < *count; i++)
			known |= strlen(names[i]) == bytes && !memcmp(names[i], p + 1, bytes);
		if (!known && *count < 32) {
			memcpy(names[*count], p + 1, bytes);
			names[(*count)++][bytes] = '\0';
		}
	}
}

static void same_slots(const char *en, const char *zh)
{
	char names[32][32];
	int count = 0, more;

	assert_int_equal(!en, !zh);
	slots_of(en, names, &count);
	more = count;
	slots_of(zh, names, &more);
	assert_int_equal(more, count);
	count = 0;
	slots_of(zh, names, &count);
	assert_int_equal(more, count);
}

static bool is_of(const char *word, size_t bytes, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == bytes && !memcmp(*words, word, bytes))
			return true;
	return false;
}

/* "1 connections", "1 open connections", "1 were": a template that knows no singular. */
static const char *plural_of_one(const char *text)
{
	static const char *const plurals[] = { "are", "were", "have", "wait", NULL };
	/* What another thing begins behind: texts, which have slots too, are followed by verbs. */
	static const char *const no_plurals[] = {
		"of",	  "with",  "is",     "was",   "has",	"waits",    "says", "does",
		"keeps",  "gives", "closes", "ends",  "allows", "promises", "runs", "calls",
		"shells", "gets",  "as",     "meets", "needs",	NULL,
	};

	for (const char *at = text; (at = strstr(at, "1 ")); at++) {
		const char *word = at + 2;

		if (at > text && at[-1] != ' ' && at[-1] != '(')
			continue;
		for (int i = 0; i < 2; i++) {
			size_t bytes = strspn(word, "abcdefghijklmnopqrstuvwxyzSYN-");

			if (is_of(word, bytes, plurals) || (bytes > 1 && word[bytes - 1] == 's' &&
							    !is_of(word, bytes, no_plurals)))
				return at;
			if (word[bytes] != ' ' || is_of(word, bytes, no_plurals))
				break;
			word += bytes + 1;
		}
	}
	return NULL;
}

static void one_is_singular(const struct check *check, const char *template_)
{
	static char names[32][32];
	struct finding finding = { .check = check };
	const char *wrong;
	struct buf text;
	int count = 0;

	if (!template_)
		return;
	slots_of(template_, names, &count);
	for (int i = 0; i < count; i++)
		finding_count(&finding, names[i], 1);
	buf_init(&text, 8192);
	assert_true(finding_expand(&finding, LANG_EN, template_, &text));
	wrong = plural_of_one(buf_text(&text));
	if (wrong)
		fail_msg("%s: %s", check->id, wrong);
	buf_release(&text);
}

static void test_one(void **state)
{
	(void)state;
	assert_non_null(plural_of_one("1 connections"));
	assert_non_null(plural_of_one("with 1 open connections in it"));
	assert_non_null(plural_of_one("(1 were)"));
	assert_null(
		plural_of_one("1 connection waits, 11 connections wait; 1 of them is, 1 SYN was"));
	for (int i = 0; i < check_table_count; i++) {
		const struct check *check = check_table[i];
		const struct check_words *words = &check->words[LANG_EN];

		one_is_singular(check, words->title);
		one_is_singular(check, words->hurts);
		one_is_singular(check, words->cost);
		for (int f = 0; f < CHECK_FIXES_MAX; f++)
			one_is_singular(check, words->fix[f]);
		for (int f = 0; f < CHECK_FACTS_MAX && check->facts[f].name; f++)
			one_is_singular(check, check->facts[f].words[LANG_EN]);
	}
}

static void test_words(void **state)
{
	(void)state;
	assert_true(check_table_count >= 20);
	for (int i = 0; i < check_table_count; i++) {
		const struct check *check = check_table[i];
		const struct check_words *en = &check->words[LANG_EN], *zh = &check->words[LANG_ZH];

		/* That a file could not be read is known without one. */
		if (check->causes[0])
			assert_non_null(check->sources[0]);
		assert_non_null(check->where[0]);
		assert_non_null(en->fix[0]);
		same_slots(en->title, zh->title);
		same_slots(en->hurts, zh->hurts);
		same_slots(en->cost, zh->cost);
		same_slots(en->folklore, zh->folklore);
		same_slots(en->sampled, zh->sampled);
		for (int f = 0; f < CHECK_FIXES_MAX; f++)
			same_slots(en->fix[f], zh->fix[f]);
		for (int f = 0; f < CHECK_FACTS_MAX && check->facts[f].name; f++)
			same_slots(check->facts[f].words[LANG_EN], check->facts[f].words[LANG_ZH]);
		for (int c = 0; c < CHECK_CAUSES_MAX && check->causes[c]; c++)
			assert_non_null(cause_find(check->causes[c]));
		for (int b = 0; b < CHECK_BEFORE_MAX && check->before[b]; b++) {
			bool found = false;

			for (int k = 0; k < check_table_count; k++)
				found |= !strcmp(check_table[k]->id, check->before[b]);
			assert_true(found);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sockstat),  cmocka_unit_test(test_softnet),
		cmocka_unit_test(test_conntrack), cmocka_unit_test(test_limit),
		cmocka_unit_test(test_conf),	  cmocka_unit_test(test_sysctl_text),
		cmocka_unit_test(test_numbers),	  cmocka_unit_test(test_words),
		cmocka_unit_test(test_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
