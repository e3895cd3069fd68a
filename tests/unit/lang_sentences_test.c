/* SPDX-License-Identifier: MIT */
/*
 * Every sentence with every slot that may be empty, in both languages: what is not known may make
 * it vaguer, never broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lang/lang.h"
#include "verdict/idle.h"

#define FAULTS_SHOWN 20

static unsigned int sentences, faults;

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '\'' || c == '_';
}

/* "of of": a slot brought a word that its sentence had already. "that that" could be grammar, but
 * is not used here. */
static bool doubled(const char *text)
{
	size_t last = 0, length;

	for (; *text; text += length + (text[length] != 0)) {
		for (length = 0; is_word(text[length]);)
			length++;
		if (length && length == last && isalpha((unsigned char)*text) && text[-1] == ' ' &&
		    !strncmp(text - 1 - length, text, length))
			return true;
		last = length;
	}
	return false;
}

/* Chinese right beside Latin or a figure. */
static bool crowded(const char *text)
{
	for (const char *at = text; *at; at++) {
		bool han = (uint8_t)*at >= 0xe4 && (uint8_t)*at <= 0xe9;

		if (han && at > text && isalnum((unsigned char)at[-1]))
			return true;
		if (han && at[1] && at[2] && isalnum((unsigned char)at[3]))
			return true;
	}
	return false;
}

/* What no sentence has, or NULL. */
static const char *broken(const char *text)
{
	static const char *const never[] = {
		"  ",	" .",	" ,",	" ;",	    " :",   ", .",	",.",	",,",	" ()",
		"( ",	" )",	"（）", "，。",	    "，，", "。。",	"；。", "、。", "，；",
		"：。", "。，", " ，",	" 。",	    " 、",  " ；",	"， ",	"。 ",	"（ ",
		" ）",	"（，", "，）", "字节字节", "秒秒", "若干若干",
	};
	size_t length = strlen(text);

	if (!length)
		return "it is empty";
	if (text[0] == ' ' || text[length - 1] == ' ')
		return "a space at its begin or end";
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++) {
		size_t end = strlen(never[i]);

		for (const char *at = text; (at = strstr(at, never[i])); at++) {
			/* ".NET", "..." and " :80" begin words. */
			if (!strchr(".:", at[end - 1]) || !isgraph((unsigned char)at[end]))
				return never[i];
		}
	}
	for (const char *at = strchr(text, '{'); at; at = strchr(at + 1, '{')) {
		size_t name = 1;

		while (isalnum((unsigned char)at[name]) || at[name] == '_')
			name++;
		if (isalpha((unsigned char)at[1]) && at[name] == '}')
			return "a slot that was not filled";
	}
	if (doubled(text))
		return "a word twice";
	if (crowded(text))
		return "no space between Chinese and Latin";
	return NULL;
}

/* The first ones are shown, each once. */
static void fault(const char *what, const char *why, const char *text)
{
	static char *shown[FAULTS_SHOWN];
	int i;

	faults++;
	for (i = 0; i < FAULTS_SHOWN && shown[i]; i++)
		if (!strcmp(shown[i], text))
			return;
	if (i == FAULTS_SHOWN)
		return;
	shown[i] = strdup(text);
	print_error("%s: \"%s\" in: %s\n", what, why, text);
}

static void faultless(void)
{
	unsigned int found = faults;

	faults = 0;
	assert_int_equal(found, 0);
}

static void check(const char *what, enum lang lang, const char *template_,
		  const struct verdict *verdict)
{
	const char *why;
	struct buf buf;

	if (!template_)
		return;
	buf_init(&buf, 1 << 16);
	lang_expand(lang, template_, verdict, &buf);
	why = broken(buf_text(&buf));
	if (why)
		fault(what, why, buf_text(&buf));
	buf_release(&buf);
	sentences++;
}

