/* SPDX-License-Identifier: MIT */
/* Numbers as large as they can be, and more findings than are kept. */
#include "audit/config.h"
#include "audit/limits.h"
#include "audit/root.h"
#include "config_files.h"
#include "host/sysctl.h"

static int begin(void **state)
{
	(void)state;
	make_folder();
	root_set(folder);
	sysctl_set_root(folder);
	put("/net/ipv4/tcp_tw_recycle", "1\n");
	put("/fs/file-max", "7\n");
	return 0;
}

static int count_of(const struct findings *findings, const char *id, bool suggested)
{
	int n = 0;

	for (int i = 0; i < findings->count; i++)
		n += !strcmp(findings->items[i].check->id, id) &&
		     findings->items[i].suggested == suggested;
	return n;
}

/* fs.file-max is INT64_MAX where systemd sets it. */
static void test_files(void **state)
{
	static const struct {
		int64_t files, limit;
		bool found, proven;
	} rows[] = {
		{ 1500, INT64_MAX, false, false },
		{ 1500, INT64_C(1) << 62, false, false },
		{ 1500, (INT64_C(1) << 62) + 12345, false, false },
		{ INT64_MAX, INT64_MAX, true, true },
		{ 94, 100, false, false },
		{ 95, 100, true, false },
		{ 100, 100, true, true },
		{ 101, 100, true, true },
		{ 142, 150, false, false },
		{ 5, -1, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct audit audit = { .files = rows[i].files,
				       .files_limit = rows[i].limit,
				       .interval_us = 1 };
		struct findings findings;

		assert_int_equal(findings_judge(&findings, &audit), 0);
		assert_int_equal(count_of(&findings, "file-max", true),
				 rows[i].found && !rows[i].proven);
		assert_int_equal(count_of(&findings, "file-max", false), rows[i].proven);
		findings_release(&findings);
	}
}

/* What one check has to say in plenty takes no other's room; what is left out is counted. */
static void test_room(void **state)
{
	struct audit_space space = { .own = true, .name = "this" };
	struct audit audit = { .spaces = &space, .space_count = 1, .interval_us = 1 };
	static char text[300 * 32];
	struct findings findings;

	(void)state;
	for (int i = 0; i < 300; i++)
		strcat(text, "reset_timedout_connection on;\n");
	put("/etc/nginx/nginx.conf", text);
	for (int i = 0; i < AUDIT_COUNTERS; i++)
		space.before[i] = 100, space.after[i] = 101;
	assert_int_equal(findings_judge(&findings, &audit), 0);
	assert_int_equal(count_of(&findings, "timedout-reset", true), FINDINGS_OF_CHECK_MAX);
	assert_int_equal(count_of(&findings, "tw-recycle", false), 1);
	assert_int_equal(findings.dropped, 300 - FINDINGS_OF_CHECK_MAX);
	findings_release(&findings);
	/* Where files are all that is looked at, as many as there is room for. */
	audit.config_files = 1;
	assert_int_equal(findings_judge(&findings, &audit), 0);
	assert_int_equal(count_of(&findings, "timedout-reset", true), FINDINGS_MAX);
	assert_int_equal(findings.dropped, 300 - FINDINGS_MAX);
	findings_release(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First: what configuration there is, is read once. */
		cmocka_unit_test_setup_teardown(test_room, begin, remove_folder),
		cmocka_unit_test_setup_teardown(test_files, begin, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
