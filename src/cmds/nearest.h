/* SPDX-License-Identifier: MIT */
/*
 * Which names come closest to a mistyped one.
 *
 * Floor 8.
 */
#ifndef WHYRST_CMDS_NEAREST_H
#define WHYRST_CMDS_NEAREST_H

#define NEAREST_MAX 3
#define NEAREST_NAME_MAX 32

struct nearest {
	const char *typed;
	int count;
	int distance[NEAREST_MAX];
	char name[NEAREST_MAX][NEAREST_NAME_MAX];
	char text[NEAREST_MAX * (NEAREST_NAME_MAX + 2)];
};

void nearest_init(struct nearest *nearest, const char *typed);
/* A candidate: an option's letter and long name (given dashes), or a plain word (@letter 0). */
void nearest_offer(struct nearest *nearest, char letter, const char *name);
/* "--color, --for" */
const char *nearest_text(struct nearest *nearest);

#endif
