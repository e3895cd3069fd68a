/* SPDX-License-Identifier: MIT */
/*
 * The time that tcpdump prints before a packet, in every form of its -t option.
 *
 * Floor 1. No allocation, no I/O, no clock.
 */
#ifndef WHYRST_WIRE_TEXT_TIME_H
#define WHYRST_WIRE_TEXT_TIME_H

#include "wire/text_scan.h"

enum text_time_kind {
	TEXT_TIME_NONE = 0, /* -t */
	TEXT_TIME_DAY,	    /* default, -ttt and -ttttt: 14:01:03.567888 */
	TEXT_TIME_DATE,	    /* -tttt: 2026-11-20 14:01:03.567888, 11/20/2003 14:01:03.567888 */
	TEXT_TIME_EPOCH,    /* -tt: 1795208179.326275 */
	TEXT_TIME_STEP,	    /* -ttt of tcpdump 3: 000019 or "5. 000019", since the line before */
};

struct text_time {
	int64_t ns;    /* within the day, since the epoch, or the step */
	uint8_t kind;  /* enum text_time_kind */
	bool negative; /* -ttt of a packet that is older than the one before */
	bool fraction; /* has one: surely a packet's, not some other clock of the page */
	uint8_t month; /* 1.. with TEXT_TIME_DATE */
	uint8_t day;   /* 1.. */
	uint16_t year;
};

/* Steps over a time at the cursor; otherwise the cursor stays. */
bool text_time_take(struct text_cursor *cursor, struct text_time *ret_time);

#endif
