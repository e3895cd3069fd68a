/* SPDX-License-Identifier: MIT */
#include "host/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static ssize_t read_some(int fd, char *buffer, size_t bytes)
{
	ssize_t got;

	do
		got = read(fd, buffer, bytes);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

int lines_read(int fd, size_t max_bytes,
	       int (*take)(void *context, const char *line, size_t length), void *context)
{
	char buffer[LINE_MAX_BYTES + 1];
	size_t held = 0, total = 0;
	bool skipping = false; /* the rest of a line that was too long */

	for (;;) {
		ssize_t got = read_some(fd, buffer + held, sizeof(buffer) - held);
		char *line = buffer, *end = buffer + held;
		int r;

		if (got < 0)
			return (int)got;
		if (got == 0)
			break;
		total += (size_t)got;
		if (total > max_bytes)
			return -EFBIG;
		held += (size_t)got;
		while ((end = memchr(end, '\n', (size_t)(buffer + held - end)))) {
			r = skipping ? 0 : take(context, line, (size_t)(end - line));
			if (r)
				return r;
			skipping = false;
			line = ++end;
		}
		held -= (size_t)(line - buffer);
		memmove(buffer, line, held);
		if (held == sizeof(buffer)) {
			skipping = true;
			held = 0;
		}
	}
	return held && !skipping ? take(context, buffer, held) : 0;
}

ssize_t file_read_at(int dir_fd, const char *name, char *buffer, size_t buffer_bytes)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	return file_read_fd(fd < 0 ? -errno : fd, buffer, buffer_bytes);
}

ssize_t file_read_fd(int fd, char *buffer, size_t buffer_bytes)
{
	size_t held = 0;
	ssize_t got;

	buffer[0] = '\0';
	if (fd < 0)
		return fd;
	do {
		got = read_some(fd, buffer + held, buffer_bytes - 1 - held);
		if (got > 0)
			held += (size_t)got;
	} while (got > 0 && held < buffer_bytes - 1);
	close(fd);
	buffer[held] = '\0';
	return got < 0 ? got : (ssize_t)held;
}
