/* SPDX-License-Identifier: MIT */
#include "host/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cgroup.h"
#include "host/lines.h"
#include "host/users.h"

#define COUNT_LIMIT 262144

/* One table for the process: /etc/passwd is the host's. */
static struct users *known_users;

void process_users_load(void)
{
	if (!known_users)
		known_users = users_new(USERS_PASSWD);
}

/*
 * The directory of a process. What is read below it is of that very process: when it is gone, reads
 * fail, even if its number is used again. -ESRCH if there is none.
 */
static int open_process(uint32_t pid)
{
	char path[32];
	int fd;

	if (!pid)
		return -ESRCH;
	snprintf(path, sizeof(path), "/proc/%u", pid);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	return fd;
}

/* Decimal digits from @p on; returns where they end, or NULL if there are none or too many. */
static const char *parse_number(const char *p, const char *end, uint64_t *ret)
{
	const char *start = p;

	*ret = 0;
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		*ret = *ret * 10 + (uint64_t)(*p - '0');
	return p == start || p - start > 19 ? NULL : p;
}

/* Field 3 and those behind it, by the numbers of proc_pid_stat(5); NULL. */
static const char *stat_field(const char *text, size_t length, int number)
{
	/* "812 (name) S 1 ...": a name may hold ") S 1", so it ends at the last bracket. */
	const char *end = text + length, *p = memrchr(text, ')', length);

	if (!p || end - p < 3 || p[1] != ' ')
		return NULL;
	p += 2;
	for (int field = 3; p && field < number; field++) {
		p = memchr(p, ' ', (size_t)(end - p));
		if (p)
			p++;
	}
	return p;
}

int process_parse_stat(const char *text, size_t length, char *ret_state, uint64_t *ret_start)
{
	const char *state = stat_field(text, length, 3), *start = stat_field(text, length, 22);

	if (!state || !start)
		return -EINVAL;
	*ret_state = *state;
	return parse_number(start, text + length, ret_start) ? 0 : -EINVAL;
}

int process_parse_cpu(const char *text, size_t length, uint64_t *ret_cpu, bool *ret_realtime)
{
	const char *cpu = stat_field(text, length, 39), *priority = stat_field(text, length, 40);
	uint64_t value;

	if (!cpu || !priority || !parse_number(cpu, text + length, ret_cpu) ||
	    !parse_number(priority, text + length, &value))
		return -EINVAL;
	*ret_realtime = value > 0;
	return 0;
}

