/* SPDX-License-Identifier: MIT */
/*
 * tcp_tw_recycle, which Linux has had until 4.11: no kernel that is tried here has it, so its
 * setting is a file of a folder, and its counter a number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/apply.h"
#include "audit/check.h"
#include "audit/limits.h"
#include "audit/root.h"
#include "host/sysctl.h"

#define SETTING "/net/ipv4/tcp_tw_recycle"

static char folder[] = "/tmp/whyrst-recycle-XXXXXX";

static char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s%s", folder, name);
	return path;
}

static void write_setting(const char *text)
{
	FILE *file = fopen(path_of(SETTING), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void expect_setting(const char *text)
{
	char now[16] = "";
	FILE *file = fopen(path_of(SETTING), "r");

	assert_non_null(file);
	assert_non_null(fgets(now, sizeof(now), file));
	fclose(file);
	assert_string_equal(now, text);
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || mkdir(path_of("/net"), 0755) || mkdir(path_of("/net/ipv4"), 0755))
		return -1;
	sysctl_set_root(folder);
	root_set(folder);
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {
		SETTING,	   "/net/ipv4", "/net", "/var/lib/whyrst/lock",
		"/var/lib/whyrst", "/var/lib",	"/var", ""
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (remove(path_of(names[i])))
			return -1;
	return 0;
}

/* What all checks find where so many SYNs were dropped between two samples. */
static void judge(struct findings *findings, uint64_t dropped)
{
	static struct audit_space space;
	static struct audit audit;

	space = (struct audit_space){ .own = true, .name = "this" };
	for (int i = 0; i < AUDIT_COUNTERS; i++)
		space.before[i] = space.after[i] = 100;
	space.after[COUNTER_PAWS_PASSIVE] += dropped;
	audit = (struct audit){ .spaces = &space, .space_count = 1, .interval_us = 5000000 };
	assert_int_equal(findings_judge(findings, &audit), 0);
}

static void expect_count(uint64_t dropped, int count)
{
	struct findings findings;

	judge(&findings, dropped);
	assert_int_equal(findings.count, count);
	findings_release(&findings);
}

static void test_found(void **state)
{
	const struct finding *finding;
	struct findings findings;
	struct buf text;

	(void)state;
	write_setting("1\n");
	judge(&findings, 7);
	assert_int_equal(findings.count, 1);
	finding = &findings.items[0];
	assert_string_equal(finding->check->id, "tw-recycle");
	assert_false(finding->suggested);
	buf_init(&text, 4096);
	assert_true(
		finding_expand(finding, LANG_EN, finding->check->facts[0].words[LANG_EN], &text));
	assert_non_null(strstr(buf_text(&text), "7 SYNs were dropped"));
	buf_release(&text);
	assert_int_equal(finding->change_count, 1);
	assert_string_equal(finding->changes[0].name, "net.ipv4.tcp_tw_recycle");
	assert_string_equal(finding->changes[0].from, "1");
	assert_string_equal(finding->changes[0].to, "0");
	findings_release(&findings);
}

static void test_not_found(void **state)
{
	(void)state;
	write_setting("1\n");
	expect_count(0, 0);
	write_setting("0\n");
	expect_count(7, 0);
	remove(path_of(SETTING));
	expect_count(7, 0);
}

static void count_done(void *context, const struct step *step, enum step_result result, int error)
{
	(void)step;
	assert_int_equal(error, 0);
	*(int *)context += result == STEP_DONE;
}

static void test_applied(void **state)
{
	int done = 0, failed;
	struct apply_listener listener = { count_done, &done };
	struct remedies remedies;
	struct findings findings;

	(void)state;
	write_setting("1\n");
	judge(&findings, 7);
	assert_int_equal(remedies_make(&remedies, &findings), 0);
	assert_int_equal(apply_remedies(&remedies, &listener, &failed), 0);
	assert_int_equal(done, 2);
	assert_int_equal(failed, 0);
	expect_setting("0\n");
	assert_int_equal(access(path_of(REMEDY_SYSCTL_FILE), F_OK), 0);
	assert_int_equal(apply_undo(folder, &listener, &failed), 0);
	assert_int_equal(done, 4);
	assert_int_equal(failed, 0);
	expect_setting("1\n");
	assert_int_equal(access(path_of("/etc"), F_OK), -1);
	remedies_release(&remedies);
	findings_release(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_applied),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
