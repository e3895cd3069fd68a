/* SPDX-License-Identifier: MIT */
/* Real programs: how they are started, and how one sees from outside what they are doing. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/escape.h"
#include "lab/lab_private.h"

pid_t lab_start(struct lab *lab, enum lab_who host, const char *format, ...)
{
	char text[2048], words[256];
	const char *const argv[] = { "sh", "-c", text, NULL };
	int length = snprintf(text, sizeof(text), "cd %s && ", lab_folder(lab));
	const char *command = text + length, *last;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + length, sizeof(text) - (size_t)length, format, arguments);
	va_end(arguments);
	/* The command itself, without what surrounds it. */
	for (last = command; (last = strstr(last, "exec ")); command = last)
		last += strlen("exec ");
	snprintf(words, sizeof(words), "%.*s", (int)strcspn(command, ">\""), command);
	return program_spawn(lab, host, argv, words);
}

/* One line of a file of /proc, with its newlines and zeros as blanks. */
static bool proc_read(pid_t pid, const char *name, char *ret_text, size_t size)
{
	char path[64];
	size_t length = 0, i;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "re");
	if (file) {
		length = fread(ret_text, 1, size - 1, file);
		fclose(file);
	}
	ret_text[length] = '\0';
	for (i = 0; i < length; i++)
		if (!ret_text[i] || ret_text[i] == '\n')
			ret_text[i] = ' ';
	return file;
}

/* 'S', 'T', ... of a process; 0: there is none. */
static char proc_state(pid_t pid)
{
	char text[512];
	const char *end = proc_read(pid, "stat", text, sizeof(text)) ? strrchr(text, ')') : NULL;

	return end && end[1] ? end[2] : '\0';
}

void lab_stall(struct lab *lab, pid_t pid)
{
	int64_t deadline = 0;
	siginfo_t how;

	if (lab_broken(lab))
		return;
	kill(pid, SIGSTOP);
	wait_name(lab, "process %d to stop", pid);
	while (!lab_broken(lab) && await_tick(lab, &deadline)) {
		how.si_pid = 0;
		/* A child tells when its last thread has stopped; a grandchild is looked at. */
		if (waitid(P_PID, (id_t)pid, &how, WSTOPPED | WNOHANG) == 0
			    ? how.si_pid == pid
			    : proc_state(pid) == 'T')
			return;
	}
	lab_break(lab, "process %d does not stop", pid);
}

void lab_await_end(struct lab *lab, pid_t pid)
{
	int64_t deadline = 0;
	siginfo_t how;

	wait_name(lab, "process %d to end", pid);
	while (!lab_broken(lab) && await_tick(lab, &deadline)) {
		how.si_pid = 0;
		/* It stays to be reaped with all the others. */
		if (waitid(P_PID, (id_t)pid, &how, WEXITED | WNOHANG | WNOWAIT) == 0 && how.si_pid)
			return;
	}
	lab_break(lab, "process %d does not end", pid);
}

pid_t lab_await_child(struct lab *lab, pid_t parent, const char *title)
{
	char children[64], list[4096], line[1024];
	int64_t deadline = 0;
	const char *at;
	int child, length;

	wait_name(lab, "a child %s of process %d", title ?: "", parent);
	snprintf(children, sizeof(children), "task/%d/children", parent);
	while (!lab_broken(lab) && await_tick(lab, &deadline)) {
		proc_read(parent, children, list, sizeof(list));
		for (at = list; sscanf(at, "%d%n", &child, &length) == 1; at += length)
			if (!title || (proc_read(child, "cmdline", line, sizeof(line)) &&
				       strstr(line, title)))
				return child;
	}
	lab_break(lab, "process %d has no child %s", parent, title ?: "");
	return -ESRCH;
}

static FILE *output_open(struct lab *lab, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", lab_folder(lab), name);
	return fopen(path, "re");
}

