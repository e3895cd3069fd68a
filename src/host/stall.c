/* SPDX-License-Identifier: MIT */
#include "host/stall.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

static int64_t read_sched(int dir_fd, const char *name)
{
	char text[4096];
	ssize_t length = file_read_at(dir_fd, name, text, sizeof(text));

	return length > 0 ? stall_parse_sched(text, (size_t)length) : -1;
}

/* The clock of the scheduler, by our own last turn: it is running now. */
static int64_t sched_now_us(void)
{
	return read_sched(AT_FDCWD, "/proc/thread-self/sched");
}

static int64_t last_run_us(int dir_fd)
{
	int fd = openat(dir_fd, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC), threads = 0;
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	int64_t last_us = -1;

	if (!list) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while ((entry = readdir(list))) {
		char name[300];
		int64_t us;

		if (entry->d_name[0] == '.')
			continue;
		if (threads++ == THREADS_MAX) {
			last_us = -1;
			break;
		}
		snprintf(name, sizeof(name), "%s/sched", entry->d_name);
		us = read_sched(dirfd(list), name);
		if (us > last_us)
			last_us = us;
	}
	closedir(list);
	return last_us;
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
	int64_t last_us, now_us;
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
	last_us = last_run_us(fd);
	now_us = sched_now_us();
	/* The clocks of two CPUs may be a little apart. */
	if (last_us >= 0 && now_us >= 0)
		ret->not_run_us = now_us > last_us ? now_us - last_us : 0;
	ret->throttled = read_throttled(fd);
	close(fd);
	return 0;
}
