/* SPDX-License-Identifier: MIT */
#include "audit/config.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/root.h"

#define FILE_MAX_BYTES ((size_t)1 << 20)
#define FILES_MAX 4096
#define BYTES_MAX ((size_t)64 << 20) /* of all files of one kind */
#define ITEMS_MAX 16384

static const char *const places[CONFIG_KINDS][4] = {
	[CONFIG_NGINX] = { "/etc/nginx/nginx.conf" },
	[CONFIG_HAPROXY] = { "/etc/haproxy/haproxy.cfg", "/etc/haproxy/conf.d/*.cfg" },
	[CONFIG_KEEPALIVED] = { "/etc/keepalived/keepalived.conf" },
	[CONFIG_TOMCAT] = { "/etc/tomcat*/server.xml", "/opt/*tomcat*/conf/server.xml",
			    "/var/lib/tomcat*/conf/server.xml" },
};

/* --- statements ----------------------------------------------------------------------------------
 */

int config_add(struct config *config, const struct config_item *item)
{
	if (config->count == config->capacity) {
		int capacity = config->capacity ? config->capacity * 2 : 64;
		struct config_item *items =
			capacity > ITEMS_MAX
				? NULL
				: realloc(config->items, (size_t)capacity * sizeof(*items));

		if (!items) {
			config->truncated = true;
			return -1;
		}
		config->items = items;
		config->capacity = capacity;
	}
	config->items[config->count] = *item;
	return config->count++;
}

void config_problem(struct config *config, const char *file, int line, const char *en,
		    const char *zh)
{
	if (config->problem_count == CONFIG_PROBLEMS_MAX)
		return;
	config->problems[config->problem_count++] =
		(struct config_problem){ file, line, { en, zh } };
}

void config_leave_out(struct config *config, const char *file, int line, int error)
{
	struct config_left_out *items = config->left_out;
	int last = config->left_out_count - 1;

	if (last >= 0 && last < CONFIG_PROBLEMS_MAX && items[last].line == line &&
	    !strcmp(items[last].file, file))
		return;
	if (config->left_out_count < CONFIG_PROBLEMS_MAX)
		items[config->left_out_count] = (struct config_left_out){ file, line, error };
	config->left_out_count++;
}

bool config_is(const struct config_item *item, const char *name)
{
	return item->count && !strcmp(item->words[0], name);
}

const struct config_item *config_find(const struct config *config, int parent, const char *name)
{
	const struct config_item *found = NULL;

	for (int i = parent + 1; i < config->count; i++)
		if (config->items[i].parent == parent && config_is(&config->items[i], name))
			found = &config->items[i];
	return found;
}

const struct config_item *config_inherit(const struct config *config, int parent, const char *name)
{
	const struct config_item *found = config_find(config, parent, name);

	while (!found && parent >= 0) {
		parent = config->items[parent].parent;
		found = config_find(config, parent, name);
	}
	return found;
}

const char *config_value(const struct config_item *item, const char *name)
{
	size_t length = strlen(name);

	for (int i = 1; i < item->count; i++)
		if (!strncmp(item->words[i], name, length) && item->words[i][length] == '=')
			return item->words[i] + length + 1;
	return NULL;
}

int config_port(const char *text)
{
	/* Sockets that have none, whatever stands in their names. */
	static const char *const others[] = {
		"/", "@", "vsock:", "unix:", "unix@", "abns@", "fd@"
	};
	const char *colon = strrchr(text, ':');
	const char *digits = colon && !strchr(colon, ']') ? colon + 1 : text;
	size_t length = strspn(digits, "0123456789");

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strncmp(text, others[i], strlen(others[i])))
			return 0;
	if (!length || length > 5 || (digits[length] && digits[length] != ','))
		return 0;
	return atoi(digits) <= 65535 ? atoi(digits) : 0;
}

int64_t config_time_us(const char *text, int64_t unit_us)
{
	static const struct {
		const char *name;
		int64_t us;
	} units[] = {
		{ "us", 1 },
		{ "ms", 1000 },
		{ "s", 1000000 },
		{ "m", 60000000 },
		{ "h", 3600000000 },
		{ "d", 86400000000 },
		/* nginx: years and months of so many days. */
		{ "w", 604800000000 },
		{ "M", 2592000000000 },
		{ "y", 31536000000000 },
	};
	int64_t total = 0;

	if (!*text)
		return -1;
	/* "1h 30m", in quotes. */
	for (; *text; text += strspn(text, " ")) {
		size_t digits = strspn(text, "0123456789");
		int64_t value = strtoll(text, NULL, 10), us = unit_us;
		size_t i, letters;

		if (!digits || digits > 12)
			return -1;
		text += digits;
		letters = strcspn(text, " 0123456789");
		for (i = 0; letters && i < sizeof(units) / sizeof(*units); i++)
			if (strlen(units[i].name) == letters &&
			    !strncmp(text, units[i].name, letters))
				break;
		if (letters) {
			if (i == sizeof(units) / sizeof(*units))
				return -1;
			us = units[i].us;
		}
		text += letters;
		if (us <= 0 || value > (INT64_MAX / 4 - total) / us)
			return -1;
		total += value * us;
	}
	return total;
}

static int given; /* files, with those that they include */

