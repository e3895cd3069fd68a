/* SPDX-License-Identifier: MIT */
/*
 * Printed times as numbers. Times of day go on over midnight; the steps of -ttt are summed up;
 * dates are local time, as tcpdump printed them where it ran: the reader's zone is taken for it, so
 * that the same time is shown again.
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_TCPDUMP_TEXT_CLOCK_H
#define WHYRST_SOURCES_TCPDUMP_TEXT_CLOCK_H

#include "wire/observation.h"
#include "wire/text_time.h"

struct text_clock {
	int64_t last_ns;       /* as given out last */
	int64_t day_ns;	       /* midnights passed */
	int64_t hour_start_ns; /* of the local hour below */
	uint32_t hour_key;     /* year, month, day, hour of the cached conversion; 0: none */
	bool steps;	       /* times of day are steps since the line before (-ttt) */
	bool started;
	bool dated; /* the last time had a date */
};

/* Looks at the first lines to tell -ttt from times of day: both are printed alike. */
void text_clock_init(struct text_clock *clock, const char *head, size_t bytes);

/* Fills time_ns, SEEN_TIME and SEEN_DATE of @obs. @time NULL: the line has none of its own. */
void text_clock_apply(struct text_clock *clock, const struct text_time *time,
		      struct observation *obs);

#endif