/* What was said of a verdict on the whole must be one too. */
static void check_summary(const char *what, enum lang lang, const struct verdict *verdict)
{
	const char *why, *end = lang == LANG_ZH ? "。" : ".";
	struct buf buf;
	size_t length;

	buf_init(&buf, 1 << 16);
	lang_add_summary(lang, verdict, &buf);
	why = broken(buf_text(&buf));
	length = buf.length;
	if (!why && (length < strlen(end) || strcmp(buf_text(&buf) + length - strlen(end), end)))
		why = "no full stop";
	if (!why && lang == LANG_EN && islower((unsigned char)*buf_text(&buf)) &&
	    !verdict->evidence->story.known)
		why = "no capital";
	if (why)
		fault(what, why, buf_text(&buf));
	buf_release(&buf);
	sentences++;
}

static void check_texts(const struct cause *cause, const struct verdict *verdict)
{
	for (int l = 0; l < LANG_COUNT; l++) {
		enum lang lang = (enum lang)l;
		const struct cause_words *words = lang_cause(lang, cause);

		check(cause->id, lang, words->title, verdict);
		check(cause->id, lang, words->summary, verdict);
		/* Said only where all that it asks for is known. */
		if (verdict && words->told && lang_can_fill(words->told, verdict))
			check(cause->id, lang, words->told, verdict);
		check(cause->id, lang, words->guessed, verdict);
		check(cause->id, lang, words->story, verdict);
		check(cause->id, lang, words->decide, verdict);
		for (int i = 0; i < CAUSE_FIXES_MAX; i++)
			check(cause->id, lang, words->fix[i], verdict);
		check(cause->id, lang, words->folklore, verdict);
		if (verdict)
			check_summary(cause->id, lang, verdict);
	}
}

static const int64_t values[] = { 0, 1, 2, 75, 65000000 };

static void know_all(struct evidence *ev, int64_t value)
{
	for (int fact = 0; fact < FACT_COUNT_ALL; fact++) {
		enum fact_id id = (enum fact_id)fact;

		if (fact_kind(id) <= KIND_NUMBER && fact_kind(id) != KIND_BOOL)
			evidence_set(ev, id, value);
		else
			evidence_set(ev, id, 1);
	}
}

static struct evidence plain(void)
{
	return (struct evidence){
		.client = { .ip = { 192, 0, 2, 1 }, .port = 40000, .family = ADDR_IP4 },
		.server = { .ip = { 192, 0, 2, 2 }, .port = 80, .family = ADDR_IP4 },
		.story = { .exit_status = -1 },
	};
}