/* --- files ---------------------------------------------------------------------------------------
 */

char *config_keep(struct config *config, char *text)
{
	char **texts =
		text ? realloc(config->texts, (size_t)(config->files + 1) * sizeof(*texts)) : NULL;

	if (!texts) {
		free(text);
		return NULL;
	}
	config->texts = texts;
	config->texts[config->files++] = text;
	return text;
}

static void parse(struct config *config, const char *file, char *text, size_t length, int parent)
{
	switch (config->kind) {
	case CONFIG_HAPROXY:
		config_parse_haproxy(config, file, text, length);
		break;
	case CONFIG_TOMCAT:
		config_parse_tomcat(config, file, text, length);
		break;
	case CONFIG_SYSTEMD:
		if (parent < 0)
			config_parse_units(config, file, text, length);
		else
			config_parse_systemd(config, file, text, length, parent);
		break;
	default:
		config_parse_braces(config, file, text, length, parent);
		break;
	}
}

void config_parse(struct config *config, const char *file, char *text, size_t length)
{
	const char *name = config_keep(config, strdup(file));

	if (config_keep(config, text) && name)
		parse(config, name, text, length, -1);
}

char *config_room(struct config *config, size_t length)
{
	if (config->bytes + length > BYTES_MAX || config->files >= 2 * FILES_MAX)
		return NULL;
	config->bytes += length;
	return config_keep(config, malloc(length + 1));
}

void config_set_folder(struct config *config, const char *path)
{
	const char *slash = strrchr(path, '/');

	snprintf(config->folder, sizeof(config->folder), "%.*s",
		 slash ? (int)(slash + 1 - path) : 0, path);
}

static char *read_text(const char *path, ssize_t *ret_length)
{
	char *text = malloc(FILE_MAX_BYTES), *smaller;

	*ret_length = text ? root_read(path, text, FILE_MAX_BYTES) : -ENOMEM;
	if (*ret_length < 0) {
		free(text);
		return NULL;
	}
	/* What was read and the NUL behind it. */
	smaller = realloc(text, (size_t)*ret_length + 1);
	return smaller ? smaller : text;
}

void config_read(struct config *config, const char *path, int parent)
{
	const char *name = config_keep(config, strdup(path));
	ssize_t length;
	char *text;

	if (!name || config->bytes > BYTES_MAX) {
		config->truncated = true;
		return;
	}
	text = read_text(path, &length);
	if (!text) {
		if (length == -EACCES || length == -EPERM)
			config_leave_out(config, name, 0, (int)-length);
		else if (length != -ENOENT)
			config_problem(config, name, 0, "a file that can be read", "能读取的文件");
		return;
	}
	if ((size_t)length == FILE_MAX_BYTES - 1)
		config->truncated = true;
	config->bytes += (size_t)length;
	given += given > 0;
	text = config_keep(config, text);
	if (text)
		parse(config, name, text, (size_t)length, parent);
}

void config_include(struct config *config, const char *pattern, int parent)
{
	glob_t found;

	if (config_include_part(config, pattern, parent))
		return;
	if (config->depth == CONFIG_DEPTH_MAX || config->files >= 2 * FILES_MAX) {
		config->truncated = true;
		return;
	}
	if (root_glob(pattern, &found))
		return;
	config->depth++;
	for (size_t i = 0; i < found.gl_pathc && config->files < 2 * FILES_MAX; i++)
		config_read(config, found.gl_pathv[i], parent);
	config->truncated |= config->files >= 2 * FILES_MAX;
	config->depth--;
	globfree(&found);
}

static struct config configs[CONFIG_KINDS];
static bool was_read[CONFIG_KINDS];

const struct config *config_get(enum config_kind kind)
{
	struct config *config = &configs[kind];

	if (was_read[kind])
		return config;
	was_read[kind] = true;
	config->kind = kind;
	if (places[kind][0])
		config_set_folder(config, places[kind][0]);
	if (kind == CONFIG_SYSTEMD)
		config_read_units(config);
	for (int i = 0; i < 4 && places[kind][i] && !config->files; i++)
		config_include(config, places[kind][i], -1);
	return config;
}

static void begin_given(void)
{
	for (int kind = 0; !given && kind < CONFIG_KINDS; kind++) {
		was_read[kind] = true;
		configs[kind].kind = (enum config_kind)kind;
	}
}

int config_give(const char *path, char *text, size_t length)
{
	int kind = config_recognize(path, text, length);
	struct config *config = kind < 0 ? NULL : &configs[kind];
	const char *name;

	if (!config) {
		free(text);
		return -EINVAL;
	}
	begin_given();
	name = config_keep(config, strdup(path));
	text = config_keep(config, text);
	if (!text || !name)
		return -ENOMEM;
	config->bytes += length;
	if (config_is_dump(text, length)) {
		given += config_parse_dump(config, text, length);
		return 0;
	}
	given++;
	config_set_folder(config, path);
	parse(config, name, text, length, -1);
	return 0;
}

int config_given(void)
{
	return given;
}

void config_release(struct config *config)
{
	for (int i = 0; i < config->files; i++)
		free(config->texts[i]);
	free(config->texts);
	free(config->items);
	*config = (struct config){ .kind = config->kind };
}
