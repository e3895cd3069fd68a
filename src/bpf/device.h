/* SPDX-License-Identifier: MIT */
/*
 * Segments at the devices: a reset that netfilter or a raw socket made, whether one that TCP made
 * has left, and that a handshake has begun. These see every packet, so they look at the flags byte
 * and return. Those that arrive are only looked at where the kernel does not tell of what it drops,
 * and none with --light.
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_DEVICE_H
#define WHYRST_BPF_DEVICE_H

#include "emit.h"

static __always_inline int segment_event(void *ctx, const struct sk_buff *skb, const __u8 *ip,
					 const struct net *net, __u8 kind)
{
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
	add_memory(event, 0, net);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/*
 * Where the byte of TCP's flags stands if there is TCP, and no IP option before it; else NULL. (The
 * transport header cannot be asked: netfilter leaves it at the IP header of its resets.)
 */
static __always_inline const __u8 *flags_at(__u16 protocol, const __u8 *ip)
{
	if (protocol == ETH_P_IP_BE)
		return ip + 20 + 13;
	return protocol == ETH_P_IPV6_BE ? ip + 40 + 13 : 0;
}

static __always_inline __u8 read_flags(__u16 protocol, const __u8 *ip)
{
	const __u8 *at = flags_at(protocol, ip);
	__u8 flags;

	return at && !bpf_probe_read_kernel(&flags, 1, at) ? flags : 0;
}

/* The same without a call. */
static __always_inline __u8 load_flags(__u16 protocol, const __u8 *ip)
{
	const __u8 *at = flags_at(protocol, ip);

	return at ? bytes_at(at)->in6_u.u6_addr8[0] : 0;
}

/* IP without options, and the part of TCP's header that all have: read at once. */
struct hello_bytes {
	__u8 ip[40];
	struct tcp_bytes behind6;
};

/*
 * The SYN that a SYN-ACK answers, which leaves from the local end, or a SYN-ACK that came.
 * @netns_name: of the namespace where.
 */
static __always_inline void note_hello(const __u8 *ip, bool leaves, __u64 netns_name)
{
	struct hello_bytes bytes;
	const struct tcp_bytes *tcp = &bytes.behind6;
	struct event_tuple tuple = {};

	if (bpf_probe_read_kernel(&bytes, sizeof(bytes), ip))
		return;
	if (bytes.ip[0] == 0x45 && bytes.ip[9] == IPPROTO_TCP) {
		tcp = (const void *)(bytes.ip + 20);
		tuple.local[10] = tuple.local[11] = 0xff;
		tuple.remote[10] = tuple.remote[11] = 0xff;
		__builtin_memcpy(tuple.local + 12, bytes.ip + (leaves ? 12 : 16), 4);
		__builtin_memcpy(tuple.remote + 12, bytes.ip + (leaves ? 16 : 12), 4);
	} else if (bytes.ip[0] >> 4 == 6 && bytes.ip[6] == IPPROTO_TCP) {
		__builtin_memcpy(tuple.local, bytes.ip + (leaves ? 8 : 24), 16);
		__builtin_memcpy(tuple.remote, bytes.ip + (leaves ? 24 : 8), 16);
	} else {
		return;
	}
	tuple.local_port = swap16(leaves ? tcp->source : tcp->destination);
	tuple.remote_port = swap16(leaves ? tcp->destination : tcp->source);
	hello_remember(key_of(&tuple, netns_name), !leaves);
}

static __always_inline int device_out_found(void *ctx, struct sk_buff *skb, __u8 flags)
{
	const __u8 *ip = skb->head + skb->network_header;

	if (!(flags & (FLAG_RST | FLAG_SYN)))
		return 0;
	if (flags & FLAG_RST)
		return segment_event(ctx, skb, ip, net_of_skb(skb), EVENT_OUT);
	/* Not one that only passes. */
	if (flags & FLAG_ACK && !skb->skb_iif &&
	    (!only_chosen_netns || skb->dev->nd_net.net->ns.inum == chosen_netns))
		note_hello(ip, true, name_of_pointer(skb->dev->nd_net.net));
	return 0;
}

static __always_inline int device_in_found(void *ctx, struct sk_buff *skb, __u8 flags)
{
	if (!(flags & (FLAG_RST | FLAG_SYN)))
		return 0;
	if (flags & FLAG_RST)
		return segment_event(ctx, skb, skb->data, net_of_skb(skb), EVENT_IN);
	if (flags & FLAG_ACK &&
	    (!only_chosen_netns || skb->dev->nd_net.net->ns.inum == chosen_netns))
		note_hello(skb->data, false, name_of_pointer(skb->dev->nd_net.net));
	return 0;
}

SEC("tp_btf/net_dev_queue")
int BPF_PROG(device_out, struct sk_buff *skb)
{
	return device_out_found(ctx, skb,
				read_flags(skb->protocol, skb->head + skb->network_header));
}

