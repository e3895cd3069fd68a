/* SPDX-License-Identifier: MIT */
/*
 * Resets that TCP itself sends and takes.
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_RESET_H
#define WHYRST_BPF_RESET_H

#include "emit.h"
#include "handled.h"

/* Whether a reset is told or only counted; fills @key. */
static __always_inline bool reset_wanted(const struct event_tuple *tuple, struct count_key *key,
					 __u8 kind, __s32 reason, __u8 state)
{
	key->netns = tuple->netns;
	key->reason = reason;
	key->kind = kind;
	key->state = state;
	key->port = port_to_count(tuple);
	key->filtered = !tuple_wanted(tuple);
	return !key->filtered;
}

static __always_inline void add_own_past(struct event_reset *event)
{
	__u32 tgid = event->head.tgid;
	struct suffered *last = bpf_map_lookup_elem(&reset_at, &tgid);
	bool same;

	if (!last)
		return;
	/* On loopback the other end of this very connection may be the same process's. */
	same = last->tuple.local_port == event->tuple.remote_port &&
	       last->tuple.remote_port == event->tuple.local_port;
	if (same || last->time_ns > event->head.time_ns)
		return;
	event->last_reset_age_ms = (__u32)((event->head.time_ns - last->time_ns) / 1000000);
	event->last_reset_as_client = last->as_client;
}

static __always_inline int send_reset(void *ctx, const struct sock *sk, const struct sk_buff *skb,
				      __s32 reason)
{
	struct event_segment segment = {};
	struct event_tuple tuple = {};
	const struct net *net = 0;
	struct event_reset *event;
	struct count_key key = {};
	__u32 netns = 0;
	__u8 state = 0;
	bool wanted;

	if (sk)
		state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (skb) {
		__u16 at = BPF_CORE_READ(skb, network_header);

		net = net_of_skb(skb);
		/* None answers a reset: the function is asked before it finds that out. */
		if (!note_segment(&segment, BPF_CORE_READ(skb, head) + at) ||
		    segment.tcp_flags & FLAG_RST)
			return 0;
		/* A packet that waited for its socket has lost its device. */
		if (sk)
			netns = netns_of_sock(sk);
		else if (net)
			netns = BPF_CORE_READ(net, ns.inum);
		tuple_of_segment(&segment, netns, true, &tuple);
	} else if (sk) {
		tuple_of_sock(sk, &tuple);
	} else {
		return 0;
	}
	if (!netns_chosen(tuple.netns))
		return 0;
	wanted = reset_wanted(&tuple, &key, EVENT_SENT, reason, state);
	/* A SYN that nobody listens for is counted by the port it asked for. */
	if (skb && (segment.tcp_flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN)
		key.port = tuple.local_port;
	if (!wanted) {
		count_reset(&key, false);
		return 0;
	}
	event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);
	if (!event) {
		count_reset(&key, true);
		return 0;
	}
	event_begin(event, EVENT_SENT, sk);
	count_reset(&key, false);
	event->tuple = tuple;
	event->reason = reason;
	event->segment = segment;
	if (sk)
		note_sock(&event->sock, sk);
	note_task(&event->task);
	EVENT_STACK(ctx, event);
	add_memory(event, state, sk ? BPF_CORE_READ(sk, __sk_common.skc_net.net) : net);
	add_own_past(event);
	/* Who closes a connection without having read from it may have had no descriptor. */
	if (!skb && !event->sock.bytes_sent)
		note_descriptors(&event->task.fd_used, &event->task.fd_limit);
	if (skb)
		add_hooks(event, net, segment.flags & SEGMENT_IP6);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/*
 * An interrupt may bring a storm of segments while one of these programs runs for the task that it
 * interrupts: the kernel leaves the program out for all of them (bpf_prog::active). So behind each
 * stands its double, which the kernel asks next: it does what the first could not.
 */
enum turn { TURN_SENT, TURN_RECEIVED, TURNS };

/* For which resets the first has run: a double that was left out itself leaves one standing, which
 * must not be taken for another's. */
#define TURNS_OPEN 4 /* more than a CPU can be interrupted */
struct turn_line {
	__u64 done[TURNS_OPEN];
	__u64 next;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TURNS);
	__type(key, __u32);
	__type(value, struct turn_line);
} turns SEC(".maps");

