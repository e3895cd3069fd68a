/* SPDX-License-Identifier: MIT */
/*
 * When a task had a processor in whose context no program of this kind runs. It is run at each
 * switch by the task that gives the processor up: where that is not the one that had got it, the
 * one between was not watched.
 *
 * Floor 6. The name of the licence below is what the kernel asks for.
 */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "lab/unwatched_turn.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* As far as it is read; libbpf finds the offsets in the running kernel. */
struct task_struct {
	int pid;
	int tgid;
	char comm[16];
} __attribute__((preserve_access_index));

/* Who got this processor last, and when. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct unwatched_turn);
} now SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, UNWATCHED_TURNS);
	__type(key, __u32);
	__type(value, struct unwatched_turn);
} turns SEC(".maps");

__u64 turn_count, switch_count;

/* Its arguments: whether preempted, who gives up the processor, who gets it. */
SEC("raw_tp/sched_switch")
int on_switch(struct bpf_raw_tracepoint_args *context)
{
	const struct task_struct *next = (const void *)context->args[2];
	__u32 first = 0, index;
	struct unwatched_turn *turn = bpf_map_lookup_elem(&now, &first), *kept;

	if (!turn)
		return 0;
	__sync_fetch_and_add(&switch_count, 1);
	if (turn->begin_ns && turn->task != (__u32)bpf_get_current_pid_tgid()) {
		index = __sync_fetch_and_add(&turn_count, 1) % UNWATCHED_TURNS;
		kept = bpf_map_lookup_elem(&turns, &index);
		if (kept) {
			*kept = *turn;
			kept->end_ns = bpf_ktime_get_ns();
		}
	}
	turn->begin_ns = bpf_ktime_get_ns();
	turn->task = (__u32)BPF_CORE_READ(next, pid);
	turn->pid = (__u32)BPF_CORE_READ(next, tgid);
	bpf_core_read(turn->comm, sizeof(turn->comm), &next->comm);
	return 0;
}
