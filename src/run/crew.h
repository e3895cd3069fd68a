/* SPDX-License-Identifier: MIT */
/*
 * The reading end of a run: takes the files of a plan through feeds and trackers, and hands the
 * evidence to the teller.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_CREW_H
#define WHYRST_RUN_CREW_H

#include "run/feed.h"
#include "run/plan.h"
#include "run/run.h"
#include "run/keyset.h"
#include "run/teller.h"

struct joiner;

struct crew {
	const struct run_options *options;
	struct feed feed;      /* for one file at a time: first passes, points alone */
	struct keyset *select; /* NULL: every connection */
	struct pair *pair;     /* NULL: nothing is paired */
	struct teller *teller; /* opened with the first file that can be read */
	struct joiner *joiner; /* of the group at hand, if it has several points */
	struct run_summary summary;
	struct tracker_counts counts;
	int status;
};

/*
 * Opens files[@index] into crew->feed; with FILTER in the source only if @filtered. Says what is
 * wrong, once per file. Returns 0 or -errno.
 */
int crew_open(struct crew *crew, int index, bool filtered);

/* Reads, judges and prints all of @plan. crew->status tells how it went. */
void crew_work(struct crew *crew, struct plan *plan);

#endif