static void test_checker(void **state)
{
	static const char *const bad[] = {
		"",
		"a  b",
		"an end .",
		"of of it",
		" ()",
		"{resetter}",
		"，。",
		"服务端 。",
		"it ended, .",
		" begins so",
		"a {SILENCE}, and it",
		"有 字节字节未读",
		"（，崩溃）",
	};
	static const char *const good[] = {
		"The server closed.",
		"SO_LINGER {1,0} of :80, ss -K dport = :80",
		"connect(fd, ...), (nginx) {\"a\": 1} x...",
		"服务端关闭了 75 字节。",
		"It had 12 12 and ab a b.",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (!broken(bad[i]))
			fail_msg("\"%s\" is taken for whole", bad[i]);
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (broken(good[i]))
			fail_msg("\"%s\" is taken for broken: %s", good[i], broken(good[i]));
}

/* Nothing known, all known, all but one, one alone. */
static void test_facts(void **state)
{
	(void)state;
	for (int i = 0; i < cause_table_count; i++) {
		struct evidence ev = plain();
		struct verdict verdict = { .evidence = &ev, .cause = cause_table[i] };

		check_texts(cause_table[i], NULL);
		check_texts(cause_table[i], &verdict);
		for (size_t v = 0; v < sizeof(values) / sizeof(*values); v++) {
			ev = plain();
			ev.resetter_is_client = v & 1;
			know_all(&ev, values[v]);
			check_texts(cause_table[i], &verdict);
		}
		for (int fact = 0; fact < FACT_COUNT_ALL; fact++) {
			ev = plain();
			evidence_set(&ev, (enum fact_id)fact, 1);
			check_texts(cause_table[i], &verdict);
			ev = plain();
			know_all(&ev, 75);
			ev.known[fact / 64] &= ~((uint64_t)1 << (fact % 64));
			check_texts(cause_table[i], &verdict);
		}
	}
	faultless();
}

/* What a live host tells of programs, each part of it missing in turn. */
#define PARTS 9

static void tell(struct evidence *ev, unsigned int parts)
{
	struct host_story *story = &ev->story;

	story->known = true;
	if (parts & 1 << 0)
		story->owner = (struct program){ .pid = 812, .comm = "nginx" };
	if (parts & 1 << 1)
		story->sufferer = (struct program){ .pid = 77, .comm = "curl" };
	if (parts & 1 << 2)
		story->actor_pid = 99;
	if (parts & 1 << 3)
		memcpy(story->actor_comm, "ss", 3);
	if (parts & 1 << 4)
		story->signal = parts & 1 << 0 ? 9 : 77;
	if (parts & 1 << 5)
		story->signal_from = parts & 1 << 1 ? 411 : 812;
	if (parts & 1 << 6)
		memcpy(story->signal_from_comm, "systemd-oomd", 13);
	if (parts & 1 << 7)
		story->oom = parts & 1 << 1   ? OOM_CGROUP
			     : parts & 1 << 0 ? OOM_HOST
					      : OOM_SOMEWHERE;
	if (parts & 1 << 8)
		story->exit_status = 3;
}

static void test_programs(void **state)
{
	(void)state;
	for (int i = 0; i < cause_table_count; i++)
		for (unsigned int parts = 0; parts < 1u << PARTS; parts++)
			for (int known = 0; known < 3; known++) {
				struct evidence ev = plain();
				struct verdict verdict = { .evidence = &ev,
							   .cause = cause_table[i] };

				tell(&ev, parts);
				if (known)
					know_all(&ev, known == 1 ? 1 : 1204);
				check_texts(cause_table[i], &verdict);
			}
	faultless();
}

static void test_idle_matches(void **state)
{
	static const struct idle_product products[] = {
		{ .software = "nginx", .setting = "keepalive_timeout", .seconds = 65 },
		{ .software = "a box", .setting = "", .seconds = 1 },
		{ .software = "a box", .setting = NULL, .seconds = 0 },
	};

	(void)state;
	for (int i = 0; i < cause_table_count; i++)
		for (size_t n = 0; n < sizeof(products) / sizeof(*products); n++) {
			struct evidence ev = plain();
			struct verdict verdict = { .evidence = &ev, .cause = cause_table[i] };

			verdict.idle_match[0] = &products[n];
			verdict.idle_match_count = 1;
			check_texts(cause_table[i], &verdict);
			know_all(&ev, 75);
			check_texts(cause_table[i], &verdict);
		}
	faultless();
}

/* The evidence lines, and what is missing where no cause is named. */
static void test_lines(void **state)
{
	(void)state;
	for (int l = 0; l < LANG_COUNT; l++)
		for (int fact = 0; fact < FACT_COUNT_ALL; fact++)
			for (int64_t value = 0; value < 16; value++) {
				enum fact_id id = (enum fact_id)fact;
				struct evidence ev = plain();
				struct verdict verdict = { .evidence = &ev };
				const char *why;
				struct buf buf;

				if (fact_kind(id) > KIND_NUMBER && !fact_value_name(id, value))
					break;
				if (fact_kind(id) == KIND_BOOL && value > 1)
					break;
				evidence_set(&ev, id, value);
				check_summary(fact_name(id), (enum lang)l, &verdict);
				buf_init(&buf, 1 << 16);
				lang_add_fact((enum lang)l, id, &verdict, &buf);
				why = buf.length ? broken(buf_text(&buf)) : NULL;
				if (why)
					fault(fact_name(id), why, buf_text(&buf));
				buf_release(&buf);
				sentences++;
			}
	faultless();
}

static void test_count(void **state)
{
	(void)state;
	/* A table that came to be empty would pass everything above. */
	assert_true(sentences > 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checker),	 cmocka_unit_test(test_facts),
		cmocka_unit_test(test_programs), cmocka_unit_test(test_idle_matches),
		cmocka_unit_test(test_lines),	 cmocka_unit_test(test_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
