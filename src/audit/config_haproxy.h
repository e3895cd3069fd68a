/* SPDX-License-Identifier: MIT */
/*
 * Which statements of HAProxy's configuration count (config_haproxy_if.c).
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_AUDIT_CONFIG_HAPROXY_H
#define WHYRST_AUDIT_CONFIG_HAPROXY_H

#include "audit/config.h"

#define BRANCHES_MAX 100 /* within each other, as in HAProxy */

enum truth {
	HOLDS_NOT,
	HOLDS,
	HOLDS_PERHAPS, /* not known here */
};

struct branch {
	int line;	  /* of its .if */
	enum truth now;	  /* whether what stands here counts */
	enum truth taken; /* whether this branch or one before it counts */
};

struct branches {
	struct branch levels[BRANCHES_MAX];
	int depth;
};

/* Whether a statement here counts. */
enum truth branches_now(const struct branches *branches);
/* Takes ".if" and the like; false where it is a statement. */
bool branches_take(struct branches *branches, struct config *config,
		   const struct config_item *item);
/* The end of the file. */
void branches_end(const struct branches *branches, struct config *config, const char *file);
/* The line of the .if because of which it is not known; 0: of none. */
int branches_line(const struct branches *branches);

#endif
