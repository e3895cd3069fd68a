/* SPDX-License-Identifier: MIT */
/*
 * The ladder of waits: connections that are idle in parallel for 1, 2, 4 ... seconds up to a
 * longest time. How the peer ends an idle connection shows itself on those that wait longer. What
 * forgets connections in silence shows only when something is sent: between the longest wait that
 * was survived and the shortest that was not, a second round of waits narrows it down.
 *
 * One thread, one epoll; at most LADDER_CONNECTIONS at a time, whatever the number of addresses.
 *
 * Floor 6.
 */
#ifndef WHYRST_PROBE_LADDER_H
#define WHYRST_PROBE_LADDER_H

#include "probe/trial.h"

#define LADDER_CONNECTIONS 64
#define LADDER_TRIALS 64 /* in the course of one probe */
#define LADDER_ADDRESSES 16

struct ladder_options {
	int64_t max_ns;	       /* the longest wait */
	uint32_t requests_max; /* on one connection; 0: not counted */
	int stop_fd;	       /* readable: end now */
	/* Called about once a second, and when something is over. */
	void (*progress)(void *context);
	void *context;
};

enum ladder_phase {
	LADDER_FIRST, /* one connection: does it answer? */
	LADDER_CLIMB,
	LADDER_OVER,
};

/* Everything about one address. */
struct ladder {
	struct target target;
	enum ladder_phase phase;
	struct trial trials[LADDER_TRIALS];
	int count;
	bool narrowed[2]; /* before, after a request: the second round was begun */
	bool stopped;
	int64_t began_ns, ended_ns;
	bool sees_ttl;
};

void ladder_init(struct ladder *ladder, const struct target *target);
void ladder_release(struct ladder *ladder);

/* Runs @ladders side by side until all are over or somebody stops it. 0 or -errno. */
int ladders_run(struct ladder *const *ladders, int count, const struct ladder_options *options);

#endif
