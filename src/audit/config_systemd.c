/* SPDX-License-Identifier: MIT */
/*
 * systemd: a unit is a block, and each assignment of its sections [Service] and [Socket] a
 * statement of two words in it, the name and the whole value; so is what the manager itself goes by
 * (CONFIG_MANAGER), with its section [Manager], and the other names of a unit in [Install]. Which
 * files there are: config_unit_files.c.
 */
#include <string.h>

#include "audit/config.h"

struct reader {
	char *at, *end;
	int line; /* of @at */
};

static char *skip_space(char *text)
{
	return text + strspn(text, " \t\r");
}

static void trim_end(char *text)
{
	size_t length = strlen(text);

	while (length && strchr(" \t\r", text[length - 1]))
		text[--length] = '\0';
}

static bool is_comment(const char *at, const char *stop)
{
	while (at < stop && (*at == ' ' || *at == '\t'))
		at++;
	return at < stop && (*at == '#' || *at == ';');
}

/* An odd number of backslashes: an escaped one joins nothing. */
static bool is_joined(const char *begin, const char *stop)
{
	const char *at = stop;

	while (at > begin && at[-1] == '\\')
		at--;
	return (stop - at) % 2 != 0;
}

/* The next line with those that it is joined with, in place. NULL at the end. */
static char *take_line(struct reader *r)
{
	char *begin = r->at, *to = begin;
	bool joined = false;

	if (r->at >= r->end)
		return NULL;
	do {
		char *from = r->at, *stop = memchr(from, '\n', (size_t)(r->end - from));

		/* There is a NUL behind the last byte. */
		stop = stop ? stop : r->end;
		r->at = stop < r->end ? stop + 1 : stop;
		r->line++;
		if (stop > from && stop[-1] == '\r')
			stop--;
		/* A comment between joined lines is no part of them. */
		if (joined && is_comment(from, stop))
			continue;
		memmove(to, from, (size_t)(stop - from));
		to += stop - from;
		joined = is_joined(to - (stop - from), to) && !is_comment(begin, to);
		if (joined)
			to[-1] = ' ';
	} while (joined && r->at < r->end);
	*to = '\0';
	return begin;
}

static bool is_wanted_section(const struct config *config, int unit, const char *line)
{
	if (!strcmp(config->items[unit].words[0], CONFIG_MANAGER))
		return !strcmp(line, "[Manager]");
	return !strcmp(line, "[Service]") || !strcmp(line, "[Socket]");
}

/*
 * The manager's own file shows in comments what it was built with ("Entries in this file show the
 * compile time defaults"): "#DefaultTimeoutStopSec=90s" is a statement of that name.
 */
static bool shows_default(const struct config *config, int unit, const char *file, const char *line)
{
	const char *slash = strrchr(file, '/');

	return !strcmp(config->items[unit].words[0], CONFIG_MANAGER) &&
	       !strcmp(slash ? slash + 1 : file, CONFIG_MANAGER) && !strncmp(line, "#Default", 8) &&
	       strchr(line, '=');
}

void config_parse_systemd(struct config *config, const char *file, char *text, size_t length,
			  int unit)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8: no part of the first line */
	struct reader r = { .at = text, .end = text + length, .line = 1 };
	bool in_section = false, is_wanted = false, is_install = false, is_foreign = false;
	char *line, *value;

	if (unit < 0)
		return;
	if (!strncmp(text, mark, sizeof(mark) - 1))
		r.at += sizeof(mark) - 1;
	for (;;) {
		struct config_item item = {
			.file = file, .line = r.line, .parent = unit, .count = 2
		};

		line = take_line(&r);
		if (!line)
			return;
		line = skip_space(line);
		trim_end(line);
		if (!*line || *line == ';' ||
		    (*line == '#' && !(is_wanted && shows_default(config, unit, file, line))))
			continue;
		if (*line == '[') {
			in_section = true;
			is_wanted = is_wanted_section(config, unit, line);
			is_install = !strcmp(line, "[Install]");
			/* Of other programs: what stands in them is theirs. */
			is_foreign = !strncmp(line, "[X-", 3);
			if (line[strlen(line) - 1] != ']')
				config_problem(config, file, item.line, "a ] at its end",
					       "段名应以 ] 结尾");
			continue;
		}
		value = strchr(line, '=');
		if (is_foreign)
			continue;
		if (!value || !in_section) {
			config_problem(
				config, file, item.line,
				value ? "a section before it ([Service], [Socket])" : "NAME=VALUE",
				value ? "之前应有段落（[Service]、[Socket]）" : "应为 名称=值");
			continue;
		}
		*value++ = '\0';
		trim_end(line);
		item.words[0] = line;
		item.words[1] = skip_space(value);
		if ((is_wanted && *line) || (is_install && !strcmp(line, "Alias")))
			config_add(config, &item);
	}
}
