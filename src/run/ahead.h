/* SPDX-License-Identifier: MIT */
/*
 * Reading ahead: a thread of its own takes a feed apart into observations while the caller works on
 * those before.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_AHEAD_H
#define WHYRST_RUN_AHEAD_H

#include "run/feed.h"

struct ahead;

/* NULL without memory or thread: read @feed yourself then. @feed is not to be touched until the
 * end. */
struct ahead *ahead_new(struct feed *feed);

/* The next observations, in *ret_obs until the next call; returns how many, 0 at the end. */
int ahead_next(struct ahead *ahead, const struct observation **ret_obs);

/* Stops reading, if it still goes on. */
void ahead_free(struct ahead *ahead);

#endif
