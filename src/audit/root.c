/* SPDX-License-Identifier: MIT */
#include "audit/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/lines.h"

#define PATH_BYTES 4096
#define RACES_MAX 8 /* somebody renames folders while they are walked */

static char root[ROOT_BYTES];

void root_set(const char *root_)
{
	snprintf(root, sizeof(root), "%s", root_);
}

const char *root_get(void)
{
	return root;
}

/* Before Linux 5.6: links lead where they lead. */
static int open_plainly(const char *path, int flags)
{
	char full[PATH_BYTES];
	int fd;

	if (snprintf(full, sizeof(full), "%s%s", root, path) >= (int)sizeof(full))
		return -ENAMETOOLONG;
	fd = open(full, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int root_open(const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned)flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	int folder = root[0] ? open(root, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	int fd = -EAGAIN;

	if (!root[0])
		return open_plainly(path, flags);
	if (folder < 0)
		return -errno;
	for (int i = 0; i < RACES_MAX && fd == -EAGAIN; i++) {
		fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
		fd = fd < 0 ? -errno : fd;
	}
	close(folder);
	return fd == -ENOSYS ? open_plainly(path, flags) : fd;
}

ssize_t root_read(const char *path, char *buffer, size_t buffer_bytes)
{
	int fd = root_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	return file_read_fd(fd, buffer, buffer_bytes);
}

DIR *root_open_folder(const char *path)
{
	int fd = root_open(path, O_RDONLY | O_DIRECTORY);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (fd < 0)
		errno = -fd;
	else if (!folder)
		close(fd);
	return folder;
}

ssize_t root_read_link(const char *folder, const char *name, char *ret, size_t bytes)
{
	int fd = root_open(folder, O_PATH | O_DIRECTORY);
	ssize_t length = fd < 0 ? fd : readlinkat(fd, name, ret, bytes - 1);

	if (fd >= 0 && length < 0)
		length = -errno;
	if (fd >= 0)
		close(fd);
	ret[length < 0 ? 0 : length] = '\0';
	return length;
}

/* --- what glob() asks for ------------------------------------------------------------------------
 */

static void *open_for_glob(const char *path)
{
	return root_open_folder(path);
}

static struct dirent *read_for_glob(void *folder)
{
	return readdir(folder);
}

static void close_for_glob(void *folder)
{
	closedir(folder);
}

static int look_at(const char *path, int flags, struct stat *ret)
{
	int fd = root_open(path, O_PATH | flags), r;

	if (fd < 0) {
		errno = -fd;
		return -1;
	}
	r = fstat(fd, ret);
	close(fd);
	return r;
}

static int stat_for_glob(const char *path, struct stat *ret)
{
	return look_at(path, 0, ret);
}

static int lstat_for_glob(const char *path, struct stat *ret)
{
	return look_at(path, O_NOFOLLOW, ret);
}

int root_glob(const char *pattern, glob_t *found)
{
	*found = (glob_t){ .gl_opendir = open_for_glob,
			   .gl_readdir = read_for_glob,
			   .gl_closedir = close_for_glob,
			   .gl_stat = stat_for_glob,
			   .gl_lstat = lstat_for_glob };
	return glob(pattern, GLOB_ALTDIRFUNC, NULL, found);
}
