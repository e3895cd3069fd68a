/* SPDX-License-Identifier: MIT */
/* What a view of the lab may say: of a reset whose story was lost in part it may know less. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lab/judge.h"

static const struct scenario story = {
	.name = "story",
	.class = "owner-abort",
	.cause = "fd-exhausted",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
};

#define LINE(class, class_confidence, cause, confidence, evidence)                                 \
	"{\"type\":\"reset\",\"id\":\"a-1\",\"time\":\"2026-11-29T12:14:45.798558Z\",\"view\":"    \
	"\"sent\",\"connection\":{\"client\":"                                                     \
	"\"10.0.0.1:40000\",\"server\":\"10.0.0.2:1000\"},\"verdict\":{\"class\":\"" class         \
		"\",\"class_confidence\":\"" class_confidence "\",\"cause\":\"" cause              \
		"\",\"confidence\":\"" confidence "\",\"expected\":false},\"evidence\":[" evidence \
		"],\"alternatives\":[]}\n"
#define PART_LOST "{\"fact\":\"testimony_missing\",\"value\":true,\"text\":\"\"}"

static enum judge_result judged(const char *text)
{
	struct watches *watches = calloc(1, sizeof(*watches));
	struct lab *lab = calloc(1, sizeof(*lab));
	struct judgement judgement;
	struct buf lines;

	assert_true(watches && lab);
	buf_init(&lines, 4096);
	buf_add_text(&lines, text);
	watches->port_base = 1000;
	watches_take(watches, (int)LAB_SERVER, &lines);
	assert_int_equal(watches->event_count, 1);
	assert_int_equal(watches->events[0].time_ns / 1000, 1795954485798558);
	judge_view(&story, lab, watches, (int)LAB_SERVER, &judgement);
	free(watches->events[0].line);
	buf_release(&lines);
	free(watches);
	free(lab);
	return judgement.result;
}

static void test_part_lost(void **state)
{
	(void)state;
	assert_int_equal(judged(LINE("owner-abort", "certain", "fd-exhausted", "certain", "")),
			 JUDGE_PASS);
	assert_int_equal(judged(LINE("unknown", "", "unknown", "", "")), JUDGE_FAIL);
	assert_int_equal(judged(LINE("owner-abort", "likely", "close-unread", "likely", "")),
			 JUDGE_FAIL);
	assert_int_equal(judged(LINE("unknown", "", "unknown", "", PART_LOST)), JUDGE_PASS);
	assert_int_equal(judged(LINE("owner-abort", "likely", "close-unread", "likely", PART_LOST)),
			 JUDGE_PASS);
	/* That is no reason to be wrong: */
	assert_int_equal(judged(LINE("no-socket", "likely", "half-open", "likely", PART_LOST)),
			 JUDGE_FAIL);
	assert_int_equal(
		judged(LINE("owner-abort", "likely", "close-unread", "certain", PART_LOST)),
		JUDGE_FAIL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_part_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
