/* SPDX-License-Identifier: MIT */
/* The captures of the ends: kept as files, and read by the program as a user would. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/lab_private.h"
#include "lab/watch.h"

#define READ_MS 20000
#define CLIENT_FILE "client.pcapng"
#define SERVER_FILE "server.pcapng"
#define OUTPUT_MAX ((size_t)32 << 20)

static int file_write(int folder, const char *name, const struct buf *content)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	size_t done = 0;
	ssize_t wrote = 0;

	while (fd >= 0 && done < content->length) {
		wrote = write(fd, content->data + done, content->length - done);
		if (wrote < 0)
			break;
		done += (size_t)wrote;
	}
	if (fd < 0 || close(fd) < 0 || wrote < 0)
		return -errno;
	return 0;
}

/* Collects what a child prints on standard output; 0, or a negative errno. */
static int child_read(pid_t pid, int fd, struct buf *ret_output)
{
	int64_t deadline = lab_now_ns() + READ_MS * 1000000ll;
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	static char piece[65536];
	int status = 0, r = 0;
	ssize_t got;

	for (;;) {
		int64_t left_ms = (deadline - lab_now_ns()) / 1000000;

		if (left_ms <= 0 || poll(&ready, 1, (int)left_ms) <= 0) {
			r = -ETIMEDOUT;
			break;
		}
		got = read(fd, piece, sizeof(piece));
		if (got <= 0)
			break;
		buf_add(ret_output, piece, (size_t)got);
	}
	if (r < 0)
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (r == 0 && (!WIFEXITED(status) || WEXITSTATUS(status)))
		r = -EIO;
	return r;
}

static int program_read(struct lab *lab, const struct runner_options *options,
			const char *const arguments[], struct buf *ret_output)
{
	pid_t parent = getpid(), pid;
	const char *argv[16] = { options->whyrst, "read" };
	int out[2], i, r;

	for (i = 0; arguments[i]; i++)
		argv[i + 2] = arguments[i];
	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		if (!sandbox_child(parent) || chdir(lab_folder(lab)) < 0)
			_exit(126);
		dup2(open("/dev/null", O_RDWR), 0);
		dup2(out[1], 1);
		dup2(0, 2);
		close_range(3, ~0u, 0);
		execv(options->whyrst, (char *const *)argv);
		_exit(127);
	}
	close(out[1]);
	r = pid < 0 ? -errno : child_read(pid, out[0], ret_output);
	close(out[0]);
	return r;
}

/* The files of both ends, in the folder of the scenario; read there, so that pages name the file
 * alone. */
static int captures_write(struct lab *lab)
{
	int folder = open(lab_folder(lab), O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (folder < 0)
		return -errno;
	r = file_write(folder, CLIENT_FILE, &lab->files[LAB_CLIENT]);
	if (r == 0)
		r = file_write(folder, SERVER_FILE, &lab->files[LAB_SERVER]);
	close(folder);
	return r;
}

void reread_captures(struct lab *lab, const struct runner_options *options, struct watches *watches)
{
	static const struct {
		int view;
		bool client, server;
	} views[] = {
		{ VIEW_CAPTURE_CLIENT, true, false },
		{ VIEW_CAPTURE_SERVER, false, true },
		{ VIEW_CAPTURES, true, true },
	};
	struct buf output;
	size_t i;

	wait_name(lab, "whyrst read");
	if (captures_write(lab) < 0) {
		lab_break(lab, "the captures cannot be written");
		return;
	}
	buf_init(&output, OUTPUT_MAX);
	for (i = 0; i < sizeof(views) / sizeof(*views); i++) {
		const char *const arguments[] = { "-o",
						  "json",
						  "--lang",
						  options->lang == LANG_ZH ? "zh" : "en",
						  views[i].client ? CLIENT_FILE : SERVER_FILE,
						  views[i].client && views[i].server ? SERVER_FILE
										     : NULL,
						  NULL };

		buf_clear(&output);
		watches->read_result[i] = program_read(lab, options, arguments, &output);
		if (output.overflow)
			watches->read_result[i] = -E2BIG;
		watches_take(watches, views[i].view, &output);
	}
	buf_release(&output);
}

int reread_page(struct lab *lab, const struct runner_options *options, enum reread_how how,
		struct buf *ret_page)
{
	const char *const arguments[] = { "--lang",
					  options->lang == LANG_ZH ? "zh" : "en",
					  "--color",
					  options->color ? "always" : "never",
					  CLIENT_FILE,
					  SERVER_FILE,
					  how == REREAD_FOLDED ? NULL : "-v",
					  how == REREAD_FIRST ? "--count=1" : NULL,
					  NULL };

	if (captures_write(lab) < 0)
		return -EIO;
	return program_read(lab, options, arguments, ret_page);
}

void captures_keep(struct lab *lab, const char *name, int folder)
{
	static const enum lab_who hosts[] = { LAB_CLIENT, LAB_SERVER };
	char file[128];
	size_t i;

	for (i = 0; i < 2; i++) {
		int r;

		snprintf(file, sizeof(file), "%s.ip%d.%s.pcapng", name, lab->ip6 ? 6 : 4,
			 lab_who_name(hosts[i]));
		r = file_write(folder, file, &lab->files[hosts[i]]);
		if (r < 0)
			fprintf(stderr, "%s: %s\n", file, strerror(-r));
	}
}
