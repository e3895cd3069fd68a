/* SPDX-License-Identifier: MIT */
/* Which process has a socket open: the links of /proc/PID/fd say "socket:[INODE]". */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/boot.h"
#include "host/sock_diag.h"

#define PROCESSES_MAX 32768
#define DESCRIPTORS_MAX 65536
#define DESCRIPTORS_PER_LOOK 512 /* at the clock */

static uint32_t inode_of(int dir_fd, const char *name)
{
	static const char label[] = "socket:[";
	char text[64];
	ssize_t length = readlinkat(dir_fd, name, text, sizeof(text) - 1);

	if (length <= 0)
		return 0;
	text[length] = '\0';
	if (strncmp(text, label, sizeof(label) - 1))
		return 0;
	return (uint32_t)strtoul(text + sizeof(label) - 1, NULL, 10);
}

static void note_holder(struct sock_owner *owners, size_t count, uint32_t inode, uint32_t pid)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (owners[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < count && owners[low].inode == inode; low++) {
		struct sock_owner *owner = &owners[low];

		/* One after the other: a process with several descriptors of it counts once. */
		if (owner->last != pid)
			owner->holders++;
		owner->last = pid;
		if (pid > owner->pid)
			owner->pid = pid;
		if (!owner->first || pid < owner->first)
			owner->first = pid;
	}
}

/* False when the time is over in the middle of it. */
static bool look_through(int proc_fd, uint32_t pid, struct sock_owner *owners, size_t count,
			 int64_t end_ns)
{
	const struct dirent *item;
	char path[24];
	DIR *directory;
	int fd, seen = 0;
	bool whole = true;

	snprintf(path, sizeof(path), "%u/fd", pid);
	fd = openat(proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return true; /* gone, or not ours to see */
	directory = fdopendir(fd);
	if (!directory) {
		close(fd);
		return true;
	}
	while (whole && seen < DESCRIPTORS_MAX && (item = readdir(directory))) {
		uint32_t inode;

		if (item->d_name[0] == '.')
			continue;
		inode = inode_of(dirfd(directory), item->d_name);
		if (inode)
			note_holder(owners, count, inode, pid);
		if (++seen % DESCRIPTORS_PER_LOOK == 0)
			whole = clock_monotonic_ns() < end_ns;
	}
	closedir(directory);
	return whole;
}

/* The number that @name is, or 0. */
static uint32_t pid_of(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	return digits && digits < 10 && !name[digits] ? (uint32_t)strtoul(name, NULL, 10) : 0;
}

static int compare_pids(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return (one < other) - (one > other);
}

/* All processes, those with the highest numbers first. Returns how many, or -errno. */
static int list_processes(DIR *proc, uint32_t *pids)
{
	const struct dirent *item;
	int count = 0;

	while (count < PROCESSES_MAX && (item = readdir(proc))) {
		pids[count] = pid_of(item->d_name);
		count += pids[count] != 0;
	}
	qsort(pids, (size_t)count, sizeof(*pids), compare_pids);
	return count;
}

int sock_owners_find(struct sock_owner *owners, size_t count, int64_t limit_ns,
		     struct sock_search *search)
{
	int64_t end_ns = clock_monotonic_ns() + limit_ns;
	uint32_t begin = search->before_pid;
	static uint32_t pids[PROCESSES_MAX];
	bool whole = true;
	DIR *proc;
	int processes, i;

	proc = opendir("/proc");
	if (!proc)
		return -errno;
	processes = list_processes(proc, pids);
	for (i = 0; i < processes && whole; i++) {
		if (begin && pids[i] >= begin)
			continue;
		/* One with too many descriptors is not tried for ever. */
		whole = look_through(dirfd(proc), pids[i], owners, count, end_ns) &&
			clock_monotonic_ns() < end_ns;
		search->before_pid = pids[i];
	}
	if (i == processes)
		search->before_pid = 0;
	search->whole = i == processes && whole && !begin;
	closedir(proc);
	return 0;
}
