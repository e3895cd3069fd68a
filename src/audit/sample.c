/* SPDX-License-Identifier: MIT */
/* Which namespaces there are, what is read in each, and the time between the two samples. */
#include "audit/sample.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit/tally.h"
#include "host/boot.h"
#include "host/netns.h"
#include "host/netns_list.h"
#include "host/sysctl.h"

#define LOOK_NS INT64_C(100000000)
#define NEAR_NS INT64_C(10000000) /* between two looks at processes near their limit */
#define NEAR_SHARE 4		  /* one part of so many may go into looking */
#define SPACES_LOOKED_AT 32	  /* more would take longer than the pause between two looks */

static const char *const counter_names[] = {
#define COUNTER(id, name) [COUNTER_##id] = name,
#include "audit/counters.def"
#undef COUNTER
};

int sample_run(const struct audit_space *space, int (*work)(void *context), void *context)
{
	if (space->fd < 0)
		return -EPERM;
	return netns_run(space->own ? -1 : space->fd, work, context);
}

/* --- which namespaces --------------------------------------------------------------------------
 */

static void name_space(struct audit_space *space, const char *name)
{
	struct program program;

	if (name && *name)
		snprintf(space->name, sizeof(space->name), "%s", name);
	else if (space->pid && process_read(space->pid, &program) == 0)
		snprintf(space->name, sizeof(space->name), "%s%s%s%s%u", program.comm,
			 program.container[0] ? ", " : "", program.container, ", pid ", space->pid);
	else
		snprintf(space->name, sizeof(space->name), "%u", space->inode);
}

static int find_spaces(struct audit *audit, const struct audit_options *options)
{
	struct netns_list list;
	int r = netns_list_read(&list, AUDIT_SPACES_MAX);

	audit->spaces = r ? NULL : calloc((size_t)list.count, sizeof(*audit->spaces));
	if (!audit->spaces) {
		netns_list_release(&list);
		return r ? r : -ENOMEM;
	}
	audit->unreadable = list.unreadable;
	audit->spaces_truncated = list.truncated;
	for (int i = 0; i < list.count; i++) {
		struct netns_item *item = &list.items[i];
		struct audit_space *space = &audit->spaces[audit->space_count];

		if (options->netns && item->inode != options->netns)
			continue;
		*space = (struct audit_space){ .inode = item->inode,
					       .fd = item->fd,
					       .pid = item->pid,
					       .own = item->inode == netns_own() };
		item->fd = -1; /* it is ours now */
		name_space(space, item->name);
		audit->space_count++;
	}
	netns_list_release(&list);
	/* One with a mount somewhere else and no process in it. */
	if (!audit->space_count && options->netns) {
		struct audit_space *space = &audit->spaces[audit->space_count++];

		*space = (struct audit_space){ .inode = options->netns,
					       .fd = dup(options->netns_fd) };
		name_space(space, NULL);
	}
	for (int i = 0; i < audit->space_count; i++)
		if (audit->spaces[i].fd >= 0)
			netns_learn_fd(audit->spaces[i].inode, audit->spaces[i].fd);
	return 0;
}

/* --- what is read in one -----------------------------------------------------------------------
 */

static int first_here(void *context)
{
	struct audit_space *space = context;

	space->has_conntrack = conntrack_stat_read(&space->conntrack_before) == 0;
	reject_rules_read(&space->rules_before);
	sockstat_read(&space->sockstat_before);
	sample_halves(&space->halves_before);
	return sample_listeners(space);
}

static int last_here(void *context)
{
	struct audit_space *space = context;

	space->has_conntrack = conntrack_stat_read(&space->conntrack_after) == 0;
	reject_rules_read(&space->rules_after);
	sockstat_read(&space->sockstat);
	sample_halves(&space->halves_after);
	sample_sockets(space);
	if (space->has_conntrack)
		sample_forgotten(space);
	return sample_listeners(space);
}

static void read_counters(struct audit_space *space, uint64_t *values)
{
	int r = counters_read(space->inode, counter_names, AUDIT_COUNTERS, values);

	if (r && !space->error)
		space->error = r;
}

static void first_sample(struct audit *audit)
{
	for (int i = 0; i < audit->space_count; i++) {
		struct audit_space *space = &audit->spaces[i];
		int r = sample_run(space, first_here, space);

		space->error = r < 0 ? r : 0;
		read_counters(space, space->before);
	}
	softnet_read(&audit->softnet_before);
	file_nr_read(&audit->files_before, &audit->files_limit);
}

static void last_sample(struct audit *audit)
{
	for (int i = 0; i < audit->space_count; i++) {
		struct audit_space *space = &audit->spaces[i];

		read_counters(space, space->after);
		if (!space->error)
			sample_run(space, last_here, space);
	}
	softnet_read(&audit->softnet);
	file_nr_read(&audit->files, &audit->files_limit);
}

/* Totals since the namespace was made, in place of two samples. */
static void forget_first(struct audit *audit)
{
	for (int i = 0; i < audit->space_count; i++) {
		struct audit_space *space = &audit->spaces[i];

		for (int c = 0; c < AUDIT_COUNTERS; c++)
			if (space->before[c] != COUNTER_UNKNOWN)
				space->before[c] = 0;
		space->conntrack_before = (struct conntrack_stat){ 0 };
		for (int c = 0; c < space->rules_before.count; c++)
			space->rules_before.items[c].packets = 0;
	}
	audit->softnet_before = (struct softnet){ 0 };
}

static int look_here(void *context)
{
	return sample_listeners(context);
}

