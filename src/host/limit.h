/* SPDX-License-Identifier: MIT */
/*
 * No more than so many questions a second: in a storm they are all one and the same.
 *
 * Floor 5.
 */
#ifndef WHYRST_HOST_LIMIT_H
#define WHYRST_HOST_LIMIT_H

#include <stdbool.h>
#include <time.h>

struct limit {
	time_t second;
	int asked;
};

/* Counts this question, and says whether it is one too many. */
static inline bool limit_reached(struct limit *limit, int most)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec != limit->second)
		limit->asked = 0;
	limit->second = now.tv_sec;
	return limit->asked++ >= most;
}

#endif
