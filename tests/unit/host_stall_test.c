/* SPDX-License-Identifier: MIT */
/* What /proc and control groups say of a process that does not get to its work. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/stall.h"

#define SCHED "nginx (812, #threads: 1)\n-----\nse.exec_start          :     "

static int64_t sched(const char *text)
{
	return stall_parse_sched(text, strlen(text));
}

static int64_t throttled(const char *text)
{
	return stall_parse_throttled(text, strlen(text));
}

static void test_sched(void **unused)
{
	(void)unused;
	assert_int_equal(sched(SCHED "21839690.790597\nse.vruntime : 1.2\n"), 21839690790);
	assert_int_equal(sched(SCHED "0.000999\n"), 0);
	assert_int_equal(sched(SCHED "0.001000"), 1);
	/* cut, overlong, nothing */
	assert_int_equal(sched(SCHED "218"), -1);
	assert_int_equal(sched(SCHED "218."), -1);
	assert_int_equal(sched(SCHED "-5.000000\n"), -1);
	assert_int_equal(sched(SCHED "99999999999999999999.000000\n"), -1);
	assert_int_equal(sched("se.exec_star"), -1);
	assert_int_equal(sched(""), -1);
}

static void test_throttled(void **unused)
{
	(void)unused;
	assert_int_equal(throttled("nr_periods 8\nnr_throttled 7\nthrottled_usec 1\n"), 7);
	assert_int_equal(throttled("usage_usec 1\nnr_throttled 0"), 0);
	assert_int_equal(throttled("usage_usec 1\n"), -1);
	assert_int_equal(throttled("nr_throttled "), -1);
	assert_int_equal(throttled("nr_throttled x"), -1);
}

static void test_read(void **unused)
{
	struct stall stall;
	pid_t child;

	(void)unused;
	assert_int_equal(stall_read((uint32_t)getpid(), &stall), 0);
	assert_int_equal(stall.state, 'R');
	/* it runs now, if the kernel says it at all */
	assert_in_range(stall.not_run_us + 1, 0, 200000);
	child = fork();
	if (!child) {
		pause();
		_exit(0);
	}
	assert_true(child > 0);
	kill(child, SIGSTOP);
	waitpid(child, NULL, WUNTRACED);
	usleep(300000);
	assert_int_equal(stall_read((uint32_t)child, &stall), 0);
	assert_int_equal(stall.state, 'T');
	if (stall.not_run_us >= 0)
		assert_in_range(stall.not_run_us, 200000, 60000000);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_int_equal(stall_read((uint32_t)child, &stall), -ESRCH);
	assert_int_equal(stall_read(0, &stall), -ESRCH);
}

/* The clocks of CPUs go apart: what one says of a thread on another is not taken for its own. */
static void test_each_cpu(void **unused)
{
	cpu_set_t own, one, now;
	struct stall stall;

	(void)unused;
	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		pid_t child;

		if (!CPU_ISSET(cpu, &own))
			continue;
		child = fork();
		if (!child) {
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
			sched_setaffinity(0, sizeof(one), &one);
			kill(getpid(), SIGSTOP);
			_exit(0);
		}
		assert_true(child > 0);
		waitpid(child, NULL, WUNTRACED);
		usleep(100000);
		assert_int_equal(stall_read((uint32_t)child, &stall), 0);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		if (stall.not_run_us >= 0)
			assert_in_range(stall.not_run_us, 95000, 60000000);
	}
	assert_int_equal(sched_getaffinity(0, sizeof(now), &now), 0);
	assert_true(CPU_EQUAL(&own, &now));
}

/* Who may keep a CPU for ever is not followed there. */
static void test_realtime(void **unused)
{
	const struct sched_param first = { .sched_priority = 1 };
	struct stall stall;
	pid_t child = fork();

	(void)unused;
	if (!child) {
		pause();
		_exit(0);
	}
	assert_true(child > 0);
	if (sched_setscheduler(child, SCHED_FIFO, &first) == 0) {
		assert_int_equal(stall_read((uint32_t)child, &stall), 0);
		assert_int_equal(stall.not_run_us, -1);
	} else {
		print_message("no real time may be had here: errno %d\n", errno);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sched),	 cmocka_unit_test(test_throttled),
		cmocka_unit_test(test_read),	 cmocka_unit_test(test_each_cpu),
		cmocka_unit_test(test_realtime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
