/* SPDX-License-Identifier: MIT */
#include "audit/remedies.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/limits.h"
#include "host/sysctl.h"

#define FILE_MAX_BYTES 65536
#define HEAD "# Written by whyrst audit --apply; whyrst audit --undo takes it back.\n"

/* --- which settings ----------------------------------------------------------------------------
 */

static bool same_thing(const struct change *a, const struct change *b)
{
	return a->kind == b->kind && a->netns == b->netns && a->pid == b->pid &&
	       !strcmp(a->name, b->name);
}

/* A process calls itself what it likes; this goes to a terminal, into files and into JSON. */
static void clean_name(char *name)
{
	for (; *name; name++)
		if (*name < 0x20 || *name >= 0x7f)
			*name = '?';
}

/* Of two findings that want the same setting changed, the one that wants more. */
static void add_change(struct remedies *remedies, const struct change *change, const char *check)
{
	for (int i = 0; i < remedies->change_count; i++) {
		struct remedy *other = &remedies->changes[i];
		int64_t here, there;

		if (!same_thing(&other->change, change))
			continue;
		if (sysctl_numbers(change->to, &here, 1) == 1 &&
		    sysctl_numbers(other->change.to, &there, 1) == 1 && here > there)
			other->change = *change;
		return;
	}
	if (remedies->change_count == REMEDY_CHANGES_MAX)
		return;
	remedies->changes[remedies->change_count] =
		(struct remedy){ .change = *change, .check = check };
	clean_name(remedies->changes[remedies->change_count++].change.comm);
}

/* --- which files -------------------------------------------------------------------------------
 */

/* The name before "=" of a line, as sysctl.d(5) has it: blanks and a '-' before it do not count. */
static bool sets(const char *line, size_t bytes, const char *name)
{
	const char *end = line + bytes, *equals = memchr(line, '=', bytes);

	while (line < end && (*line == ' ' || *line == '\t' || *line == '-'))
		line++;
	if (!equals || *line == '#' || *line == ';')
		return false;
	while (equals > line && (equals[-1] == ' ' || equals[-1] == '\t'))
		equals--;
	if ((size_t)(equals - line) != strlen(name))
		return false;
	for (; line < equals; line++, name++)
		if (*line != *name && !(*line == '/' && *name == '.'))
			return false;
	return true;
}

/* Whether the line is the comment @why, and the next one sets @name. */
static bool explains(const char *line, size_t bytes, const char *name, const char *why)
{
	const char *next = line + bytes + 1;

	return line[bytes] && bytes == strlen(why) + 2 && !memcmp(line, "# ", 2) &&
	       !memcmp(line + 2, why, bytes - 2) && sets(next, strcspn(next, "\n"), name);
}

int remedy_sysctl_line(const char *text, const char *name)
{
	int number = 1, found = 0;

	for (; *text; number++) {
		size_t bytes = strcspn(text, "\n");

		if (sets(text, bytes, name))
			found = number;
		text += bytes + (text[bytes] == '\n');
	}
	return found;
}

char *remedy_sysctl_text(const char *old, const char *name, const char *value, const char *why)
{
	struct buf out;
	char *text;

	buf_init(&out, FILE_MAX_BYTES);
	if (!old)
		buf_add_text(&out, HEAD);
	for (; old && *old;) {
		size_t bytes = strcspn(old, "\n");

		/* What an earlier --apply said above the line that goes, goes with it. */
		if (!sets(old, bytes, name) && !explains(old, bytes, name, why)) {
			buf_add(&out, old, bytes);
			buf_add_char(&out, '\n');
		}
		old += bytes + (old[bytes] == '\n');
	}
	buf_printf(&out, "# %s\n%s = %s\n", why, name, value);
	text = out.overflow ? NULL : strdup(buf_text(&out));
	buf_release(&out);
	return text;
}

static int read_file(const char *path, char **ret_text)
{
	char *text = malloc(FILE_MAX_BYTES);
	ssize_t length;

	*ret_text = NULL;
	if (!text)
		return -ENOMEM;
	length = root_read(path, text, FILE_MAX_BYTES);
	if (length >= 0 && strlen(text) != (size_t)length)
		length = -EILSEQ; /* no text: what stands behind the NUL would be lost */
	if (length < 0 || length == FILE_MAX_BYTES - 1) {
		free(text);
		return length == -ENOENT ? 0 : length < 0 ? (int)length : -EFBIG;
	}
	*ret_text = text;
	return 0;
}

