/* SPDX-License-Identifier: MIT */
/*
 * The resets that netfilter makes, only with --light: else they are seen leaving. Where the kernel
 * can be asked at the beginning of a function; both forms exist, for kernels with and without
 * trampolines.
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_FILTER_H
#define WHYRST_BPF_FILTER_H

#include "device.h"

static __always_inline const __u8 *ip_of(const struct sk_buff *skb)
{
	return BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header);
}

/* The reset that answers @segment (nf_reject_ip_tcphdr_put() in net/ipv4/netfilter). */
static __always_inline void turn_to_reset(struct event_segment *segment)
{
	__u32 bytes = segment->payload_bytes + !!(segment->tcp_flags & FLAG_SYN) +
		      !!(segment->tcp_flags & FLAG_FIN);
	__u16 port = segment->source_port;
	__u8 ip[16];

	__builtin_memcpy(ip, segment->source, 16);
	__builtin_memcpy(segment->source, segment->destination, 16);
	__builtin_memcpy(segment->destination, ip, 16);
	segment->source_port = segment->destination_port;
	segment->destination_port = port;
	if (segment->tcp_flags & FLAG_ACK) {
		segment->seq = segment->ack;
		segment->ack = 0;
		segment->tcp_flags = FLAG_RST;
	} else {
		segment->ack = segment->seq + bytes;
		segment->seq = 0;
		segment->tcp_flags = FLAG_RST | FLAG_ACK;
	}
	segment->payload_bytes = 0;
	segment->window = 0;
	segment->ip_id = 0;
	segment->ttl = segment->tos = 0;
	segment->option_bytes = segment->payload_copied = 0;
	segment->flags = (segment->flags & SEGMENT_IP6) | SEGMENT_KNOWN | SEGMENT_INFERRED;
}

/* Netfilter is about to reset who sent @old. (Not where that cannot be routed, which is rare.) */
static __always_inline int filter_resets(void *ctx, const struct sk_buff *old)
{
	/* Its first parameter, which the verifier knows for a pointer, is no name. */
	const struct net *net = old ? net_of_skb(old) : 0;
	struct event_segment segment = {};
	struct event_tuple tuple = {};
	struct count_key key = {};
	struct event_reset *event;

	if (!net || !note_segment(&segment, ip_of(old)) || segment.tcp_flags & FLAG_RST)
		return 0;
	key.netns = BPF_CORE_READ(net, ns.inum);
	key.kind = EVENT_OUT;
	key.reason = -1;
	if (!netns_chosen(key.netns))
		return 0;
	turn_to_reset(&segment);
	tuple_of_segment(&segment, key.netns, false, &tuple);
	if (!tuple_wanted(&tuple))
		return 0;
	if (BPF_CORE_READ(old, _nfct) & ~7ul)
		segment.flags |= SEGMENT_TRACKED;
	event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);
	if (!event) {
		count_reset(&key, true);
		return 0;
	}
	event_begin(event, EVENT_OUT, 0);
	count_reset(&key, false);
	event->tuple = tuple;
	event->segment = segment;
	note_task(&event->task);
	EVENT_STACK(ctx, event);
	add_hooks(event, net, segment.flags & SEGMENT_IP6);
	add_memory(event, 0, net);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("fentry/nf_send_reset")
int BPF_PROG(enter_filter4, void *net, struct sock *sk, const struct sk_buff *old)
{
	return filter_resets(ctx, old);
}

SEC("fentry/nf_send_reset6")
int BPF_PROG(enter_filter6, void *net, struct sock *sk, const struct sk_buff *old)
{
	return filter_resets(ctx, old);
}

SEC("kprobe/nf_send_reset")
int BPF_KPROBE(probe_filter4, void *net, struct sock *sk, const struct sk_buff *old)
{
	return filter_resets(ctx, old);
}

SEC("kprobe/nf_send_reset6")
int BPF_KPROBE(probe_filter6, void *net, struct sock *sk, const struct sk_buff *old)
{
	return filter_resets(ctx, old);
}

#endif