void lab_await_output(struct lab *lab, const char *name, const char *text)
{
	int64_t deadline = 0;
	char line[1024] = "";
	bool found = false;
	FILE *file;

	wait_name(lab, "%s to say '%s'", name, text);
	while (!found && !lab_broken(lab) && await_tick(lab, &deadline)) {
		file = output_open(lab, name);
		while (file && !found && fgets(line, sizeof(line), file))
			found = strstr(line, text);
		if (file)
			fclose(file);
	}
	line[strcspn(line, "\n")] = '\0';
	if (!found)
		lab_break(lab, "%s does not say '%s', but '%s'", name, text, line);
}

void lab_await_command(struct lab *lab, enum lab_who host, const char *format, ...)
{
	char text[1024], output[256] = "";
	const char *const argv[] = { "sh", "-c", text, NULL };
	int64_t deadline = 0;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	wait_name(lab, "%s", text);
	while (!lab_broken(lab) && await_tick(lab, &deadline))
		if (knobs_run(lab, host, argv, NULL, output, sizeof(output)) == 0)
			return;
	lab_break(lab, "%s: %s", text, output[0] ? output : "does not come to succeed");
}

void lab_record_output(struct lab *lab, enum lab_who who, const char *name)
{
	FILE *file = lab_broken(lab) ? NULL : output_open(lab, name);
	char line[256], *result;
	struct buf safe;

	buf_init(&safe, 2048);
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		result = strchr(line, '=');
		if (!result)
			continue;
		*result++ = '\0';
		buf_clear(&safe);
		escape_terminal(&safe, result, strlen(result));
		lab_record_text(lab, who, line, buf_text(&safe));
	}
	buf_release(&safe);
	if (file)
		fclose(file);
}

/* "0100007F:1F90": words of four bytes as this machine has them. IPv4 in IPv6 is IPv4. */
static struct endpoint proc_endpoint(const char *hex, unsigned int port)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct endpoint end = { .port = (uint16_t)port };
	size_t words = strlen(hex) / 8, i;
	uint32_t word;

	for (i = 0; i < words && i < 4 && sscanf(hex + i * 8, "%8x", &word) == 1; i++)
		memcpy(end.ip + i * 4, &word, sizeof(word));
	end.family = words == 1 ? ADDR_IP4 : ADDR_IP6;
	if (end.family == ADDR_IP6 && memcmp(end.ip, mapped, sizeof(mapped)) == 0) {
		memmove(end.ip, end.ip + 12, 4);
		memset(end.ip + 4, 0, 12);
		end.family = ADDR_IP4;
	}
	return end;
}

struct wanted {
	uint16_t port;
	unsigned int state;
	size_t unread;
};

static bool connection_in(const char *path, const struct wanted *wanted, struct endpoint *ret_local,
			  struct endpoint *ret_remote)
{
	char line[512], local[33], remote[33];
	unsigned int local_port, remote_port, state, unread;
	FILE *file = fopen(path, "re");
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %*u: %32[0-9A-F]:%x %32[0-9A-F]:%x %x %*x:%x", local,
			   &local_port, remote, &remote_port, &state, &unread) != 6)
			continue;
		found = (local_port == wanted->port || remote_port == wanted->port) &&
			state == wanted->state && unread >= wanted->unread;
		*ret_local = proc_endpoint(local, local_port);
		*ret_remote = proc_endpoint(remote, remote_port);
	}
	if (file)
		fclose(file);
	return found;
}

void lab_await_connection(struct lab *lab, enum lab_who host, uint16_t port, int tcp_state,
			  size_t unread, struct endpoint *ret_local, struct endpoint *ret_remote)
{
	const struct wanted wanted = { port, (unsigned int)tcp_state, unread };
	int64_t deadline = 0;
	bool found = false;

	wait_name(lab, "a connection of port %u in state %s on %s", port,
		  await_state_name(tcp_state), lab_who_name(host));
	while (!found && !lab_broken(lab) && await_tick(lab, &deadline) &&
	       hosts_enter(lab, host) == 0) {
		found = connection_in("/proc/thread-self/net/tcp", &wanted, ret_local,
				      ret_remote) ||
			connection_in("/proc/thread-self/net/tcp6", &wanted, ret_local, ret_remote);
		hosts_leave(lab);
	}
	if (!found)
		lab_break(lab, "%s has no connection of port %u in state %s with %zu unread bytes",
			  lab_who_name(host), port, await_state_name(tcp_state), unread);
}
