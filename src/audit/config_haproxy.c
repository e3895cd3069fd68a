/* SPDX-License-Identifier: MIT */
/* HAProxy: a statement a line, sections without brackets. */
#include <string.h>

#include "audit/config.h"

static const char *const sections[] = { "global",      "defaults",   "frontend",    "backend",
					"listen",      "peers",	     "resolvers",   "userlist",
					"mailers",     "cache",	     "program",	    "ring",
					"http-errors", "fcgi-app",   "log-forward", "crt-store",
					"traces",      "log-profile" };

static bool begins_section(const char *word)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		if (!strcmp(word, sections[i]))
			return true;
	return false;
}

/* Cuts @line into words in place. False where a quote is not closed. */
static bool split(char *line, struct config_item *item)
{
	while (*line) {
		char *to, quote = '\0';

		line += strspn(line, " \t\r");
		if (!*line || *line == '#')
			return true;
		to = line;
		if (item->count < CONFIG_WORDS_MAX)
			item->words[item->count++] = to;
		for (; *line && (quote || !strchr(" \t\r#", *line)); line++) {
			if (*line == '\\' && line[1] && quote != '\'')
				*to++ = *++line;
			else if (quote ? *line == quote : *line == '"' || *line == '\'')
				quote = quote ? '\0' : *line;
			else
				*to++ = *line;
		}
		if (quote) {
			*to = '\0';
			return false;
		}
		/* What ended it is looked at before it is written over. */
		if (*line == '#')
			*line = '\0';
		else if (*line)
			line++;
		*to = '\0';
	}
	return true;
}

void config_parse_haproxy(struct config *config, const char *file, char *text, size_t length)
{
	char *end = text + length, *next;
	int section = -1, number = 1;

	for (; text < end; text = next, number++) {
		struct config_item item = { .file = file, .line = number };
		char *stop = memchr(text, '\n', (size_t)(end - text));

		next = stop ? stop + 1 : end;
		/* There is a NUL behind the last byte. */
		*(stop ? stop : end) = '\0';
		if (!split(text, &item))
			config_problem(config, file, number, "a closing quote", "缺少右引号");
		if (!item.count)
			continue;
		item.parent = begins_section(item.words[0]) ? -1 : section;
		if (item.parent >= 0) {
			config_add(config, &item);
		} else if (begins_section(item.words[0])) {
			section = config_add(config, &item);
		} else {
			config_problem(
				config, file, number,
				"a section before it (global, defaults, frontend, backend, listen)",
				"之前应有段落（global、defaults、frontend、backend、listen）");
		}
	}
}
