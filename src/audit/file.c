/* SPDX-License-Identifier: MIT */
/* Files that are the old one or the new one, whatever happens. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/record.h"

/* "/etc/sysctl.d/99-whyrst.conf" into the folder, its name and the name to write to. */
struct place {
	char folder[PATH_MAX];
	char name[256];
	char fresh[300];
};

/*
 * Whether a link among the folders leads out of @root: what is written there would be another
 * host's. "" is the root itself, and nothing is out of it.
 */
static bool leads_out(const char *root, const char *folder)
{
	char top[PATH_MAX], path[PATH_MAX], real[PATH_MAX];
	size_t bytes;

	if (!root[0] || !realpath(root, top))
		return false;
	snprintf(path, sizeof(path), "%s", folder);
	/* Of folders that are not there yet, what they would be made in. */
	while (!realpath(path, real)) {
		char *slash = strrchr(path, '/');

		if (errno != ENOENT || !slash || slash == path)
			return true;
		*slash = '\0';
	}
	bytes = strlen(top);
	return strncmp(real, top, bytes) != 0 || (real[bytes] && real[bytes] != '/' && bytes > 1);
}

static int place_of(const char *root, const char *path, struct place *ret)
{
	char *slash;

	if (snprintf(ret->folder, sizeof(ret->folder), "%s%s", root, path) >=
	    (int)sizeof(ret->folder))
		return -ENAMETOOLONG;
	slash = strrchr(ret->folder, '/');
	if (!slash || strlen(slash + 1) >= sizeof(ret->name) || !slash[1])
		return -EINVAL;
	strcpy(ret->name, slash + 1);
	*slash = '\0';
	if (leads_out(root, ret->folder))
		return -EXDEV;
	snprintf(ret->fresh, sizeof(ret->fresh), ".%s.new", ret->name);
	return 0;
}

static int sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = fsync(fd) ? -errno : 0;
	close(fd);
	return r;
}

/* What the folder stands in; @path without a slash is one of the folder that we are in. */
static int sync_above(char *path)
{
	char *slash = strrchr(path, '/');
	int r;

	if (!slash)
		return sync_folder(".");
	*slash = '\0';
	r = sync_folder(*path ? path : "/");
	*slash = '/';
	return r;
}

/* The folder, and those above it that are missing. */
static int make_folder(char *path, mode_t mode)
{
	char *slash;
	int r;

	if (mkdir(path, mode) == 0)
		return sync_above(path);
	if (errno == EEXIST)
		return 0;
	slash = strrchr(path, '/');
	if (errno != ENOENT || !slash || slash == path)
		return -errno;
	*slash = '\0';
	r = make_folder(path, 0755);
	*slash = '/';
	return r ? r : make_folder(path, mode);
}

int file_make_folder(const char *root, const char *path, mode_t mode)
{
	char whole[PATH_MAX];

	if (snprintf(whole, sizeof(whole), "%s%s", root, path) >= (int)sizeof(whole))
		return -ENAMETOOLONG;
	return leads_out(root, whole) ? -EXDEV : make_folder(whole, mode);
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t put = write(fd, text, left);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put < 0 ? -errno : -EIO;
		text += put;
		left -= (size_t)put;
	}
	return fsync(fd) ? -errno : 0;
}

/* The new file belongs to whom the old one does. */
static int keep_owner(int folder_fd, const char *name, int fd)
{
	struct stat old, fresh;

	if (fstatat(folder_fd, name, &old, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &fresh))
		return -errno;
	if (old.st_uid == fresh.st_uid && old.st_gid == fresh.st_gid)
		return 0;
	return fchown(fd, old.st_uid, old.st_gid) ? -errno : 0;
}

int file_replace(const char *root, const char *path, const char *text, mode_t mode)
{
	struct place place;
	int folder_fd, fd, r = place_of(root, path, &place);

	if (!r)
		r = make_folder(place.folder, 0755);
	if (r)
		return r;
	folder_fd = open(place.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder_fd < 0)
		return -errno;
	/* What an attempt left that was cut off; the lock says that nobody is at it. */
	unlinkat(folder_fd, place.fresh, 0);
	fd = openat(folder_fd, place.fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    mode);
	r = fd < 0 ? -errno : write_all(fd, text);
	if (!r)
		r = keep_owner(folder_fd, place.name, fd);
	if (!r && fchmod(fd, mode))
		r = -errno;
	if (fd >= 0)
		close(fd);
	if (!r && renameat(folder_fd, place.fresh, folder_fd, place.name))
		r = -errno;
	if (!r && fsync(folder_fd))
		r = -errno;
	if (r)
		unlinkat(folder_fd, place.fresh, 0);
	close(folder_fd);
	return r;
}

static int remove_from(const struct place *place)
{
	int folder_fd = open(place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;

	if (folder_fd < 0)
		return errno == ENOENT ? 0 : -errno;
	unlinkat(folder_fd, place->fresh, 0);
	if (unlinkat(folder_fd, place->name, 0) && errno != ENOENT)
		r = -errno;
	if (!r && fsync(folder_fd))
		r = -errno;
	close(folder_fd);
	return r;
}

int file_folders_missing(const char *root, const char *path)
{
	struct place place;
	int count = 0, r = place_of(root, path, &place);

	if (r)
		return r;
	while (strlen(place.folder) > strlen(root) && access(place.folder, F_OK)) {
		count++;
		*strrchr(place.folder, '/') = '\0';
	}
	return count;
}

int file_remove(const char *root, const char *path, int folders)
{
	struct place place;
	int r = place_of(root, path, &place);

	if (!r)
		r = remove_from(&place);
	/* Somebody else may have put a file of his own into one; the inner one may be gone. */
	while (!r && folders-- > 0 && strlen(place.folder) > strlen(root) &&
	       (rmdir(place.folder) == 0 || errno == ENOENT))
		*strrchr(place.folder, '/') = '\0';
	return r;
}

void file_forget(const char *root, const char *path)
{
	char whole[PATH_MAX + 300];
	struct place place;

	if (place_of(root, path, &place))
		return;
	snprintf(whole, sizeof(whole), "%s/%s", place.folder, place.fresh);
	unlink(whole);
}
