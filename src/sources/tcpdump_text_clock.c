/* SPDX-License-Identifier: MIT */
#include "sources/tcpdump_text_clock.h"

#include <time.h>

#include "wire/text_packet.h"

#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_HOUR (3600 * NS_PER_SECOND)
#define NS_PER_DAY (24 * NS_PER_HOUR)
#define DAYS_MAX 10000 /* midnights counted; lines without dates cover no more */

/*
 * -ttt prints the time since the line before and -ttttt that since the first, both like times of
 * day, and both begin with 00:00:00.000000. Steps go up and down; the others only up. Of less than
 * four lines the two can be told apart by nothing; -ttt is what people use.
 */
void text_clock_init(struct text_clock *clock, const char *head, size_t bytes)
{
	const char *end = head + bytes, *line = head, *next;
	int64_t first = -1, last = 0;
	int lines = 0, back = 0;
	bool early = true;

	memset(clock, 0, sizeof(*clock));
	for (; line < end && lines < 256; line = next) {
		struct text_cursor c;
		struct text_time time;
		const char *after;

		next = memchr(line, '\n', (size_t)(end - line));
		next = next ? next + 1 : end;
		c = (struct text_cursor){ line, next - line > 48 ? line + 48 : next };
		if (!text_prefix_find_time(c.at, c.end, &time, &after) ||
		    time.kind != TEXT_TIME_DAY || !time.fraction)
			continue;
		if (first < 0)
			first = time.ns;
		else if (time.ns < last)
			back++;
		back += time.negative;
		early &= time.ns < NS_PER_HOUR;
		last = time.ns;
		lines++;
	}
	if (lines < 2 || !early)
		return;
	if (first == 0)
		clock->steps = back > 0 || lines < 4;
	else
		clock->steps = back * 4 >= lines;
}

static int64_t date_ns(struct text_clock *clock, const struct text_time *time)
{
	int hour = (int)(time->ns / NS_PER_HOUR);
	uint32_t key = ((time->year * 16u + time->month) * 32u + time->day) * 32u + (uint32_t)hour;

	/* An hour has one offset from UTC; mktime() is slow. */
	if (key != clock->hour_key) {
		struct tm tm = {
			.tm_year = time->year - 1900,
			.tm_mon = time->month - 1,
			.tm_mday = time->day,
			.tm_hour = hour,
			.tm_isdst = -1,
		};

		clock->hour_start_ns = (int64_t)mktime(&tm) * NS_PER_SECOND;
		clock->hour_key = key;
	}
	return clock->hour_start_ns + time->ns % NS_PER_HOUR;
}

void text_clock_apply(struct text_clock *clock, const struct text_time *time,
		      struct observation *obs)
{
	int64_t ns;

	if (!time || time->kind == TEXT_TIME_NONE) {
		/* The inner packet of a tunnel: printed on a line of its own, without a time. */
		if (!clock->started)
			return;
		ns = clock->last_ns;
	} else if (time->kind == TEXT_TIME_DATE) {
		ns = date_ns(clock, time);
	} else if (time->kind == TEXT_TIME_EPOCH) {
		ns = time->ns;
	} else if (time->kind == TEXT_TIME_STEP || clock->steps) {
		if (__builtin_add_overflow(clock->started ? clock->last_ns : 0,
					   time->negative ? -time->ns : time->ns, &ns))
			ns = clock->last_ns;
	} else {
		ns = (time->negative ? -time->ns : time->ns) + clock->day_ns;
		/* Packets may be a little out of order; half a day back is midnight. */
		if (clock->started && !clock->dated && ns < clock->last_ns - NS_PER_DAY / 2 &&
		    clock->day_ns < DAYS_MAX * NS_PER_DAY) {
			clock->day_ns += NS_PER_DAY;
			ns += NS_PER_DAY;
		} else if (clock->day_ns && ns > clock->last_ns + NS_PER_DAY / 2) {
			clock->day_ns -= NS_PER_DAY;
			ns -= NS_PER_DAY;
		}
	}
	if (time && time->kind)
		clock->dated = time->kind == TEXT_TIME_DATE || time->kind == TEXT_TIME_EPOCH;
	clock->last_ns = ns;
	clock->started = true;
	obs->time_ns = ns;
	obs->seen |= SEEN_TIME;
	if (clock->dated)
		obs->seen |= SEEN_DATE;
}
