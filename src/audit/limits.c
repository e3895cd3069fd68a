/* SPDX-License-Identifier: MIT */
#include "audit/limits.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/root.h"
#include "audit/units.h"

#define DROP_INS_MAX 64
#define FILE_MAX_BYTES 65536

bool limits_parse(const char *text, uint32_t *ret)
{
	char *end;
	unsigned long long value;

	text += strspn(text, " \t");
	if (!strncmp(text, "infinity", 8) || !strncmp(text, "unlimited", 9) ||
	    !strncmp(text, "-1", 2)) {
		*ret = UINT32_MAX;
		return true;
	}
	value = strtoull(text, &end, 10);
	/* "64K" is no 64. */
	if (end == text || *text < '0' || *text > '9' || (*end && !strchr(" \t:", *end)))
		return false;
	*ret = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
	return true;
}

static const char *take_limit(const char *text, uint32_t *ret)
{
	unsigned long long value;
	char *end;

	if (!strncmp(text, "infinity", 8)) {
		*ret = UINT32_MAX;
		return text + 8;
	}
	/* As safe_atou64() of systemd takes it: 0x10 is 16. */
	if (*text < '0' || *text > '9')
		return NULL;
	value = strtoull(text, &end, 0);
	*ret = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
	return end;
}

bool limits_parse_unit(const char *text, uint32_t *ret_soft, uint32_t *ret_hard)
{
	const char *end = take_limit(text, ret_soft);

	*ret_hard = *ret_soft;
	if (end && *end == ':')
		end = take_limit(end + 1, ret_hard);
	return end && !*end && *ret_soft <= *ret_hard;
}

/* "*  soft  nofile  65536", "@group", "nginx - nofile 4096". What names the user counts before "*",
 * wherever it stands. */
int limits_parse_conf(const char *text, const char *user, uint32_t *ret_soft)
{
	int found = 0;

	for (const char *line = text; *line;) {
		size_t bytes = strcspn(line, "\n");
		char whole[256], domain[64], type[16], item[32], value[32];

		if (bytes < sizeof(whole)) {
			memcpy(whole, line, bytes);
			whole[bytes] = '\0';
			if (sscanf(whole, " %63s %15s %31s %31s", domain, type, item, value) == 4 &&
			    (!strcmp(type, "soft") || !strcmp(type, "-")) &&
			    !strcmp(item, "nofile")) {
				int names = *user && !strcmp(domain, user) ? 2
					    : !strcmp(domain, "*")	   ? 1
									   : 0;

				if (names && names >= found && limits_parse(value, ret_soft))
					found = names;
			}
		}
		line += bytes + (line[bytes] == '\n');
	}
	return found;
}

static int is_conf(const struct dirent *entry)
{
	size_t bytes = strlen(entry->d_name);

	return bytes > 5 && !strcmp(entry->d_name + bytes - 5, ".conf");
}

/* Each file of a folder in order of their names. */
static void each_conf(const char *folder, void (*take)(void *context, const char *path),
		      void *context)
{
	int fd = root_open(folder, O_RDONLY | O_DIRECTORY);
	struct dirent **names;
	int count = fd < 0 ? -1 : scandirat(fd, ".", &names, is_conf, alphasort);

	for (int i = 0; i < count; i++) {
		char path[512];

		if (i < DROP_INS_MAX && (size_t)snprintf(path, sizeof(path), "%s/%s", folder,
							 names[i]->d_name) < sizeof(path))
			take(context, path);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	if (fd >= 0)
		close(fd);
}

struct search {
	const char *user;
	struct limit_setting *ret;
	int found; /* as limits_parse_conf() */
};

static void take_file(void *context, const char *path)
{
	struct search *search = context;
	static char text[FILE_MAX_BYTES];
	uint32_t soft;
	int found = root_read(path, text, sizeof(text)) > 0
			    ? limits_parse_conf(text, search->user, &soft)
			    : 0;

	if (!found || found < search->found)
		return;
	search->found = found;
	search->ret->soft = soft;
	snprintf(search->ret->file, sizeof(search->ret->file), "%s", path);
}

bool limits_of_unit(const char *unit, struct limit_setting *ret)
{
	const struct config *units = config_get(CONFIG_SYSTEMD);
	int index = unit_find(units, unit);
	const struct config_item *item = index < 0 ? NULL : unit_limit(units, index, "LimitNOFILE");
	uint32_t hard;

	*ret = (struct limit_setting){ 0 };
	if (!item || !limits_parse_unit(item->words[1], &ret->soft, &hard))
		return false;
	snprintf(ret->file, sizeof(ret->file), "%s", item->file);
	ret->line = item->line;
	return true;
}

bool limits_conf(const char *user, struct limit_setting *ret)
{
	struct search search = { .ret = ret, .user = user };

	*ret = (struct limit_setting){ 0 };
	take_file(&search, "/etc/security/limits.conf");
	each_conf("/etc/security/limits.d", take_file, &search);
	return search.found > 0;
}
