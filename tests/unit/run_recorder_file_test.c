/* SPDX-License-Identifier: MIT */
/* The recorder's file: that it cannot be turned against its owner, and what a full disk does. */
#include "recorder_play.h"

#include <signal.h>
#include <sys/resource.h>

static int try_open(const char *where, char problem[RECORDER_PROBLEM_BYTES])
{
	struct recorder_options options = { 0 };
	struct recorder *recorder;
	int r = recorder_open_file(where, &options, LINK_SLL2, &recorder, problem);

	if (r == 0)
		assert_int_equal(recorder_close(recorder, NULL), 0);
	return r;
}

static void write_to(const char *where, const char *text)
{
	int fd = open(where, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void test_file(void **state)
{
	char problem[RECORDER_PROBLEM_BYTES], link_path[128];
	mode_t mask = umask(0);
	struct stat st;

	(void)state;
	unlink(path);
	assert_int_equal(try_open(path, problem), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* what was recorded once stays */
	assert_int_equal(try_open(path, problem), -EEXIST);
	assert_non_null(strstr(problem, "exists already"));
	/* mktemp's file is taken, and closed to others; one with a second name is not */
	write_to(path, "");
	assert_int_equal(chmod(path, 0666), 0);
	snprintf(link_path, sizeof(link_path), "%s/link", folder);
	assert_int_equal(link(path, link_path), 0);
	assert_int_equal(try_open(path, problem), -EEXIST);
	unlink(link_path);
	assert_int_equal(try_open(path, problem), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* no way through a symbolic link, wherever it leads */
	write_to(path, "");
	assert_int_equal(symlink(path, link_path), 0);
	assert_int_equal(try_open(link_path, problem), -ELOOP);
	unlink(path);
	assert_int_equal(try_open(link_path, problem), -ELOOP);
	assert_int_equal(access(path, F_OK), -1);
	unlink(link_path);
	/* a FIFO that nobody reads holds up nobody */
	assert_int_equal(mkfifo(link_path, 0600), 0);
	assert_int_equal(try_open(link_path, problem), -EEXIST);
	unlink(link_path);
	assert_int_equal(try_open("/dev/null", problem), -EEXIST);
	assert_int_equal(try_open("-", problem), -EINVAL);
	assert_int_equal(try_open(folder, problem), -EISDIR);
	assert_int_equal(try_open("/nowhere/at/all", problem), -ENOENT);
	umask(mask);
}

/* A disk that is full ends the recording, once and quietly, at a whole block; so does the limit. */
static void test_full(void **state)
{
	struct rlimit limit, small = { 2000, 2000 };
	static struct content content;
	struct recorder_options options = { .file_bytes = 2000 };
	char problem[RECORDER_PROBLEM_BYTES];
	struct recorder_counts counts;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small.rlim_max = limit.rlim_max;
	for (int ours = 0; ours < 2; ours++) {
		struct recorder *recorder;
		int wait_ms, r = 0;

		unlink(path);
		options.file_bytes = ours ? 2000 : 0;
		if (!ours)
			assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
		assert_int_equal(recorder_open_file(path, &options, LINK_SLL2, &recorder, problem),
				 0);
		for (int i = 0; i < 10; i++) {
			struct shot like = { .link = LINK_SLL2,
					     .family = 4,
					     .port = (uint16_t)(40000 + 2 * i) };
			struct shot reset = play(recorder, like, 4);

			keep(recorder, &reset, "so");
			r = recorder_write_due(recorder, reset.time_ns + 9 * SECOND);
		}
		assert_int_equal(r, -EFBIG);
		assert_int_equal(recorder_poll(recorder, &wait_ms), -EFBIG);
		assert_int_equal(recorder_poll(recorder, &wait_ms), 0);
		assert_int_equal(wait_ms, -1);
		assert_int_equal(recorder_close(recorder, &counts), 0);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		assert_true(counts.bytes <= 2000 && counts.written > 0);
		read_content(&content);
		assert_int_equal(content.file.count, counts.bytes);
		file_release(&content.file);
	}
}

/* A sentence without end is cut between two characters. */
static void test_long(void **state)
{
	struct recorder *recorder = open_new(LINK_SLL2, false, 0);
	struct shot shot = {
		.link = LINK_SLL2, .family = 4, .port = 40000, .flags = TCP_RST, .time_ns = START
	};
	static struct content content;
	static char words[100000];
	size_t length;

	(void)state;
	for (size_t i = 0; i + 4 < sizeof(words); i += 3)
		memcpy(words + i, "\xe4\xb8\xad", 3);
	take(recorder, shot);
	keep(recorder, &shot, words);
	assert_int_equal(recorder_close(recorder, NULL), 0);
	read_content(&content);
	length = strlen(content.comment[0]);
	assert_true(length > 3900 && length < 4100 && length % 3 == 0);
	file_release(&content.file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
