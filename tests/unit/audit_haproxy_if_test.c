/* SPDX-License-Identifier: MIT */
/* HAProxy's .if: what counts, what does not, and what is not known here. */
#include "audit/config.h"
#include "audit/root.h"
#include "config_files.h"

static struct config parse(const char *text)
{
	struct config config = { .kind = CONFIG_HAPROXY };

	config_parse(&config, "/etc/x", strdup(text), strlen(text));
	return config;
}

/* "a", "a?" where it is not known; "" where it does not count. */
static void statements(const struct config *config, char *ret, size_t bytes)
{
	ret[0] = '\0';
	for (int i = 0; i < config->count; i++)
		snprintf(ret + strlen(ret), bytes - strlen(ret), "%s%s%s", i ? " " : "",
			 config->items[i].words[0], config->items[i].is_undecided ? "?" : "");
}

/* As `haproxy -cc` has it, where that does not depend on what HAProxy it is. */
static void test_conditions(void **state)
{
	static const struct {
		const char *condition, *says;
	} rows[] = {
		{ "1", "yes" },
		{ "-7", "yes" },
		{ "0", "no" },
		{ "", "no" },
		{ "!0", "yes" },
		{ "!!1", "yes" },
		{ "1 && 0", "no" },
		{ "1 || 0 && 0", "yes" },
		{ "(1 || 0) && 0", "no" },
		{ "( 0 ) || !( 0 )", "yes" },
		{ "streq(a,a)", "yes" },
		{ "streq(a,b)", "no" },
		{ "strneq(a,b)", "yes" },
		{ "streq(\"a\",'a')", "yes" },
		{ "defined(SET)", "yes" },
		{ "defined(PRESET)", "yes" },
		{ "defined(GONE)", "no" },
		{ "!defined(GONE) && defined(SET)", "yes" },
		/* Not known here, unless it makes no difference. */
		{ "defined(OTHER)", "perhaps" },
		{ "defined(SE)", "perhaps" },
		{ "streq(\"$SET\",a)", "perhaps" },
		{ "feature(OPENSSL)", "perhaps" },
		{ "!feature(OPENSSL)", "perhaps" },
		{ "version_atleast(2.4)", "perhaps" },
		{ "feature(OPENSSL) && 0", "no" },
		{ "feature(OPENSSL) || 1", "yes" },
		{ "feature(OPENSSL) && 1", "perhaps" },
		/* No condition, or one of a later HAProxy. */
		{ "1 1", "perhaps" },
		{ "(1", "perhaps" },
		{ "maybe", "perhaps" },
		{ "streq(a)", "perhaps" },
		{ "((((((((((((((((((((1))))))))))))))))))))", "perhaps" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[512], got[256], expected[256] = "global setenv presetenv setenv unsetenv";
		struct config config;

		snprintf(text, sizeof(text),
			 "global\n setenv SET 1\n presetenv PRESET 1\n setenv GONE 1\n"
			 " unsetenv X GONE\n.if %s\n yes\n.else\n no\n.endif\n",
			 rows[i].condition);
		config = parse(text);
		strcat(expected, !strcmp(rows[i].says, "yes")  ? " yes"
				 : !strcmp(rows[i].says, "no") ? " no"
							       : " yes? no?");
		statements(&config, got, sizeof(got));
		assert_string_equal(got, expected);
		assert_int_equal(config.problem_count, 0);
		assert_int_equal(config.left_out_count, strcmp(rows[i].says, "perhaps") == 0);
		config_release(&config);
	}
}

static void test_branches(void **state)
{
	static const struct {
		const char *text, *expected;
		int line; /* of what is not known */
	} rows[] = {
		{ "global\n.if 0\n a\n.elif 1\n b\n.elif 1\n c\n.else\n d\n.endif\n e\n",
		  "global b e", 0 },
		{ "global\n.if 0\n.if 1\n a\n.else\n b\n.endif\n.else\n c\n.endif\n", "global c",
		  0 },
		{ "global\n.if 1\n.if 0\n a\n.elif 1\n b\n.endif\n.endif\n", "global b", 0 },
		/* After one that may hold none is sure, and after one that does none counts. */
		{ "global\n.if x()\n a\n.elif 1\n b\n.else\n c\n.endif\n", "global a? b?", 2 },
		{ "global\n.if 0\n a\n.elif x()\n b\n.elif 0\n c\n.else\n d\n.endif\n",
		  "global b? d?", 2 },
		{ "global\n.if x()\n.if 1\n a\n.else\n b\n.endif\n.endif\n c\n", "global a? c", 2 },
		/* What comes behind it may belong to what began in it. */
		{ "global\n.if x()\nlisten l\n a\n.endif\n b\nlisten m\n c\n",
		  "global listen? a? b? listen c", 2 },
		{ "global\n.notice hi\n a\n", "global a", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct config config = parse(rows[i].text);
		char got[256];

		statements(&config, got, sizeof(got));
		assert_string_equal(got, rows[i].expected);
		assert_int_equal(config.problem_count, 0);
		assert_int_equal(config.left_out_count, rows[i].line > 0);
		if (rows[i].line)
			assert_int_equal(config.left_out[0].line, rows[i].line);
		config_release(&config);
	}
}

static void test_problems(void **state)
{
	static const struct {
		const char *text;
		int line;
	} rows[] = {
		{ "global\n.endif\n a\n", 2 },
		{ "global\n.else\n a\n", 2 },
		{ "global\n.elif 1\n a\n", 2 },
		{ "global\n a\n.if 1\n.if 1\n.endif\n", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct config config = parse(rows[i].text);

		assert_int_equal(config.problem_count, 1);
		assert_int_equal(config.problems[0].line, rows[i].line);
		assert_int_equal(config.count, 2);
		config_release(&config);
	}
}

/* Of branches that exclude each other no two values race; where it makes no difference they do. */
static void test_pairs(void **state)
{
	struct audit audit = { 0 };
	struct findings findings;

	(void)state;
	make_folder();
	put("/etc/haproxy/haproxy.cfg",
	    "defaults\n mode http\n timeout client 1m\n"
	    "frontend exclusive\n bind 127.0.0.1:9001\n"
	    ".if feature(QUIC)\n timeout http-keep-alive 60s\n.else\n"
	    " timeout http-keep-alive 4s\n.endif\n"
	    "frontend settled\n bind 127.0.0.1:9002\n timeout http-keep-alive 4s\n"
	    ".if feature(QUIC)\n bind quic4@:9002\n http-response add-header a b\n.endif\n"
	    "frontend perhaps\n timeout http-keep-alive 4s\n"
	    ".if defined(MORE)\n bind 127.0.0.1:9003\n.endif\n"
	    "frontend not\n timeout http-keep-alive 4s\n"
	    ".if 0\n bind 127.0.0.1:9004\n.endif\n"
	    "backend a\n server s 127.0.0.1:9001\n"
	    "backend b\n server s 127.0.0.1:9002\n"
	    "backend c\n server s 127.0.0.1:9003\n"
	    "backend d\n server s 127.0.0.1:9004\n"
	    "backend e\n.if feature(X)\n http-reuse never\n.endif\n server s 127.0.0.1:9002\n"
	    "backend f\n.if feature(X)\n server s 127.0.0.1:9002\n.endif\n");
	root_set(folder);
	assert_int_equal(findings_judge(&findings, &audit), 0);
	assert_int_equal(count(&findings, "idle-pair", "to b/s (127.0.0.1:9002)"), 1);
	assert_int_equal(count(&findings, "idle-pair", ""), 1);
	assert_int_equal(count(&findings, "config-unreadable", ""), 0);
	findings_release(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_branches),
		cmocka_unit_test(test_problems),
		cmocka_unit_test_teardown(test_pairs, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
