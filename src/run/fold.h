/* SPDX-License-Identifier: MIT */
/*
 * Folding: hundreds of resets alike become one group with its count, first and last time and one
 * worked example. Alike are those of one cause, server port, mechanism, shape and resetting end.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_FOLD_H
#define WHYRST_RUN_FOLD_H

#include "flow/tracker.h"
#include "sinks/sink.h"
#include "verdict/verdict.h"

#define FOLD_GROUPS_MAX 4096
/* With fewer resets of one mechanism no knee is named (they could stand anywhere). */
#define FOLD_KNEE_RESETS_MIN 10

struct fold;

/* NULL without memory. */
struct fold *fold_new(void);
void fold_free(struct fold *fold);

/* Counts @verdict and puts it into its group. Ignored resets are left out. */
void fold_add(struct fold *fold, const struct verdict *verdict);

/*
 * Sets the knee and the starved connections of the groups whose connections @tracker followed. Call
 * it before that tracker goes; several trackers may follow each other.
 */
void fold_measure(struct fold *fold, const struct tracker *tracker);

/*
 * Sorts the groups and fills the fields of @summary that come from verdicts: groups, group_count,
 * groups_dropped, resets, expected, by_cause, unknown. They live as long as the fold.
 */
void fold_finish(struct fold *fold, struct run_summary *summary);

#endif