static struct remedy_file *file_of(struct remedies *remedies, const char *path, int *ret)
{
	struct remedy_file *file;

	for (int i = 0; i < remedies->file_count; i++)
		if (!strcmp(remedies->files[i].path, path))
			return &remedies->files[i];
	if (remedies->file_count == REMEDY_FILES_MAX) {
		*ret = -E2BIG;
		return NULL;
	}
	file = &remedies->files[remedies->file_count];
	*file = (struct remedy_file){ 0 };
	snprintf(file->path, sizeof(file->path), "%s", path);
	*ret = read_file(path, &file->old);
	if (*ret)
		return NULL;
	remedies->file_count++;
	return file;
}

static int put_sysctl(struct remedies *remedies, const struct remedy *item)
{
	const char *path = REMEDY_SYSCTL_FILE;
	char *text;
	int r = 0;
	struct remedy_file *file = file_of(remedies, path, &r);

	if (!file)
		return r;
	text = remedy_sysctl_text(file->text ? file->text : file->old, item->change.name,
				  item->change.to, item->check);
	if (!text)
		return -ENOMEM;
	free(file->text);
	file->text = text;
	return 0;
}

/*
 * One number would set both limits, and lower the hard one of a program that raises its own soft
 * limit to it.
 */
static void limit_text(const struct change *change, char *text, size_t bytes)
{
	uint32_t hard;

	if (process_hard_limit(change->pid, &hard) || hard <= change->soft_to)
		snprintf(text, bytes, "%s", change->to);
	else if (hard == UINT32_MAX)
		snprintf(text, bytes, "%s:infinity", change->to);
	else
		snprintf(text, bytes, "%s:%u", change->to, hard);
}