static void look(struct audit *audit)
{
	int count = audit->space_count < SPACES_LOOKED_AT ? audit->space_count : SPACES_LOOKED_AT;

	for (int i = 0; i < count; i++)
		if (!audit->spaces[i].error)
			sample_run(&audit->spaces[i], look_here, &audit->spaces[i]);
	audit->looks++;
}

static void pause_for(int64_t ns)
{
	struct timespec pause = { ns / 1000000000, ns % 1000000000 };

	nanosleep(&pause, NULL);
}

static void wait_until(struct audit *audit, int64_t until_ns)
{
	for (;;) {
		int64_t begin_ns = clock_monotonic_ns(), now_ns, left_ns, pause_ns;
		bool near = begin_ns < until_ns && sample_near_limit(audit) > 0;

		now_ns = clock_monotonic_ns();
		left_ns = until_ns - now_ns;
		pause_ns = (now_ns - begin_ns) * NEAR_SHARE;
		if (pause_ns < NEAR_NS)
			pause_ns = NEAR_NS;
		if (left_ns <= 0)
			return;
		pause_for(near && pause_ns < left_ns ? pause_ns : left_ns);
	}
}

static int sockets_here(void *context)
{
	struct audit_space *space = context;
	int r = sample_listeners(space);

	return r ? r : sample_sockets(space);
}

static void look_at_sockets(struct audit *audit)
{
	for (int i = 0; i < audit->space_count; i++)
		audit->spaces[i].error =
			sample_run(&audit->spaces[i], sockets_here, &audit->spaces[i]);
}

int audit_take(struct audit *audit, const struct audit_options *options)
{
	int64_t begin_ns, end_ns, next_ns;
	int r;

	*audit = (struct audit){ .since_boot = options->since_boot, .host_wide = !options->netns };
	audit->processes = calloc(AUDIT_PROCESSES_MAX, sizeof(*audit->processes));
	r = audit->processes ? find_spaces(audit, options) : -ENOMEM;
	if (r)
		return r;
	audit->begin_wall_us = (clock_monotonic_ns() + clock_wall_minus_monotonic_ns()) / 1000;
	if (options->sockets_only) {
		look_at_sockets(audit);
		return 0;
	}
	first_sample(audit);
	sample_owners(audit);
	sample_processes(audit, false);
	begin_ns = next_ns = clock_monotonic_ns();
	end_ns = begin_ns + (options->since_boot ? 0 : options->interval_ns);
	while (clock_monotonic_ns() < end_ns &&
	       !(options->stop && options->stop(options->context))) {
		look(audit);
		next_ns += LOOK_NS;
		if (next_ns < clock_monotonic_ns())
			next_ns = clock_monotonic_ns() + LOOK_NS; /* it takes longer than that */
		wait_until(audit, next_ns < end_ns ? next_ns : end_ns);
	}
	if (audit->since_boot)
		forget_first(audit);
	audit->interval_us = (clock_monotonic_ns() - begin_ns) / 1000;
	last_sample(audit);
	sample_owners(audit);
	sample_processes(audit, true);
	return 0;
}

void audit_release(struct audit *audit)
{
	for (int i = 0; i < audit->space_count; i++) {
		struct audit_space *space = &audit->spaces[i];

		if (space->fd >= 0)
			close(space->fd);
		free(space->listeners);
		free(space->halves_before.items);
		free(space->halves_after.items);
		tally_free(space->sockets);
	}
	free(audit->spaces);
	free(audit->processes);
	*audit = (struct audit){ 0 };
}

/* --- what checks ask ---------------------------------------------------------------------------
 */

bool audit_has(const struct audit_space *space, enum audit_counter counter)
{
	return !space->error && space->before[counter] != COUNTER_UNKNOWN &&
	       space->after[counter] != COUNTER_UNKNOWN;
}

uint64_t audit_moved(const struct audit_space *space, enum audit_counter counter)
{
	if (!audit_has(space, counter) || space->after[counter] < space->before[counter])
		return 0;
	return space->after[counter] - space->before[counter];
}

struct question {
	const char *name;
	char *value;
	size_t bytes;
};

static int read_setting(void *context)
{
	const struct question *question = context;

	return sysctl_read(question->name, question->value, question->bytes);
}

int audit_setting(const struct audit_space *space, const char *name, char *ret_value, size_t bytes)
{
	struct question question = { name, ret_value, bytes };

	ret_value[0] = '\0';
	return space ? sample_run(space, read_setting, &question) : read_setting(&question);
}

static int setting_is_writable(void *context)
{
	return sysctl_is_writable(context) ? 1 : 0;
}

bool audit_can_set(const struct audit_space *space, const char *name)
{
	void *context = (void *)name;

	return space ? sample_run(space, setting_is_writable, context) == 1
		     : sysctl_is_writable(name);
}

int64_t audit_number(const struct audit_space *space, const char *name, int64_t otherwise)
{
	char value[64];
	int64_t number;

	if (audit_setting(space, name, value, sizeof(value)) ||
	    sysctl_numbers(value, &number, 1) != 1)
		return otherwise;
	return number;
}

const struct audit_process *audit_process(const struct audit *audit, uint32_t pid)
{
	for (int i = 0; pid && i < audit->process_count; i++)
		if (audit->processes[i].pid == pid)
			return &audit->processes[i];
	return NULL;
}

const struct audit_half *audit_half_before(const struct audit_space *space, uint64_t cookie)
{
	const struct audit_halves *halves = &space->halves_before;
	size_t low = 0, high = halves->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (halves->items[middle].cookie < cookie)
			low = middle + 1;
		else
			high = middle;
	}
	return low < halves->count && halves->items[low].cookie == cookie ? &halves->items[low]
									  : NULL;
}
