/* SPDX-License-Identifier: MIT */
/*
 * The judging end of a run: takes evidence, reaches the verdict, hands it to the sink and folds it.
 * It runs in a thread of its own, or, on a machine of one CPU, in the caller's.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_TELLER_H
#define WHYRST_RUN_TELLER_H

#include <stdio.h>

#include "run/run.h"

struct teller;

/* Opens the sink. 0 or -errno. */
int teller_new(const struct run_options *options, const struct sink_options *sink_options,
	       struct teller **ret_teller);
/* Waits for the thread. */
void teller_free(struct teller *teller);

/* For tracker_config: where to write the next evidence, and that it is complete. */
struct evidence *teller_reserve(void *teller);
void teller_emit(void *teller, struct evidence *ev);

/* What has been emitted is told now: a pause may follow. */
void teller_flush(struct teller *teller);
/* Enough was told (-c), or nobody reads any more: reading on is useless. */
bool teller_is_full(struct teller *teller);
/* Waits until all that was emitted is told. Evidence may be emitted again afterwards. */
void teller_drain(struct teller *teller);

/*
 * Adds what only the tracker of these connections knows (the knee) to the groups folded so far.
 * Call after teller_drain(), before the tracker is freed.
 */
void teller_measure(struct teller *teller, const struct tracker *tracker);

/*
 * Ends the output: completes @summary (groups and what was counted here), has it printed, closes
 * the sink. 0 or -errno; -EPIPE when the reader is gone.
 */
int teller_finish(struct teller *teller, struct run_summary *summary);

#endif
