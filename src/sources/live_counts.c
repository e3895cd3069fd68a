/* SPDX-License-Identifier: MIT */
/*
 * What the programs in the kernel counted, told or not, and what they could not see: events for
 * which the ring had no room, and runs that the kernel left out.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "sources/live_private.h"

#include "live.skel.h"

#define CPUS_MAX 1024

/* The sums of one entry over all CPUs. */
static struct count_value count_of(const struct live_kernel *kernel, const struct count_key *key)
{
	static struct count_value values[CPUS_MAX];
	struct count_value sum = { 0, 0 };
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 1 || cpus > CPUS_MAX || bpf_map_lookup_elem(kernel->counts_fd, key, values) < 0)
		return sum;
	for (int i = 0; i < cpus; i++) {
		sum.seen += values[i].seen;
		sum.lost += values[i].lost;
	}
	return sum;
}

static void add_count(const struct count_key *key, uint64_t seen, uint64_t lost,
		      struct live_counts *counts)
{
	counts->lost += lost;
	if (key->filtered) {
		counts->filtered += seen;
		return;
	}
	if (key->kind == EVENT_SENT)
		counts->sent += seen;
	else if (key->kind == EVENT_RECEIVED)
		counts->received += seen;
}

bool kernel_losses(const struct live_kernel *kernel, int64_t told_ns, int64_t *ret_from_ns,
		   int64_t *ret_until_ns)
{
	struct live_bpf *bpf = kernel->skeleton;
	volatile struct ring_losses *losses = &bpf->bss->ring_losses;

	if (!losses->first_ns)
		return false;
	if ((int64_t)losses->last_ns < told_ns) {
		losses->first_ns = 0;
		return false;
	}
	*ret_from_ns = (int64_t)losses->first_ns;
	*ret_until_ns = (int64_t)losses->last_ns;
	return true;
}

void kernel_count(const struct live_kernel *kernel, struct live_counts *counts)
{
	const struct live_bpf *bpf = kernel->skeleton;
	struct count_key key, *at = NULL;

	for (; bpf_map_get_next_key(kernel->counts_fd, at, &key) == 0; at = &key) {
		struct count_value sum = count_of(kernel, &key);

		add_count(&key, sum.seen, sum.lost, counts);
	}
	for (int i = 0; i < WATCH_LINES; i++) {
		const struct watch_counts *line = &bpf->bss->watch[i];

		counts->closings += line->ended;
		counts->forgotten += line->forgotten;
		if (line->ended > bpf->rodata->past_share)
			counts->forgotten += line->ended - bpf->rodata->past_share;
	}
}

uint64_t kernel_sent_in(const struct live_kernel *kernel, uint32_t netns)
{
	struct count_key key, *at = NULL;
	uint64_t sent = 0;

	for (; bpf_map_get_next_key(kernel->counts_fd, at, &key) == 0; at = &key)
		if (key.netns == netns && key.kind == EVENT_SENT)
			sent += count_of(kernel, &key).seen;
	return sent;
}

/* Runs of a program that the kernel left out, for it ran on that CPU already; 0 on kernels that do
 * not count them. */
static uint64_t missed_by(const struct bpf_program *program)
{
	struct bpf_prog_info info = { 0 };
	uint32_t bytes = sizeof(info);
	int fd = bpf_program__fd(program);

	return fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &bytes) == 0 ? info.recursion_misses
									 : 0;
}

/* What the first of a pair missed its double has done. */
uint64_t kernel_missed(const struct live_kernel *kernel)
{
	const struct live_bpf *bpf = kernel->skeleton;
	struct bpf_program *program;
	uint64_t missed = 0;

	if (!bpf)
		return 0;
	bpf_object__for_each_program(program, bpf->obj)
	{
		if (program == bpf->progs.on_send_reset || program == bpf->progs.on_receive_reset)
			continue;
		missed += missed_by(program);
	}
	return missed;
}

/* Keeps the @max rows that lost most, sorted. */
static int add_row(struct live_row *rows, int count, int max, const struct live_row *row)
{
	int place = count;

	while (place > 0 && rows[place - 1].lost < row->lost)
		place--;
	if (place == max)
		return count;
	if (count < max)
		count++;
	memmove(rows + place + 1, rows + place, (size_t)(count - place - 1) * sizeof(*rows));
	rows[place] = *row;
	return count;
}

int kernel_lost_rows(const struct live_kernel *kernel, struct live_row *rows, int max)
{
	struct count_key key, *at = NULL;
	int count = 0;

	for (; bpf_map_get_next_key(kernel->counts_fd, at, &key) == 0; at = &key) {
		struct count_value sum = count_of(kernel, &key);
		struct live_row row = { key.kind == EVENT_SENT, key.port,
					kernel_reason_word(kernel, key.reason), sum.seen,
					sum.lost };

		if (sum.lost && (key.kind == EVENT_SENT || key.kind == EVENT_RECEIVED))
			count = add_row(rows, count, max, &row);
	}
	return count;
}
