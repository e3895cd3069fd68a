/* SPDX-License-Identifier: MIT */
#include "audit/record.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/lines.h"

#define RECORD_PATH RECORD_FOLDER "/undo.json"
#define RECORD_BYTES (8 * 1024 * 1024)
#define VERSION 1

static const char *const kind_names[] = {
	[STEP_SYSCTL] = "sysctl",
	[STEP_DESCRIPTORS] = "descriptors",
	[STEP_FILE] = "file",
};

static void read_boot(char ret[40])
{
	ssize_t length = file_read_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", ret, 40);

	if (length > 0 && ret[length - 1] == '\n')
		ret[length - 1] = '\0';
}

bool record_same_boot(const struct record *record)
{
	char boot[40];

	read_boot(boot);
	return !strcmp(boot, record->boot);
}

static void step_release(struct step *step)
{
	free(step->name);
	free(step->old);
	free(step->text);
}

struct step *record_add(struct record *record, enum step_kind kind, const char *name)
{
	struct step *steps, *step;

	if (record->count == RECORD_STEPS_MAX)
		return NULL;
	steps = realloc(record->steps, ((size_t)record->count + 1) * sizeof(*steps));
	if (!steps)
		return NULL;
	record->steps = steps;
	step = &steps[record->count];
	*step = (struct step){ .kind = kind, .name = strdup(name) };
	if (!step->name)
		return NULL;
	record->count++;
	return step;
}

void record_remove(struct record *record, int index)
{
	step_release(&record->steps[index]);
	record->count--;
	memmove(&record->steps[index], &record->steps[index + 1],
		(size_t)(record->count - index) * sizeof(*record->steps));
}

void record_enter_boot(struct record *record)
{
	if (record_same_boot(record))
		return;
	for (int i = record->count - 1; i >= 0; i--) {
		struct step *step = &record->steps[i];

		if (step->kind == STEP_DESCRIPTORS ||
		    (step->kind == STEP_SYSCTL && step->netns && !step->own))
			record_remove(record, i);
		else
			step->netns = 0; /* the number of our own may be another one now */
	}
	read_boot(record->boot);
}

/* --- reading -----------------------------------------------------------------------------------
 */

static int take_step(struct record *record, json_t *object)
{
	const char *kind, *name, *old = NULL, *text;
	int own = 0, folders = 0, number = -1;
	json_int_t netns = 0, pid = 0, started = 0, mode = 0;
	struct step *step;

	if (json_unpack(object, "{s:s, s:s, s?s, s:s, s?b, s?I, s?I, s?I, s?I, s?i}", "kind", &kind,
			"name", &name, "old", &old, "new", &text, "own", &own, "netns", &netns,
			"pid", &pid, "started", &started, "mode", &mode, "made_folders", &folders))
		return -EBADMSG;
	for (int i = 0; i < 3; i++)
		if (!strcmp(kind, kind_names[i]))
			number = i;
	if (number < 0 || (number == STEP_FILE && (name[0] != '/' || strstr(name, "/../"))) ||
	    (number != STEP_FILE && !old))
		return -EBADMSG;
	step = record_add(record, (enum step_kind)number, name);
	if (!step)
		return -ENOMEM;
	step->old = old ? strdup(old) : NULL;
	step->text = strdup(text);
	step->own = own;
	step->netns = (uint32_t)netns;
	step->pid = (uint32_t)pid;
	step->started = (uint64_t)started;
	step->mode = (uint32_t)mode & 07777;
	step->made_folders = folders;
	return step->text && (step->old || !old) ? 0 : -ENOMEM;
}

