/* SPDX-License-Identifier: MIT */
/* A process with limits of its own. */
#ifndef WHYRST_TESTS_AUDIT_CHILD_H
#define WHYRST_TESTS_AUDIT_CHILD_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static pid_t start_child(rlim_t soft, rlim_t hard)
{
	struct rlimit limit = { soft, hard };
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, &limit, NULL), 0);
	return pid;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

#endif