static const char *after_label(const char *text, size_t length, const char *label)
{
	size_t label_bytes = strlen(label);
	const char *p = text, *end = text + length;

	while (p && (size_t)(end - p) >= label_bytes) {
		if (memcmp(p, label, label_bytes) == 0)
			return p + label_bytes;
		p = memchr(p, '\n', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	return NULL;
}

int process_parse_uid(const char *text, size_t length, uint32_t *ret_uid)
{
	/* "Uid:\treal\teffective\t...". A name cannot fake the line: newlines in it are escaped. */
	const char *end = text + length, *p = after_label(text, length, "Uid:\t");
	uint64_t value;

	p = p ? parse_number(p, end, &value) : NULL;
	if (!p || p == end || *p != '\t' || !parse_number(p + 1, end, &value) || value > UINT32_MAX)
		return -EINVAL;
	*ret_uid = (uint32_t)value;
	return 0;
}

int process_parse_limit(const char *text, size_t length, bool hard, uint32_t *ret_limit)
{
	const char *end = text + length, *p = after_label(text, length, "Max open files");
	uint64_t value;

	if (!p)
		return -ENOENT;
	while (p < end && *p == ' ')
		p++;
	/* The hard one is the word behind the soft one. */
	while (hard && p < end && *p != ' ')
		p++;
	while (p < end && *p == ' ')
		p++;
	if (end - p >= 9 && memcmp(p, "unlimited", 9) == 0)
		value = UINT32_MAX;
	else if (!parse_number(p, end, &value))
		return -EINVAL;
	*ret_limit = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
	return 0;
}

static void read_comm(int dir_fd, struct program *ret)
{
	char text[80]; /* names of kernel threads are longer */
	ssize_t length = file_read_at(dir_fd, "comm", text, sizeof(text));

	if (length <= 0)
		return;
	if (text[length - 1] == '\n')
		length--;
	if (length > PROGRAM_COMM - 1)
		length = PROGRAM_COMM - 1;
	memcpy(ret->comm, text, (size_t)length);
	ret->comm[length] = '\0';
}

static void read_user(int dir_fd, struct program *ret)
{
	char text[1024]; /* the line is near the beginning */
	ssize_t length = file_read_at(dir_fd, "status", text, sizeof(text));
	const char *name;

	if (length <= 0 || process_parse_uid(text, (size_t)length, &ret->uid))
		return;
	ret->has_uid = true;
	name = known_users ? users_name(known_users, ret->uid) : NULL;
	if (name)
		strcpy(ret->user, name);
}

static void read_exe(int dir_fd, struct program *ret)
{
	static const char deleted[] = " (deleted)"; /* replaced since it was started */
	size_t cut = sizeof(deleted) - 1;
	char text[4096];
	ssize_t length = readlinkat(dir_fd, "exe", text, sizeof(text));

	if (length <= 0)
		return;
	if ((size_t)length > cut && memcmp(text + length - cut, deleted, cut) == 0)
		length -= (ssize_t)cut;
	path_copy_end(ret->exe, sizeof(ret->exe), text, (size_t)length);
}

static void read_cgroup(int dir_fd, struct program *ret)
{
	char text[16384];
	ssize_t length = file_read_at(dir_fd, "cgroup", text, sizeof(text));

	if (length > 0)
		cgroup_parse(text, (size_t)length, ret);
}

int process_read_started(uint32_t pid, struct program *ret, uint64_t *ret_start)
{
	char text[1024];
	ssize_t length;
	int fd;

	memset(ret, 0, sizeof(*ret));
	ret->pid = pid;
	*ret_start = 0;
	process_users_load();
	fd = open_process(pid);
	if (fd < 0)
		return fd;
	length = file_read_at(fd, "stat", text, sizeof(text));
	if (length < 0) {
		close(fd);
		return (int)length;
	}
	if (process_parse_stat(text, (size_t)length, &ret->state, ret_start))
		*ret_start = 0;
	read_comm(fd, ret);
	read_user(fd, ret);
	read_exe(fd, ret);
	read_cgroup(fd, ret);
	close(fd);
	return 0;
}

int process_read(uint32_t pid, struct program *ret)
{
	uint64_t start;

	return process_read_started(pid, ret, &start);
}

static int count_descriptors(int dir_fd, uint32_t *ret)
{
	int fd = openat(dir_fd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint32_t count = 0;
	DIR *directory;

	if (fd < 0)
		return -errno;
	directory = fdopendir(fd);
	if (!directory) {
		close(fd);
		return -ENOMEM;
	}
	while (count < COUNT_LIMIT + 2 && readdir(directory))
		count++;
	closedir(directory);
	*ret = count > 2 ? count - 2 : 0; /* "." and ".." */
	return 0;
}

int process_descriptors(uint32_t pid, uint32_t *ret_used, uint32_t *ret_limit)
{
	int dir_fd = open_process(pid), r = 0;
	struct stat st;
	char text[4096];
	ssize_t length;

	*ret_used = *ret_limit = 0;
	if (dir_fd < 0)
		return dir_fd;
	/* Since Linux 6.2 the size of the directory is the count (proc_fd_getattr() in
	 * fs/proc/fd.c), and asking for it needs no right to list it. Before, the size is 0. */
	if (fstatat(dir_fd, "fd", &st, 0) == 0 && st.st_size > 0)
		*ret_used = st.st_size > UINT32_MAX ? UINT32_MAX : (uint32_t)st.st_size;
	else
		r = count_descriptors(dir_fd, ret_used);
	if (!r) {
		length = file_read_at(dir_fd, "limits", text, sizeof(text));
		r = length < 0 ? (int)length
			       : process_parse_limit(text, (size_t)length, false, ret_limit);
	}
	close(dir_fd);
	return r;
}

int process_hard_limit(uint32_t pid, uint32_t *ret_limit)
{
	int dir_fd = open_process(pid);
	char text[4096];
	ssize_t length;

	*ret_limit = 0;
	if (dir_fd < 0)
		return dir_fd;
	length = file_read_at(dir_fd, "limits", text, sizeof(text));
	close(dir_fd);
	return length < 0 ? (int)length
			  : process_parse_limit(text, (size_t)length, true, ret_limit);
}
