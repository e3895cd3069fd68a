/* SPDX-License-Identifier: MIT */
/*
 * Which files systemd reads: units with their drop-ins, instances that have some of their own, and
 * what the manager itself goes by. Drop-ins stand behind the unit's own file, in the order in which
 * they count.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/config.h"
#include "audit/root.h"

#define UNITS_MAX 2048
#define DROP_INS_MAX 64
#define LEVELS_MAX 16
#define LINKS_MAX 8
#define NAME_BYTES (NAME_MAX + 1)

/* The strongest first: a unit or drop-in of the same name further down does not count. */
static const char *const folders[] = {
	"/etc/systemd/system.control", "/run/systemd/system.control",
	"/run/systemd/transient",      "/run/systemd/generator.early",
	"/etc/systemd/system",	       "/etc/systemd/system.attached",
	"/run/systemd/system",	       "/run/systemd/system.attached",
	"/run/systemd/generator",      "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",     "/lib/systemd/system",
	"/run/systemd/generator.late",
};

#define FOLDERS ((int)(sizeof(folders) / sizeof(*folders)))

struct names {
	struct {
		char name[NAME_BYTES];
		char path[512];		/* "" if it does not count */
		char other[NAME_BYTES]; /* the unit that it is another name of, or "" */
	} * items;
	int count, most;
};

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), bytes = strlen(end);

	return length > bytes && !strcmp(text + length - bytes, end);
}

/* --- links ---------------------------------------------------------------------------------------
 */

/* Takes "x/.." out, in place. */
static void simplify(char *path)
{
	char *up;

	while ((up = strstr(path, "/../"))) {
		char *begin = up;

		while (begin > path && *--begin != '/')
			;
		memmove(begin, up + 3, strlen(up + 3) + 1);
	}
}

/* Whether the target of a link in @folder lies in one of the folders. */
static bool is_in_folders(const char *folder, const char *target)
{
	char path[PATH_MAX * 2];

	snprintf(path, sizeof(path), "%s%s%s", *target == '/' ? "" : folder,
		 *target == '/' ? "" : "/", target);
	simplify(path);
	for (int i = 0; i < FOLDERS; i++) {
		size_t bytes = strlen(folders[i]);

		if (!strncmp(path, folders[i], bytes) && path[bytes] == '/')
			return true;
	}
	return false;
}

/* "a@.service" of "a@b.service"; false if it is no instance. */
static bool template_of(const char *unit, char ret[NAME_BYTES])
{
	const char *at = strchr(unit, '@'), *kind = strrchr(unit, '.');

	if (!at || !kind || kind <= at + 1)
		return false;
	snprintf(ret, NAME_BYTES, "%.*s%s", (int)(at + 1 - unit), unit, kind);
	return true;
}

/*
 * A link to /dev/null takes away what is called so. A unit that is a link to another name among the
 * units is that other unit: *@ret_other. Any other link is what it leads to, of an instance to its
 * template, too.
 */
static bool is_itself(const char *folder, const char *name, bool is_unit,
		      char ret_other[NAME_BYTES])
{
	char target[PATH_MAX], template_[NAME_BYTES];
	const char *slash, *last;

	if (root_read_link(folder, name, target, sizeof(target)) < 0)
		return true;
	if (!strcmp(target, "/dev/null"))
		return false;
	slash = strrchr(target, '/');
	last = slash ? slash + 1 : target;
	if (!is_unit || !strcmp(last, name) || strlen(last) >= NAME_BYTES ||
	    !is_in_folders(folder, target) ||
	    (template_of(name, template_) && !strcmp(last, template_)))
		return true;
	strcpy(ret_other, last);
	return false;
}

/* --- names ---------------------------------------------------------------------------------------
 */

static int find_name(const struct names *names, const char *name)
{
	for (int i = 0; i < names->count; i++)
		if (!strcmp(names->items[i].name, name))
			return i;
	return -1;
}

static void add_name(struct names *names, const char *folder, const char *name, bool is_unit)
{
	int at = names->count;

	if (find_name(names, name) >= 0 || at == names->most || strlen(name) > NAME_MAX)
		return;
	if (snprintf(names->items[at].path, sizeof(names->items->path), "%s/%s", folder, name) >=
	    (int)sizeof(names->items->path))
		return;
	snprintf(names->items[at].name, sizeof(names->items->name), "%s", name);
	names->items[at].other[0] = '\0';
	if (!is_itself(folder, name, is_unit, names->items[at].other))
		names->items[at].path[0] = '\0';
	names->count++;
}

