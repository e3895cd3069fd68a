/* SPDX-License-Identifier: MIT */
/* Processes: the texts of /proc, and live ones that this test makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/process.h"

static void test_stat(void **unused)
{
	static const char tail[] = " 1 812 812 0 -1 4194560 5 6 7 8 9 10 11 12 20 0 1 0 ";
	static const char *const names[] = { "nginx", "a) S 1 2 3", ")))", "", "x\n) T 9" };
	char text[256], state;
	uint64_t start;
	size_t i, length;

	(void)unused;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(text, sizeof(text), "812 (%s) D%s123456 789 0\n", names[i], tail);
		assert_int_equal(process_parse_stat(text, strlen(text), &state, &start), 0);
		assert_int_equal(state, 'D');
		assert_int_equal(start, 123456);
	}
	/* Cut anywhere: refused, nothing read behind it. */
	for (length = 0; length < strlen("812 (x\n) T 9) D") + strlen(tail); length++) {
		char *cut = malloc(length + !length);

		memcpy(cut, text, length);
		assert_true(process_parse_stat(cut, length, &state, &start) < 0);
		free(cut);
	}
}

static void test_cpu(void **unused)
{
	/* fields 4 to 38, then the CPU and the priority of real time */
	static const char calm[] =
		"9 (a) 1 b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 "
		"21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 3 0 0\n";
	static const char urgent[] =
		"9 (a) 1 b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 "
		"21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 61 50 1\n";
	uint64_t cpu;
	bool realtime;

	(void)unused;
	assert_int_equal(process_parse_cpu(calm, sizeof(calm) - 1, &cpu, &realtime), 0);
	assert_int_equal(cpu, 3);
	assert_false(realtime);
	assert_int_equal(process_parse_cpu(urgent, sizeof(urgent) - 1, &cpu, &realtime), 0);
	assert_int_equal(cpu, 61);
	assert_true(realtime);
	assert_int_equal(process_parse_cpu(calm, 90, &cpu, &realtime), -EINVAL);
}

static void test_status(void **unused)
{
	static const char status[] = "Name:\tx\\nUid:\t9\t9\nState:\tS (sleeping)\nTgid:\t812\n"
				     "Uid:\t1000\t33\t1000\t33\nGid:\t1\t1\t1\t1\n";
	uint32_t uid = 7;

	(void)unused;
	assert_int_equal(process_parse_uid(status, sizeof(status) - 1, &uid), 0);
	assert_int_equal(uid, 33);
	assert_int_equal(process_parse_uid("", 0, &uid), -EINVAL);
	assert_int_equal(process_parse_uid("Uid:\t1", 6, &uid), -EINVAL);
	assert_int_equal(process_parse_uid("Uid:\t1\t", 7, &uid), -EINVAL);
	assert_int_equal(process_parse_uid("Uid:\t1\t4294967296\n", 18, &uid), -EINVAL);
	assert_int_equal(process_parse_uid("Uid:\t1\t99999999999999999999999\n", 31, &uid),
			 -EINVAL);
	assert_int_equal(process_parse_uid("Uid:\t1\t4294967295\n", 18, &uid), 0);
	assert_int_equal(uid, UINT32_MAX);
}

static int limit_of(const char *text, uint32_t *ret)
{
	return process_parse_limit(text, strlen(text), false, ret);
}

static void test_limits(void **unused)
{
	uint32_t limit;

	(void)unused;
	assert_int_equal(
		limit_of("Limit                     Soft Limit           Hard Limit           "
			 "Units\n"
			 "Max processes             7823                 7823                 "
			 "processes\n"
			 "Max open files            1024                 524288               "
			 "files\n",
			 &limit),
		0);
	assert_int_equal(limit, 1024);
	assert_int_equal(limit_of("Max open files   unlimited unlimited files\n", &limit), 0);
	assert_int_equal(limit, UINT32_MAX);
	assert_int_equal(limit_of("Max open files   9999999999 x\n", &limit), 0);
	assert_int_equal(limit, UINT32_MAX);
	assert_int_equal(limit_of("Max open files", &limit), -EINVAL);
	assert_int_equal(limit_of("Max open files   ", &limit), -EINVAL);
	assert_int_equal(limit_of("nothing\n", &limit), -ENOENT);
}

/* A child that calls itself @name and waits until it is killed. */
static pid_t child_named(const char *name)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, name);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

/* Until /proc says that it is in @state. */
static void await_state(pid_t pid, char state)
{
	struct timespec pause_10ms = { 0, 10000000 };
	struct program program;
	int i;

	for (i = 0; i < 500; i++) {
		if (process_read((uint32_t)pid, &program) == 0 && program.state == state)
			return;
		nanosleep(&pause_10ms, NULL);
	}
	fail_msg("process %d does not get into state %c", (int)pid, state);
}

