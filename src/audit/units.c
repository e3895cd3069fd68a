/* SPDX-License-Identifier: MIT */
#include "audit/units.h"

#include <stdlib.h>
#include <string.h>

#include "audit/limits.h"

static bool is_unit(const struct config_item *item)
{
	return item->parent < 0;
}

static int find_exact(const struct config *units, const char *name, size_t length, const char *rest)
{
	for (int i = 0; i < units->count; i++)
		if (is_unit(&units->items[i]) && !strncmp(units->items[i].words[0], name, length) &&
		    !strcmp(units->items[i].words[0] + length, rest))
			return i;
	return -1;
}

int unit_find(const struct config *units, const char *name)
{
	int found = find_exact(units, name, strlen(name), "");
	const char *at = strchr(name, '@'), *kind = strrchr(name, '.');

	if (found < 0 && at && kind > at)
		found = find_exact(units, name, (size_t)(at + 1 - name), kind);
	return found;
}

int unit_next(const struct config *units, int after, const char *kind)
{
	for (int i = after + 1; i < units->count; i++) {
		const char *end = strrchr(units->items[i].words[0], '.');

		if (is_unit(&units->items[i]) && end && !strcmp(end, kind))
			return i;
	}
	return -1;
}

static bool is_of(const struct config *units, int index, int unit, const char *name)
{
	return units->items[index].parent == unit && config_is(&units->items[index], name);
}

/* A unit's statements follow it up to the next unit. */
static int end_of(const struct config *units, int unit)
{
	int end = unit + 1;

	while (end < units->count && !is_unit(&units->items[end]))
		end++;
	return end;
}

const struct config_item *unit_setting(const struct config *units, int unit, const char *name)
{
	const struct config_item *found = NULL;

	for (int i = unit + 1, end = end_of(units, unit); i < end; i++)
		if (is_of(units, i, unit, name))
			found = units->items[i].words[1][0] ? &units->items[i] : NULL;
	return found;
}

/* systemd passes over what it cannot read, an empty value too: what stood before it still counts.
 */
static const struct config_item *find_valid(const struct config *units, int unit, const char *name,
					    bool (*is_valid)(const char *text))
{
	const struct config_item *found = NULL;

	for (int i = unit + 1, end = unit < 0 ? 0 : end_of(units, unit); i < end; i++)
		if (is_of(units, i, unit, name) && is_valid(units->items[i].words[1]))
			found = &units->items[i];
	return found;
}

int unit_list(const struct config *units, int unit, const char *name, int after)
{
	int end = end_of(units, unit), begin = unit + 1;

	for (int i = unit + 1; i < end; i++)
		if (is_of(units, i, unit, name) && !units->items[i].words[1][0])
			begin = i + 1;
	for (int i = after >= begin ? after + 1 : begin; i < end; i++)
		if (is_of(units, i, unit, name))
			return i;
	return -1;
}

const char *unit_command(const struct config_item *item)
{
	return item->words[1] + strspn(item->words[1], "-@:+!|");
}

const struct config_item *unit_runs(const struct config *units, int unit, const char *program)
{
	int index = unit_list(units, unit, "ExecStart", unit);
	const char *begin, *slash;
	size_t length, bytes = strlen(program);
	bool is_quoted;

	if (index < 0)
		return NULL;
	begin = unit_command(&units->items[index]);
	is_quoted = *begin == '"' || *begin == '\'';
	begin += is_quoted;
	length = strcspn(begin, is_quoted ? "\"'" : " \t");
	for (slash = begin + length; slash > begin && slash[-1] != '/'; slash--)
		;
	length -= (size_t)(slash - begin);
	return length == bytes && !memcmp(slash, program, bytes) ? &units->items[index] : NULL;
}

static bool has_file(const struct config *config, const char *path, size_t length, bool *ret_known)
{
	bool found = false;

	*ret_known = false;
	for (int i = 0; i < config->count && !found; i++) {
		const char *file = config->items[i].file;

		*ret_known |= file[0] == '/';
		found = strlen(file) == length && !memcmp(file, path, length);
	}
	return found;
}

bool unit_reads(const struct config_item *start, const char *flag, const struct config *config)
{
	bool other = false, known;

	for (const char *at = start->words[1]; (at = strstr(at, flag)); at += strlen(flag)) {
		const char *path = at + strlen(flag);
		size_t length = strcspn(path, " \t\"'");

		/* Of a name that is no whole path, or not known before it starts, nothing is said.
		 */
		if (*path != '/' || memchr(path, '$', length) || memchr(path, '%', length))
			continue;
		if (has_file(config, path, length, &known) || !known)
			return true;
		other = true;
	}
	return !other;
}

