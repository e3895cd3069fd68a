/* SPDX-License-Identifier: MIT */
/*
 * systemd: a unit is a block, and each assignment of its sections [Service] and [Socket] a
 * statement of two words in it, the name and the whole value. Drop-ins stand behind the unit's own
 * file, in the order in which they count.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/config.h"
#include "audit/limits.h"

#define UNITS_MAX 2048
#define DROP_INS_MAX 64

/* --- one file ------------------------------------------------------------------------------------
 */

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

void config_parse_systemd(struct config *config, const char *file, char *text, size_t length,
			  int unit)
{
	struct reader r = { .at = text, .end = text + length, .line = 1 };
	bool in_section = false, is_wanted = false;
	char *line, *value;

	if (unit < 0)
		return;
	for (;;) {
		struct config_item item = {
			.file = file, .line = r.line, .parent = unit, .count = 2
		};

		line = take_line(&r);
		if (!line)
			return;
		line = skip_space(line);
		trim_end(line);
		if (!*line || *line == '#' || *line == ';')
			continue;
		if (*line == '[') {
			in_section = true;
			is_wanted = !strcmp(line, "[Service]") || !strcmp(line, "[Socket]");
			if (line[strlen(line) - 1] != ']')
				config_problem(config, file, item.line, "a ] at its end",
					       "段名应以 ] 结尾");
			continue;
		}
		value = strchr(line, '=');
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
		if (is_wanted && *line)
			config_add(config, &item);
	}
}

/* --- which files there are -----------------------------------------------------------------------
 */

/* The strongest first: a unit or drop-in of the same name further down does not count. */
static const char *const folders[] = {
	"/etc/systemd/system.control",	 "/run/systemd/system.control", "/run/systemd/transient",
	"/etc/systemd/system",		 "/run/systemd/system",		"/run/systemd/generator",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system",	"/lib/systemd/system",
};

#define FOLDERS ((int)(sizeof(folders) / sizeof(*folders)))

struct names {
	struct {
		char name[NAME_MAX + 1];
		char path[512]; /* below the root; "" if it does not count */
	} * items;
	int count, most;
};

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), bytes = strlen(end);

	return length > bytes && !strcmp(text + length - bytes, end);
}

/*
 * A link to /dev/null takes the unit away, one to another name is that other unit: neither is read.
 */
static bool is_itself(const char *full, const char *name)
{
	char target[PATH_MAX];
	const char *slash;
	ssize_t length = readlink(full, target, sizeof(target) - 1);

	if (length < 0)
		return true;
	target[length] = '\0';
	slash = strrchr(target, '/');
	return !strcmp(slash ? slash + 1 : target, name);
}

static void add_name(struct names *names, const char *folder, const char *name)
{
	char full[PATH_MAX];

	for (int i = 0; i < names->count; i++)
		if (!strcmp(names->items[i].name, name))
			return;
	if (names->count == names->most || strlen(name) > NAME_MAX)
		return;
	snprintf(names->items[names->count].name, sizeof(names->items->name), "%s", name);
	if (snprintf(names->items[names->count].path, sizeof(names->items->path), "%s/%s", folder,
		     name) >= (int)sizeof(names->items->path))
		return;
	snprintf(full, sizeof(full), "%s%s", limits_root(), names->items[names->count].path);
	if (!is_itself(full, name))
		names->items[names->count].path[0] = '\0';
	names->count++;
}

/* Those of a folder that end with @end or @or_end. */
static void add_folder(struct names *names, const char *folder, const char *end, const char *or_end)
{
	char full[PATH_MAX];
	const struct dirent *entry;
	DIR *dir;

	snprintf(full, sizeof(full), "%s%s", limits_root(), folder);
	dir = opendir(full);
	while (dir && (entry = readdir(dir)) != NULL)
		if (ends_with(entry->d_name, end) || ends_with(entry->d_name, or_end))
			add_name(names, folder, entry->d_name);
	if (dir)
		closedir(dir);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void add_drop_ins(struct names *names, const char *unit)
{
	char path[512];

	for (int i = 0; i < FOLDERS; i++) {
		snprintf(path, sizeof(path), "%s/%s.d", folders[i], unit);
		add_folder(names, path, ".conf", ".conf");
	}
}

/* Of "a-b.service": of that name, of "a-.service", of "service"; by their own names in order. */
static void read_drop_ins(struct config *config, const char *unit, int index)
{
	struct names names = { .items = calloc(DROP_INS_MAX, sizeof(*names.items)),
			       .most = DROP_INS_MAX };
	const char *kind = strrchr(unit, '.');
	char prefix[NAME_MAX + 16];

	if (!names.items)
		return;
	add_drop_ins(&names, unit);
	for (const char *at = kind; at > unit; at--)
		if (*at == '-' && at + 1 < kind) {
			snprintf(prefix, sizeof(prefix), "%.*s-%s", (int)(at - unit), unit, kind);
			add_drop_ins(&names, prefix);
		}
	add_drop_ins(&names, kind + 1);
	qsort(names.items, (size_t)names.count, sizeof(*names.items), compare_names);
	for (int i = 0; i < names.count; i++)
		if (names.items[i].path[0])
			config_read(config, names.items[i].path, index);
	config->truncated |= names.count == names.most;
	free(names.items);
}

int config_add_unit(struct config *config, const char *path, const char *name)
{
	struct config_item item = { .line = 1, .parent = -1, .count = 1 };

	item.file = config_keep(config, strdup(path));
	item.words[0] = config_keep(config, strdup(name));
	return item.file && item.words[0] ? config_add(config, &item) : -1;
}

void config_read_units(struct config *config)
{
	struct names names = { .items = calloc(UNITS_MAX, sizeof(*names.items)),
			       .most = UNITS_MAX };

	if (!names.items)
		return;
	for (int i = 0; i < FOLDERS; i++)
		add_folder(&names, folders[i], ".service", ".socket");
	qsort(names.items, (size_t)names.count, sizeof(*names.items), compare_names);
	for (int i = 0; i < names.count; i++) {
		int index = names.items[i].path[0] ? config_add_unit(config, names.items[i].path,
								     names.items[i].name)
						   : -1;

		if (index < 0)
			continue;
		config_read(config, names.items[i].path, index);
		read_drop_ins(config, names.items[i].name, index);
	}
	config->truncated |= names.count == names.most;
	free(names.items);
}
