/* SPDX-License-Identifier: MIT */
/*
 * The minute that a log line speaks of. Times are kept as the log writes them: no time zone is
 * applied, so that what is shown can be found in the log again.
 *
 * Floor 5. No clock, no locale.
 */
#ifndef WHYRST_CATALOGUE_WHEN_H
#define WHYRST_CATALOGUE_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum when_kind {
	WHEN_NONE,
	WHEN_DATE,    /* year, month, day, time */
	WHEN_NO_YEAR, /* syslog: month, day, time */
	WHEN_TIME,    /* time of day only */
	WHEN_EPOCH,   /* seconds since 1970: UTC */
};

struct when {
	int64_t minute; /* since 1970-01-01 00:00; year 0 for WHEN_NO_YEAR; of the day for WHEN_TIME
			 */
	enum when_kind kind;
};

#define WHEN_TEXT_MAX 24

/*
 * Looks at the first 160 bytes for a time: ISO 8601 and its relatives, syslog, Apache and nginx,
 * Tomcat, klog, Go, US with AM/PM, Unix seconds and milliseconds. False if there is none.
 */
bool when_parse(const char *line, size_t length, struct when *ret_when);

/* "2026-11-20 14:01", "11-20 14:01", "14:01". @iso: "T" between date and time. */
void when_format(const struct when *when, bool iso, char text[WHEN_TEXT_MAX]);

#endif
