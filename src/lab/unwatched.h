/* SPDX-License-Identifier: MIT */
/*
 * Times at which no tracing program runs. Some kernels run none while a certain process has the
 * processor, as that of a sandbox has its own first process kept from view. A softirq that comes
 * just then handles packets and timers of anybody: whoever watches by such programs, as `live`
 * does, cannot see it.
 *
 * Floor 6.
 */
#ifndef WHYRST_LAB_UNWATCHED_H
#define WHYRST_LAB_UNWATCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unwatched;

/* NULL where this kernel has no such program: then nothing is known to be unwatched. */
struct unwatched *unwatched_start(void);
void unwatched_stop(struct unwatched *unwatched);
/* Whether a processor was out of view between these two, CLOCK_REALTIME; whose turn: @ret_whose. */
bool unwatched_between(const struct unwatched *unwatched, int64_t begin_ns, int64_t end_ns,
		       char *ret_whose, size_t size);

#endif
