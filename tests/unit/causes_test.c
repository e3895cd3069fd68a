/* SPDX-License-Identifier: MIT */
/*
 * Every example of every cause through the whole engine, so that a new cause is tried against all
 * the others; and what every cause must have to be worth printing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/example.h"
#include "flow/tracker.h"
#include "verdict/verdict.h"

#define FIRST_CLIENT_PORT 40001 /* of connection "c" in the notation */
#define START_NS 1700000000000000000

struct judged {
	struct tracker *tracker;
	struct evidence evidence; /* being written */
	struct evidence kept;	  /* of the last reset of connection "c" that was judged */
	struct verdict verdict;
	bool any;
};

static struct evidence *judged_reserve(void *context)
{
	struct judged *judged = context;

	return &judged->evidence;
}

static void judged_emit(void *context, struct evidence *ev)
{
	struct judged *judged = context;

	if (ev->ignored != IGNORED_NOT || ev->client.port != FIRST_CLIENT_PORT)
		return;
	judged->kept = *ev;
	judged->any = true;
}

static void judged_push(void *context, const struct observation *obs)
{
	struct judged *judged = context;

	tracker_push(judged->tracker, obs);
}

static void judge(const char *steps, bool ip6, struct judged *judged)
{
	struct tracker_config config = {
		.hash_key = { 1, 2 },
		.reserve = judged_reserve,
		.emit = judged_emit,
		.context = judged,
	};
	struct example_options options = { .ip6 = ip6, .start_ns = START_NS };
	size_t offset = 0;

	memset(judged, 0, sizeof(*judged));
	judged->tracker = tracker_new(&config);
	assert_non_null(judged->tracker);
	if (example_play(steps, &options, judged_push, judged, &offset) < 0)
		fail_msg("not in the notation: \"%s\" at \"%s\"", steps, steps + offset);
	tracker_finish(judged->tracker);
	tracker_free(judged->tracker);
	if (judged->any)
		verdict_reach(&judged->kept, &judged->verdict);
}

static bool listed(const struct verdict *verdict, const struct cause *cause)
{
	for (int i = 0; i < verdict->alternative_count; i++)
		if (verdict->alternatives[i].cause == cause)
			return true;
	return verdict->cause == cause;
}

static bool example_holds(const struct cause *cause, const struct cause_example *example,
			  const struct judged *judged)
{
	const struct cause *first = judged->any ? judged->verdict.cause : NULL;

	switch (example->result) {
	case EXAMPLE_WINS:
		return first == cause;
	case EXAMPLE_LISTED:
		return judged->any && listed(&judged->verdict, cause);
	case EXAMPLE_NOT:
		return judged->any && first != cause &&
		       (!example->instead || (first && !strcmp(first->id, example->instead)));
	case EXAMPLE_SILENT:
		return !judged->any;
	}
	return false;
}

static void complain(const struct cause *cause, const struct cause_example *example, bool ip6,
		     const struct judged *judged)
{
	static const char *const wants[] = { "wins", "is listed", "does not win", "is silent" };

	print_error("%s %s, but %s wins over IPv%d: %s\n", cause->id, wants[example->result],
		    judged->any && judged->verdict.cause ? judged->verdict.cause->id : "nothing",
		    ip6 ? 6 : 4, example->steps);
	for (int i = 0; i < judged->verdict.alternative_count; i++)
		print_error("    then %s\n", judged->verdict.alternatives[i].cause->id);
}

static void test_examples(void **state)
{
	int wrong = 0;

	(void)state;
	for (int c = 0; c < cause_table_count; c++) {
		for (int e = 0; e < CAUSE_EXAMPLES_MAX; e++) {
			const struct cause_example *example = &cause_table[c]->examples[e];

			for (int ip6 = 0; example->steps && ip6 < 2; ip6++) {
				struct judged judged;

				judge(example->steps, ip6, &judged);
				if (example_holds(cause_table[c], example, &judged))
					continue;
				complain(cause_table[c], example, ip6, &judged);
				wrong++;
			}
		}
	}
	assert_int_equal(wrong, 0);
}

