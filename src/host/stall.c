/* SPDX-License-Identifier: MIT */
#include "host/stall.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/lines.h"
#include "host/process.h"

#define THREADS_MAX 64
#define CGROUP_ROOT "/sys/fs/cgroup"

static const char *after_word(const char *text, size_t length, const char *word)
{
	const char *at = memmem(text, length, word, strlen(word));

	return at ? at + strlen(word) : NULL;
}

static const char *digits(const char *p, const char *end, int64_t *ret)
{
	*ret = 0;
	while (p < end && (*p == ' ' || *p == ':'))
		p++;
	if (p == end || *p < '0' || *p > '9')
		return NULL;
	for (; p < end && *p >= '0' && *p <= '9'; p++) {
		if (*ret > INT64_MAX / 100000)
			return NULL;
		*ret = *ret * 10 + (*p - '0');
	}
	return p;
}

int64_t stall_parse_sched(const char *text, size_t length)
{
	/* Milliseconds, and nanoseconds of them behind the point (SPLIT_NS() in
	 * kernel/sched/debug.c). */
	const char *end = text + length, *p = after_word(text, length, "se.exec_start");
	int64_t ms, ns;

	p = p ? digits(p, end, &ms) : NULL;
	if (!p || p == end || *p != '.' || !digits(p + 1, end, &ns) || ns > 999999)
		return -1;
	return ms * 1000 + ns / 1000;
}

int64_t stall_parse_throttled(const char *text, size_t length)
{
	const char *p = after_word(text, length, "nr_throttled ");
	int64_t value;

	return p && digits(p, text + length, &value) ? value : -1;
}

/* The last turn of a thread: on which CPU, and by that one's clock. */
struct turn {
	uint64_t cpu;
	int64_t us;
};

/* @ret->us is -1 where it is not known. */
static void read_turn(int task_fd, const char *thread, struct turn *ret)
{
	char name[300], text[4096];
	ssize_t length;
	bool realtime;

	ret->us = -1;
	snprintf(name, sizeof(name), "%s/stat", thread);
	length = file_read_at(task_fd, name, text, sizeof(text));
	if (length <= 0 || process_parse_cpu(text, (size_t)length, &ret->cpu, &realtime) < 0)
		return;
	/* It may have that one for itself for ever: we would not come back from there. */
	if (realtime)
		ret->cpu = CPU_SETSIZE;
	snprintf(name, sizeof(name), "%s/sched", thread);
	length = file_read_at(task_fd, name, text, sizeof(text));
	if (length > 0)
		ret->us = stall_parse_sched(text, (size_t)length);
}

/*
 * The clock of the scheduler on @cpu, by a turn of our own there. Each CPU's leaves out what
 * interrupts and other guests took of it: seconds lie between two that have been busy.
 */
static int64_t cpu_now_us(uint64_t cpu)
{
	struct turn own;
	cpu_set_t there;
	int fd;

	if (cpu >= CPU_SETSIZE)
		return -1;
	CPU_ZERO(&there);
	CPU_SET(cpu, &there);
	if (sched_setaffinity(0, sizeof(there), &there) < 0)
		return -1;
	fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	read_turn(fd, "thread-self", &own);
	close(fd);
	return own.us;
}

/* How long ago the latest of @turns was; -1 unknown. The clock of a CPU is read once. */
static int64_t since_latest(const struct turn *turns, int count)
{
	int64_t least_us = -1;

	for (int i = 0; i < count; i++) {
		int64_t now_us, last_us = turns[i].us;
		bool again = false;

		for (int k = 0; k < count; k++) {
			if (turns[k].cpu != turns[i].cpu)
				continue;
			again |= k < i;
			if (turns[k].us > last_us)
				last_us = turns[k].us;
		}
		if (again)
			continue;
		now_us = cpu_now_us(turns[i].cpu);
		if (now_us < 0)
			return -1;
		now_us = now_us > last_us ? now_us - last_us : 0;
		if (least_us < 0 || now_us < least_us)
			least_us = now_us;
	}
	return least_us;
}

static int list_turns(int dir_fd, struct turn turns[THREADS_MAX])
{
	int fd = openat(dir_fd, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 0;
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (!list) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (count >= 0 && (entry = readdir(list))) {
		if (entry->d_name[0] == '.')
			continue;
		if (count == THREADS_MAX) {
			count = -1;
			break;
		}
		read_turn(dirfd(list), entry->d_name, &turns[count]);
		count += turns[count].us >= 0; /* else it has ended meanwhile */
	}
	closedir(list);
	return count;
}

static int64_t not_run_us(int dir_fd)
{
	struct turn turns[THREADS_MAX];
	int count = list_turns(dir_fd, turns);
	int64_t us;
	cpu_set_t own;

	if (count <= 0 || sched_getaffinity(0, sizeof(own), &own) < 0)
		return -1;
	us = since_latest(turns, count);
	sched_setaffinity(0, sizeof(own), &own);
	return us;
}

/* "N:CONTROLLERS:PATH": whether "cpu" is among the controllers, or they are none (version 2). */
static bool is_cpu_line(const char *controllers, size_t length)
{
	const char *end = controllers + length;

	if (!length)
		return true;
	for (const char *p = controllers; p < end; p++) {
		size_t bytes = strcspn(p, ",:");

		if (bytes == 3 && !memcmp(p, "cpu", 3))
			return true;
		p += bytes;
	}
	return false;
}

static int64_t throttled_of(const char *controllers, size_t controllers_bytes, const char *path,
			    size_t path_bytes)
{
	char name[1024], text[1024];
	ssize_t length;
	int r = snprintf(name, sizeof(name), "%s/%.*s/%.*s/cpu.stat", CGROUP_ROOT,
			 (int)controllers_bytes, controllers, (int)path_bytes, path);

	if (r < 0 || (size_t)r >= sizeof(name))
		return -1;
	length = file_read_at(AT_FDCWD, name, text, sizeof(text));
	return length > 0 ? stall_parse_throttled(text, (size_t)length) : -1;
}

static int64_t read_throttled(int dir_fd)
{
	char text[16384];
	ssize_t length = file_read_at(dir_fd, "cgroup", text, sizeof(text) - 1);
	int64_t most = -1;

	if (length <= 0)
		return -1;
	text[length] = '\0';
	for (char *line = text, *next; line && *line; line = next) {
		char *controllers = strchr(line, ':'), *path;
		int64_t found;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		path = controllers ? strchr(++controllers, ':') : NULL;
		if (!path || !is_cpu_line(controllers, (size_t)(path - controllers)))
			continue;
		found = throttled_of(controllers, (size_t)(path - controllers), path + 1,
				     strlen(path + 1));
		if (found > most)
			most = found;
	}
	return most;
}

int stall_read(uint32_t pid, struct stall *ret)
{
	char path[32], text[1024];
	uint64_t started;
	ssize_t length;
	int fd;

	*ret = (struct stall){ .not_run_us = -1, .throttled = -1 };
	snprintf(path, sizeof(path), "/proc/%u", pid);
	fd = pid ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd < 0)
		return -ESRCH;
	length = file_read_at(fd, "stat", text, sizeof(text));
	if (length > 0 && process_parse_stat(text, (size_t)length, &ret->state, &started) < 0)
		ret->state = 0;
	ret->not_run_us = not_run_us(fd);
	ret->throttled = read_throttled(fd);
	close(fd);
	return 0;
}
