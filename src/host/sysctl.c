/* SPDX-License-Identifier: MIT */
#include "host/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/lines.h"

static const char *root = "/proc/sys";

void sysctl_set_root(const char *root_)
{
	root = root_;
}

/* Dots are slashes. A name that could lead out of the root is none. */
static int path_of(const char *name, char *ret_path, size_t path_bytes)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
	size_t length = strlen(name);
	char *p;

	if (!length || strspn(name, allowed) != length || name[0] == '.' || strstr(name, ".."))
		return -EINVAL;
	if ((size_t)snprintf(ret_path, path_bytes, "%s/%s", root, name) >= path_bytes)
		return -ENAMETOOLONG;
	for (p = ret_path + strlen(root) + 1; *p; p++)
		if (*p == '.')
			*p = '/';
	return 0;
}

/* In place: runs of blanks become one space, none at the ends. */
static void squeeze(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		bool blank = *from == ' ' || *from == '\t' || *from == '\n' || *from == '\r';

		if (!blank)
			*to++ = *from;
		else if (to != text && to[-1] != ' ')
			*to++ = ' ';
	}
	if (to != text && to[-1] == ' ')
		to--;
	*to = '\0';
}

int sysctl_read(const char *name, char *ret_value, size_t value_bytes)
{
	char path[256], text[SYSCTL_VALUE_MAX + 2];
	ssize_t length;
	int r = path_of(name, path, sizeof(path));

	ret_value[0] = '\0';
	if (r)
		return r;
	length = file_read_at(AT_FDCWD, path, text, sizeof(text));
	if (length < 0)
		return (int)length;
	squeeze(text);
	if ((size_t)length == sizeof(text) - 1 || strlen(text) >= value_bytes)
		return -EFBIG;
	strcpy(ret_value, text);
	return 0;
}

int sysctl_numbers(const char *value, int64_t *ret_numbers, int limit)
{
	int count = 0;

	while (count < limit && *value) {
		char *end;

		errno = 0;
		ret_numbers[count] = strtoll(value, &end, 10);
		if (end == value || errno || (*end && *end != ' '))
			return 0;
		count++;
		value = *end ? end + 1 : end;
	}
	return *value ? 0 : count;
}

int sysctl_write(const char *name, const char *value)
{
	char path[256], text[SYSCTL_VALUE_MAX + 2];
	int fd, r = path_of(name, path, sizeof(path)), length;

	if (r)
		return r;
	length = snprintf(text, sizeof(text), "%s\n", value);
	if (length >= (int)sizeof(text))
		return -EFBIG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* One write: the kernel takes what comes with the first one as the whole value. */
	if (write(fd, text, (size_t)length) != length)
		r = errno ? -errno : -EIO;
	close(fd);
	return r;
}

bool sysctl_is_writable(const char *name)
{
	char path[256];
	struct stat st;

	return path_of(name, path, sizeof(path)) == 0 && stat(path, &st) == 0 &&
	       (st.st_mode & S_IWUSR);
}