/* --- values --------------------------------------------------------------------------------------
 */

#define SECOND_US INT64_C(1000000)
#define DAY_US (86400 * SECOND_US)

/* The length of the unit of time at @text; 0 if it is none. *@ret_us: 1 s where none is named. */
static size_t take_unit(const char *text, int64_t *ret_us)
{
	static const struct {
		const char *names; /* a space around each */
		int64_t us;
	} units[] = {
		{ " us usec µs μs ", 1 },
		{ " ms msec ", 1000 },
		{ " s sec second seconds ", SECOND_US },
		{ " m min minute minutes ", 60 * SECOND_US },
		{ " h hr hour hours ", 3600 * SECOND_US },
		{ " d day days ", DAY_US },
		{ " w week weeks ", 7 * DAY_US },
		{ " M month months ", 2629800 * SECOND_US },
		{ " y year years ", 31557600 * SECOND_US },
	};
	size_t letters = strcspn(text, " \t0123456789");
	char name[16] = " ";

	*ret_us = SECOND_US;
	if (!letters)
		return 0;
	*ret_us = 0;
	if (letters + 3 > sizeof(name))
		return 0;
	memcpy(name + 1, text, letters);
	name[letters + 1] = ' ';
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strstr(units[i].names, name))
			*ret_us = units[i].us;
	return *ret_us ? letters : 0;
}

/* Behind the point: so much of the unit, to its millionth. */
static size_t take_fraction(const char *text, int64_t *ret_millionths)
{
	size_t digits = *text == '.' ? strspn(text + 1, "0123456789") : 0;

	*ret_millionths = 0;
	for (size_t i = 0; i < 6; i++)
		*ret_millionths = *ret_millionths * 10 + (i < digits ? text[1 + i] - '0' : 0);
	return digits ? digits + 1 : 0;
}

int64_t unit_time_us(const char *text)
{
	int64_t total = 0;

	text += strspn(text, " \t");
	if (!strcmp(text, "infinity"))
		return UNIT_TIME_NEVER;
	if (!*text)
		return UNIT_TIME_NONE;
	while (*(text += strspn(text, " \t"))) {
		size_t digits = strspn(text, "0123456789");
		int64_t value = strtoll(text, NULL, 10), us, millionths;

		if (!digits || digits > 12)
			return UNIT_TIME_NONE;
		text += digits;
		text += take_fraction(text, &millionths);
		text += strspn(text, " \t");
		text += take_unit(text, &us);
		if (!us || value + 1 > (INT64_MAX / 4 - total) / us)
			return UNIT_TIME_NONE;
		total += value * us;
		total += us < SECOND_US ? us * millionths / 1000000 : us / 1000000 * millionths;
	}
	return total ? total : UNIT_TIME_NEVER;
}

static bool is_time(const char *text)
{
	return unit_time_us(text) != UNIT_TIME_NONE;
}

static bool is_limit(const char *text)
{
	uint32_t soft, hard;

	return limits_parse_unit(text, &soft, &hard);
}

/* Not every name that there is: one that looks like one. */
static bool is_signal(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	if (digits)
		return !text[digits] && digits < 3;
	return *text && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-") == strlen(text);
}

const struct config_item *unit_time(const struct config *units, int unit, const char *name)
{
	return find_valid(units, unit, name, is_time);
}

const struct config_item *unit_limit(const struct config *units, int unit, const char *name)
{
	return find_valid(units, unit, name, is_limit);
}

const struct config_item *unit_signal(const struct config *units, int unit, const char *name)
{
	return find_valid(units, unit, name, is_signal);
}

int unit_manager(const struct config *units)
{
	return find_exact(units, CONFIG_MANAGER, strlen(CONFIG_MANAGER), "");
}

const struct config_item *unit_default_time(const struct config *units, const char *shown)
{
	const struct config_item *said = unit_time(units, unit_manager(units), shown + 1);

	return said ? said : unit_time(units, unit_manager(units), shown);
}

const struct config_item *unit_default_limit(const struct config *units, const char *shown)
{
	const struct config_item *said = unit_limit(units, unit_manager(units), shown + 1);

	return said ? said : unit_limit(units, unit_manager(units), shown);
}
