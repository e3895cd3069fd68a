/* SPDX-License-Identifier: MIT */
#include "catalogue/when.h"

#include <stdio.h>
#include <string.h>

#define LOOK_AT 160

struct scan {
	const char *at;
	const char *end;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly @digits digits; with @digits 0 one or two. */
static bool number(struct scan *scan, int digits, int *ret_value)
{
	int value = 0, count = 0, most = digits ? digits : 2;

	while (scan->at < scan->end && count < most && is_digit(*scan->at)) {
		value = value * 10 + (*scan->at++ - '0');
		count++;
	}
	*ret_value = value;
	return digits ? count == digits : count > 0;
}

static bool one_of(struct scan *scan, const char *characters)
{
	if (scan->at >= scan->end || !*scan->at || !strchr(characters, *scan->at))
		return false;
	scan->at++;
	return true;
}

static bool month_name(struct scan *scan, int *ret_month)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	if (scan->end - scan->at < 3)
		return false;
	for (int month = 0; month < 12; month++) {
		int i = 0;

		while (i < 3 && (scan->at[i] | 0x20) == names[month * 3 + i])
			i++;
		if (i == 3) {
			scan->at += 3;
			*ret_month = month + 1;
			return true;
		}
	}
	return false;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar. */
static int64_t days_of(int64_t year, int month, int day)
{
	int64_t era, of_era, of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	of_era = year - era * 400;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t era, of_era, year, of_year, month;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = days - era * 146097;
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	*ret_day = (int)(of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (int)(month < 10 ? month + 3 : month - 9);
	*ret_year = (int)(year + era * 400 + (*ret_month <= 2));
}

static bool make(enum when_kind kind, int year, int month, int day, int hour, int minute,
		 struct when *ret_when)
{
	if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59)
		return false;
	ret_when->kind = kind;
	ret_when->minute = hour * 60 + minute;
	if (kind != WHEN_TIME)
		ret_when->minute += days_of(year, month, day) * 1440;
	return true;
}

/* "14:01:03", "14:01"; "2:01:03 PM" too. */
static bool time_of_day(struct scan *scan, bool seconds, int *ret_hour, int *ret_minute)
{
	int second;

	if (!number(scan, 0, ret_hour) || !one_of(scan, ":") || !number(scan, 2, ret_minute))
		return false;
	if (!one_of(scan, ":"))
		return !seconds;
	if (!number(scan, 2, &second))
		return false;
	if (scan->end - scan->at >= 3 && *scan->at == ' ' && (scan->at[2] | 0x20) == 'm') {
		char half = (char)(scan->at[1] | 0x20);

		if (half == 'p' && *ret_hour < 12)
			*ret_hour += 12;
		else if (half == 'a' && *ret_hour == 12)
			*ret_hour = 0;
	}
	return true;
}

/* 2026-11-20T14:01:03, 2026/11/20 14:01:03, 2026.11.20-14:01, 20261120 14:01:03, 20261120T140103.
 */
static bool year_first(struct scan scan, struct when *ret_when)
{
	int year, month, day, hour, minute;

	if (!number(&scan, 4, &year) || year < 1970 || year > 2200)
		return false;
	if (one_of(&scan, "-/.")) {
		if (!number(&scan, 0, &month) || !one_of(&scan, "-/.") || !number(&scan, 0, &day))
			return false;
	} else if (!number(&scan, 2, &month) || !number(&scan, 2, &day)) {
		return false;
	}
	if (!one_of(&scan, "T t_-:"))
		return false;
	if (scan.end - scan.at >= 6 && is_digit(scan.at[2])) {
		if (!number(&scan, 2, &hour) || !number(&scan, 2, &minute))
			return false;
	} else if (!time_of_day(&scan, false, &hour, &minute)) {
		return false;
	}
	return make(WHEN_DATE, year, month, day, hour, minute, ret_when);
}

/* 20/Nov/2026:14:01:03, 20-Nov-2026 14:01:03. */
static bool day_first(struct scan scan, struct when *ret_when)
{
	int year, month, day, hour, minute;

	return number(&scan, 0, &day) && one_of(&scan, "/- ") && month_name(&scan, &month) &&
	       one_of(&scan, "/- ") && number(&scan, 4, &year) && one_of(&scan, ": ") &&
	       time_of_day(&scan, true, &hour, &minute) &&
	       make(WHEN_DATE, year, month, day, hour, minute, ret_when);
}

/* 11/20/2026 2:01:03 PM, 11/20/26 14:01:03. */
static bool american(struct scan scan, struct when *ret_when)
{
	int year, month, day, hour, minute;
	const char *start;

	if (!number(&scan, 0, &month) || !one_of(&scan, "/") || !number(&scan, 0, &day) ||
	    !one_of(&scan, "/"))
		return false;
	start = scan.at;
	if (!number(&scan, 4, &year)) {
		scan.at = start;
		if (!number(&scan, 2, &year))
			return false;
		year += 2000;
	}
	one_of(&scan, ",");
	return one_of(&scan, " ") && time_of_day(&scan, true, &hour, &minute) &&
	       make(WHEN_DATE, year, month, day, hour, minute, ret_when);
}

/* Nov 20 14:01:03; Apache's "Fri Nov 20 14:01:03.123456 2026" has the year behind. */
static bool month_first(struct scan scan, struct when *ret_when)
{
	int year, month, day, hour, minute;
	struct scan rest;

	if (!month_name(&scan, &month) || !one_of(&scan, " "))
		return false;
	while (one_of(&scan, " "))
		;
	if (!number(&scan, 0, &day) || !one_of(&scan, " ") ||
	    !time_of_day(&scan, true, &hour, &minute))
		return false;
	rest = scan;
	if (one_of(&rest, "."))
		while (rest.at < rest.end && is_digit(*rest.at))
			rest.at++;
	if (one_of(&rest, " ") && number(&rest, 4, &year) && year >= 1970 && year < 2200 &&
	    one_of(&rest, "] "))
		return make(WHEN_DATE, year, month, day, hour, minute, ret_when);
	return make(WHEN_NO_YEAR, 0, month, day, hour, minute, ret_when);
}

/* I1120 14:01:03.123456 of klog and glog. */
static bool klog(struct scan scan, struct when *ret_when)
{
	int month, day, hour, minute;

	return one_of(&scan, "IWEF") && number(&scan, 2, &month) && number(&scan, 2, &day) &&
	       one_of(&scan, " ") && time_of_day(&scan, true, &hour, &minute) &&
	       make(WHEN_NO_YEAR, 0, month, day, hour, minute, ret_when);
}

/* 1763647263, 1763647263.123, 1763647263123. */
static bool epoch(struct scan scan, struct when *ret_when)
{
	int64_t value = 0;
	int digits = 0;

	while (scan.at < scan.end && is_digit(*scan.at) && digits < 20) {
		if (digits < 18)
			value = value * 10 + (*scan.at - '0');
		scan.at++;
		digits++;
	}
	if (digits == 13)
		value /= 1000;
	else if (digits != 10)
		return false;
	if (value < 946684800 || value > 4102444800)
		return false;
	ret_when->kind = WHEN_EPOCH;
	ret_when->minute = value / 60;
	return true;
}

static bool bare_time(struct scan scan, struct when *ret_when)
{
	int hour, minute;

	return scan.end - scan.at >= 8 && is_digit(scan.at[1]) &&
	       time_of_day(&scan, true, &hour, &minute) &&
	       make(WHEN_TIME, 0, 1, 1, hour, minute, ret_when);
}

bool when_parse(const char *line, size_t length, struct when *ret_when)
{
	struct scan scan = { line, line + (length < LOOK_AT ? length : LOOK_AT) };
	struct when time = { 0, WHEN_NONE };
	char before = ' ';

	for (; scan.at < scan.end; before = *scan.at++) {
		char c = *scan.at;

		if (is_digit(c) && !is_digit(before)) {
			if (year_first(scan, ret_when) || day_first(scan, ret_when) ||
			    american(scan, ret_when) || epoch(scan, ret_when))
				return true;
			/* A date may still stand behind: "14:01:03 20/Nov/2026" is rare. */
			if (time.kind == WHEN_NONE && before != ':' && before != '.')
				bare_time(scan, &time);
		} else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z' &&
			   !((before | 0x20) >= 'a' && (before | 0x20) <= 'z')) {
			if (month_first(scan, ret_when) || klog(scan, ret_when))
				return true;
		}
	}
	*ret_when = time;
	return time.kind != WHEN_NONE;
}

