/* SPDX-License-Identifier: MIT */
/* What a scenario turns on its hosts: sysctls, rules, commands. All of it is turned back. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/lab_private.h"

#define COMMAND_MS 10000

/* The child's side of knobs_run(). */
static void command_exec(struct lab *lab, enum lab_who host, const char *const argv[], int input,
			 int output, pid_t parent)
{
	if (!sandbox_child(parent) || hosts_enter(lab, host) < 0)
		_exit(126);
	dup2(input, 0);
	dup2(output, 1);
	dup2(output, 2);
	close_range(3, ~0u, 0);
	execvp(argv[0], (char *const *)argv);
	dprintf(2, "%s: %s", argv[0], strerror(errno));
	_exit(127);
}

/* What the command said, until it closes its output or the time is over. */
static int output_read(int fd, char *ret_output, size_t size)
{
	int64_t deadline = lab_now_ns() + COMMAND_MS * 1000000ll;
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	size_t length = 0;
	char rest[512];
	ssize_t got;

	for (;;) {
		int64_t left_ms = (deadline - lab_now_ns()) / 1000000;

		if (left_ms <= 0 || poll(&ready, 1, (int)left_ms) <= 0)
			return -ETIMEDOUT;
		got = read(fd, rest, sizeof(rest));
		if (got <= 0)
			break;
		got = lab_min((size_t)got, size - 1 - length);
		memcpy(ret_output + length, rest, (size_t)got);
		length += (size_t)got;
	}
	while (length && ret_output[length - 1] == '\n')
		length--;
	ret_output[length] = '\0';
	return 0;
}

