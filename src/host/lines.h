/* SPDX-License-Identifier: MIT */
/*
 * Text files of the kernel and of the system, line by line, with a limit on everything: the files
 * are foreign, and some of them (/proc/kallsyms) are long.
 *
 * Floor 5.
 */
#ifndef WHYRST_HOST_LINES_H
#define WHYRST_HOST_LINES_H

#include <stddef.h>
#include <sys/types.h>

/* A longer line is left out. */
#define LINE_MAX_BYTES 16383

/*
 * Hands every line of @fd (from where it stands) to @take, without its newline and NOT terminated
 * by a NUL. Stops when @take returns something else than 0, and returns that. Otherwise 0, -errno
 * of a read, or -EFBIG when @max_bytes were read and there is more.
 */
int lines_read(int fd, size_t max_bytes,
	       int (*take)(void *context, const char *line, size_t length), void *context);

/*
 * Reads the file @name below the directory @dir_fd (AT_FDCWD: a path) as far as it fits into
 * @buffer, which is NUL-terminated always. Returns the bytes read, or -errno.
 */
ssize_t file_read_at(int dir_fd, const char *name, char *buffer, size_t buffer_bytes);
/* The same of what open() returned, -errno where it failed; closes it. */
ssize_t file_read_fd(int fd, char *buffer, size_t buffer_bytes);

#endif