static int put_drop_in(struct remedies *remedies, const struct remedy *item)
{
	struct remedy_file *file;
	char path[256], limit[200];
	int r = 0;

	if (snprintf(path, sizeof(path), "/etc/systemd/system/%s.d/%s", item->change.unit,
		     REMEDY_DROP_IN) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	file = file_of(remedies, path, &r);
	if (!file)
		return r;
	free(file->text);
	limit_text(&item->change, limit, sizeof(limit));
	if (asprintf(&file->text, HEAD "# %s\n[Service]\nLimitNOFILE=%s\n", item->check, limit) <
	    0) {
		file->text = NULL;
		return -ENOMEM;
	}
	return 0;
}

/* --- who else sets it --------------------------------------------------------------------------
 */

#define LAST_OF_SYSCTL "/etc/sysctl.conf"

static void add_rival(struct remedies *remedies, const char *path, int line, const char *name)
{
	struct remedy_rival *rival = &remedies->rivals[remedies->rival_count];

	if (!line || remedies->rival_count == REMEDY_RIVALS_MAX)
		return;
	remedies->rival_count++;
	*rival = (struct remedy_rival){ .line = line,
					.only_by_sysctl = !strcmp(path, LAST_OF_SYSCTL) };
	snprintf(rival->path, sizeof(rival->path), "%s", path);
	snprintf(rival->name, sizeof(rival->name), "%s", name);
}

static void look_into(struct remedies *remedies, const char *path)
{
	char *text;

	if (read_file(path, &text) || !text)
		return;
	for (int i = 0; i < remedies->change_count; i++) {
		const struct change *change = &remedies->changes[i].change;

		if (change->kind == CHANGE_SYSCTL && change->own)
			add_rival(remedies, path, remedy_sysctl_line(text, change->name),
				  change->name);
	}
	free(text);
}

/* Of files that are called the same only the one in the first of these folders counts. */
static const char *const sysctl_folders[] = { "/etc/sysctl.d", "/run/sysctl.d",
					      "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d",
					      "/lib/sysctl.d" };

static bool is_masked(const char *name, size_t folder)
{
	int fd = -ENOENT;

	for (size_t i = 0; i < folder && fd < 0; i++) {
		char path[400];

		snprintf(path, sizeof(path), "%s/%s", sysctl_folders[i], name);
		fd = root_open(path, O_PATH | O_NOFOLLOW);
	}
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/*
 * Files of any of these folders are read in order of their names: sysctl.d(5). After them all
 * `sysctl --system` reads /etc/sysctl.conf; systemd does not, or in its place by the name of a link
 * (Debian: 99-sysctl.conf).
 */
static void find_settings(struct remedies *remedies)
{
	for (size_t i = 0; i < sizeof(sysctl_folders) / sizeof(*sysctl_folders); i++) {
		DIR *folder = root_open_folder(sysctl_folders[i]);
		const struct dirent *entry;
		char path[400];

		while (folder && (entry = readdir(folder))) {
			size_t bytes = strlen(entry->d_name);

			if (bytes < 6 || bytes > 200 ||
			    strcmp(entry->d_name + bytes - 5, ".conf") ||
			    strcmp(entry->d_name, REMEDY_DROP_IN) <= 0 ||
			    is_masked(entry->d_name, i))
				continue;
			snprintf(path, sizeof(path), "%s/%s", sysctl_folders[i], entry->d_name);
			look_into(remedies, path);
		}
		if (folder)
			closedir(folder);
	}
	look_into(remedies, LAST_OF_SYSCTL);
}

/* Drop-ins of any folder are read in order of their names, too: systemd.unit(5). */
static void find_limits(struct remedies *remedies)
{
	for (int i = 0; i < remedies->change_count; i++) {
		const struct change *change = &remedies->changes[i].change;
		struct limit_setting setting;
		const char *name;

		if (change->kind != CHANGE_DESCRIPTORS || !change->unit[0] ||
		    !limits_of_unit(change->unit, &setting) || setting.soft >= change->soft_to)
			continue;
		name = strrchr(setting.file, '/');
		if (name && name - setting.file > 2 && !memcmp(name - 2, ".d", 2) &&
		    strcmp(name + 1, REMEDY_DROP_IN) > 0)
			add_rival(remedies, setting.file, setting.line, "LimitNOFILE");
	}
}

int remedies_make(struct remedies *remedies, const struct findings *findings)
{
	int r = 0;

	*remedies = (struct remedies){ 0 };
	snprintf(remedies->root, sizeof(remedies->root), "%s", root_get());
	for (int i = 0; i < findings->count; i++)
		for (int c = 0; c < findings->items[i].change_count; c++)
			add_change(remedies, &findings->items[i].changes[c],
				   findings->items[i].check->id);
	for (int i = 0; i < remedies->change_count && !r; i++) {
		const struct remedy *item = &remedies->changes[i];

		if (item->change.kind == CHANGE_SYSCTL && item->change.own)
			r = put_sysctl(remedies, item);
		else if (item->change.kind == CHANGE_DESCRIPTORS && item->change.unit[0])
			r = put_drop_in(remedies, item);
	}
	find_settings(remedies);
	find_limits(remedies);
	return r;
}

void remedies_release(struct remedies *remedies)
{
	for (int i = 0; i < remedies->file_count; i++) {
		free(remedies->files[i].old);
		free(remedies->files[i].text);
	}
	*remedies = (struct remedies){ 0 };
}

static bool has_line(const char *text, const char *line, size_t bytes)
{
	while (text && *text) {
		size_t length = strcspn(text, "\n");

		if (length == bytes && !memcmp(text, line, bytes))
			return true;
		text += length + (text[length] == '\n');
	}
	return false;
}

static void only_in(const char *text, const char *other, char sign,
		    void (*take)(void *context, char sign, const char *line, size_t bytes),
		    void *context)
{
	while (text && *text) {
		size_t bytes = strcspn(text, "\n");

		if (!has_line(other, text, bytes))
			take(context, sign, text, bytes);
		text += bytes + (text[bytes] == '\n');
	}
}

void remedy_file_difference(const struct remedy_file *file,
			    void (*take)(void *context, char sign, const char *line, size_t bytes),
			    void *context)
{
	only_in(file->old, file->text, '-', take, context);
	only_in(file->text, file->old, '+', take, context);
}