int knobs_run(struct lab *lab, enum lab_who host, const char *const argv[], const char *input,
	      char *ret_output, size_t output_size)
{
	pid_t parent = getpid(), pid;
	int in[2], out[2], status = 0, r;
	size_t length = input ? strlen(input) : 0;

	ret_output[0] = '\0';
	if (pipe2(in, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(out, O_CLOEXEC) < 0) {
		r = -errno;
		close(in[0]);
		close(in[1]);
		return r;
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		command_exec(lab, host, argv, in[0], out[1], parent);
	close(in[0]);
	close(out[1]);
	/* A script fits into the pipe, so that nobody waits for the other. */
	r = pid < 0 ? -errno : length > 60000 ? -E2BIG : 0;
	signal(SIGPIPE, SIG_IGN);
	if (r == 0 && length && write(in[1], input, length) < 0)
		r = -errno;
	close(in[1]);
	if (pid > 0) {
		int read_result = output_read(out[0], ret_output, output_size);

		if (read_result < 0)
			kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		if (r == 0)
			r = read_result;
	}
	close(out[0]);
	if (r == 0 && (!WIFEXITED(status) || WEXITSTATUS(status)))
		r = -EIO;
	return r;
}

static char *sysctl_path(const char *name)
{
	char *path, *dot;

	if (asprintf(&path, "/proc/sys/%s", name) < 0)
		return NULL;
	for (dot = path; *dot; dot++)
		if (*dot == '.')
			*dot = '/';
	return path;
}

/* /proc/sys/net shows the namespace of the one who looks. */
static int sysctl_access(struct lab *lab, enum lab_who host, const char *name, const char *value,
			 char *ret_old, size_t old_size)
{
	char *path = sysctl_path(name);
	int fd = -1, r = path ? hosts_enter(lab, host) : -ENOMEM;
	ssize_t done = 0;

	if (r < 0) {
		free(path);
		return r;
	}
	fd = open(path, (value ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	if (fd >= 0)
		done = value ? write(fd, value, strlen(value)) : read(fd, ret_old, old_size - 1);
	if (fd < 0 || done < 0)
		r = -errno;
	else if (!value)
		ret_old[done] = '\0';
	if (fd >= 0)
		close(fd);
	hosts_leave(lab);
	free(path);
	return r;
}

int knobs_sysctl_write(struct lab *lab, enum lab_who host, const char *name, const char *value)
{
	return sysctl_access(lab, host, name, value, NULL, 0);
}

static void undo_add(struct lab *lab, enum lab_who host, const char *sysctl, const char *text)
{
	struct lab_undo *undo = &lab->undo[lab->undo_count];

	if (lab->undo_count == LAB_UNDO_MAX) {
		lab_break(lab, "more than %d things to undo", LAB_UNDO_MAX);
		return;
	}
	undo->host = host;
	undo->sysctl = sysctl ? strdup(sysctl) : NULL;
	undo->text = strdup(text);
	if (undo->text && (undo->sysctl || !sysctl))
		lab->undo_count++;
}

void lab_sysctl(struct lab *lab, enum lab_who host, const char *name, const char *value)
{
	char old[256];
	int r;

	if (lab_broken(lab))
		return;
	tell(lab, lab_host_of(host), WORD_LAB_SETS, "%s = %s", name, value);
	r = sysctl_access(lab, host, name, NULL, old, sizeof(old));
	if (r == 0) {
		undo_add(lab, host, name, old);
		r = knobs_sysctl_write(lab, host, name, value);
	}
	if (r < 0)
		lab_break(lab, "%s cannot be set to %s: %s", name, value, strerror(-r));
}

static void shell(struct lab *lab, enum lab_who host, const char *text)
{
	const char *const argv[] = { "sh", "-c", text, NULL };
	char output[256];
	int r = knobs_run(lab, host, argv, NULL, output, sizeof(output));

	if (r < 0)
		lab_break(lab, "%s: %s", text, output[0] ? output : strerror(-r));
}

void lab_command(struct lab *lab, enum lab_who host, const char *undo, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	if (lab_broken(lab))
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (undo)
		undo_add(lab, host, NULL, undo);
	tell(lab, lab_host_of(host), WORD_LAB_RUNS, "%s", text);
	shell(lab, host, text);
}

void lab_nft(struct lab *lab, enum lab_who host, const char *script)
{
	static const char *const argv[] = { "nft", "-f", "-", NULL };
	char output[256];
	int r;

	if (lab_broken(lab))
		return;
	lab->nft_dirty[lab_host_of(host)] = true;
	r = knobs_run(lab, host, argv, script, output, sizeof(output));
	if (r < 0)
		lab_break(lab, "nft: %s", output[0] ? output : strerror(-r));
}

void lab_rule(struct lab *lab, enum lab_who host, const char *hook, const char *format, ...)
{
	char rule[512], script[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(rule, sizeof(rule), format, arguments);
	va_end(arguments);
	if (!lab_broken(lab))
		tell(lab, lab_host_of(host), WORD_LAB_RULE, "%s: %s", hook, rule);
	snprintf(script, sizeof(script),
		 "table inet lab%u {\n\tchain c {\n\t\ttype filter hook %s priority "
		 "0;\n\t\t%s\n\t}\n}\n",
		 lab->rules++, hook, rule);
	lab_nft(lab, host, script);
}

static void rules_flush(struct lab *lab, enum lab_who host)
{
	lab_nft(lab, host, "flush ruleset\n");
	lab->nft_dirty[lab_host_of(host)] = false;
}

void lab_unrule(struct lab *lab, enum lab_who host)
{
	if (lab_broken(lab))
		return;
	tell(lab, lab_host_of(host), WORD_LAB_UNRULE, "%s", "");
	rules_flush(lab, host);
}

/* Restores whatever happened; a failure shows as the next scenario's, so it must be said. */
void knobs_restore(struct lab *lab)
{
	char broken[sizeof(lab->broken)];
	int host;

	memcpy(broken, lab->broken, sizeof(broken));
	lab->broken[0] = '\0';
	while (lab->undo_count) {
		struct lab_undo *undo = &lab->undo[--lab->undo_count];

		if (!undo->sysctl)
			shell(lab, undo->host, undo->text);
		else if (knobs_sysctl_write(lab, undo->host, undo->sysctl, undo->text) < 0)
			lab_break(lab, "%s is not restored", undo->sysctl);
		if (lab->broken[0])
			fprintf(stderr, "lab: undoing: %s\n", lab->broken);
		lab->broken[0] = '\0';
		free(undo->sysctl);
		free(undo->text);
	}
	for (host = 0; host < LAB_HOSTS; host++)
		if (lab->nft_dirty[host])
			rules_flush(lab, host);
	if (lab->broken[0])
		fprintf(stderr, "lab: undoing: %s\n", lab->broken);
	memcpy(lab->broken, broken, sizeof(broken));
}