int record_parse(struct record *record, const char *text, size_t bytes)
{
	json_t *whole = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, NULL), *steps, *step;
	const char *boot;
	int version, r = 0;
	size_t i;

	if (!whole ||
	    json_unpack(whole, "{s:i, s:s, s:o}", "version", &version, "boot", &boot, "steps",
			&steps) ||
	    version != VERSION || !json_is_array(steps))
		r = -EBADMSG;
	if (!r)
		snprintf(record->boot, sizeof(record->boot), "%s", boot);
	for (i = 0; !r && (step = json_array_get(steps, i)); i++)
		r = take_step(record, step);
	json_decref(whole);
	return r;
}

static int load(struct record *record)
{
	char path[256], *text;
	ssize_t length;
	int r;

	snprintf(path, sizeof(path), "%s" RECORD_PATH, record->root);
	text = malloc(RECORD_BYTES);
	if (!text)
		return -ENOMEM;
	length = file_read_at(AT_FDCWD, path, text, RECORD_BYTES);
	r = length < 0 ? (int)length : record_parse(record, text, (size_t)length);
	free(text);
	return r;
}

int record_open(struct record *record, const char *root, bool make)
{
	char path[256];
	int r;

	*record = (struct record){ .lock_fd = -1 };
	if (snprintf(record->root, sizeof(record->root), "%s", root) >= (int)sizeof(record->root))
		return -ENAMETOOLONG;
	/* The lock is never replaced: two that begin at once have to meet at the same file. */
	r = make ? file_make_folder(root, RECORD_FOLDER, 0700) : 0;
	if (r)
		return r;
	snprintf(path, sizeof(path), "%s" RECORD_FOLDER "/lock", root);
	record->lock_fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (make ? O_CREAT : 0), 0600);
	if (record->lock_fd < 0)
		return -errno;
	if (flock(record->lock_fd, LOCK_EX | LOCK_NB))
		return -errno;
	r = load(record);
	if (r == -ENOENT && make) {
		read_boot(record->boot);
		r = 0;
	}
	return r;
}

void record_close(struct record *record)
{
	for (int i = 0; i < record->count; i++)
		step_release(&record->steps[i]);
	free(record->steps);
	if (record->lock_fd >= 0)
		close(record->lock_fd);
	*record = (struct record){ .lock_fd = -1 };
}

/* --- writing -----------------------------------------------------------------------------------
 */

static json_t *step_object(const struct step *step)
{
	json_t *object = json_pack("{s:s, s:s, s:s}", "kind", kind_names[step->kind], "name",
				   step->name, "new", step->text);

	if (step->old)
		json_object_set_new(object, "old", json_string(step->old));
	if (step->kind == STEP_SYSCTL) {
		json_object_set_new(object, "netns", json_integer(step->netns));
		json_object_set_new(object, "own", json_boolean(step->own));
	} else if (step->kind == STEP_DESCRIPTORS) {
		json_object_set_new(object, "pid", json_integer(step->pid));
		json_object_set_new(object, "started", json_integer((json_int_t)step->started));
	} else {
		json_object_set_new(object, "mode", json_integer(step->mode));
		json_object_set_new(object, "made_folders", json_integer(step->made_folders));
	}
	return object;
}

int record_save(const struct record *record)
{
	json_t *steps, *whole;
	char *text = NULL;
	int r;

	if (!record->count)
		return file_remove(record->root, RECORD_PATH, 0);
	steps = json_array();
	for (int i = 0; i < record->count; i++)
		if (json_array_append_new(steps, step_object(&record->steps[i]))) {
			json_decref(steps);
			return -EILSEQ; /* a file that is not UTF-8 cannot be kept */
		}
	whole = json_pack("{s:i, s:s, s:o}", "version", VERSION, "boot", record->boot, "steps",
			  steps);
	if (whole)
		text = json_dumps(whole, JSON_INDENT(1));
	/* What load() would cut off could not be taken back. */
	if (text && strlen(text) >= RECORD_BYTES)
		r = -EFBIG;
	else
		r = text ? file_replace(record->root, RECORD_PATH, text, 0600) : -ENOMEM;
	free(text);
	json_decref(whole);
	return r;
}