/* Those of a folder that end with @end or @or_end. */
static void add_folder(struct config *config, struct names *names, const char *folder,
		       const char *end, const char *or_end, bool is_unit)
{
	const struct dirent *entry;
	DIR *dir = root_open_folder(folder);

	if (!dir && errno == EACCES) {
		const char *path = config_keep(config, strdup(folder));

		if (path)
			config_leave_out(config, path, 0, EACCES);
	}
	while (dir && (entry = readdir(dir)) != NULL)
		if (ends_with(entry->d_name, end) || ends_with(entry->d_name, or_end))
			add_name(names, folder, entry->d_name, is_unit);
	if (dir)
		closedir(dir);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* --- drop-ins ------------------------------------------------------------------------------------
 */

/* What a folder of drop-ins of a unit can be called, without ".d". */
struct levels {
	char names[LEVELS_MAX][NAME_BYTES];
	int count;
};

/*
 * "a-.service" of "a-b.service" and of the template "a-b@.service", "a-@c.service" of
 * "a-b@c.service"; false if no part can be taken away.
 */
static bool prefix_of(const char *unit, char ret[NAME_BYTES])
{
	const char *kind = strrchr(unit, '.'), *at = strchr(unit, '@'), *dash;
	const char *end = at && at < kind ? at : kind;

	if (!end || end < unit + 2)
		return false;
	/* The one at its end is that of "a-" itself. */
	for (dash = end - 2; dash > unit && *dash != '-'; dash--)
		;
	if (dash == unit)
		return false;
	snprintf(ret, NAME_BYTES, "%.*s%s", (int)(dash + 1 - unit), unit,
		 at && at + 1 < kind ? at : kind);
	return true;
}

/* In the order of dropin.c in systemd's src/shared: unit, template, and each of their prefixes. */
static void add_levels(struct levels *levels, const char *unit)
{
	char other[NAME_BYTES];

	for (int i = 0; i < levels->count; i++)
		if (!strcmp(levels->names[i], unit))
			return;
	if (levels->count == LEVELS_MAX || strlen(unit) >= NAME_BYTES)
		return;
	strcpy(levels->names[levels->count++], unit);
	if (template_of(unit, other))
		add_levels(levels, other);
	if (prefix_of(unit, other))
		add_levels(levels, other);
}

bool config_unit_has_level(const char *unit, const char *level)
{
	const char *kind = strrchr(unit, '.');
	struct levels levels = { .count = 0 };

	add_levels(&levels, unit);
	for (int i = 0; i < levels.count; i++)
		if (!strcmp(levels.names[i], level))
			return true;
	return kind && !strcmp(kind + 1, level);
}

static void add_drop_ins(struct config *config, struct names *names, const char *folder,
			 const char *level)
{
	char path[512];

	if (snprintf(path, sizeof(path), "%s/%s.d", folder, level) < (int)sizeof(path))
		add_folder(config, names, path, ".conf", ".conf", false);
}

static void read_names(struct config *config, struct names *names, int index)
{
	qsort(names->items, (size_t)names->count, sizeof(*names->items), compare_names);
	for (int i = 0; i < names->count; i++)
		if (names->items[i].path[0])
			config_read(config, names->items[i].path, index);
	config->truncated |= names->count == names->most;
}

/* Those in the folders that are called after this name of the unit. */
static void add_named(struct config *config, struct names *names, const char *name)
{
	struct levels levels = { .count = 0 };

	add_levels(&levels, name);
	for (int i = 0; i < FOLDERS; i++)
		for (int k = 0; k < levels.count; k++)
			add_drop_ins(config, names, folders[i], levels.names[k]);
}

/* Whether that name is another one of @unit, be it by way of a third, or of its template. */
static bool is_other_name(const struct names *units, int at, const char *unit)
{
	char template_[NAME_BYTES];

	if (!template_of(unit, template_))
		template_[0] = '\0';
	for (int i = 0; i < LINKS_MAX && at >= 0 && units->items[at].other[0]; i++) {
		const char *other = units->items[at].other;

		if (!strcmp(other, unit) || !strcmp(other, template_))
			return true;
		at = find_name(units, other);
	}
	return false;
}

/* By their own names in order; of two with the same name the one in the stronger folder. */
static void read_drop_ins(struct config *config, const struct names *units, const char *unit,
			  int index)
{
	struct names names = { .items = calloc(DROP_INS_MAX, sizeof(*names.items)),
			       .most = DROP_INS_MAX };

	if (!names.items)
		return;
	add_named(config, &names, unit);
	for (int i = 0; i < units->count; i++)
		if (is_other_name(units, i, unit))
			add_named(config, &names, units->items[i].name);
	for (int i = 0; i < FOLDERS; i++)
		add_drop_ins(config, &names, folders[i], strrchr(unit, '.') + 1);
	read_names(config, &names, index);
	free(names.items);
}

/* --- units ---------------------------------------------------------------------------------------
 */

int config_add_unit(struct config *config, const char *path, const char *name)
{
	struct config_item item = { .line = 1, .parent = -1, .count = 1 };

	item.file = config_keep(config, strdup(path));
	item.words[0] = config_keep(config, strdup(name));
	return item.file && item.words[0] ? config_add(config, &item) : -1;
}

/* Instances that have a folder of drop-ins: their own file is that of their template. */
static void add_instances(struct names *names, const char *folder)
{
	char unit[NAME_BYTES], other[NAME_BYTES];
	const struct dirent *entry;
	DIR *dir = root_open_folder(folder);

	while (dir && (entry = readdir(dir)) != NULL) {
		int from;

		if (!ends_with(entry->d_name, ".service.d") &&
		    !ends_with(entry->d_name, ".socket.d"))
			continue;
		snprintf(unit, sizeof(unit), "%.*s", (int)strlen(entry->d_name) - 2, entry->d_name);
		from = template_of(unit, other) ? find_name(names, other) : -1;
		if (from < 0 || find_name(names, unit) >= 0 || names->count == names->most)
			continue;
		names->items[names->count] = names->items[from];
		strcpy(names->items[names->count++].name, unit);
	}
	if (dir)
		closedir(dir);
}

/* What holds for every unit that says nothing else. */
static void read_manager(struct config *config)
{
	static const char *const places[] = { "/etc/systemd", "/run/systemd",
					      "/usr/local/lib/systemd", "/usr/lib/systemd",
					      "/lib/systemd" };
	const int count = sizeof(places) / sizeof(*places);
	struct names names = { .items = calloc(DROP_INS_MAX, sizeof(*names.items)),
			       .most = DROP_INS_MAX };
	char path[64] = "";
	int index;

	if (!names.items)
		return;
	for (int i = 0; i < count && !path[0]; i++) {
		int fd;

		snprintf(path, sizeof(path), "%s/" CONFIG_MANAGER, places[i]);
		fd = root_open(path, O_PATH);
		if (fd < 0)
			path[0] = '\0';
		else
			close(fd);
	}
	for (int i = 0; i < count; i++)
		add_drop_ins(config, &names, places[i], CONFIG_MANAGER);
	index = path[0] || names.count ? config_add_unit(config, path, CONFIG_MANAGER) : -1;
	if (index >= 0 && path[0])
		config_read(config, path, index);
	if (index >= 0)
		read_names(config, &names, index);
	free(names.items);
}

void config_read_units(struct config *config)
{
	struct names names = { .items = calloc(UNITS_MAX, sizeof(*names.items)),
			       .most = UNITS_MAX };

	if (!names.items)
		return;
	read_manager(config);
	for (int i = 0; i < FOLDERS; i++)
		add_folder(config, &names, folders[i], ".service", ".socket", true);
	for (int i = 0; i < FOLDERS; i++)
		add_instances(&names, folders[i]);
	qsort(names.items, (size_t)names.count, sizeof(*names.items), compare_names);
	for (int i = 0; i < names.count; i++) {
		int index = names.items[i].path[0] ? config_add_unit(config, names.items[i].path,
								     names.items[i].name)
						   : -1;

		if (index < 0)
			continue;
		config_read(config, names.items[i].path, index);
		read_drop_ins(config, &names, names.items[i].name, index);
	}
	config->truncated |= names.count == names.most;
	free(names.items);
}
