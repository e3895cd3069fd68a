/* SPDX-License-Identifier: MIT */
/*
 * The termination state in an HAProxy log line (configuration.txt 8.5): two letters, or four in an
 * HTTP log, right before the five connection counters "12/10/3/1/0".
 */
#include "catalogue/match.h"

static bool is_counters(const char *text, size_t length)
{
	int slashes = 0;

	for (size_t i = 0; i < length && text[i] != ' '; i++) {
		if (text[i] == '/')
			slashes++;
		else if ((text[i] < '0' || text[i] > '9') && text[i] != '+')
			return false;
	}
	return slashes == 4;
}

static int find_code(const char code[2])
{
	for (int i = 0; i < entry_alias_count; i++) {
		const struct entry *entry = &entry_table[entry_alias_table[i].entry];
		const char *name = entry_alias_table[i].name;

		if (name[0] == code[0] && name[1] == code[1] && !name[2] && entry->ecosystem &&
		    !strcmp(entry->ecosystem, "HAProxy log"))
			return entry_alias_table[i].entry;
	}
	return -1;
}

int match_haproxy(const char *line, size_t length, size_t *ret_offset)
{
	for (size_t at = 0; at < length;) {
		const char *space = memchr(line + at, ' ', length - at);
		size_t end = space ? (size_t)(space - line) : length;

		if ((end - at == 2 || end - at == 4) && end + 1 < length &&
		    is_counters(line + end + 1, length - end - 1)) {
			*ret_offset = at;
			return find_code(line + at);
		}
		at = end + 1;
	}
	return -1;
}
