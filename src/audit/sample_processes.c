/* SPDX-License-Identifier: MIT */
/* Who has the sockets, how many descriptors they may have, whether they get to run. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/sample.h"
#include "audit/tally.h"
#include "host/netns_list.h"

#define SEARCH_NS INT64_C(3000000000)
#define OWNERS_NS INT64_C(30000000000) /* somebody asked for it */
#define OWNED_MAX 16384		       /* sockets whose owner is looked for */
#define NEAR_PERCENT 90		       /* of a limit: worth a second look */
#define DESCRIPTORS_LOOKED_AT 4096

static bool is_chosen(const struct audit *audit, uint32_t netns)
{
	for (int i = 0; i < audit->space_count; i++)
		if (audit->spaces[i].inode == netns)
			return true;
	return false;
}

static struct audit_process *process_of(struct audit *audit, uint32_t pid, uint32_t netns)
{
	struct audit_process *process = (struct audit_process *)audit_process(audit, pid);

	if (process || !pid)
		return process;
	if (audit->process_count == AUDIT_PROCESSES_MAX) {
		audit->processes_truncated = true;
		return NULL;
	}
	process = &audit->processes[audit->process_count];
	*process = (struct audit_process){ .pid = pid, .netns = netns };
	if (process_read(pid, &process->program))
		return NULL;
	stall_read(pid, &process->stall_before);
	audit->process_count++;
	return process;
}

/* --- owners ------------------------------------------------------------------------------------
 */

static int compare_inodes(const void *a, const void *b)
{
	const struct sock_owner *one = a, *other = b;

	return (one->inode > other->inode) - (one->inode < other->inode);
}

static uint32_t owner_of(const struct sock_owner *owners, size_t count, uint32_t inode)
{
	struct sock_owner wanted = { .inode = inode };
	const struct sock_owner *found =
		inode ? bsearch(&wanted, owners, count, sizeof(*owners), compare_inodes) : NULL;

	return found ? found->pid : 0;
}

static size_t want(struct sock_owner *owners, size_t count, uint32_t inode, uint32_t known)
{
	if (inode && !known && count < OWNED_MAX)
		owners[count++].inode = inode;
	return count;
}

static size_t list_wanted(const struct audit *audit, struct sock_owner *owners)
{
	size_t count = 0;

	for (int i = 0; i < audit->space_count; i++) {
		const struct audit_space *space = &audit->spaces[i];

		for (int l = 0; l < space->listener_count; l++)
			count = want(owners, count, space->listeners[l].inode,
				     space->listeners[l].pid);
		for (size_t h = 0; h < space->halves_after.count; h++)
			count = want(owners, count, space->halves_after.items[h].inode, 0);
	}
	return count;
}

void sample_owners(struct audit *audit)
{
	struct sock_owner *owners = calloc(OWNED_MAX, sizeof(*owners));
	struct sock_search search = { 0 };
	size_t count;

	if (!owners)
		return;
	count = list_wanted(audit, owners);
	qsort(owners, count, sizeof(*owners), compare_inodes);
	if (count)
		sock_owners_find(owners, count, SEARCH_NS, &search);
	for (int i = 0; i < audit->space_count; i++) {
		struct audit_space *space = &audit->spaces[i];

		for (int l = 0; l < space->listener_count; l++) {
			struct audit_listener *listener = &space->listeners[l];
			struct audit_process *process;

			if (!listener->pid)
				listener->pid = owner_of(owners, count, listener->inode);
			process = process_of(audit, listener->pid, space->inode);
			if (process)
				process->listens = process->has_socket = true;
		}
		for (size_t h = 0; h < space->halves_after.count; h++) {
			struct audit_half *half = &space->halves_after.items[h];

			half->pid = owner_of(owners, count, half->inode);
			process_of(audit, half->pid, space->inode);
		}
	}
	free(owners);
}

void audit_find_owners(const struct tally_group **groups, int count)
{
	struct sock_owner *owners = calloc((size_t)count + 1, sizeof(*owners));
	struct sock_search search = { 0 };

	if (!owners)
		return;
	for (int i = 0; i < count; i++)
		owners[i].inode = groups[i]->inode;
	qsort(owners, (size_t)count, sizeof(*owners), compare_inodes);
	if (count)
		sock_owners_find(owners, (size_t)count, OWNERS_NS, &search);
	for (int i = 0; i < count; i++)
		((struct tally_group *)groups[i])->pid =
			owner_of(owners, (size_t)count, groups[i]->inode);
	free(owners);
}

/* --- descriptors -------------------------------------------------------------------------------
 */

static bool has_socket(uint32_t pid)
{
	char path[32], text[16];
	const struct dirent *item;
	bool found = false;
	int seen = 0, length;
	DIR *list;

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	list = opendir(path);
	if (!list)
		return false;
	while (!found && seen++ < DESCRIPTORS_LOOKED_AT && (item = readdir(list))) {
		length = (int)readlinkat(dirfd(list), item->d_name, text, sizeof(text));
		found = length >= 8 && !memcmp(text, "socket:[", 8);
	}
	closedir(list);
	return found;
}

static bool is_near(uint32_t used, uint32_t limit)
{
	return limit && limit != UINT32_MAX &&
	       (uint64_t)used * 100 >= (uint64_t)limit * NEAR_PERCENT;
}

static void take_descriptors(struct audit_process *process, uint32_t used, uint32_t limit)
{
	if (!process->soft)
		process->used_before = process->most = process->least = used;
	process->soft = limit;
	process->used = used;
	if (used > process->most)
		process->most = used;
	if (used < process->least)
		process->least = used;
}

int sample_near_limit(struct audit *audit)
{
	int near = 0;

	for (int i = 0; i < audit->process_count; i++) {
		struct audit_process *process = &audit->processes[i];
		uint32_t used, limit;

		if (!is_near(process->used, process->soft) ||
		    process_descriptors(process->pid, &used, &limit) || !limit)
			continue;
		take_descriptors(process, used, limit);
		near++;
	}
	return near;
}

static void look_at(struct audit *audit, uint32_t pid, bool last)
{
	struct audit_process *process = (struct audit_process *)audit_process(audit, pid);
	uint32_t netns = netns_of_process(pid), used, limit;

	if (!is_chosen(audit, netns) || process_descriptors(pid, &used, &limit))
		return;
	audit->process_seen++;
	if (!process && is_near(used, limit) && has_socket(pid)) {
		process = process_of(audit, pid, netns);
		if (process)
			process->has_socket = true;
	}
	if (!process)
		return;
	take_descriptors(process, used, limit);
	process_hard_limit(pid, &process->hard);
	if (last)
		stall_read(pid, &process->stall);
}

void sample_processes(struct audit *audit, bool last)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	if (!proc)
		return;
	audit->process_seen = 0;
	while ((entry = readdir(proc))) {
		size_t digits = strspn(entry->d_name, "0123456789");

		if (digits && digits < 10 && !entry->d_name[digits])
			look_at(audit, (uint32_t)strtoul(entry->d_name, NULL, 10), last);
	}
	closedir(proc);
}
