/* SPDX-License-Identifier: MIT */
/*
 * whyrst: who reset a TCP connection, why, what proves it, what to change. Floor 9.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cmds/help.h"
#include "cmds/options.h"

/* Whatever is still in stdio's buffer goes out; a reader that left is no error. */
static int finish(const struct options *options, int status)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };
	bool failed = ferror(stdout);

	errno = 0;
	if (fflush(stdout) == 0 && !failed)
		return status;
	/* An error of long ago has left no errno: whether the reader is gone, the pipe knows. */
	if (errno == EPIPE || (poll(&output, 1, 0) == 1 && output.revents & POLLERR))
		return status;
	if (!errno)
		errno = EIO;
	options_complain(options->common.lang, "standard output: %s", "标准输出：%s",
			 strerror(errno));
	/* Where the status is the answer, it was given. */
	return status || (options->cmd && options->cmd->exit[0][0]) ? status : 1;
}

static int print_help(const struct options *options)
{
	struct buf out;

	buf_init(&out, 1 << 16);
	help_write(&out, options->cmd, options->common.lang);
	fputs(buf_text(&out), stdout);
	buf_release(&out);
	return 0;
}

int main(int argc, char **argv)
{
	static char output[1 << 18];
	struct options options;
	int status;

	/* stdio would write in pieces of a page: a long list of verdicts is bigger than that. */
	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, output, _IOFBF, sizeof(output));
	/* A closed pipe is told by write(), so that what was counted so far can still be said. */
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		struct buf out;

		buf_init(&out, 1 << 16);
		help_write(&out, NULL, options_lang());
		fputs(buf_text(&out), stderr);
		buf_release(&out);
		return 2;
	}
	if (options_parse(argc, argv, &options) < 0)
		return options_unusable(&options, argc, argv);
	switch (options.want) {
	case WANT_VERSION:
		puts("whyrst " WHYRST_VERSION);
		status = 0;
		break;
	case WANT_HELP:
		status = print_help(&options);
		break;
	case WANT_RUN:
	default:
		status = options.cmd->run(&options.common, options.argc, options.argv);
		break;
	}
	status = finish(&options, status);
	options_release(&options);
	return status;
}
