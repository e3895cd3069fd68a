/* SPDX-License-Identifier: MIT */
/*
 * One input being read: the file, the source that understands it, and its counts.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_FEED_H
#define WHYRST_RUN_FEED_H

#include "run/problem.h"
#include "sources/source.h"

#define FEED_BATCH 256

struct feed {
	const char *name;	     /* as given; "-" is standard input */
	const struct source *source; /* NULL: not open */
	struct source_state *state;
	struct observation batch[FEED_BATCH];
	int count, at; /* of batch: how many, and the next one */
};

/* Standard input, a FIFO, a device: what can be read only once. */
bool feed_is_pipe(const char *path);

/* Opens @path. Returns 0, or -errno with one line (it names the file) in @problem. */
int feed_open(struct feed *feed, const char *path, uint8_t file, const char *filter,
	      char problem[PROBLEM_BYTES]);
void feed_close(struct feed *feed);

/* Reads the next batch into feed->batch; returns how many, 0 at the end. */
static inline int feed_fill(struct feed *feed)
{
	feed->at = 0;
	feed->count = feed->source->read(feed->state, feed->batch, FEED_BATCH);
	return feed->count;
}

/* The next observation, or NULL at the end. Valid until the next call. */
static inline const struct observation *feed_next(struct feed *feed)
{
	if (feed->at >= feed->count && feed_fill(feed) <= 0)
		return NULL;
	return &feed->batch[feed->at++];
}

/* As feed_next(), without going on. */
static inline const struct observation *feed_peek(struct feed *feed)
{
	if (feed->at >= feed->count && feed_fill(feed) <= 0)
		return NULL;
	return &feed->batch[feed->at];
}

#endif