SEC("tp_btf/net_dev_queue")
int BPF_PROG(device_out_direct, struct sk_buff *skb)
{
	return device_out_found(ctx, skb,
				load_flags(skb->protocol, skb->head + skb->network_header));
}

SEC("tp_btf/netif_receive_skb")
int BPF_PROG(device_in, struct sk_buff *skb)
{
	return device_in_found(ctx, skb, read_flags(skb->protocol, skb->data));
}

SEC("tp_btf/netif_receive_skb")
int BPF_PROG(device_in_direct, struct sk_buff *skb)
{
	return device_in_found(ctx, skb, load_flags(skb->protocol, skb->data));
}

/* TCP never learns of it: the connection looks open, and the peer has closed it. */
static __always_inline int note_dropped_fin(const struct sk_buff *skb, const __u8 *ip)
{
	const struct net *net = net_of_skb(skb);
	struct event_segment segment = {};
	struct event_tuple tuple = {};
	__u64 key, now_ns = bpf_ktime_get_ns();

	if (!net || !netns_chosen(BPF_CORE_READ(net, ns.inum)) || !note_segment(&segment, ip))
		return 0;
	tuple_of_segment(&segment, 0, true, &tuple);
	key = key_of(&tuple, name_of_number((__u64)net));
	bpf_map_update_elem(&dropped_fins, &key, &now_ns, BPF_ANY);
	return 0;
}

static __always_inline bool is_filters(__s32 reason)
{
	return bpf_core_enum_value_exists(enum skb_drop_reason, SKB_DROP_REASON_NETFILTER_DROP) &&
	       reason == (__s32)bpf_core_enum_value(enum skb_drop_reason,
						    SKB_DROP_REASON_NETFILTER_DROP);
}

/*
 * What came, and TCP had no use for: a reset without a connection, or of one that has ended or only
 * begun; a SYN-ACK that came again.
 */
static __always_inline int note_unused(void *ctx, const struct sk_buff *skb, const __u8 *ip,
				       __u8 flags)
{
	const struct net *net = net_of_skb(skb);

	if (!net)
		return 0;
	if (flags & FLAG_RST)
		return segment_event(ctx, skb, ip, net, EVENT_IN);
	if (netns_chosen(BPF_CORE_READ(net, ns.inum)))
		note_hello(ip, false, name_of_number((__u64)net));
	return 0;
}

static __always_inline bool is_refusal(__s32 reason)
{
	return reason == (__s32)bpf_core_enum_value(enum skb_drop_reason,
						    SKB_DROP_REASON_TCP_RESET) ||
	       reason == (__s32)bpf_core_enum_value(enum skb_drop_reason,
						    SKB_DROP_REASON_TCP_INVALID_SEQUENCE);
}

/* A reset that came and was not taken: challenged, or outside the window. */
static __always_inline int note_refused(const struct sk_buff *skb, const __u8 *ip, int reason)
{
	const struct net *net = net_of_skb(skb);
	struct event_reset *event;

	if (!net || !netns_chosen(BPF_CORE_READ(net, ns.inum)))
		return 0;
	event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);
	if (!event) {
		note_loss();
		return 0;
	}
	event_begin(event, EVENT_REFUSED, 0);
	if (!note_segment(&event->segment, ip)) {
		bpf_ringbuf_discard(event, 0);
		return 0;
	}
	tuple_of_segment(&event->segment, BPF_CORE_READ(net, ns.inum), true, &event->tuple);
	event->reason = reason;
	add_memory(event, 0, net);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

static __always_inline int dropped(void *ctx, const struct sk_buff *skb, int reason, bool direct)
{
	const __u8 *ip = skb->head + skb->network_header;
	const __u8 *at = skb->head + skb->transport_header + 13;
	bool refused = is_refusal(reason);
	__u8 flags;

	/* A packet of this host's own has come from no device. */
	if (!is_filters(reason) && !refused && !skb->skb_iif)
		return 0;
	if (skb->protocol != ETH_P_IP_BE && skb->protocol != ETH_P_IPV6_BE)
		return 0;
	if (direct)
		flags = bytes_at(at)->in6_u.u6_addr8[0];
	else if (bpf_probe_read_kernel(&flags, 1, at))
		return 0;
	if (flags & FLAG_RST && refused)
		return note_refused(skb, ip, reason);
	if (flags & FLAG_FIN && is_filters(reason))
		return note_dropped_fin(skb, ip);
	if (flags & FLAG_RST || (flags & (FLAG_SYN | FLAG_ACK)) == (FLAG_SYN | FLAG_ACK))
		return skb->skb_iif ? note_unused(ctx, skb, ip, flags) : 0;
	return 0;
}

SEC("tp_btf/kfree_skb")
int BPF_PROG(on_drop, struct sk_buff *skb, void *location, int reason)
{
	return dropped(ctx, skb, reason, false);
}

SEC("tp_btf/kfree_skb")
int BPF_PROG(on_drop_direct, struct sk_buff *skb, void *location, int reason)
{
	return dropped(ctx, skb, reason, true);
}

#endif
