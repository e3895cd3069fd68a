/* SPDX-License-Identifier: MIT */
#include "audit/units.h"

#include <stdlib.h>
#include <string.h>

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

int64_t unit_time_us(const char *text)
{
	static const struct {
		const char *names; /* a space around each */
		int64_t us;
	} units[] = {
		{ " us usec µs ", 1 },
		{ " ms msec ", 1000 },
		{ " s sec second seconds ", 1000000 },
		{ " m min minute minutes ", 60000000 },
		{ " h hr hour hours ", 3600000000 },
		{ " d day days ", 86400000000 },
		{ " w week weeks ", 604800000000 },
	};
	int64_t total = 0;

	while (*(text += strspn(text, " \t"))) {
		size_t digits = strspn(text, "0123456789"), letters, i = 0;
		int64_t value = strtoll(text, NULL, 10), us = 1000000;
		char name[16] = " ";

		if (!digits || digits > 12)
			return -1;
		text += digits;
		text += strspn(text, " \t");
		letters = strcspn(text, " \t0123456789");
		if (letters + 3 > sizeof(name))
			return -1;
		if (letters) {
			memcpy(name + 1, text, letters);
			name[letters + 1] = ' ';
			while (i < sizeof(units) / sizeof(*units) && !strstr(units[i].names, name))
				i++;
			if (i == sizeof(units) / sizeof(*units))
				return -1;
			us = units[i].us;
		}
		text += letters;
		if (value > (INT64_MAX / 4 - total) / us)
			return -1;
		total += value * us;
	}
	return total ? total : -1;
}
