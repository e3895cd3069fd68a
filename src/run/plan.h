/* SPDX-License-Identifier: MIT */
/*
 * How the files of one command line belong together:
 *
 *   group   captures of the same connections from several points, or one point alone
 *   point   one place of capture: one file, or the pieces of a rotated one in order of time
 *
 * Groups share no connection and are judged one after the other; points of a group are read side by
 * side, by time.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_PLAN_H
#define WHYRST_RUN_PLAN_H

#include "run/pair.h"
#include "run/run.h"

struct plan_file {
	int index; /* in run_options.files */
	struct pair_place place;
};

struct plan {
	struct plan_file files[RUN_FILES_MAX]; /* sorted by group, point, time */
	int count;
	int groups;
	struct pairing pairing; /* of the two points that share the most */
	bool paired;
};

/* One file, or files that cannot be looked at first: each alone. @usable[i]: files[i] can be read.
 */
void plan_alone(struct plan *plan, const bool *usable, int count);
/* By what the first pass over them showed. */
void plan_make(struct plan *plan, struct pair *pair, const char *const *names, const bool *usable,
	       int count);
/* Whether a point among others has several pieces: then notes by point tell more than by file. */
bool plan_has_pieces(const struct plan *plan);
/* The file under which the notes of @file's point are taken. */
int plan_noted_as(const struct plan *plan, const struct plan_file *file);
/* The clocks of the points, after a pass that took notes by point. */
void plan_set_clocks(struct plan *plan, const struct pair *pair);

#endif
