/* SPDX-License-Identifier: MIT */
/*
 * Runs scenarios one after the other, asks every viewpoint, and says what passed.
 *
 * Floor 6.
 */
#ifndef WHYRST_LAB_RUNNER_H
#define WHYRST_LAB_RUNNER_H

#include <stdio.h>

#include "lab/scenario.h"

struct runner_options {
	const char *whyrst; /* the program whose `live` is asked */
	const char *table;  /* a file for the table, or NULL */
	unsigned int seed;
	bool verbose;
	bool only_stage;
};

/* Runs those of @table (ending with NULL) that are named in @names; all if it is empty. Lines go to
 * @out. Returns 0, 1 if something failed, or a negative errno if nothing could run. */
int runner_run(const struct scenario *const table[], const struct runner_options *options,
	       char *const names[], int name_count, FILE *out);

#endif
