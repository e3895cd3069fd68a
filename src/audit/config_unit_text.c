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

/* Of "/x/a.service" and "/x/a.service.d/b.conf" it is a.service; of another file, by its section.
 */
static void name_unit(const char *path, bool is_socket, char ret[NAME_BYTES])
{
	const char *stop = path + strlen(path), *begin;

	if (ends_with(path, stop, ".conf")) {
		while (stop > path && *stop != '/')
			stop--;
		if (ends_with(path, stop, ".service.d") || ends_with(path, stop, ".socket.d"))
			stop -= 2;
		else
			stop = path + strlen(path);
	}
	for (begin = stop; begin > path && begin[-1] != '/'; begin--)
		;
	snprintf(ret, NAME_BYTES, "%.*s%s", (int)(stop - begin), begin,
		 ends_with(begin, stop, ".service") || ends_with(begin, stop, ".socket") ? ""
		 : is_socket								 ? ".socket"
			     : ".service");
}

/* A drop-in behind its unit stands in the same block. */
static int block_of(struct config *config, const char *path, bool is_socket)
{
	int last = config->count - 1;
	char name[NAME_BYTES];

	name_unit(path, is_socket, name);
	while (last >= 0 && config->items[last].parent >= 0)
		last--;
	if (last >= 0 && !strcmp(config->items[last].words[0], name))
		return last;
	return config_add_unit(config, path, name);
}

static void take_part(struct config *config, const char *path, char *begin, char *stop)
{
	static const char socket[] = "[Socket]";
	size_t length = (size_t)(stop - begin);

	if (strspn(begin, " \t\r\n") < length)
		config_parse_systemd(
			config, path, begin, length,
			block_of(config, path,
				 memmem(begin, length, socket, sizeof(socket) - 1) != NULL));
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
