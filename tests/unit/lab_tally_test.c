/* SPDX-License-Identifier: MIT */
/* What a storm's own `live` counted: only what its host sent, each reset once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lab/lab_private.h"

#define RESET(id, view, cause)                                                                     \
	"{\"type\":\"reset\",\"id\":\"" id "\",\"view\":\"" view                                   \
	"\",\"verdict\":{\"cause\":\"" cause "\"},\"count\":1}\n"
#define UPDATE(id, view, cause, count)                                                             \
	"{\"type\":\"update\",\"id\":\"" id "\",\"view\":\"" view                                  \
	"\",\"verdict\":{\"cause\":\"" cause "\"},\"count\":" count "}\n"
#define SUMMARY                                                                                    \
	"{\"type\":\"summary\",\"resets\":999,\"repeated\":3,\"ignored\":2,\"lost\":{"             \
	"\"events\":4,\"unseen\":5}}\n"

static bool tally(const char *lines, struct lab_tally *ret_tally)
{
	char path[] = "/tmp/whyrst-tally-XXXXXX";
	int fd = mkstemp(path);
	bool complete;

	assert_true(fd >= 0 && write(fd, lines, strlen(lines)) == (ssize_t)strlen(lines));
	complete = tally_read(path, "fd-exhausted", ret_tally);
	close(fd);
	unlink(path);
	return complete;
}

static void test_counts(void **state)
{
	struct lab_tally got;

	(void)state;
	assert_true(tally(RESET("a-1", "sent", "fd-exhausted")
				  RESET("a-2", "received", "close-unread") /* of a client */
			  RESET("a-3", "sent", "fd-exhausted")
				  UPDATE("a-3", "sent", "fd-exhausted", "100")
					  UPDATE("a-3", "sent", "fd-exhausted", "250") /* a storm */
			  UPDATE("a-9", "sent", "close-unread", "1") /* one that it stands for */
			  UPDATE("a-2", "received", "close-unread", "70")
				  RESET("a-4", "sent", "close-unread") SUMMARY,
			  &got));
	assert_int_equal(got.resets, 252);
	assert_int_equal(got.of_cause, 251);
	assert_int_equal(got.repeated, 3);
	assert_int_equal(got.ignored, 2);
	assert_int_equal(got.lost, 4);
	assert_int_equal(got.unseen, 5);
}

static void test_cut_off(void **state)
{
	struct lab_tally got;

	(void)state;
	assert_false(tally(RESET("a-1", "sent", "fd-exhausted"), &got));
	assert_int_equal(got.resets, 1);
	assert_false(tally("", &got));
	assert_int_equal(got.resets, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