static void bury(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_live(void **unused)
{
	pid_t pid = child_named("a\n) Z\033[1m");
	struct program program, own;

	(void)unused;
	await_state(pid, 'S');
	assert_int_equal(process_read((uint32_t)pid, &program), 0);
	assert_int_equal(program.pid, pid);
	assert_string_equal(program.comm, "a\n) Z\033[1m");
	assert_true(program.has_uid);
	assert_int_equal(program.uid, geteuid());
	assert_non_null(strstr(program.exe, "host_process_test"));
	assert_int_equal(process_read((uint32_t)getpid(), &own), 0);
	assert_string_equal(own.exe, program.exe);
	assert_string_equal(own.cgroup, program.cgroup);
	if (geteuid() == 0)
		assert_string_equal(program.user, "root");

	kill(pid, SIGSTOP);
	await_state(pid, 'T');
	kill(pid, SIGKILL);
	await_state(pid, 'Z');
	/* What remains of a zombie. */
	assert_int_equal(process_read((uint32_t)pid, &program), 0);
	assert_string_equal(program.comm, "a\n) Z\033[1m");
	assert_string_equal(program.exe, "");
	assert_true(program.has_uid);
	bury(pid);
	assert_int_equal(process_read((uint32_t)pid, &program), -ESRCH);
	assert_int_equal(program.pid, pid);
	assert_string_equal(program.comm, "");
	assert_int_equal(process_read(0, &program), -ESRCH);
	assert_int_equal(process_read(UINT32_MAX, &program), -ESRCH);
	assert_int_equal(process_read(2, &program), 0); /* kthreadd, or whatever is 2 here */
}

static void test_descriptors(void **unused)
{
	uint32_t used, more, limit;
	struct rlimit files;
	int extra[10], i;

	(void)unused;
	assert_int_equal(process_descriptors((uint32_t)getpid(), &used, &limit), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	assert_int_equal(limit, files.rlim_cur > UINT32_MAX ? UINT32_MAX : files.rlim_cur);
	for (i = 0; i < 10; i++)
		extra[i] = dup(2);
	assert_int_equal(process_descriptors((uint32_t)getpid(), &more, &limit), 0);
	assert_int_equal(more, used + 10);
	for (i = 0; i < 10; i++)
		close(extra[i]);
	assert_int_equal(process_descriptors(0, &used, &limit), -ESRCH);
	assert_int_equal(used, 0);
}

static void test_cache(void **unused)
{
	struct process_cache *cache = process_cache_new(2);
	pid_t first = child_named("first"), second = child_named("second"), third;
	struct program program;

	(void)unused;
	assert_non_null(cache);
	assert_int_equal(process_cache_get(cache, (uint32_t)first, NULL, &program), 0);
	assert_string_equal(program.comm, "first");
	process_cache_learn(cache, (uint32_t)second);
	kill(second, SIGKILL);
	await_state(second, 'Z');
	/* A hint that is another name has it read again: a zombie by now. Its exe is remembered. */
	assert_int_equal(process_cache_get(cache, (uint32_t)second, "worker", &program), 0);
	assert_int_equal(program.state, 'Z');
	assert_string_equal(program.comm, "second");
	assert_non_null(strstr(program.exe, "host_process_test"));
	bury(second);
	bury(first);
	/* Gone, and still named. */
	assert_int_equal(process_cache_get(cache, (uint32_t)second, "thread", &program), 0);
	assert_string_equal(program.comm, "second");
	assert_int_equal(process_cache_get(cache, (uint32_t)first, NULL, &program), 0);
	assert_string_equal(program.comm, "first");
	assert_non_null(strstr(program.exe, "host_process_test"));
	assert_int_equal(process_cache_evicted(cache), 0);

	/* The one that was not asked for the longest makes room: second. */
	third = child_named("third");
	assert_int_equal(process_cache_get(cache, (uint32_t)third, "third", &program), 0);
	assert_int_equal(process_cache_evicted(cache), 1);
	assert_int_equal(process_cache_get(cache, (uint32_t)first, "first", &program), 0);
	assert_int_equal(process_cache_get(cache, (uint32_t)second, "second", &program), -ESRCH);
	assert_int_equal(program.pid, second);
	assert_string_equal(program.comm, "second");
	assert_string_equal(program.exe, "");
	bury(third);

	assert_int_equal(process_cache_get(cache, 0, "a name that is too long", &program), -ESRCH);
	assert_string_equal(program.comm, "a name that is ");
	process_cache_free(cache);
	process_cache_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stat),   cmocka_unit_test(test_cpu),
		cmocka_unit_test(test_status), cmocka_unit_test(test_limits),
		cmocka_unit_test(test_live),   cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
