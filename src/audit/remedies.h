/* SPDX-License-Identifier: MIT */
/*
 * What --apply would do: the remedies of all findings, each setting once, and the files that make
 * them last.
 *
 * Floor 6.
 */
#ifndef WHYRST_AUDIT_REMEDIES_H
#define WHYRST_AUDIT_REMEDIES_H

#include "audit/check.h"
#include "audit/root.h"

#define REMEDY_CHANGES_MAX 128
#define REMEDY_FILES_MAX 64
#define REMEDY_RIVALS_MAX 16
#define REMEDY_SYSCTL_FILE "/etc/sysctl.d/99-whyrst.conf"
#define REMEDY_DROP_IN "99-whyrst.conf"

struct remedy {
	struct change change;
	const char *check; /* id */
};

struct remedy_file {
	char path[256]; /* without the root */
	char *old;	/* NULL: there is none */
	char *text;	/* as it shall be */
};

/* Another file that sets the same, and counts more at the next boot. */
struct remedy_rival {
	char path[256];
	int line;
	char name[64];
	bool only_by_sysctl; /* `sysctl --system` reads it last, systemd does not */
};

struct remedies {
	struct remedy changes[REMEDY_CHANGES_MAX];
	int change_count;
	struct remedy_file files[REMEDY_FILES_MAX];
	int file_count;
	struct remedy_rival rivals[REMEDY_RIVALS_MAX];
	int rival_count;
	char root[ROOT_BYTES];
};

/* Reads what files there are below the root (root_set()). 0 or -errno; remedies_release() in any
 * case. */
int remedies_make(struct remedies *remedies, const struct findings *findings);
void remedies_release(struct remedies *remedies);

/* Hands each line that only one of both texts has to @take: '-' of the old, '+' of the new one. */
void remedy_file_difference(const struct remedy_file *file,
			    void (*take)(void *context, char sign, const char *line, size_t bytes),
			    void *context);

/* --- for tests -----------------------------------------------------------------------------------
 */

/* @old (may be NULL) with @name set to @value; NULL without memory. To be freed. */
char *remedy_sysctl_text(const char *old, const char *name, const char *value, const char *why);
/* The line of @text that sets @name, from 1; 0: none. */
int remedy_sysctl_line(const char *text, const char *name);

#endif
