/* SPDX-License-Identifier: MIT */
/*
 * Segments at the devices: a reset that netfilter or a raw socket made, whether one that TCP made
 * has left, and the header of one that came. These see every packet, so they look at the flags byte
 * and return. Those that arrive are only looked at where nothing better exists (header.h), and none
 * with --light.
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

extern void *bpf_rdonly_cast(const void *address, __u32 btf_id) __ksym __weak;

/* The same without a call: a structure that begins with bytes stands for the bytes. */
static __always_inline __u8 load_flags(__u16 protocol, const __u8 *ip)
{
	const __u8 *at = flags_at(protocol, ip);
	const struct in6_addr *bytes;

	if (!at)
		return 0;
	bytes = bpf_rdonly_cast(at, bpf_core_type_id_kernel(struct in6_addr));
	return bytes->in6_u.u6_addr8[0];
}

/* IP without options, and the part of TCP's header that all have: read at once. */
struct hello_bytes {
	__u8 ip[40];
	struct tcp_bytes behind6;
};

/* @netns_name: of the namespace in which the segment came. */
static __always_inline void note_hello(const __u8 *ip, __u64 netns_name)
{
	struct hello_bytes bytes;
	const struct tcp_bytes *tcp = &bytes.behind6;
	struct event_tuple tuple = {};
	struct event_hello seen = {};

	if (bpf_probe_read_kernel(&bytes, sizeof(bytes), ip))
		return;
	if (bytes.ip[0] == 0x45 && bytes.ip[9] == IPPROTO_TCP) {
		tcp = (const void *)(bytes.ip + 20);
		tuple.local[10] = tuple.local[11] = 0xff;
		tuple.remote[10] = tuple.remote[11] = 0xff;
		__builtin_memcpy(tuple.local + 12, bytes.ip + 16, 4);
		__builtin_memcpy(tuple.remote + 12, bytes.ip + 12, 4);
	} else if (bytes.ip[0] >> 4 == 6 && bytes.ip[6] == IPPROTO_TCP) {
		__builtin_memcpy(tuple.local, bytes.ip + 24, 16);
		__builtin_memcpy(tuple.remote, bytes.ip + 8, 16);
	} else {
		return;
	}
	tuple.local_port = swap16(tcp->destination);
	tuple.remote_port = swap16(tcp->source);
	seen.time_ns = bpf_ktime_get_ns();
	seen.seq = swap32(tcp->seq);
	seen.window = swap16(tcp->window);
	seen.ip_id = bytes.ip[0] == 0x45 ? (__u16)(bytes.ip[4] << 8 | bytes.ip[5]) : 0;
	seen.ttl = bytes.ip[0] == 0x45 ? bytes.ip[8] : bytes.ip[7];
	seen.tos = bytes.ip[0] == 0x45 ? bytes.ip[1] : (__u8)(bytes.ip[0] << 4 | bytes.ip[1] >> 4);
	seen.tcp_flags = tcp->flags;
	seen.option_bytes = (__u8)((tcp->offset >> 4) * 4 - 20);
	hello_remember(key_of(&tuple, netns_name), &seen);
}

static __always_inline int device_out_found(void *ctx, struct sk_buff *skb, __u8 flags)
{
	if (!(flags & FLAG_RST))
		return 0;
	return segment_event(ctx, skb, skb->head + skb->network_header, net_of_skb(skb), EVENT_OUT);
}

static __always_inline int device_in_found(void *ctx, struct sk_buff *skb, __u8 flags)
{
	if (!(flags & (FLAG_RST | FLAG_SYN)))
		return 0;
	if (flags & FLAG_RST)
		return segment_event(ctx, skb, skb->data, net_of_skb(skb), EVENT_IN);
	if (!only_chosen_netns || skb->dev->nd_net.net->ns.inum == chosen_netns)
		note_hello(skb->data, name_of_pointer(skb->dev->nd_net.net));
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
	if (keeps_hello && netns_chosen(BPF_CORE_READ(net, ns.inum)))
		note_hello(ip, name_of_number((__u64)net));
	return 0;
}

static __always_inline bool is_refusal(__s32 reason)
{
	return reason == (__s32)bpf_core_enum_value(enum skb_drop_reason,
						    SKB_DROP_REASON_TCP_RESET) ||
	       reason == (__s32)bpf_core_enum_value(enum skb_drop_reason,
						    SKB_DROP_REASON_TCP_INVALID_SEQUENCE);
}

/* A reset that came and was not taken: challenged, or outside the window. A FIN that a filter took.
 */
SEC("tp_btf/kfree_skb")
int BPF_PROG(on_drop, struct sk_buff *skb, void *location, int reason)
{
	bool filtered = is_filters(reason), refused = is_refusal(reason), unused;
	struct event_reset *event;
	const struct net *net;
	const __u8 *ip;
	__u8 flags;

	if (!filtered && !refused && !drops_tell)
		return 0;
	/* A packet of this host's own has come from no device. */
	unused = drops_tell && skb->skb_iif &&
		 (skb->protocol == ETH_P_IP_BE || skb->protocol == ETH_P_IPV6_BE);
	if (!filtered && !refused && !unused)
		return 0;
	if (bpf_probe_read_kernel(&flags, 1, skb->head + skb->transport_header + 13))
		return 0;
	ip = skb->head + skb->network_header;
	if (filtered && flags & FLAG_FIN)
		return note_dropped_fin(skb, ip);
	if (!refused || !(flags & FLAG_RST)) {
		bool again = (flags & (FLAG_SYN | FLAG_ACK)) == (FLAG_SYN | FLAG_ACK);

		return unused && (flags & FLAG_RST || again) ? note_unused(ctx, skb, ip, flags) : 0;
	}
	net = net_of_skb(skb);
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

#endif