/* The first has run for the reset that @reset stands for: its double is to do nothing. */
static __always_inline void turn_done(__u32 turn, __u64 reset)
{
	struct turn_line *line = bpf_map_lookup_elem(&turns, &turn);

	if (line)
		line->done[line->next++ & (TURNS_OPEN - 1)] = reset;
}

static __always_inline bool turn_was_done(__u32 turn, __u64 reset)
{
	struct turn_line *line = bpf_map_lookup_elem(&turns, &turn);

	for (int i = 0; line && i < TURNS_OPEN; i++)
		if (line->done[i] == reset) {
			line->done[i] = 0;
			return true;
		}
	return false;
}

/* A socket or a segment is there, and neither is another's while it is answered. */
static __always_inline __u64 turn_of_sent(const struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[0] ^ ctx->args[1] << 1;
}

static __always_inline int sent_reset(struct bpf_raw_tracepoint_args *ctx)
{
	return send_reset(ctx, (const void *)ctx->args[0], (const void *)ctx->args[1],
			  has_reason ? (__s32)ctx->args[2] : -1);
}

SEC("raw_tp/tcp_send_reset")
int on_send_reset(struct bpf_raw_tracepoint_args *ctx)
{
	sent_reset(ctx);
	turn_done(TURN_SENT, turn_of_sent(ctx));
	return 0;
}

SEC("raw_tp/tcp_send_reset")
int on_send_reset_double(struct bpf_raw_tracepoint_args *ctx)
{
	return turn_was_done(TURN_SENT, turn_of_sent(ctx)) ? 0 : sent_reset(ctx);
}

/*
 * Up to 6.9 the tracepoint is silent where there is no full socket: the function itself is asked.
 * Both forms exist, for kernels with and without trampolines; one of them is loaded.
 */
static __always_inline int send_passive(void *ctx, const struct sock *sk, const struct sk_buff *skb)
{
	if (sk && state_is_full(BPF_CORE_READ(sk, __sk_common.skc_state)))
		return 0;
	return send_reset(ctx, sk, skb, -1);
}

SEC("fentry/tcp_v4_send_reset")
int BPF_PROG(enter_send_reset4, const struct sock *sk, struct sk_buff *skb)
{
	return send_passive(ctx, sk, skb);
}

SEC("fentry/tcp_v6_send_reset")
int BPF_PROG(enter_send_reset6, const struct sock *sk, struct sk_buff *skb)
{
	return send_passive(ctx, sk, skb);
}

SEC("kprobe/tcp_v4_send_reset")
int BPF_KPROBE(probe_send_reset4, const struct sock *sk, struct sk_buff *skb)
{
	return send_passive(ctx, sk, skb);
}

SEC("kprobe/tcp_v6_send_reset")
int BPF_KPROBE(probe_send_reset6, const struct sock *sk, struct sk_buff *skb)
{
	return send_passive(ctx, sk, skb);
}

static __always_inline void add_dropped_fin(struct event_reset *event, __u64 key)
{
	const __u64 *at_ns = bpf_map_lookup_elem(&dropped_fins, &key);

	if (at_ns && *at_ns < event->head.time_ns)
		event->fin_dropped_age_ms = (__u32)((event->head.time_ns - *at_ns) / 1000000);
}

/* The reset itself, which the tracepoint is not given; of just this connection, or none. */
static __always_inline void note_reset(const void *ctx, const struct sock *sk,
				       struct event_reset *event)
{
	__u32 ports = ports_of_arriving(swap16(event->tuple.remote_port),
					swap16(event->tuple.local_port));
	const __u8 *ip = handled_ip(ctx, (__u64)sk, ports, FLAG_RST, HANDLED_RESET, false);
	struct event_segment *segment = &event->segment;

