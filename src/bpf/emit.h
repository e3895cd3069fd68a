/* SPDX-License-Identifier: MIT */
/*
 * Making an event of a reset: counted first, then told, with everything that is remembered of its
 * connection.
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_EMIT_H
#define WHYRST_BPF_EMIT_H

#include "memory.h"

static __always_inline bool same_bytes(const __u8 *a, const volatile __u8 *b)
{
	for (int i = 0; i < 16; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static __always_inline bool port_wanted(__u16 port)
{
	return port >= chosen_first_port && port <= chosen_last_port;
}

/* What of FILTER the kernel can judge; the live source judges it whole. */
static __always_inline bool tuple_wanted(const struct event_tuple *tuple)
{
	if (chosen_first_port && !port_wanted(tuple->local_port) &&
	    !port_wanted(tuple->remote_port))
		return false;
	return !only_chosen_host || same_bytes(tuple->local, chosen_host) ||
	       same_bytes(tuple->remote, chosen_host);
}

static __always_inline void count_reset(const struct count_key *key, bool lost)
{
	struct count_value first = { 1, lost }, *value;
	struct count_key rest = *key;

	if (lost)
		note_loss();
	value = bpf_map_lookup_elem(&counts, key);
	if (value) {
		value->seen++;
		value->lost += lost;
		return;
	}
	if (!bpf_map_update_elem(&counts, key, &first, BPF_NOEXIST))
		return;
	/* No room for another port: its mechanism is still counted. */
	watch_add(count_full, 1);
	rest.port = 0;
	value = bpf_map_lookup_elem(&counts, &rest);
	if (value) {
		value->seen++;
		value->lost += lost;
	} else {
		bpf_map_update_elem(&counts, &rest, &first, BPF_ANY);
	}
}

static __always_inline void add_listener(struct event_reset *event)
{
	struct listener_key key = { event->tuple.netns, event->tuple.local_port, 0 };
	struct event_listener *listener = bpf_map_lookup_elem(&listeners, &key);

	if (listener)
		event->listener = *listener;
}

static __always_inline void add_siblings(struct event_reset *event, __u32 tgid)
{
	struct connects_line *made = connects_line_of(tgid);

	if (!made || made->tgid != tgid)
		return;
	for (int i = 0; i < EVENT_SIBLINGS; i++) {
		const struct sock *sk;
		struct event_tuple now = {};

		event->siblings[i] = made->list[i];
		sk = (const void *)made->list[i].socket;
		if (!sk)
			continue;
		/* The address may be another socket's by now: it counts only if its peer fits. */
		tuple_of_sock(sk, &now);
		if (now.remote_port == made->list[i].remote_port &&
		    same_bytes(now.remote, made->list[i].remote) &&
		    BPF_CORE_READ(sk, __sk_common.skc_state) == TCP_ESTABLISHED)
			event->siblings[i].established = 1;
	}
}

/* What is remembered of the connection of the event's socket in @state, or of its tuple in @net. */
static __always_inline void add_memory(struct event_reset *event, __u8 state, const struct net *net)
{
	/* On the stack: before 6.2 memory of the ring is refused as a key. */
	struct event_tuple tuple = event->tuple;
	__u32 owner = event->head.tgid;
	/* As a number: the verifier may know the pointer for one. */
	__u64 socket = *(volatile __u64 *)&event->head.socket;

	connection_recall(state ? socket : 0, state, key_of(&tuple, name_of_number((__u64)net)),
			  open_of(tuple.local_port, tuple.remote_port), &event->past,
			  &event->hello);
	if (event->past.closed_ns && event->past.closer)
		owner = event->past.closer;
	add_listener(event);
	add_siblings(event, owner);
}

static __always_inline void add_hooks(struct event_reset *event, const struct net *net, bool ip6)
{
	struct nf_hook_entries *entries;
	__u16 count;

	if (!net)
		return;
	entries = ip6 ? BPF_CORE_READ(net, nf.hooks_ipv6[0]) : BPF_CORE_READ(net, nf.hooks_ipv4[0]);
	if (!entries)
		return;
	count = BPF_CORE_READ(entries, num_hook_entries);
	for (int i = 0; i < 4; i++)
		if (i < count)
			event->hooks[i] = (__u64)BPF_CORE_READ(entries, hooks[i].hook);
}

static __always_inline __u16 port_to_count(const struct event_tuple *tuple)
{
	struct listener_key key = { tuple->netns, tuple->local_port, 0 };

	return bpf_map_lookup_elem(&listeners, &key) ? tuple->local_port : 0;
}

#define ZERO_FIRST 960

/*
 * Fills a new event: zeroes, and its head. Up to 6.1 the verifier follows both ways of every test
 * for NULL of the ring's memory, even a second one, and misses its release on one of them: an event
 * is tested exactly once, right after it was reserved.
 */
static __always_inline void event_begin(struct event_reset *event, __u8 kind, const void *sk)
{
	__u64 both = bpf_get_current_pid_tgid();

	/* The compiler writes out at most 1 KB at once. */
	__builtin_memset(event, 0, ZERO_FIRST);
	asm volatile("" ::: "memory");
	__builtin_memset((char *)event + ZERO_FIRST, 0, sizeof(*event) - ZERO_FIRST);
	event->head.version = EVENT_VERSION;
	event->head.kind = kind;
	event->head.time_ns = bpf_ktime_get_ns();
	event->head.socket = (__u64)sk;
	event->head.tgid = (__u32)(both >> 32);
	event->head.tid = (__u32)both;
	event->reason = -1;
	event->last_reset_age_ms = ~0u;
	event->fin_dropped_age_ms = ~0u;
}

#define EVENT_STACK(context, event)                                                                \
	do {                                                                                       \
		long bytes = bpf_get_stack(context, (event)->stack, sizeof((event)->stack), 0);    \
		(event)->stack_count = bytes > 0 ? (__u32)bytes / 8 : 0;                           \
	} while (0)

#endif
