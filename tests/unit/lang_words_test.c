/* SPDX-License-Identifier: MIT */
/* Both languages say everything, with the same slots; values read well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/escape.h"
#include "lang/lang.h"

/* Same slots, all of them known, valid UTF-8, nothing that a terminal would obey. */
static void check_pair(const char *what, const char *en, const char *zh)
{
	const char *texts[] = { en, zh };

	if (!en || !zh || !*en || !*zh)
		fail_msg("%s: missing in %s", what, en && *en ? "Chinese" : "English");
	for (int i = 0; i < 2; i++) {
		struct lang_template template_;
		const char *slot = NULL;
		struct buf buf;

		if (lang_compile(texts[i], false, &template_, &slot) < 0)
			fail_msg("%s: unknown slot at %s", what, slot);
		lang_template_release(&template_);
		buf_init(&buf, 1 << 16);
		for (const char *at = texts[i]; *at;) {
			uint32_t c;
			size_t n = escape_decode(at, strlen(at), &c);

			if (!n || c < 0x20)
				fail_msg("%s: a byte that cannot be printed", what);
			at += n;
		}
		buf_release(&buf);
	}
	if (!lang_same_slots(en, zh))
		fail_msg("%s: the slots differ: \"%s\" / \"%s\"", what, en, zh);
}

static void test_facts(void **state)
{
	(void)state;
	for (int fact = 0; fact < FACT_COUNT_ALL; fact++) {
		enum fact_id id = (enum fact_id)fact;

		for (int64_t value = 0; value < 16; value++) {
			const char *name = fact_value_name(id, value);
			const char *en, *zh;

			/* Of numbers 0 and 1 stand for all. */
			if (value > 1 && !name)
				break;
			if (fact_kind(id) > KIND_NUMBER && !name)
				break;
			en = lang_fact_template(LANG_EN, id, value);
			zh = lang_fact_template(LANG_ZH, id, value);
			if (!en && !zh && name && !strcmp(name, "unknown"))
				continue;
			check_pair(fact_name(id), en, zh);
		}
	}
}

static void test_words(void **state)
{
	(void)state;
	for (int i = 0; i < WORD_COUNT; i++) {
		const char *en = lang_word(LANG_EN, (enum word)i);
		const char *zh = lang_word(LANG_ZH, (enum word)i);

		assert_true(*en && *zh);
		/* Templates of the sinks have names of their own; braces must still agree. */
		for (const char *at = strchr(en, '{'); at; at = strchr(at + 1, '{')) {
			char slot[32] = "";
			size_t n = strcspn(at, "}") + 1;

			assert_true(n < sizeof(slot));
			memcpy(slot, at, n);
			if (slot[1] >= 'A' && slot[1] <= 'Z')
				slot[1] = (char)(slot[1] + 32);
			if (!strstr(zh, slot))
				fail_msg("\"%s\" lacks %s", zh, slot);
		}
	}
}

static void test_causes(void **state)
{
	(void)state;
	for (int i = 0; i < cause_table_count; i++) {
		const struct cause *cause = cause_table[i];
		const struct cause_words *en = &cause->en, *zh = &cause->zh;

		check_pair(cause->id, en->title, zh->title);
		check_pair(cause->id, en->summary, zh->summary);
		check_pair(cause->id, en->story, zh->story);
		check_pair(cause->id, en->decide, zh->decide);
		check_pair(cause->id, en->fix[0], zh->fix[0]);
		for (int n = 1; n < CAUSE_FIXES_MAX; n++) {
			if (en->fix[n] || zh->fix[n])
				check_pair(cause->id, en->fix[n], zh->fix[n]);
		}
		if (en->folklore || zh->folklore)
			check_pair(cause->id, en->folklore, zh->folklore);
	}
}

static void test_enums(void **state)
{
	(void)state;
	for (int lang = 0; lang < LANG_COUNT; lang++) {
		enum lang l = (enum lang)lang;

		for (int i = 0; i <= CONFIDENCE_CERTAIN; i++)
			assert_true(*lang_confidence(l, (enum confidence)i) &&
				    *lang_confidence_means(l, (enum confidence)i));
		for (int i = 0; i < CLASS_COUNT; i++)
			assert_true(*lang_class(l, (enum reset_class)i) &&
				    *lang_class_means(l, (enum reset_class)i));
		for (int i = 0; i <= EXECUTED_YES; i++)
			assert_true(*lang_retry(l, (enum executed)i));
		for (int i = 0; i <= REQUEST_AFTER_CLOSE; i++)
			assert_true(*lang_request_why(l, (enum request_why)i));
		for (int i = CALL_OK; i <= CALL_ECONNABORTED; i++)
			assert_true(*lang_call(l, (enum call_result)i));
		for (int i = IGNORED_OUT_OF_WINDOW; i <= IGNORED_NO_CONNECTION; i++)
			assert_true(*lang_ignored(l, (enum ignored_why)i));
	}
	/* The terms that the project has fixed. */
	assert_string_equal(lang_confidence(LANG_ZH, CONFIDENCE_CERTAIN), "已证实");
	assert_string_equal(lang_confidence(LANG_ZH, CONFIDENCE_LIKELY), "高度疑似");
	assert_string_equal(lang_confidence(LANG_ZH, CONFIDENCE_POSSIBLE), "不能排除");
	/* A request that cannot have been carried out may be repeated. */
	assert_string_equal(lang_retry(LANG_EN, EXECUTED_NO), "yes");
	assert_string_equal(lang_retry(LANG_EN, EXECUTED_YES), "no");
}

