/* SPDX-License-Identifier: MIT */
/* HAProxy: a statement a line, sections without brackets. */
#include "audit/config_haproxy.h"

#include <string.h>

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
	struct branches branches = { .depth = 0 };
	int section = -1, number = 1;
	bool is_astray = false; /* whether that section began at all is not known */

	for (; text < end; text = next, number++) {
		struct config_item item = { .file = file, .line = number };
		char *stop = memchr(text, '\n', (size_t)(end - text));

		next = stop ? stop + 1 : end;
		/* There is a NUL behind the last byte. */
		*(stop ? stop : end) = '\0';
		if (!split(text, &item))
			config_problem(config, file, number, "a closing quote", "缺少右引号");
		if (!item.count || branches_take(&branches, config, &item) ||
		    branches_now(&branches) == HOLDS_NOT)
			continue;
		if (begins_section(item.words[0]))
			is_astray = branches_now(&branches) == HOLDS_PERHAPS;
		item.is_undecided = is_astray || branches_now(&branches) == HOLDS_PERHAPS;
		if (item.is_undecided && branches_line(&branches))
			config_leave_out(config, file, branches_line(&branches), 0);
		item.parent = begins_section(item.words[0]) ? -1 : section;
		if (item.parent >= 0) {
			config_add(config, &item);
		} else if (begins_section(item.words[0])) {
			section = config_add(config, &item);
			if (section < 0)
				return;
		} else {
			config_problem(
				config, file, number,
				"a section before it (global, defaults, frontend, backend, listen)",
				"之前应有段落（global、defaults、frontend、backend、listen）");
		}
	}
	branches_end(&branches, config, file);
}

/* --- questions -----------------------------------------------------------------------------------
 */

/* The last "@name @first ..." directly in the section; @first NULL: whatever stands there. */
static const struct config_item *find_in(const struct config *config, int section, const char *name,
					 const char *first)
{
	const struct config_item *found = NULL;

	for (int i = section + 1; section >= 0 && i < config->count; i++) {
		const struct config_item *item = &config->items[i];

		/* Statements follow their section. */
		if (item->parent != section)
			break;
		if (item->count > 1 && config_is(item, name) &&
		    (!first || !strcmp(item->words[1], first)))
			found = item;
	}
	return found;
}

/* "from NAME" behind the name of a section: not the last defaults before it but those. */
static const char *named_defaults(const struct config *config, int section)
{
	const struct config_item *item = &config->items[section];

	for (int i = 1; i + 1 < item->count; i++)
		if (!strcmp(item->words[i], "from"))
			return item->words[i + 1];
	return NULL;
}

static int defaults_of(const struct config *config, int section)
{
	const char *name = section >= 0 ? named_defaults(config, section) : NULL;
	int found = -1;

	/* Defaults stand on others only where they name them. */
	if (section >= 0 && !name && config_is(&config->items[section], "defaults"))
		return -1;
	for (int i = 0; i < section; i++) {
		const struct config_item *item = &config->items[i];

		if (item->parent < 0 && config_is(item, "defaults") &&
		    (!name || (item->count > 1 && !strcmp(item->words[1], name))))
			found = i;
	}
	return found;
}

const struct config_item *haproxy_find(const struct config *config, int section, const char *name,
				       const char *first)
{
	const struct config_item *found = NULL;

	/* Each stands before the one that is built on it. */
	for (; section >= 0 && !found; section = defaults_of(config, section))
		found = find_in(config, section, name, first);
	return found;
}

bool haproxy_is_settled(const struct config *config, int section)
{
	static const char *const asked[] = { "mode",	    "option",	      "no",
					     "timeout",	    "http-reuse",     "default-server",
					     "use_backend", "default_backend" };

	for (; section >= 0; section = defaults_of(config, section)) {
		if (config->items[section].is_undecided)
			return false;
		for (int i = section + 1; i < config->count && config->items[i].parent == section;
		     i++)
			for (size_t n = 0; n < sizeof(asked) / sizeof(*asked); n++)
				if (config->items[i].is_undecided &&
				    config_is(&config->items[i], asked[n]))
					return false;
	}
	return true;
}

bool haproxy_is_http(const struct config *config, int section)
{
	const struct config_item *mode = haproxy_find(config, section, "mode", NULL);

	return mode && !strcmp(mode->words[1], "http");
}

/* 1: "option NAME", -1: "no option NAME", whichever the section says last; 0: neither. */
static int says_option(const struct config *config, int section, const char *name)
{
	int says = 0;

	for (int i = section + 1; i < config->count && config->items[i].parent == section; i++) {
		const struct config_item *item = &config->items[i];

		if (item->count > 1 && config_is(item, "option") && !strcmp(item->words[1], name))
			says = 1;
		else if (item->count > 2 && config_is(item, "no") &&
			 !strcmp(item->words[1], "option") && !strcmp(item->words[2], name))
			says = -1;
	}
	return says;
}

bool haproxy_has_option(const struct config *config, int section, const char *name)
{
	int says = 0;

	for (; section >= 0 && !says; section = defaults_of(config, section))
		says = says_option(config, section, name);
	return says > 0;
}
