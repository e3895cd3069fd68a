/* SPDX-License-Identifier: MIT */
/* What --apply does and --undo takes back, where something comes in between. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/apply.h"
#include "audit/limits.h"
#include "audit/root.h"
#include "audit_child.h"
#include "config_files.h"
#include "host/sysctl.h"

#define FILE_PATH "/etc/sysctl.d/99-whyrst.conf"
#define SETTING "net.ipv4.tcp_fin_timeout"
#define SETTING_PATH "/net/ipv4/tcp_fin_timeout"

static int results[4];

static void tell(void *context, const struct step *step, enum step_result result, int error)
{
	(void)context, (void)step, (void)error;
	results[result]++;
}

static const struct apply_listener listener = { tell, NULL };

static const char *below(const char *path)
{
	static char full[PATH_MAX + 128];

	snprintf(full, sizeof(full), "%s%s", folder, path);
	return full;
}

static void expect_file(const char *path, const char *text)
{
	char now[256] = "";
	FILE *file = fopen(below(path), "r");

	assert_int_equal(file != NULL, text != NULL);
	if (!file)
		return;
	now[fread(now, 1, sizeof(now) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(now, text);
}

static int begin(void **state)
{
	(void)state;
	memset(results, 0, sizeof(results));
	make_folder();
	root_set(folder);
	sysctl_set_root(folder);
	put(SETTING_PATH, "60\n");
	return 0;
}

/* Changes the setting from 60 to 30, and one file from @old to "new\n". */
static void fill(struct remedies *remedies, const char *old)
{
	*remedies = (struct remedies){ .change_count = 1, .file_count = 1 };
	snprintf(remedies->root, sizeof(remedies->root), "%.100s", folder);
	remedies->changes[0] = (struct remedy){
		.change = { .kind = CHANGE_SYSCTL,
			    .own = true,
			    .name = SETTING,
			    .from = "60",
			    .to = "30" },
		.check = "x",
	};
	strcpy(remedies->files[0].path, FILE_PATH);
	remedies->files[0].old = old ? strdup(old) : NULL;
	remedies->files[0].text = strdup("new\n");
}

static void apply(const char *old, int expected, int expected_failed)
{
	struct remedies remedies;
	int failed;

	fill(&remedies, old);
	assert_int_equal(apply_remedies(&remedies, &listener, &failed), expected);
	assert_int_equal(failed, expected_failed);
	remedies_release(&remedies);
}

static void undo(int expected, int expected_failed)
{
	int failed;

	assert_int_equal(apply_undo(folder, &listener, &failed), expected);
	assert_int_equal(failed, expected_failed);
}

/* What somebody else did between the look and the change is not there to be taken back. */
static void test_meanwhile(void **state)
{
	(void)state;
	put(SETTING_PATH, "45\n");
	put(FILE_PATH, "new\n");
	apply("old\n", 0, 1);
	assert_int_equal(results[STEP_CHANGED], 1);
	assert_int_equal(results[STEP_NOTHING], 1);
	/* Now it is what --apply would have made of it. */
	put(SETTING_PATH, "30\n");
	undo(-ENOENT, 0);
	expect_file(SETTING_PATH, "30\n");
	expect_file(FILE_PATH, "new\n");
}

static void test_link(void **state)
{
	(void)state;
	put("/etc/sysctl.d/mine", "old\n");
	assert_int_equal(symlink("mine", below(FILE_PATH)), 0);
	apply("old\n", -ELOOP, 0);
	expect_file(SETTING_PATH, "60\n");
	expect_file("/etc/sysctl.d/mine", "old\n");
}

/* A NUL ends a text, and what stands behind it would be lost. */
static void test_nul(void **state)
{
	struct findings findings = { 0 };
	struct finding finding = { .change_count = 1 };
	struct check check = { .id = "x" };
	struct remedies remedies;
	int fd;

	(void)state;
	put(FILE_PATH, "old\n");
	apply("old\n", 0, 0);
	fd = open(below(FILE_PATH), O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "\0more\n", 6), 6);
	close(fd);
	undo(0, 1);
	assert_int_equal(results[STEP_CHANGED], 1);
	fill(&remedies, NULL);
	finding.changes[0] = remedies.changes[0].change;
	finding.check = &check;
	remedies_release(&remedies);
	findings.items = &finding;
	findings.count = 1;
	assert_int_equal(remedies_make(&remedies, &findings), -EILSEQ);
	remedies_release(&remedies);
}

static void test_owner(void **state)
{
	struct stat st;

	(void)state;
	if (geteuid())
		skip();
	put(FILE_PATH, "old\n");
	assert_int_equal(chown(below(FILE_PATH), 65534, 65533), 0);
	assert_int_equal(chmod(below(FILE_PATH), 0640), 0);
	apply("old\n", 0, 0);
	expect_file(FILE_PATH, "new\n");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(stat(below(FILE_PATH), &st), 0);
		assert_int_equal(st.st_uid, 65534);
		assert_int_equal(st.st_gid, 65533);
		assert_int_equal(st.st_mode & 07777, 0640);
		undo(i ? -ENOENT : 0, 0);
	}
	expect_file(FILE_PATH, "old\n");
}