/* What a host knows decides between causes that packets cannot tell apart. */
static void test_host_facts_decide(void **state)
{
	static const char unanswered[] = "c S; s SA; c A; c PA75; s A; +660us s RA";
	static const char silent[] = "c S; s SA; c A; +5s s RA";
	static const char refused[] = "c S; s RA";
	static const char forgotten[] = "c S; s SA; c A; c PA50; s A; s PA50; c A; +9s c PA50; s R";
	static const char late[] =
		"c S; s SA; c A; c PA50; s A; s PA50; c A; +9s s FA; +1ms c A; +1s c PA90; s R";
	static const struct {
		const char *steps;
		struct {
			enum fact_id fact;
			int64_t value;
		} facts[4];
		const char *cause;
	} cases[] = {
		{ unanswered, { { FACT_HOST_UNREAD, 75 } }, "close-unread" },
		{ unanswered,
		  { { FACT_HOST_UNREAD, 75 }, { FACT_HOST_ENDED_BY, END_SIGNAL } },
		  "process-killed" },
		{ unanswered,
		  { { FACT_HOST_UNREAD, 75 }, { FACT_HOST_ENDED_BY, END_EXIT } },
		  "process-exited" },
		{ unanswered,
		  { { FACT_HOST_UNREAD, 75 }, { FACT_HOST_FD_EXHAUSTED, 1 } },
		  "fd-exhausted" },
		{ unanswered,
		  { { FACT_HOST_UNREAD, 0 }, { FACT_HOST_LINGER_ZERO, 1 } },
		  "linger-zero" },
		{ unanswered,
		  { { FACT_HOST_ACTION, ACTION_LISTENER_CLOSE }, { FACT_HOST_NEVER_ACCEPTED, 1 } },
		  "listener-closed" },
		{ silent, { { FACT_HOST_ACTION, ACTION_DESTROY } }, "socket-destroyed" },
		{ silent, { { FACT_HOST_ACTION, ACTION_CONNECT_UNSPEC } }, "connect-unspec" },
		{ silent, { { FACT_HOST_ACTION, ACTION_MEMORY } }, "memory-pressure" },
		{ refused, { { FACT_HOST_FILTER_SENT, 1 } }, "firewall-reject" },
		{ refused, { { FACT_HOST_TCP_SENT, 1 } }, "port-closed" },
		{ forgotten, { { FACT_HOST_ADDRESS_MOVED, 1 } }, "vip-moved" },
		{ forgotten, { { FACT_HOST_ROUTE_CHANGED, 1 } }, "rerouted" },
		{ forgotten, { { FACT_HOST_NAT_GONE, 1 } }, "nat-lost" },
		{ forgotten, { { FACT_HOST_LISTENER_NEWER, 1 } }, "listener-restarted" },
		{ forgotten, { { FACT_HOST_PAST, PAST_TIMED_OUT } }, "timed-out-earlier" },
		{ late, { { FACT_HOST_PAST, PAST_KILLED } }, "process-killed" },
		{ late, { { FACT_HOST_VICTIM_CLOSED, 0 } }, "write-after-close" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct judged judged;

		judge(cases[i].steps, false, &judged);
		assert_true(judged.any);
		for (int f = 0; f < 4 && cases[i].facts[f].fact; f++)
			evidence_set(&judged.kept, cases[i].facts[f].fact, cases[i].facts[f].value);
		verdict_reach(&judged.kept, &judged.verdict);
		if (!judged.verdict.cause || strcmp(judged.verdict.cause->id, cases[i].cause) != 0)
			fail_msg("case %zu: %s instead of %s", i,
				 judged.verdict.cause ? judged.verdict.cause->id : "nothing",
				 cases[i].cause);
	}
}

static void test_examples_show_both_sides(void **state)
{
	(void)state;
	for (int c = 0; c < cause_table_count; c++) {
		int hits = 0, misses = 0;

		for (int e = 0; e < CAUSE_EXAMPLES_MAX && cause_table[c]->examples[e].steps; e++) {
			enum example_result result = cause_table[c]->examples[e].result;

			hits += result == EXAMPLE_WINS || result == EXAMPLE_LISTED;
			misses += result == EXAMPLE_NOT || result == EXAMPLE_SILENT;
		}
		if (!hits || !misses)
			fail_msg("%s has %d examples and %d near misses", cause_table[c]->id, hits,
				 misses);
	}
}

/* Slots of @text, sorted, each once, as "{a}{b}". */
static void slots_of(const char *text, char *ret_slots, size_t size)
{
	const char *found[16];
	size_t lengths[16];
	int count = 0;

	for (const char *at = text; (at = strchr(at, '{')); at++) {
		size_t length =
			strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		int place = 0;

		if (!length || at[length + 1] != '}')
			continue;
		while (place < count && strncmp(found[place], at + 1, length + 1) < 0)
			place++;
		if (place < count && !strncmp(found[place], at + 1, length + 1))
			continue;
		assert_true(count < 16);
		memmove(&found[place + 1], &found[place], (size_t)(count - place) * sizeof(*found));
		memmove(&lengths[place + 1], &lengths[place],
			(size_t)(count - place) * sizeof(*lengths));
		found[place] = at + 1;
		lengths[place] = length;
		count++;
	}
	ret_slots[0] = '\0';
	for (int i = 0; i < count; i++) {
		size_t used = strlen(ret_slots);

		snprintf(ret_slots + used, size - used, "{%.*s}", (int)lengths[i], found[i]);
	}
}

static void same_slots(const struct cause *cause, const char *what, const char *en, const char *zh)
{
	char first[512], second[512];

	if (!en != !zh)
		fail_msg("%s: %s in one language only", cause->id, what);
	if (!en)
		return;
	slots_of(en, first, sizeof(first));
	slots_of(zh, second, sizeof(second));
	if (strcmp(first, second) != 0)
		fail_msg("%s: %s has the slots %s in English, %s in Chinese", cause->id, what,
			 first, second);
}

static void test_both_languages_have_the_same_slots(void **state)
{
	(void)state;
	for (int c = 0; c < cause_table_count; c++) {
		const struct cause *cause = cause_table[c];
		const struct cause_words *en = &cause->en, *zh = &cause->zh;

		same_slots(cause, "title", en->title, zh->title);
		same_slots(cause, "summary", en->summary, zh->summary);
		same_slots(cause, "story", en->story, zh->story);
		same_slots(cause, "decide", en->decide, zh->decide);
		same_slots(cause, "folklore", en->folklore, zh->folklore);
		for (int i = 0; i < CAUSE_FIXES_MAX; i++)
			same_slots(cause, "fix", en->fix[i], zh->fix[i]);
	}
}

static void test_words_are_there(void **state)
{
	(void)state;
	for (int c = 0; c < cause_table_count; c++) {
		const struct cause *cause = cause_table[c];
		const struct cause_words *const words[] = { &cause->en, &cause->zh };

		for (int i = 0; i < 2; i++) {
			assert_non_null(words[i]->title);
			assert_non_null(words[i]->summary);
			assert_non_null(words[i]->fix[0]);
			if (strlen(words[i]->story) < 100 || strlen(words[i]->decide) < 40 ||
			    strlen(words[i]->summary) < 30)
				fail_msg("%s: too few words in language %d", cause->id, i);
		}
		assert_non_null(cause->base_source);
		assert_non_null(cause->sources[0]);
	}
}

static void test_causes_are_well_formed(void **state)
{
	(void)state;
	for (int c = 0; c < cause_table_count; c++) {
		const struct cause *cause = cause_table[c];

		assert_ptr_equal(cause_find(cause->id), cause);
		assert_true(cause->classes & 1u << cause->usual);
		assert_in_range(cause->rule_count, 1, CAUSE_RULES_MAX);
		for (int i = 0; i < cause->rule_count; i++)
			assert_in_range(cause->rules[i].predicate.fact, 0, FACT_COUNT_ALL - 1);
	}
	assert_null(cause_find("no-such-cause"));
	assert_null(cause_find(""));
}

static void test_predicates(void **state)
{
	static const struct {
		struct predicate predicate;
		int64_t value;
		bool holds;
	} cases[] = {
		{ { FACT_AGE, OP_IS, 5, 0 }, 5, true },
		{ { FACT_AGE, OP_IS, 5, 0 }, 4, false },
		{ { FACT_AGE, OP_NOT, 5, 0 }, 4, true },
		{ { FACT_AGE, OP_NOT, 5, 0 }, 5, false },
		{ { FACT_AGE, OP_IN, 1 << 3 | 1 << 5, 0 }, 5, true },
		{ { FACT_AGE, OP_IN, 1 << 3 | 1 << 5, 0 }, 4, false },
		{ { FACT_AGE, OP_IN, -1, 0 }, -1, false },
		{ { FACT_AGE, OP_IN, -1, 0 }, 64, false },
		{ { FACT_AGE, OP_AT_LEAST, 5, 0 }, 5, true },
		{ { FACT_AGE, OP_AT_LEAST, 5, 0 }, 4, false },
		{ { FACT_AGE, OP_AT_MOST, 5, 0 }, 5, true },
		{ { FACT_AGE, OP_AT_MOST, 5, 0 }, 6, false },
		{ { FACT_AGE, OP_BETWEEN, -2, 2 }, -2, true },
		{ { FACT_AGE, OP_BETWEEN, -2, 2 }, 3, false },
		{ { FACT_AGE, OP_OUTSIDE, -2, 2 }, 3, true },
		{ { FACT_AGE, OP_OUTSIDE, -2, 2 }, 2, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(predicate_holds(&cases[i].predicate, cases[i].value),
				 cases[i].holds);
}

/* What is proven to be the case comes first, what is proven not to be is left out. */
static void test_fixes_of_the_case(void **state)
{
	const struct cause *killed = cause_find("process-killed");
	static struct evidence ev;
	uint8_t places[CAUSE_FIXES_MAX];
	int count = cause_fixes(killed, &ev, places);

	(void)state;
	assert_int_equal(count, 5);
	for (int i = 0; i < count; i++)
		assert_int_equal(places[i], i);
	evidence_set(&ev, FACT_HOST_SENT_SIGNAL, 9);
	evidence_set(&ev, FACT_HOST_OOM, 1);
	evidence_set(&ev, FACT_HOST_OOM_CGROUP, 0);
	count = cause_fixes(killed, &ev, places);
	assert_int_equal(count, 2);
	assert_non_null(strstr(killed->en.fix[places[0]], "OOM of the host"));
	assert_non_null(strstr(killed->zh.fix[places[0]], "整机"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_predicates),
		cmocka_unit_test(test_causes_are_well_formed),
		cmocka_unit_test(test_words_are_there),
		cmocka_unit_test(test_both_languages_have_the_same_slots),
		cmocka_unit_test(test_examples_show_both_sides),
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_host_facts_decide),
		cmocka_unit_test(test_fixes_of_the_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
