/* SPDX-License-Identifier: MIT */
/*
 * Units that were given: a file of one, or what `systemctl cat` prints of many, each file behind a
 * line "# /lib/systemd/system/nginx.service".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/config.h"

#define NAME_BYTES 256

static bool ends_with(const char *begin, const char *stop, const char *end)
{
	size_t bytes = strlen(end);

	return (size_t)(stop - begin) > bytes && !memcmp(stop - bytes, end, bytes);
}

static bool is_mark(const char *at, const char *stop)
{
	return stop - at > 3 && !memcmp(at, "# /", 3) &&
	       !memchr(at + 2, ' ', (size_t)(stop - at - 2)) &&
	       (ends_with(at, stop, ".service") || ends_with(at, stop, ".socket") ||
		ends_with(at, stop, ".conf"));
}

/* "service" and "a.service" of "/x/service.d/b.conf" and "/x/a.service.d/b.conf"; false for others.
 */
static bool level_of(const char *path, char ret[NAME_BYTES])
{
	const char *stop = path + strlen(path), *begin;

	if (!ends_with(path, stop, ".conf"))
		return false;
	while (stop > path && *stop != '/')
		stop--;
	if (!ends_with(path, stop, ".d"))
		return false;
	stop -= 2;
	for (begin = stop; begin > path && begin[-1] != '/'; begin--)
		;
	snprintf(ret, NAME_BYTES, "%.*s", (int)(stop - begin), begin);
	return true;
}

/* Of "/x/a.service" and "/x/a.service.d/b.conf" it is a.service; of another file, by its sections.
 */
static void name_unit(const char *path, const char *text, size_t length, char ret[NAME_BYTES])
{
	static const char socket[] = "[Socket]", manager[] = "[Manager]";
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const char *stop = name + strlen(name);

	if (memmem(text, length, manager, sizeof(manager) - 1))
		snprintf(ret, NAME_BYTES, "%s", strcmp(name, "user.conf") ? CONFIG_MANAGER : name);
	else if (!level_of(path, ret) || !strchr(ret, '.'))
		snprintf(ret, NAME_BYTES, "%s%s", name,
			 ends_with(name, stop, ".service") || ends_with(name, stop, ".socket") ? ""
			 : memmem(text, length, socket, sizeof(socket) - 1) ? ".socket"
									    : ".service");
}

/* Whether it is a template and that one of its instances: `systemctl cat` names the file of the
 * one, and the folder of the other. */
static bool is_instance(const char *instance, const char *unit)
{
	const char *at = strchr(unit, '@');

	return at && at[1] == '.' && !strncmp(instance, unit, (size_t)(at + 1 - unit)) &&
	       config_unit_has_level(instance, unit);
}

/* Whether [Install] of @unit names it so, too. */
static bool has_other_name(const struct config *config, int unit, const char *name)
{
	size_t bytes = strlen(name);

	for (int i = unit + 1; i < config->count && config->items[i].parent == unit; i++) {
		const struct config_item *item = &config->items[i];

		for (const char *at = item->words[1]; config_is(item, "Alias") && *at;) {
			size_t length = strcspn(at, " \t");

			if (length == bytes && !memcmp(at, name, bytes))
				return true;
			at += length + strspn(at + length, " \t");
		}
	}
	return false;
}

/* A drop-in behind its unit stands in the same block. */
static int block_of(struct config *config, const char *path, const char *text, size_t length)
{
	char name[NAME_BYTES], level[NAME_BYTES];
	int last = config->count - 1;

	name_unit(path, text, length, name);
	while (last >= 0 && config->items[last].parent >= 0)
		last--;
	if (last >= 0) {
		struct config_item *unit = &config->items[last];

		if (!strcmp(unit->words[0], name) ||
		    (level_of(path, level) && (config_unit_has_level(unit->words[0], level) ||
					       has_other_name(config, last, level))))
			return last;
		if (level_of(path, level) && is_instance(level, unit->words[0])) {
			const char *kept = config_keep(config, strdup(level));

			unit->words[0] = kept ? kept : unit->words[0];
			return last;
		}
	}
	return config_add_unit(config, path, name);
}

static void take_part(struct config *config, const char *path, char *begin, char *stop)
{
	size_t length = (size_t)(stop - begin);

	if (strspn(begin, " \t\r\n") < length)
		config_parse_systemd(config, path, begin, length,
				     block_of(config, path, begin, length));
}

void config_parse_units(struct config *config, const char *file, char *text, size_t length)
{
	char *end = text + length, *begin = text, *at = text, *stop;
	const char *path = file;

	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop ? stop : end;
		if (!is_mark(at, stop))
			continue;
		/* Writes a NUL behind the part: where the mark begins, which has been read. */
		take_part(config, path, begin, at);
		*stop = '\0';
		path = at + 2;
		begin = stop < end ? stop + 1 : end;
	}
	take_part(config, path, begin, end);
}
