/* SPDX-License-Identifier: MIT */
#include "wire/text_time.h"

#define NS_PER_SECOND INT64_C(1000000000)

/* Exactly two digits. */
static bool take_pair(struct text_cursor *cursor, int *ret_pair)
{
	if (text_left(cursor) < 2 || !text_is_digit(cursor->at[0]) || !text_is_digit(cursor->at[1]))
		return false;
	*ret_pair = (cursor->at[0] - '0') * 10 + (cursor->at[1] - '0');
	cursor->at += 2;
	return true;
}

/* ".567888": any number of digits, the first nine count. */
static bool take_fraction(struct text_cursor *cursor, int64_t *ret_ns)
{
	int64_t scale = NS_PER_SECOND / 10, ns = 0;

	if (text_left(cursor) < 2 || cursor->at[0] != '.' || !text_is_digit(cursor->at[1]))
		return false;
	for (cursor->at++; cursor->at < cursor->end && text_is_digit(*cursor->at); cursor->at++) {
		ns += (*cursor->at - '0') * scale;
		scale /= 10;
	}
	*ret_ns = ns;
	return true;
}

/* What stands after a time: not a further colon, as in a link-layer address. */
static bool ends_time(const struct text_cursor *cursor)
{
	char c = text_peek(cursor);

	return !(text_is_digit(c) || text_is_letter(c) || c == ':' || c == '.' || c == '-');
}

static bool take_clock(struct text_cursor *cursor, struct text_time *ret_time)
{
	struct text_cursor c = *cursor;
	int hour, minute, second;
	int64_t fraction = 0;

	if (!take_pair(&c, &hour) || !text_take(&c, ":") || !take_pair(&c, &minute) ||
	    !text_take(&c, ":") || !take_pair(&c, &second))
		return false;
	/* 60: a leap second. */
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	ret_time->fraction = take_fraction(&c, &fraction);
	if (!ends_time(&c))
		return false;
	ret_time->ns = (hour * 3600 + minute * 60 + second) * NS_PER_SECOND + fraction;
	ret_time->kind = TEXT_TIME_DAY;
	*cursor = c;
	return true;
}

static bool take_date(struct text_cursor *cursor, struct text_time *ret_time)
{
	struct text_cursor c = *cursor;
	int century, year, month, day;

	if (!take_pair(&c, &month))
		return false;
	if (text_take(&c, "/")) { /* tcpdump 3: month first */
		if (!take_pair(&c, &day) || !text_take(&c, "/") || !take_pair(&c, &century) ||
		    !take_pair(&c, &year))
			return false;
	} else {
		century = month;
		if (!take_pair(&c, &year) || !text_take(&c, "-") || !take_pair(&c, &month) ||
		    !text_take(&c, "-") || !take_pair(&c, &day))
			return false;
	}
	/* Years that a count of nanoseconds holds. */
	if (month < 1 || month > 12 || day < 1 || day > 31 || century < 19 || century > 21)
		return false;
	if (!text_take(&c, "T"))
		text_skip_blanks(&c);
	if (!take_clock(&c, ret_time))
		return false;
	ret_time->kind = TEXT_TIME_DATE;
	ret_time->year = (uint16_t)(century * 100 + year);
	ret_time->month = (uint8_t)month;
	ret_time->day = (uint8_t)day;
	*cursor = c;
	return true;
}

/*
 * -tt: nine or ten digits of seconds (1973 to 2255), always with a fraction. -ttt of
 * tcpdump 3: six digits of microseconds, before them the seconds with a dot and a blank. Both are
 * plain numbers, so the fraction or the "IP" after it must be there.
 */
static bool take_seconds(struct text_cursor *cursor, struct text_time *ret_time)
{
	struct text_cursor c = *cursor;
	uint64_t seconds = 0, micros;
	int64_t fraction;
	const char *start = c.at;

	if (!text_take_number(&c, UINT64_C(9000000000), &seconds))
		return false;
	if (c.at - start >= 9 && take_fraction(&c, &fraction)) {
		if (!ends_time(&c))
			return false;
		ret_time->kind = TEXT_TIME_EPOCH;
		ret_time->ns = (int64_t)seconds * NS_PER_SECOND + fraction;
		ret_time->fraction = true;
		*cursor = c;
		return true;
	}
	if (text_take(&c, ". ")) {
		start = c.at;
		if (!text_take_number(&c, 999999, &micros))
			return false;
	} else {
		micros = seconds;
		seconds = 0;
	}
	if (c.at - start != 6 || seconds > 10000000 ||
	    !(text_starts(&c, " IP ") || text_starts(&c, " IP6 ")))
		return false;
	ret_time->kind = TEXT_TIME_STEP;
	ret_time->ns = (int64_t)seconds * NS_PER_SECOND + (int64_t)micros * 1000;
	ret_time->fraction = true;
	*cursor = c;
	return true;
}

bool text_time_take(struct text_cursor *cursor, struct text_time *ret_time)
{
	struct text_cursor c = *cursor;

	memset(ret_time, 0, sizeof(*ret_time));
	if (take_clock(&c, ret_time) || take_date(&c, ret_time) || take_seconds(&c, ret_time)) {
		*cursor = c;
		return true;
	}
	if (text_take(&c, "-") && take_clock(&c, ret_time)) {
		ret_time->negative = true;
		*cursor = c;
		return true;
	}
	return false;
}