/* --root with the name of a folder that is not there yet. */
static void test_relative(void **state)
{
	char before[PATH_MAX];

	(void)state;
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(file_folders_missing("r", "/a/b"), 1);
	assert_int_equal(file_replace("r", "/a/b", "text", 0600), 0);
	expect_file("/r/a/b", "text");
	assert_int_equal(chdir(before), 0);
}

/* What is written through a link that leads out of --root would be another host's. */
static void test_link_out(void **state)
{
	char inside[PATH_MAX + 64];

	(void)state;
	snprintf(inside, sizeof(inside), "%s/tree", folder);
	assert_int_equal(mkdir(inside, 0700), 0);
	put("/tree/etc/x", "");
	put("/outside/x", "");
	put("/tree/inside/x", "");
	assert_int_equal(symlink("../../outside", below("/tree/etc/out")), 0);
	assert_int_equal(symlink("../inside", below("/tree/etc/in")), 0);
	assert_int_equal(file_folders_missing(inside, "/etc/out/new/a"), -EXDEV);
	assert_int_equal(file_replace(inside, "/etc/out/new/a", "text", 0600), -EXDEV);
	assert_int_equal(file_replace(inside, "/etc/out/x", "text", 0600), -EXDEV);
	assert_int_equal(file_remove(inside, "/etc/out/x", 1), -EXDEV);
	assert_int_equal(file_make_folder(inside, "/etc/out/new", 0700), -EXDEV);
	expect_file("/outside/x", "");
	assert_int_equal(access(below("/outside/new"), F_OK), -1);
	assert_int_equal(file_folders_missing(inside, "/etc/in/new/a"), 1);
	assert_int_equal(file_replace(inside, "/etc/in/new/a", "text", 0600), 0);
	expect_file("/tree/inside/new/a", "text");
}

/* Waits until every other end of the pipe is closed. */
static void wait_for_end(const int ends[2])
{
	char byte;

	close(ends[1]);
	while (read(ends[0], &byte, 1) > 0)
		;
}

/* Of many that begin at once on a fresh host one has the lock, until all have tried. */
static void test_lock(void **state)
{
	for (int round = 0; round < 20; round++) {
		char root[PATH_MAX + 16];
		int begin_ends[2], tried_ends[2], alone = 0;

		(void)state;
		snprintf(root, sizeof(root), "%s/%d", folder, round);
		assert_int_equal(pipe(begin_ends), 0);
		assert_int_equal(pipe(tried_ends), 0);
		for (int i = 0; i < 8; i++) {
			struct record record;
			int r;

			if (fork())
				continue;
			wait_for_end(begin_ends);
			r = record_open(&record, root, true);
			wait_for_end(tried_ends);
			_exit(r == 0);
		}
		close(begin_ends[0]);
		close(begin_ends[1]);
		close(tried_ends[0]);
		close(tried_ends[1]);
		for (int i = 0, status; i < 8; i++) {
			assert_true(wait(&status) > 0);
			alone += WEXITSTATUS(status);
		}
		assert_int_equal(alone, 1);
	}
}

/* --- limits of a process -------------------------------------------------------------------------
 */

/* In place of the kernel's, where that would not let the hard limit of @pretended be raised. */
static pid_t pretended;
static struct rlimit pretended_limit;

int prlimit(pid_t pid, __rlimit_resource_t resource, const struct rlimit *to, struct rlimit *ret)
{
	if (!pretended || pid != pretended || resource != RLIMIT_NOFILE)
		return (int)syscall(SYS_prlimit64, pid, resource, to, ret);
	if (ret)
		*ret = pretended_limit;
	if (to && to->rlim_cur > to->rlim_max) {
		errno = EINVAL;
		return -1;
	}
	if (to)
		pretended_limit = *to;
	return 0;
}

static void pretend(pid_t pid, bool is_needed)
{
	pretended = 0;
	if (is_needed)
		assert_int_equal(prlimit(pid, RLIMIT_NOFILE, NULL, &pretended_limit), 0);
	pretended = is_needed ? pid : 0;
}

static bool may_raise(pid_t pid)
{
	struct rlimit now, more;

	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, NULL, &now), 0);
	more = (struct rlimit){ now.rlim_cur, now.rlim_max + 1 };
	return prlimit(pid, RLIMIT_NOFILE, &more, NULL) == 0 &&
	       prlimit(pid, RLIMIT_NOFILE, &now, NULL) == 0;
}

static void fill_limits(struct remedies *remedies, pid_t pid, uint32_t to)
{
	struct change *change = &remedies->changes[0].change;

	*remedies = (struct remedies){ .change_count = 1 };
	snprintf(remedies->root, sizeof(remedies->root), "%.100s", folder);
	remedies->changes[0].check = "x";
	*change = (struct change){ .kind = CHANGE_DESCRIPTORS, .own = true, .pid = (uint32_t)pid };
	change->soft_to = to;
	strcpy(change->comm, "child");
}

