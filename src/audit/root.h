/* SPDX-License-Identifier: MIT */
/*
 * The folder that all files are looked for below (--root), as if it were the root: a link leads to
 * where it would lead there, never out of it.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_AUDIT_ROOT_H
#define WHYRST_AUDIT_ROOT_H

#include <dirent.h>
#include <glob.h>
#include <sys/types.h>

#define ROOT_BYTES 128

/* "" at the beginning: the root itself. */
void root_set(const char *root);
const char *root_get(void);

/* Each takes a path as it is called below that folder. -errno where it cannot be had. */

/* A descriptor, never inherited. */
int root_open(const char *path, int flags);
/* As file_read_at(). */
ssize_t root_read(const char *path, char *buffer, size_t buffer_bytes);
/* NULL and errno where it cannot be had. */
DIR *root_open_folder(const char *path);
/* Where the link @name in @folder leads, as it stands there. */
ssize_t root_read_link(const char *folder, const char *name, char *ret, size_t bytes);
/* As glob(); @found holds paths below that folder. */
int root_glob(const char *pattern, glob_t *found);

#endif
