/* SPDX-License-Identifier: MIT */
/* The runner: a scenario that hangs, one whose staging breaks, one that is wrong about itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lab/lab_private.h"
#include "lab/runner.h"

static int hang(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_patience(lab, 100000);
	lab_send(lab, pair.client, "x");
	lab_await_unread(lab, pair.server, 1000);
	return 0;
}

static int break_off(struct lab *lab)
{
	lab_pair(lab, 0);
	lab_break(lab, "the sky fell");
	return 0;
}

static int close_normally(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_close(lab, pair.client);
	lab_drain(lab, pair.server);
	lab_close(lab, pair.server);
	return 0;
}

static int die(struct lab *lab)
{
	(void)lab;
	_exit(3);
}

static const struct scenario hanging = { .name = "hanging",
					 .story = { "it hangs", "卡住" },
					 .class = "none",
					 .cause = "none",
					 .limit_s = 1,
					 .run = hang,
					 .shape = SHAPE_SILENT };
static const struct scenario breaking = { .name = "breaking",
					  .story = { "it breaks", "出错" },
					  .class = "none",
					  .cause = "none",
					  .run = break_off,
					  .shape = SHAPE_SILENT };
static const struct scenario lying = { .name = "lying",
				       .story = { "it lies", "说谎" },
				       .class = "owner-abort",
				       .cause = "close-unread",
				       .sender = LAB_SERVER,
				       .receiver = LAB_CLIENT,
				       .run = close_normally,
				       .shape = SHAPE_ACTIVE };
static const struct scenario quiet = { .name = "quiet",
				       .story = { "it is quiet", "安静" },
				       .class = "none",
				       .cause = "none",
				       .run = close_normally,
				       .shape = SHAPE_SILENT };
static const struct scenario dying = { .name = "dying",
				       .story = { "it dies", "崩溃" },
				       .class = "none",
				       .cause = "none",
				       .run = die,
				       .shape = SHAPE_SILENT };

static char complaint[512];

static void complain(const char *text)
{
	snprintf(complaint, sizeof(complaint), "%s", text);
}

/* What one run prints, and its status. */
static char *run_text(const struct scenario *const scenarios[], int count, unsigned int jobs,
		      int *ret_status)
{
	struct runner_options options = { .whyrst = "/proc/self/exe",
					  .captures_fd = -1,
					  .ips = 1u << 4,
					  .jobs = jobs,
					  .only_stage = true,
					  .complain = complain };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	complaint[0] = '\0';
	*ret_status = runner_run(scenarios, count, &options, out);
	fclose(out);
	return text;
}

static void assert_says(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("it does not say '%s', but: %s %s", words, text, complaint);
}

static void test_hang(void **state)
{
	const struct scenario *const two[] = { &hanging, &quiet };
	int status;
	char *text;

	(void)state;
	if (geteuid() != 0)
		skip(); /* network namespaces need root */
	text = run_text(two, 2, 1, &status);
	assert_int_equal(status, 1);
	assert_string_equal(complaint, "");
	assert_says(text, "hung");
	assert_says(text, "1000 unread bytes at server");
	assert_says(text, "2 scenarios, 1 views right, 1 wrong");
	free(text);
}

static void test_broken(void **state)
{
	const struct scenario *const three[] = { &breaking, &dying, &quiet };
	int status;
	char *text;

	(void)state;
	if (geteuid() != 0)
		skip(); /* network namespaces need root */
	text = run_text(three, 3, 2, &status);
	assert_int_equal(status, 1);
	assert_says(text, "the sky fell");
	assert_says(text, "ended unexpectedly");
	assert_says(text, "3 scenarios, 1 views right, 2 wrong");
	free(text);
}

static void test_states_have_names(void **state)
{
	(void)state;
	assert_string_equal(await_state_name(8), "CLOSE_WAIT");
	assert_string_equal(await_state_name(0), "gone");
	assert_string_equal(await_state_name(-2), "gone");
	assert_string_equal(await_state_name(99), "gone");
}

static void test_stage_is_checked(void **state)
{
	const struct scenario *const one[] = { &lying, &quiet };
	int status;
	char *text;

	(void)state;
	if (geteuid() != 0)
		skip(); /* network namespaces need root */
	text = run_text(one, 2, 1, &status);
	assert_int_equal(status, 1);
	assert_says(text, "no reset on any link");
	free(text);
}

/* A lab that dies at once, maybe before its keeper has run, leaves no keeper. */
static void test_keeper(void **state)
{
	int i, left = 0;

	(void)state;
	if (geteuid() != 0)
		skip(); /* namespaces need root */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	for (i = 0; i < 40; i++) {
		struct lab lab = { 0 };
		char why[128];
		pid_t pid = fork();

		if (pid == 0)
			_exit(sandbox_processes(&lab, why, sizeof(why)) == 0 ? 0 : 1);
		waitpid(pid, NULL, 0);
	}
	for (i = 0; i < 100 && (left = waitpid(-1, NULL, WNOHANG)) >= 0; i++)
		if (left == 0)
			usleep(20000);
	prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	assert_int_equal(left, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hang),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_stage_is_checked),
		cmocka_unit_test(test_keeper),
		cmocka_unit_test(test_states_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
