/* SPDX-License-Identifier: MIT */
#include "host/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/boot.h"

#define FRESH_NS INT64_C(1000000000)

struct entry {
	struct program program;
	uint64_t start; /* of the process: tells two of one number apart */
	uint64_t used;	/* number of the question that asked last */
	int64_t read_ns;
	char hint[PROGRAM_COMM]; /* the last one */
};

struct process_cache {
	size_t limit;
	size_t count;
	uint64_t questions;
	uint64_t evicted;
	uint32_t
		*pids; /* of the entries: all of them are looked at, so they stand close together */
	struct entry *entries;
};

struct process_cache *process_cache_new(size_t limit)
{
	struct process_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return NULL;
	cache->limit = limit ? limit : 1;
	cache->pids = calloc(cache->limit, sizeof(*cache->pids));
	cache->entries = calloc(cache->limit, sizeof(*cache->entries));
	if (!cache->pids || !cache->entries) {
		process_cache_free(cache);
		return NULL;
	}
	process_users_load();
	return cache;
}

void process_cache_free(struct process_cache *cache)
{
	if (!cache)
		return;
	free(cache->pids);
	free(cache->entries);
	free(cache);
}

static struct entry *find(const struct process_cache *cache, uint32_t pid)
{
	size_t i;

	for (i = 0; i < cache->count; i++)
		if (cache->pids[i] == pid)
			return &cache->entries[i];
	return NULL;
}

/* A place for @pid: a free one, or that of the process that was not asked for the longest. */
static struct entry *place(struct process_cache *cache, uint32_t pid)
{
	size_t i, oldest = 0;

	if (cache->count < cache->limit) {
		oldest = cache->count++;
	} else {
		for (i = 1; i < cache->count; i++)
			if (cache->entries[i].used < cache->entries[oldest].used)
				oldest = i;
		cache->evicted++;
	}
	cache->pids[oldest] = pid;
	memset(&cache->entries[oldest], 0, sizeof(cache->entries[oldest]));
	return &cache->entries[oldest];
}

static bool same_name(const char *a, const char *b)
{
	return strncmp(a, b, PROGRAM_COMM - 1) == 0;
}

static void keep_hint(struct entry *entry, const char *hint)
{
	if (hint) {
		strncpy(entry->hint, hint, sizeof(entry->hint) - 1);
		entry->hint[sizeof(entry->hint) - 1] = '\0';
	}
}

static bool is_fresh(const struct entry *entry, const char *hint, int64_t now_ns)
{
	return now_ns - entry->read_ns < FRESH_NS &&
	       (!hint || same_name(hint, entry->program.comm) || same_name(hint, entry->hint));
}

/*
 * A dying process has let go of its memory, so that its exe is gone while the name is there; on
 * cgroup v1 it has been moved to the root as well.
 */
static void keep_what_died(struct program *now, const struct program *old)
{
	if (now->exe[0] || !old->exe[0])
		return;
	memcpy(now->exe, old->exe, sizeof(now->exe));
	if (!old->cgroup[0])
		return;
	memcpy(now->cgroup, old->cgroup, sizeof(now->cgroup));
	memcpy(now->container, old->container, sizeof(now->container));
	memcpy(now->pod, old->pod, sizeof(now->pod));
}

/* What is known of @pid after reading it if need be; NULL if nothing is. */
static const struct entry *refresh(struct process_cache *cache, uint32_t pid, const char *hint)
{
	struct entry *entry = find(cache, pid);
	int64_t now_ns = clock_monotonic_ns();
	struct program program;
	uint64_t start;
	bool known = entry != NULL;

	cache->questions++;
	if (entry) {
		entry->used = cache->questions;
		if (is_fresh(entry, hint, now_ns))
			return entry;
	}
	if (process_read_started(pid, &program, &start)) {
		if (entry) {
			entry->read_ns = now_ns;
			keep_hint(entry, hint);
		}
		return entry;
	}
	if (known && start != entry->start && hint && !same_name(hint, program.comm) &&
	    same_name(hint, entry->program.comm))
		return entry; /* the number has passed on: the old one is meant */
	if (!entry)
		entry = place(cache, pid);
	if (known && start == entry->start)
		keep_what_died(&program, &entry->program);
	entry->program = program;
	entry->start = start;
	entry->used = cache->questions;
	entry->read_ns = now_ns;
	keep_hint(entry, hint);
	return entry;
}

int process_cache_get(struct process_cache *cache, uint32_t pid, const char *comm_hint,
		      struct program *ret)
{
	const struct entry *entry = pid ? refresh(cache, pid, comm_hint) : NULL;

	if (entry) {
		*ret = entry->program;
		return 0;
	}
	memset(ret, 0, sizeof(*ret));
	ret->pid = pid;
	if (comm_hint)
		strncpy(ret->comm, comm_hint, sizeof(ret->comm) - 1);
	return -ESRCH;
}

void process_cache_learn(struct process_cache *cache, uint32_t pid)
{
	if (pid)
		refresh(cache, pid, NULL);
}

uint64_t process_cache_evicted(const struct process_cache *cache)
{
	return cache->evicted;
}
