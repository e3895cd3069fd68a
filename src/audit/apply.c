/* SPDX-License-Identifier: MIT */
#include "audit/apply.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/lines.h"
#include "host/netns.h"
#include "host/netns_list.h"
#include "host/sysctl.h"

#define FILE_MAX_BYTES 65536

/* --- what is now -------------------------------------------------------------------------------
 */

struct setting {
	const char *name;
	char *value; /* read into, or written */
	size_t bytes;
	bool write;
};

static int setting_here(void *context)
{
	const struct setting *setting = context;

	return setting->write ? sysctl_write(setting->name, setting->value)
			      : sysctl_read(setting->name, setting->value, setting->bytes);
}

/* In the namespace of the step; -ESRCH if there is none of that number any more. */
static int setting_do(const struct step *step, bool same_boot, struct setting *setting)
{
	struct netns_list list;
	int r = -ESRCH;

	if (!step->netns || step->netns == netns_own() || (step->own && !same_boot))
		return setting_here(setting);
	if (!same_boot)
		return -ESRCH;
	if (netns_list_read(&list, AUDIT_SPACES_MAX) == 0)
		for (int i = 0; i < list.count; i++)
			if (list.items[i].inode == step->netns && list.items[i].fd >= 0)
				r = netns_run(list.items[i].fd, setting_here, setting);
	netns_list_release(&list);
	return r;
}

/* -ESRCH: that process is gone. */
static int limits_do(const struct step *step, const char *value, char *ret_now, size_t bytes)
{
	struct rlimit now, wanted;
	unsigned long long soft, hard;
	struct program program;
	uint64_t started;

	if (process_read_started(step->pid, &program, &started) || started != step->started)
		return -ESRCH;
	if (value) {
		if (sscanf(value, "%llu %llu", &soft, &hard) != 2)
			return -EINVAL;
		wanted = (struct rlimit){ soft, hard };
		return prlimit((pid_t)step->pid, RLIMIT_NOFILE, &wanted, NULL) ? -errno : 0;
	}
	if (prlimit((pid_t)step->pid, RLIMIT_NOFILE, NULL, &now))
		return -errno;
	snprintf(ret_now, bytes, "%llu %llu", (unsigned long long)now.rlim_cur,
		 (unsigned long long)now.rlim_max);
	return 0;
}

/* *@ret_there false: there is no such file. 1: it holds what is in no record. */
static int file_now(const char *root, const struct step *step, char *text, bool *ret_there)
{
	char path[512];
	ssize_t length;

	snprintf(path, sizeof(path), "%s%s", root, step->name);
	length = file_read_at(AT_FDCWD, path, text, FILE_MAX_BYTES);
	*ret_there = length >= 0;
	if (length >= 0)
		return strlen(text) != (size_t)length;
	return length == -ENOENT ? 0 : (int)length;
}

enum now {
	NOW_OLD,
	NOW_NEW,
	NOW_OTHER,
};

/* What the step is about is as before it, as after it, or neither; -ESRCH: it is gone. */
static int step_now(const struct record *record, const struct step *step)
{
	static char now[FILE_MAX_BYTES];
	struct setting setting = { step->name, now, SYSCTL_VALUE_MAX, false };
	bool there = true;
	int r;

	if (step->kind == STEP_SYSCTL)
		r = setting_do(step, record_same_boot(record), &setting);
	else if (step->kind == STEP_DESCRIPTORS)
		/* Of another boot, the same number and time are another process. */
		r = record_same_boot(record) ? limits_do(step, NULL, now, sizeof(now)) : -ESRCH;
	else
		r = file_now(record->root, step, now, &there);
	if (r)
		return r < 0 ? r : NOW_OTHER;
	if (there && !strcmp(now, step->text))
		return NOW_NEW;
	if (step->old ? there && !strcmp(now, step->old) : !there)
		return NOW_OLD;
	return NOW_OTHER;
}

/* @value NULL: a file that shall not be there. */
static int step_set(const struct record *record, struct step *step, char *value, bool undo)
{
	struct setting setting = { step->name, value, 0, true };

	if (step->kind == STEP_SYSCTL)
		return setting_do(step, record_same_boot(record), &setting);
	if (step->kind == STEP_DESCRIPTORS)
		return limits_do(step, value, NULL, 0);
	if (!value)
		return file_remove(record->root, step->name, undo ? step->made_folders : 0);
	return file_replace(record->root, step->name, value, step->mode);
}

/* --- doing it ----------------------------------------------------------------------------------
 */

static int add_file(struct record *record, const struct remedy_file *file)
{
	struct step *step = record_add(record, STEP_FILE, file->path);
	char path[512];
	struct stat st;
	bool there;

	if (!step)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s%s", record->root, file->path);
	there = lstat(path, &st) == 0;
	/* A link would become a file, and none again when that is taken back. */
	if (there && !S_ISREG(st.st_mode))
		return -ELOOP;
	step->old = file->old ? strdup(file->old) : NULL;
	step->text = strdup(file->text);
	step->mode = there ? st.st_mode & 07777 : 0644;
	step->made_folders = file_folders_missing(record->root, file->path);
	if (step->made_folders < 0)
		return step->made_folders;
	return step->text ? 0 : -ENOMEM;
}

