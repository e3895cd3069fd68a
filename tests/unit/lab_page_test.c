/* SPDX-License-Identifier: MIT */
/* `scenario` objects: what was left out is told of exactly that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "lab/page.h"

static const struct scenario scenario = { .name = "one",
					  .story = { "it is quiet", "安静" },
					  .class = "owner-abort",
					  .cause = "close-unread",
					  .takes_s = 4 };

static json_t *object(const struct lab_result *results, int count, const char *skipped)
{
	const struct runner_options options = { .json = true };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	json_t *made;

	page_json(out, &options, &scenario, results, count, skipped, 7);
	fclose(out);
	made = json_loads(text, 0, NULL);
	free(text);
	assert_non_null(made);
	return made;
}

static const char *word(json_t *made, const char *key)
{
	return json_string_value(json_object_get(made, key));
}

static void test_partly(void **state)
{
	const struct lab_result results[] = {
		{ .view = -1, .ip = 4, .id = "stage", .result = JUDGE_PASS },
		{ .view = 0,
		  .ip = 4,
		  .id = "sender",
		  .result = JUDGE_SKIP,
		  .why = "could not see" },
		{ .view = 1, .ip = 4, .id = "receiver", .result = JUDGE_FAIL, .why = "silence" },
	};
	json_t *made = object(results, 3, ""), *left;

	(void)state;
	assert_null(word(made, "skipped"));
	assert_int_equal(json_array_size(json_object_get(made, "views")), 2);
	left = json_array_get(json_object_get(made, "left_out"), 0);
	assert_string_equal(word(left, "view"), "sender");
	assert_string_equal(word(left, "why"), "could not see");
	assert_int_equal(json_integer_value(json_object_get(left, "ip")), 4);
	assert_int_equal(json_array_size(json_object_get(made, "left_out")), 1);
	assert_int_equal(json_integer_value(json_object_get(made, "takes_s")), 4);
	json_decref(made);
}

/* By a need that is not met, or by its own run over each protocol. */
static void test_wholly(void **state)
{
	const struct lab_result results[] = {
		{ .view = -1, .ip = 4, .id = "stage", .result = JUDGE_SKIP, .why = "no room" },
		{ .view = 0, .ip = 4, .id = "views", .result = JUDGE_SKIP, .why = "no room" },
	};
	json_t *made = object(results, 2, "");

	(void)state;
	assert_string_equal(word(made, "skipped"), "no room");
	assert_null(json_object_get(made, "left_out"));
	assert_int_equal(json_array_size(json_object_get(made, "views")), 0);
	json_decref(made);
	made = object(results, 2, "nft is not here");
	assert_string_equal(word(made, "skipped"), "nft is not here");
	json_decref(made);
}

static void test_all_asked(void **state)
{
	const struct lab_result results[] = {
		{ .view = -1, .ip = 4, .id = "stage", .result = JUDGE_PASS },
	};
	json_t *made = object(results, 1, "");

	(void)state;
	assert_null(word(made, "skipped"));
	assert_null(json_object_get(made, "left_out"));
	json_decref(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_partly),
		cmocka_unit_test(test_wholly),
		cmocka_unit_test(test_all_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