static void check_duration(enum lang lang, int64_t us, const char *want)
{
	struct buf buf;

	buf_init(&buf, 64);
	lang_add_duration(lang, us, &buf);
	assert_string_equal(buf_text(&buf), want);
	buf_release(&buf);
}

static void test_units(void **state)
{
	struct buf buf;

	(void)state;
	check_duration(LANG_EN, 0, "0 µs");
	check_duration(LANG_EN, 660, "660 µs");
	check_duration(LANG_EN, 1500, "1.50 ms");
	check_duration(LANG_EN, 45678, "45.6 ms");
	check_duration(LANG_EN, 999999, "999 ms");
	check_duration(LANG_EN, 65000000, "65.0 s");
	check_duration(LANG_ZH, 65000000, "65.0 秒");
	check_duration(LANG_EN, 119900000, "119.9 s");
	check_duration(LANG_EN, 320000000, "5 min 20 s");
	check_duration(LANG_EN, 7500000000, "2 h 5 min");
	check_duration(LANG_EN, 180 * 3600 * 1000000ll, "7 d 12 h");
	check_duration(LANG_EN, -1500, "-1.50 ms");
	check_duration(LANG_EN, INT64_MIN, "-106751991 d 4 h");
	buf_init(&buf, 64);
	lang_add_bytes(LANG_EN, 1, &buf);
	lang_add_bytes(LANG_ZH, 1204, &buf);
	lang_add_count(LANG_EN, 1234567, &buf);
	assert_string_equal(buf_text(&buf), "1 byte1,204 字节1,234,567");
	buf_release(&buf);
}

static void check_expand_in(enum lang lang, const char *template_, const struct verdict *verdict,
			    const char *want)
{
	struct buf buf;

	buf_init(&buf, 4096);
	lang_expand(lang, template_, verdict, &buf);
	assert_string_equal(buf_text(&buf), want);
	buf_release(&buf);
}

static void check_expand(const char *template_, const struct verdict *verdict, const char *want)
{
	check_expand_in(LANG_EN, template_, verdict, want);
}

static void test_expand(void **state)
{
	static struct evidence ev = {
		.client = { .ip = { 192, 0, 2, 1 }, .port = 40000, .family = ADDR_IP4 },
		.server = { .ip = { 192, 0, 2, 2 }, .port = 80, .family = ADDR_IP4 },
	};
	static struct verdict verdict = { .evidence = &ev };

	(void)state;
	evidence_set(&ev, FACT_VICTIM_UNACKED, 75);
	check_expand("{Resetter} ({resetter_addr}) and {victim} {victim_addr}: {VICTIM_UNACKED}",
		     &verdict,
		     "The server (192.0.2.2:80) and the client 192.0.2.1:40000: 75 bytes");
	check_expand("{server_addr} {client_addr} {port}", &verdict,
		     "192.0.2.2:80 192.0.2.1:40000 80");
	check_expand("unknown facts: {RESETTER_BYTES}, {SILENCE}, {OPEN_TO_SERVER}", &verdict,
		     "unknown facts: some bytes, some time, several");
	check_expand("nothing ({idle_match}), and no brackets", &verdict,
		     "nothing, and no brackets");
	check_expand_in(LANG_ZH, "有 {VICTIM_UNACKED} 没有确认", &verdict, "有 75 字节没有确认");
	check_expand_in(LANG_ZH, "向 {victim} 发送 {port} 次", &verdict, "向客户端发送 80 次");
	check_expand_in(LANG_ZH, "{resetter} {resetter_addr} 的内核", &verdict,
			"服务端 192.0.2.2:80 的内核");
	check_expand("SO_LINGER {1,0} and {nothing_known} stay", &verdict,
		     "SO_LINGER {1,0} and {nothing_known} stay");
	check_expand("{Resetter} reset {victim}", NULL, "One end reset the other end");
	ev.resetter_is_client = true;
	check_expand("{Resetter}, {victim}", &verdict, "The client, the server");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),  cmocka_unit_test(test_words),
		cmocka_unit_test(test_causes), cmocka_unit_test(test_enums),
		cmocka_unit_test(test_units),  cmocka_unit_test(test_expand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