/* The soft limit as it shall be; the hard one only where it is in the way. */
static int add_limits(struct step *step, const struct change *change)
{
	unsigned long long soft, hard;
	struct program program;
	char old[64], text[64];
	int r = process_read_started(change->pid, &program, &step->started);

	step->pid = change->pid;
	if (!r)
		r = limits_do(step, NULL, old, sizeof(old));
	if (r || sscanf(old, "%llu %llu", &soft, &hard) != 2)
		return r ? r : -EINVAL;
	snprintf(text, sizeof(text), "%u %llu", change->soft_to,
		 hard < change->soft_to ? change->soft_to : hard);
	step->old = strdup(old);
	step->text = strdup(text);
	return step->old && step->text ? 0 : -ENOMEM;
}

static int add_change(struct record *record, const struct change *change)
{
	bool sysctl = change->kind == CHANGE_SYSCTL;
	struct step *step = record_add(record, sysctl ? STEP_SYSCTL : STEP_DESCRIPTORS,
				       sysctl ? change->name : change->comm);

	if (!step)
		return -ENOMEM;
	if (!sysctl) {
		int r = add_limits(step, change);

		/* It has ended meanwhile. */
		if (r)
			record_remove(record, record->count - 1);
		return r == -ESRCH ? 0 : r;
	}
	step->netns = change->netns;
	step->own = change->own;
	step->old = strdup(change->from);
	step->text = strdup(change->to);
	return step->old && step->text ? 0 : -ENOMEM;
}

static int record_remedies(struct record *record, const struct remedies *remedies)
{
	int r = 0;

	for (int i = 0; i < remedies->change_count && !r; i++)
		r = add_change(record, &remedies->changes[i].change);
	for (int i = 0; i < remedies->file_count && !r; i++)
		if (remedies->files[i].text)
			r = add_file(record, &remedies->files[i]);
	return r ? r : record_save(record);
}

static enum step_result apply_step(const struct record *record, struct step *step, int *ret_error)
{
	int now = step_now(record, step);

	*ret_error = now < 0 ? now : 0;
	if (now == NOW_NEW)
		return STEP_NOTHING;
	if (now == NOW_OTHER)
		return STEP_CHANGED;
	if (!*ret_error)
		*ret_error = step_set(record, step, step->text, false);
	return *ret_error ? STEP_FAILED : STEP_DONE;
}

int apply_remedies(const struct remedies *remedies, const struct apply_listener *listener,
		   int *ret_failed)
{
	struct record record;
	int r = record_open(&record, remedies->root, true), first, recorded;

	*ret_failed = 0;
	if (!r)
		record_enter_boot(&record);
	first = record.count;
	if (!r)
		r = record_remedies(&record, remedies);
	recorded = record.count;
	for (int i = first; !r && i < record.count;) {
		int error;
		enum step_result result = apply_step(&record, &record.steps[i], &error);

		*ret_failed += result == STEP_FAILED || result == STEP_CHANGED;
		listener->tell(listener->context, &record.steps[i], result, error);
		/* What was not done here is not for --undo to take back. */
		if (result == STEP_CHANGED || result == STEP_NOTHING)
			record_remove(&record, i);
		else
			i++;
	}
	/* Where this fails --undo meets those steps, and finds them as it finds any. */
	if (!r && record.count < recorded)
		record_save(&record);
	record_close(&record);
	return r;
}

/* --- taking it back ----------------------------------------------------------------------------
 */

static enum step_result undo_step(const struct record *record, struct step *step, int *ret_error)
{
	int now = step_now(record, step);

	*ret_error = 0;
	if (now == -ESRCH || now == -ENOENT)
		return STEP_NOTHING;
	if (now < 0) {
		*ret_error = now;
		return STEP_FAILED;
	}
	if (now == NOW_OTHER)
		return STEP_CHANGED;
	if (now == NOW_OLD && step->kind != STEP_FILE)
		return STEP_NOTHING;
	/* It was cut off: the beginning of the new file may lie beside the old one. */
	if (now == NOW_OLD && step->old) {
		file_forget(record->root, step->name);
		return STEP_NOTHING;
	}
	*ret_error = step_set(record, step, step->old, true);
	if (*ret_error)
		return STEP_FAILED;
	return now == NOW_OLD ? STEP_NOTHING : STEP_DONE;
}

int apply_undo(const char *root, const struct apply_listener *listener, int *ret_failed)
{
	struct record record;
	int r = record_open(&record, root, false);

	*ret_failed = 0;
	for (int i = record.count - 1; !r && i >= 0; i--) {
		int error;
		enum step_result result = undo_step(&record, &record.steps[i], &error);

		listener->tell(listener->context, &record.steps[i], result, error);
		if (result == STEP_FAILED || result == STEP_CHANGED) {
			(*ret_failed)++;
			continue;
		}
		/* Each at once, so that one that is cut off goes on where it was. */
		record_remove(&record, i);
		r = record_save(&record);
	}
	record_close(&record);
	return r;
}
