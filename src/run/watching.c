/* SPDX-License-Identifier: MIT */
#include "run/watching.h"

#include <errno.h>
#include <signal.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/signalfd.h>

#include "run/live.h"

int watching_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int watching_soonest(int a, int b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

int watching_until_ms(int64_t at_ns, int64_t now_ns)
{
	return at_ns <= now_ns ? 0 : (int)((at_ns - now_ns) / 1000000) + 1;
}

int watching_end_output(const struct live_options *options, int error)
{
	if (error >= 0)
		return 0;
	/* Told once, here: the end of the program shall not try again. */
	__fpurge(options->out);
	clearerr(options->out);
	if (error == -EPIPE)
		return 0;
	options->note(options->context, "output: %s", "输出：%s", strerror(-error));
	return -1;
}