	if (ip && note_segment(segment, ip) && same_bytes(segment->source, event->tuple.remote) &&
	    same_bytes(segment->destination, event->tuple.local))
		return;
	segment->flags = 0;
}

static __always_inline int received_reset(struct bpf_raw_tracepoint_args *ctx)
{
	const struct sock *sk = (const void *)ctx->args[0];
	struct event_reset *event;
	struct event_tuple tuple = {};
	struct count_key key = {};
	struct suffered suffered = {};
	__u64 socket = (__u64)sk;
	bool wanted;
	__u32 owner;

	if (!sk)
		return 0;
	tuple_of_sock(sk, &tuple);
	if (!netns_chosen(tuple.netns))
		return 0;
	wanted = reset_wanted(&tuple, &key, EVENT_RECEIVED, -1,
			      BPF_CORE_READ(sk, __sk_common.skc_state));
	if (!wanted) {
		count_reset(&key, false);
		return 0;
	}
	event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);
	if (!event) {
		count_reset(&key, true);
		return 0;
	}
	event_begin(event, EVENT_RECEIVED, sk);
	count_reset(&key, false);
	event->tuple = tuple;
	note_reset(ctx, sk, event);
	note_sock(&event->sock, sk);
	note_task(&event->task);
	EVENT_STACK(ctx, event);
	add_memory(event, event->sock.state, BPF_CORE_READ(sk, __sk_common.skc_net.net));
	add_dropped_fin(
		event,
		key_of(&tuple, name_of_number((__u64)BPF_CORE_READ(sk, __sk_common.skc_net.net))));
	suffered.time_ns = event->head.time_ns;
	suffered.socket = socket;
	suffered.tuple = tuple;
	suffered.as_client = !!(event->past.flags & PAST_CLIENT);
	owner = event->past.opener;
	if (owner)
		bpf_map_update_elem(&reset_at, &owner, &suffered, BPF_ANY);
	if (!bpf_map_update_elem(&suffering, &socket, &suffered, BPF_ANY))
		__sync_fetch_and_add(&suffering_count, 1);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("raw_tp/tcp_receive_reset")
int on_receive_reset(struct bpf_raw_tracepoint_args *ctx)
{
	received_reset(ctx);
	turn_done(TURN_RECEIVED, ctx->args[0]);
	return 0;
}

SEC("raw_tp/tcp_receive_reset")
int on_receive_reset_double(struct bpf_raw_tracepoint_args *ctx)
{
	return turn_was_done(TURN_RECEIVED, ctx->args[0]) ? 0 : received_reset(ctx);
}

/* Who destroys a socket that was reset had it: its program closes it now, or ends. */
SEC("raw_tp/tcp_destroy_sock")
int on_destroy(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 socket = ctx->args[0];
	struct suffered *known, suffered;
	struct event_owner *event;
	__u32 owner;

	if (!suffering_count)
		return 0;
	known = bpf_map_lookup_elem(&suffering, &socket);
	if (!known)
		return 0;
	suffered = *known;
	bpf_map_delete_elem(&suffering, &socket);
	__sync_fetch_and_sub(&suffering_count, 1);
	owner = (__u32)(bpf_get_current_pid_tgid() >> 32);
	if (!owner)
		return 0;
	bpf_map_update_elem(&reset_at, &owner, &suffered, BPF_ANY);
	event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);
	if (!event)
		return 0;
	__builtin_memset(event, 0, sizeof(*event));
	event->head.version = EVENT_VERSION;
	event->head.kind = EVENT_OWNER;
	event->head.time_ns = bpf_ktime_get_ns();
	event->head.socket = socket;
	event->head.tgid = owner;
	note_task(&event->task);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

#endif
