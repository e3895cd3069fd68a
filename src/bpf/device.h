/* SPDX-License-Identifier: MIT */
/*
 * Segments at the devices: the header of a reset that came, a reset that netfilter or a raw socket
 * made, and whether one that TCP made has left. These see every packet, so they look at the flags
 * byte and return; the live source leaves them out with --light.
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_DEVICE_H
#define WHYRST_BPF_DEVICE_H

#include "emit.h"

static __always_inline int device_event(void *ctx, struct sk_buff *skb, const __u8 *ip, __u8 kind)
{
	const struct net *net = net_of_skb(skb);
	__u32 netns = net ? BPF_CORE_READ(net, ns.inum) : 0;
	struct event_reset *event;
	struct count_key key = {};
	const struct sock *sk;

	if (!netns || !netns_chosen(netns))
		return 0;
	key.netns = netns;
	key.kind = kind;
	key.reason = -1;
	event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);
	if (!event) {
		count_reset(&key, true);
		return 0;
	}
	event_begin(event, kind, 0);
	count_reset(&key, false);
	if (!note_segment(&event->segment, ip)) {
		bpf_ringbuf_discard(event, 0);
		return 0;
	}
	tuple_of_segment(&event->segment, netns, kind == EVENT_IN, &event->tuple);
	if (!tuple_wanted(&event->tuple)) {
		bpf_ringbuf_discard(event, 0);
		return 0;
	}
	if (BPF_CORE_READ(skb, _nfct) & ~7ul)
		event->segment.flags |= SEGMENT_TRACKED;
	if (kind == EVENT_OUT && BPF_CORE_READ(skb, skb_iif))
		event->segment.flags |= SEGMENT_FORWARDED;
	sk = BPF_CORE_READ(skb, sk);
	event->head.socket = (__u64)sk;
	note_task(&event->task);
	if (kind == EVENT_OUT) {
		EVENT_STACK(ctx, event);
		add_hooks(event, net, event->segment.flags & SEGMENT_IP6);
	}
	add_memory(event);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/*
 * The byte where TCP's flags stand, if there is TCP and no IP option before it. (The transport
 * header cannot be asked: netfilter leaves it at the IP header of its resets.)
 */
static __always_inline bool read_flags(__u16 protocol, const unsigned char *ip, __u8 *ret_flags)
{
	if (protocol == ETH_P_IP_BE)
		return !bpf_probe_read_kernel(ret_flags, 1, ip + 20 + 13);
	if (protocol == ETH_P_IPV6_BE)
		return !bpf_probe_read_kernel(ret_flags, 1, ip + 40 + 13);
	return false;
}

SEC("tp_btf/net_dev_queue")
int BPF_PROG(on_device_out, struct sk_buff *skb)
{
	unsigned char *ip = skb->head + skb->network_header;
	__u8 flags;

	if (!read_flags(skb->protocol, ip, &flags) || !(flags & FLAG_RST))
		return 0;
	return device_event(ctx, skb, ip, EVENT_OUT);
}

static __always_inline void note_hello(struct sk_buff *skb, const __u8 *ip)
{
	const struct net *net = net_of_skb(skb);
	struct event_segment segment = {};
	struct event_hello began = {}, *known;
	struct event_tuple tuple = {};

	if (!net || !note_segment(&segment, ip) || !(segment.tcp_flags & FLAG_SYN))
		return;
	tuple_of_segment(&segment, BPF_CORE_READ(net, ns.inum), true, &tuple);
	if (!netns_chosen(tuple.netns))
		return;
	known = bpf_map_lookup_elem(&hello, &tuple);
	if (known && known->seq == segment.seq && known->tcp_flags == segment.tcp_flags) {
		if (known->repeats < 255)
			known->repeats++;
		return;
	}
	began.time_ns = bpf_ktime_get_ns();
	began.seq = segment.seq;
	began.window = segment.window;
	began.ip_id = segment.ip_id;
	began.ttl = segment.ttl;
	began.tos = segment.tos;
	began.tcp_flags = segment.tcp_flags;
	began.option_bytes = segment.option_bytes;
	bpf_map_update_elem(&hello, &tuple, &began, BPF_ANY);
}

SEC("tp_btf/netif_receive_skb")
int BPF_PROG(on_device_in, struct sk_buff *skb)
{
	unsigned char *ip = skb->data;
	__u8 flags;

	if (!read_flags(skb->protocol, ip, &flags) || !(flags & (FLAG_RST | FLAG_SYN)))
		return 0;
	if (flags & FLAG_RST)
		return device_event(ctx, skb, ip, EVENT_IN);
	note_hello(skb, ip);
	return 0;
}

/* A reset that came and was not taken: challenged, or outside the window. */
SEC("raw_tp/kfree_skb")
int on_drop(struct bpf_raw_tracepoint_args *ctx)
{
	struct sk_buff *skb;
	struct event_reset *event;
	unsigned char *head;
	__s32 reason;
	__u8 flags;
	const struct net *net;

	if (!has_drop_reason)
		return 0;
	reason = (__s32)ctx->args[2];
	if (reason != (__s32)bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_TCP_RESET) &&
	    reason != (__s32)bpf_core_enum_value(enum skb_drop_reason,
						 SKB_DROP_REASON_TCP_INVALID_SEQUENCE))
		return 0;
	skb = (void *)ctx->args[0];
	head = BPF_CORE_READ(skb, head);
	if (bpf_probe_read_kernel(&flags, 1, head + BPF_CORE_READ(skb, transport_header) + 13) ||
	    !(flags & FLAG_RST))
		return 0;
	net = net_of_skb(skb);
	if (!net || !netns_chosen(BPF_CORE_READ(net, ns.inum)))
		return 0;
	event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);
	if (!event)
		return 0;
	event_begin(event, EVENT_REFUSED, 0);
	if (!note_segment(&event->segment, head + BPF_CORE_READ(skb, network_header))) {
		bpf_ringbuf_discard(event, 0);
		return 0;
	}
	tuple_of_segment(&event->segment, BPF_CORE_READ(net, ns.inum), true, &event->tuple);
	event->reason = reason;
	add_memory(event);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

#endif
