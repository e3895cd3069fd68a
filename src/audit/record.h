/* SPDX-License-Identifier: MIT */
/*
 * What --apply has changed, so that --undo can take it back exactly: /var/lib/whyrst/undo.json,
 * mode 0600, held by a lock. It is written before anything is changed, and each file is replaced
 * whole: whenever the power fails, every file is the old one or the new one, and what was done is
 * known.
 *
 * Floor 6.
 */
#ifndef WHYRST_AUDIT_RECORD_H
#define WHYRST_AUDIT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "audit/root.h"

#define RECORD_FOLDER "/var/lib/whyrst"
#define RECORD_STEPS_MAX 1024

enum step_kind {
	STEP_SYSCTL,
	STEP_DESCRIPTORS,
	STEP_FILE,
};

struct step {
	enum step_kind kind;
	char *name;	/* of the setting, of the process, or the path without the root */
	char *old;	/* value, "SOFT HARD", or the whole file; NULL: there was no file */
	char *text;	/* the same as it was made */
	uint32_t netns; /* STEP_SYSCTL */
	bool own;
	uint32_t pid; /* STEP_DESCRIPTORS */
	uint64_t started;
	uint32_t mode;	  /* STEP_FILE: of the old one */
	int made_folders; /* STEP_FILE: that many above it go with the file */
};

struct record {
	char root[ROOT_BYTES];
	int lock_fd;
	char boot[40]; /* id of the boot in which it was written */
	struct step *steps;
	int count;
};

/*
 * Makes the folder if @make, takes the lock and reads the record. 0; -ENOENT: without @make, there
 * is none; -EWOULDBLOCK: somebody else has the lock; -EBADMSG: it is no record; or another -errno.
 * record_close() in any case.
 */
int record_open(struct record *record, const char *root, bool make);
void record_close(struct record *record);

/* A step more, zero but for its kind and name; NULL at the limit or without memory. */
struct step *record_add(struct record *record, enum step_kind kind, const char *name);
/* Forgets the step. */
void record_remove(struct record *record, int index);
/* Writes what is there; without a step, removes the file. 0 or -errno. */
int record_save(const struct record *record);

/* Whether this is still the boot in which the record was written. */
bool record_same_boot(const struct record *record);
/* Before steps of this boot are added: forgets what ended with the one before. */
void record_enter_boot(struct record *record);

/*
 * Replaces a file whole: written beside it under another name, brought to the disk, renamed. Its
 * owner stays. Makes the folders that are missing. 0 or -errno.
 */
int file_replace(const char *root, const char *path, const char *text, mode_t mode);
/* Makes the folder, with @mode if it was missing, and those above it. 0 or -errno; each of these:
 * -EXDEV where a link leads out of @root. */
int file_make_folder(const char *root, const char *path, mode_t mode);
/* How many folders that would make; -errno. */
int file_folders_missing(const char *root, const char *path);
/* Removes what is left of an attempt to replace it. */
void file_forget(const char *root, const char *path);
/*
 * Removes it, what is left of such an attempt, and so many folders above it if they are empty. 0 or
 * -errno; -ENOENT is 0.
 */
int file_remove(const char *root, const char *path, int folders);

/* --- for tests -----------------------------------------------------------------------------------
 */

/* Adds the steps that @text holds. 0, -EBADMSG (those before the bad one are there) or -ENOMEM. */
int record_parse(struct record *record, const char *text, size_t bytes);

#endif