static void expect_limits(pid_t pid, rlim_t soft, rlim_t hard)
{
	struct rlimit now;

	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, NULL, &now), 0);
	assert_int_equal(now.rlim_cur, soft);
	assert_int_equal(now.rlim_max, hard);
}

static void test_limits(void **state)
{
	static const struct {
		uint32_t soft, hard, to, soft_then, hard_then;
	} rows[] = {
		{ 64, 512, 256, 256, 512 },
		/* The hard one is in the way, and goes back, too. */
		{ 64, 64, 256, 256, 256 },
		{ 64, 128, 256, 256, 256 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		pid_t pid = start_child(rows[i].soft, rows[i].hard);
		struct remedies remedies;
		int failed;

		/* It takes CAP_SYS_RESOURCE, which root in a container often has not. */
		pretend(pid, rows[i].to > rows[i].hard && !may_raise(pid));
		fill_limits(&remedies, pid, rows[i].to);
		assert_int_equal(apply_remedies(&remedies, &listener, &failed), 0);
		assert_int_equal(failed, 0);
		expect_limits(pid, rows[i].soft_then, rows[i].hard_then);
		undo(0, 0);
		expect_limits(pid, rows[i].soft, rows[i].hard);
		pretend(0, false);
		end_child(pid);
	}
}

/* Above fs.nr_open nobody may have: told, and nothing is changed. */
static void test_limits_refused(void **state)
{
	pid_t pid = start_child(64, 64);
	struct remedies remedies;
	int failed;

	(void)state;
	fill_limits(&remedies, pid, 2147483647);
	assert_int_equal(apply_remedies(&remedies, &listener, &failed), 0);
	assert_int_equal(failed, 1);
	assert_int_equal(results[STEP_FAILED], 1);
	expect_limits(pid, 64, 64);
	undo(0, 0);
	assert_int_equal(results[STEP_NOTHING], 1);
	end_child(pid);
}

/* The process ended between the look and the change, or between that and --undo. */
static void test_limits_gone(void **state)
{
	pid_t pid = start_child(64, 512);
	struct remedies remedies;
	int failed;

	(void)state;
	fill_limits(&remedies, pid, 256);
	assert_int_equal(apply_remedies(&remedies, &listener, &failed), 0);
	expect_limits(pid, 256, 512);
	end_child(pid);
	undo(0, 0);
	assert_int_equal(results[STEP_NOTHING], 1);
	assert_int_equal(apply_remedies(&remedies, &listener, &failed), 0);
	assert_int_equal(failed, 0);
	undo(-ENOENT, 0);
}

/* --- the record ----------------------------------------------------------------------------------
 */

/* What belongs to another boot ends with it; files and settings of our own do not. */
static void test_boot(void **state)
{
	static const char text[] =
		"{\"version\":1,\"boot\":\"another\",\"steps\":["
		"{\"kind\":\"sysctl\",\"name\":\"a.b\",\"old\":\"1\",\"new\":\"2\",\"netns\":7,"
		"\"own\":true},"
		"{\"kind\":\"sysctl\",\"name\":\"a.c\",\"old\":\"1\",\"new\":\"2\",\"netns\":8},"
		"{\"kind\":\"descriptors\",\"name\":\"x\",\"old\":\"1 2\",\"new\":\"2 "
		"2\",\"pid\":1},"
		"{\"kind\":\"file\",\"name\":\"/a\",\"new\":\"2\"}]}";
	struct record record = { .lock_fd = -1 };

	(void)state;
	assert_int_equal(record_parse(&record, text, sizeof(text) - 1), 0);
	assert_int_equal(record.count, 4);
	assert_false(record_same_boot(&record));
	record_enter_boot(&record);
	assert_true(record_same_boot(&record));
	assert_int_equal(record.count, 2);
	assert_string_equal(record.steps[0].name, "a.b");
	assert_int_equal(record.steps[0].netns, 0);
	assert_string_equal(record.steps[1].name, "/a");
	record_enter_boot(&record);
	assert_int_equal(record.count, 2);
	record_close(&record);
}

/* What --undo could not read is not written. */
static void test_too_much(void **state)
{
	struct record record;
	struct step *step;

	(void)state;
	assert_int_equal(record_open(&record, folder, true), 0);
	step = record_add(&record, STEP_FILE, "/a");
	assert_non_null(step);
	step->text = malloc(8 << 20);
	memset(step->text, 'x', (8 << 20) - 1);
	step->text[(8 << 20) - 1] = '\0';
	assert_int_equal(record_save(&record), -EFBIG);
	record_close(&record);
	undo(-ENOENT, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_meanwhile), TEST(test_link),		 TEST(test_nul),
		TEST(test_owner),     TEST(test_relative),	 TEST(test_lock),
		TEST(test_owner),     TEST(test_link_out),	 TEST(test_lock),
		TEST(test_limits),    TEST(test_limits_refused), TEST(test_limits_gone),
		TEST(test_boot),      TEST(test_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
