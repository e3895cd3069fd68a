/* SPDX-License-Identifier: MIT */
/*
 * What the programs share: choices made before loading, the ring to the live source, and counts.
 * Every table has its limit here, those of the memory of connections in memory.h.
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_MAPS_H
#define WHYRST_BPF_MAPS_H

#include "kernel.h"
#include "event.h"

#define RING_BYTES (4 << 20)
#define LISTENERS_MAX 4096
#define SUFFERING_MAX 4096
#define SIGNALS_MAX 1024
#define COUNTS_MAX 4096
#define FINS_MAX 1024

/* Set by the live source before loading. */
volatile const bool only_chosen_netns; /* else all namespaces */
volatile const __u32 chosen_netns;
volatile const __u32 chosen_pid;			  /* 0: all */
volatile const __u16 chosen_first_port, chosen_last_port; /* 0: all; host byte order */
volatile const bool only_chosen_host;
volatile const __u8 chosen_host[16];
volatile const __u32 ticks_per_second = 250;
volatile const bool has_reason; /* tcp_send_reset has its third argument */
/* Where the functions of the out-of-memory killer lie, from their beginning to the next function;
 * 0: not known. */
volatile const __u64 oom_kill_from, oom_kill_to, cgroup_oom_from, cgroup_oom_to;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, LISTENERS_MAX);
	__type(key, struct listener_key);
	__type(value, struct event_listener);
} listeners SEC(".maps");

/* The last connection of a process that its peer reset. */
struct suffered {
	__u64 time_ns;
	__u64 socket;
	struct event_tuple tuple;
	__u8 as_client;
	__u8 pad[7];
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SIGNALS_MAX);
	__type(key, __u32);
	__type(value, struct suffered);
} reset_at SEC(".maps");

/* Sockets that were reset and are not destroyed yet: who destroys one was its owner. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SUFFERING_MAX);
	__type(key, __u64);
	__type(value, struct suffered);
} suffering SEC(".maps");
__u64 suffering_count;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct twin_question);
} twin SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct event_tuple);
} dead_sought SEC(".maps");

struct signal_note {
	__u64 time_ns;
	__u32 signal;
	__u32 from; /* process that sent it; 0: the kernel */
	__u32 oom;  /* enum event_oom */
	__u32 pad;
	char comm[EVENT_COMM];
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SIGNALS_MAX);
	__type(key, __u32);
	__type(value, struct signal_note);
} signals SEC(".maps");

/* When a filter of this host dropped a FIN that came; by key_of() the connection. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FINS_MAX);
	__type(key, __u64);
	__type(value, __u64);
} dropped_fins SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, COUNTS_MAX);
	__type(key, struct count_key);
	__type(value, struct count_value);
} counts SEC(".maps");

struct ring_losses ring_losses;

static __always_inline void note_loss(void)
{
	__u64 now_ns = bpf_ktime_get_ns();

	if (!ring_losses.first_ns)
		ring_losses.first_ns = now_ns;
	ring_losses.last_ns = now_ns;
}

struct watch_counts watch[WATCH_LINES] __attribute__((aligned(64)));
#define watch_add(name, n)                                                                         \
	__sync_fetch_and_add(&watch[bpf_get_smp_processor_id() & (WATCH_LINES - 1)].name, n)

#endif
