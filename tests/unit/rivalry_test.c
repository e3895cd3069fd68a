/* SPDX-License-Identifier: MIT */
/*
 * The rivalry matrix: every cause against every other, and the fact that separates them. A pair
 * that no fact separates is two names for one thing. With the argument "csv" prints the matrix
 * instead (docs/rivalry.csv; see tools/check-rivalry).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "verdict/verdict.h"

static const char *origin_name(enum fact_origin origin)
{
	switch (origin) {
	case ORIGIN_PACKET:
		return "packet";
	case ORIGIN_JOINT:
		return "joint";
	case ORIGIN_HOST:
		return "host";
	}
	return "";
}

/* The separating fact, or -1. */
static int separating_fact(const struct cause *a, const struct cause *b)
{
	int host = -1;
	int fact = rivalry_separates(a, b, &host);

	return fact >= 0 ? fact : host;
}

static void print_matrix(void)
{
	puts("a,b,origin,fact");
	for (int i = 0; i < cause_table_count; i++) {
		for (int j = i + 1; j < cause_table_count; j++) {
			int fact = separating_fact(cause_table[i], cause_table[j]);

			printf("%s,%s,%s,%s\n", cause_table[i]->id, cause_table[j]->id,
			       fact < 0 ? "none" : origin_name(fact_origin((enum fact_id)fact)),
			       fact < 0 ? "" : fact_name((enum fact_id)fact));
		}
	}
}

static void test_every_pair_is_separated(void **state)
{
	int cells = 0;

	(void)state;
	for (int i = 0; i < cause_table_count; i++) {
		for (int j = i + 1; j < cause_table_count; j++) {
			const struct cause *a = cause_table[i], *b = cause_table[j];

			if (separating_fact(a, b) >= 0) {
				cells++;
				continue;
			}
			print_error("no fact separates %s from %s\n", a->id, b->id);
		}
	}
	assert_int_equal(cells, cause_table_count * (cause_table_count - 1) / 2);
}

static void test_matrix_is_symmetric(void **state)
{
	(void)state;
	for (int i = 0; i < cause_table_count; i++) {
		for (int j = 0; j < cause_table_count; j++) {
			int there, back, host;

			if (i == j)
				continue;
			there = rivalry_separates(cause_table[i], cause_table[j], &host);
			back = rivalry_separates(cause_table[j], cause_table[i], &host);
			assert_int_equal(there >= 0, back >= 0);
		}
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_pair_is_separated),
		cmocka_unit_test(test_matrix_is_symmetric),
	};

	if (argc > 1 && strcmp(argv[1], "csv") == 0) {
		print_matrix();
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
