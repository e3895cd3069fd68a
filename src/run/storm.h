/* SPDX-License-Identifier: MIT */
/*
 * Storms: hundreds of resets alike a second are one entry whose count goes on. Alike are those of
 * one cause, class, server port and origin, as in run/fold.h.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_STORM_H
#define WHYRST_RUN_STORM_H

#include "verdict/verdict.h"

struct storms;

/* @tell is called for each verdict to be shown; an entry of a storm comes again with its count. */
struct storms *storms_new(int64_t update_ns, void (*tell)(void *context, const struct verdict *v),
			  void *context);
void storms_free(struct storms *storms);

/* @now_ns: CLOCK_MONOTONIC. */
void storms_add(struct storms *storms, const struct verdict *verdict, int64_t now_ns);
/* Ends storms that are over, and tells counts that are due. Milliseconds until the next, or -1. */
int storms_tick(struct storms *storms, int64_t now_ns);
/* Ends all. */
void storms_finish(struct storms *storms);

#endif
