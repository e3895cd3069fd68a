/* SPDX-License-Identifier: MIT */
/*
 * Settings of the kernel by their dotted names ("net.ipv4.tcp_syncookies"), as one line of text:
 * what is between several numbers of one setting is one space.
 *
 * Floor 5. One thread at a time.
 */
#ifndef WHYRST_HOST_SYSCTL_H
#define WHYRST_HOST_SYSCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A longer value (a list of reserved ports can be) is -EFBIG. */
#define SYSCTL_VALUE_MAX 4096

/*
 * The value in the calling thread's network namespace. 0, -ENOENT (this kernel, or this namespace,
 * has no such setting), -EINVAL (no name) or another -errno.
 */
int sysctl_read(const char *name, char *ret_value, size_t value_bytes);

/* The numbers of a value: how many of @limit there are, 0 if it holds something else. */
int sysctl_numbers(const char *value, int64_t *ret_numbers, int limit);

/*
 * Whether it could be set in the calling thread's namespace: what is of the whole host can only be
 * read in another namespace than the first.
 */
bool sysctl_is_writable(const char *name);

/* Sets it in the calling thread's network namespace. 0 or -errno. */
int sysctl_write(const char *name, const char *value);

/* --- for tests -----------------------------------------------------------------------------------
 */

/* Settings are files of this folder, which is kept as it is; "/proc/sys" at the beginning. */
void sysctl_set_root(const char *root);

#endif
