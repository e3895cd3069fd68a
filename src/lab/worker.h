/* SPDX-License-Identifier: MIT */
/*
 * One lab with its viewpoints, and scenarios run in it one after the other.
 *
 * Floor 6.
 */
#ifndef WHYRST_LAB_WORKER_H
#define WHYRST_LAB_WORKER_H

#include "lab/page.h"
#include "lab/runner.h"

struct tally {
	unsigned int passed, failed, skipped; /* views */
	unsigned int certain_lies;
};

struct worker;

/*
 * Makes the lab and starts the viewpoints. @slot: of the ranges of ports, one for each worker on
 * this machine. @waiting: LAB_WAITING_MAX bytes in which it is told what is awaited. 0 or a
 * negative errno with @ret_why.
 */
int worker_new(const struct runner_options *options, unsigned int slot, char *waiting,
	       struct worker **ret_worker, char *ret_why, size_t why_size);
void worker_free(struct worker *worker);
/* Both streams get whole lines; @live: as it happens. */
void worker_run(struct worker *worker, const struct scenario *scenario, FILE *out, bool live,
		FILE *table, struct tally *ret_tally);

#define WORKER_SLOTS 8 /* ranges of ports: that many labs at once on a machine */

#endif
