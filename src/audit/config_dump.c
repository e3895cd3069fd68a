/* SPDX-License-Identifier: MIT */
/*
 * What `nginx -T` prints: all files of its configuration in one text, each behind a line
 * "# configuration file /etc/nginx/nginx.conf:". An include takes its files from there and from
 * nowhere else.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/config.h"

static const char mark[] = "# configuration file ";

#define MARK_BYTES (sizeof(mark) - 1)

/* The next line that names a file, from @at, which begins a line; NULL if there is none. */
static const char *find_mark(const char *at, const char *end, const char **ret_stop)
{
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		stop = stop ? stop : end;
		if ((size_t)(stop - at) > MARK_BYTES + 1 && !memcmp(at, mark, MARK_BYTES) &&
		    stop[-1] == ':') {
			*ret_stop = stop;
			return at;
		}
		at = stop + 1;
	}
	return NULL;
}

bool config_is_dump(const char *text, size_t length)
{
	const char *stop;

	return find_mark(text, text + length, &stop) != NULL;
}

/* In place. What stands before the first of them is what nginx said of it. */
static void cut(struct config *config, char *text, size_t length)
{
	const char *end = text + length, *stop, *at = find_mark(text, end, &stop);

	while (at) {
		struct config_part *parts =
			realloc(config->parts, (size_t)(config->part_count + 1) * sizeof(*parts));
		struct config_part *part;

		if (!parts || config->part_count == CONFIG_PARTS_MAX) {
			config->parts = parts ? parts : config->parts;
			config->truncated = true;
			return;
		}
		config->parts = parts;
		part = &parts[config->part_count++];
		*part = (struct config_part){ .path = at + MARK_BYTES,
					      .text = stop < end ? stop + 1 : end };
		text[stop - 1 - text] = '\0';
		at = find_mark(part->text, end, &stop);
		part->length = (size_t)((at ? at : end) - part->text);
	}
}

/* A file may be included more than once, and words are cut in place. */
static void read_part(struct config *config, struct config_part *part, int parent)
{
	char *text = config->depth == CONFIG_DEPTH_MAX ? NULL : config_room(config, part->length);

	if (!text) {
		config->truncated = true;
		return;
	}
	config->depth++;
	part->is_used = true;
	memcpy(text, part->text, part->length);
	text[part->length] = '\0';
	config_parse_braces(config, part->path, text, part->length, parent);
	config->depth--;
}

bool config_include_part(struct config *config, const char *pattern, int parent)
{
	if (!config->parts)
		return false;
	/* As nginx does it, names with a slash in them are met only by one. */
	for (int i = 1; i < config->part_count; i++)
		if (!fnmatch(pattern, config->parts[i].path, FNM_PATHNAME))
			read_part(config, &config->parts[i], parent);
	return true;
}

int config_parse_dump(struct config *config, char *text, size_t length)
{
	int count;

	cut(config, text, length);
	count = config->part_count;
	if (count) {
		config_set_folder(config, config->parts[0].path);
		read_part(config, &config->parts[0], -1);
	}
	/* What nobody included is looked at all the same. */
	for (int i = 1; i < count; i++)
		if (!config->parts[i].is_used)
			read_part(config, &config->parts[i], -1);
	/* Of another host's dump, or of a file, they are no part. */
	free(config->parts);
	config->parts = NULL;
	config->part_count = 0;
	return count;
}
