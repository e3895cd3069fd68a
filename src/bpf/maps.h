/* SPDX-License-Identifier: MIT */
/*
 * What the programs share: choices made before loading, the ring to the live source, the memory of
 * connections, and counts. Every table has its limit here.
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_MAPS_H
#define WHYRST_BPF_MAPS_H

#include "kernel.h"
#include "event.h"

#define RING_BYTES (2 << 20)
#define PAST_MAX 65536
#define OPENING_MAX 16384
#define HELLO_MAX 32768
#define LISTENERS_MAX 4096
#define SUFFERING_MAX 4096
#define CONNECTS_MAX 4096
#define SIGNALS_MAX 1024
#define COUNTS_MAX 4096

/* Set by the live source before loading. */
volatile const bool only_chosen_netns; /* else all namespaces */
volatile const __u32 chosen_netns;
volatile const __u32 chosen_pid;  /* 0: all */
volatile const __u16 chosen_port; /* 0: all; host byte order */
volatile const bool only_chosen_host;
volatile const __u8 chosen_host[16];
volatile const __u32 ticks_per_second = 250;
volatile const bool has_reason;	     /* tcp_send_reset has its third argument */
volatile const bool has_drop_reason; /* kfree_skb has its third argument */
volatile const __u32 own_pid;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} ring SEC(".maps");

/* How connections stood or ended, by their tuple: the oldest is forgotten first. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, PAST_MAX);
	__type(key, struct event_tuple);
	__type(value, struct event_past);
} past SEC(".maps");

/* Sockets between connect() and the answer: their port is not chosen yet. */
struct opening {
	__u64 time_ns;
	__u32 tgid;
	__u32 pad;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, OPENING_MAX);
	__type(key, __u64);
	__type(value, struct opening);
} opening SEC(".maps");

/* The last connects of a process: which were made in parallel? */
struct connects {
	__u32 next;
	__u32 pad;
	struct event_sibling list[EVENT_SIBLINGS];
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CONNECTS_MAX);
	__type(key, __u32);
	__type(value, struct connects);
} connects SEC(".maps");

/* The SYN or SYN-ACK that came: only where packets are watched. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, HELLO_MAX);
	__type(key, struct event_tuple);
	__type(value, struct event_hello);
} hello SEC(".maps");

struct listener_key {
	__u32 netns;
	__u16 port;
	__u16 pad;
};
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

struct signal_note {
	__u64 time_ns;
	__u32 signal;
	__u32 from;
	char comm[EVENT_COMM];
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SIGNALS_MAX);
	__type(key, __u32);
	__type(value, struct signal_note);
} signals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, COUNTS_MAX);
	__type(key, struct count_key);
	__type(value, struct count_value);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct watch_counts);
} watch SEC(".maps");

#endif