void when_format(const struct when *when, bool iso, char text[WHEN_TEXT_MAX])
{
	int64_t days = when->minute / 1440, of_day = when->minute % 1440;
	int year, month, day, hour, minute;

	if (of_day < 0) {
		of_day += 1440;
		days--;
	}
	hour = (int)(of_day / 60);
	minute = (int)(of_day % 60);
	date_of(days, &year, &month, &day);
	if (when->kind == WHEN_DATE || when->kind == WHEN_EPOCH)
		snprintf(text, WHEN_TEXT_MAX, "%04u-%02u-%02u%c%02u:%02u%s", (unsigned)year % 10000,
			 (unsigned)month % 100, (unsigned)day % 100, iso ? 'T' : ' ',
			 (unsigned)hour % 100, (unsigned)minute % 100,
			 when->kind == WHEN_EPOCH ? "Z" : "");
	else if (when->kind == WHEN_NO_YEAR)
		snprintf(text, WHEN_TEXT_MAX, "%02u-%02u%c%02u:%02u", (unsigned)month % 100,
			 (unsigned)day % 100, iso ? 'T' : ' ', (unsigned)hour % 100,
			 (unsigned)minute % 100);
	else
		snprintf(text, WHEN_TEXT_MAX, "%02u:%02u", (unsigned)hour % 100,
			 (unsigned)minute % 100);
}
