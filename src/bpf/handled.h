/* SPDX-License-Identifier: MIT */
/*
 * The segment that TCP is handling, for tracepoints that are not given it. A program's arguments
 * lie on the kernel's stack, and above them the frames of the functions that hand the segment on:
 * one of the words there is its address. A word is believed where it leads to a TCP header of just
 * this connection; where none does, the header stays unknown.
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_HANDLED_H
#define WHYRST_BPF_HANDLED_H

#include "memory.h"

#define OBJECT_BITS 46	  /* 64 TB: all memory that x86 maps with four levels of tables */
#define HANDLED_WORDS 256 /* of the stack, above the arguments */

/* Where the segment's address lay the last time, by the place that asks: the frames of one way
 * through the kernel do not change. */
enum handled_place { HANDLED_SYNACK, HANDLED_ACK, HANDLED_RESET };
#define HANDLED_PLACES 4
__u32 handled_at[HANDLED_PLACES];

/* Ports as they stand in the header of a segment that comes to this end. */
static __always_inline __u32 ports_of_arriving(__be16 remote, __be16 local)
{
	return (__u32)local << 16 | remote;
}

/*
 * Whether something may lie at @word that the kernel allocated, as it did what lies at @like: in
 * the map of the machine's memory, where reading changes nothing, as it may at a device.
 */
static __always_inline bool is_object(__u64 word, __u64 like)
{
	return !((word ^ like) >> OBJECT_BITS) && !(word & 7);
}

static __always_inline bool fits(__u32 its_ports, __u8 its_flags, __u32 ports, __u8 flags)
{
	return its_ports == ports && (its_flags & flags) == flags;
}

/* The IP header of the packet at @word, if that is one with these ports and all of these flags.
 * @like: the socket. */
static __always_inline const __u8 *header_read(__u64 word, __u64 like, __u32 ports, __u8 flags)
{
	const struct sk_buff *skb = (const void *)word;
	struct tcp_bytes tcp;
	const __u8 *head;

	if (!is_object(word, like) || bpf_probe_read_kernel(&head, sizeof(head), &skb->head) ||
	    !is_object((__u64)head & ~7ull, like) ||
	    bpf_probe_read_kernel(&tcp, sizeof(tcp), head + BPF_CORE_READ(skb, transport_header)))
		return 0;
	if (!fits((__u32)tcp.destination << 16 | tcp.source, tcp.flags, ports, flags))
		return 0;
	return head + BPF_CORE_READ(skb, network_header);
}

/* The same without a call. */
static __always_inline const __u8 *header_load(__u64 word, __u64 like, __u32 ports, __u8 flags)
{
	const struct sk_buff *skb;
	const struct in6_addr *tcp;

	if (!is_object(word, like))
		return 0;
	skb = bpf_rdonly_cast((const void *)word, bpf_core_type_id_kernel(struct sk_buff));
	if (!is_object((__u64)skb->head & ~7ull, like))
		return 0;
	tcp = bytes_at(skb->head + skb->transport_header);
	if (!fits(tcp->in6_u.u6_addr32[0], tcp->in6_u.u6_addr8[13], ports, flags))
		return 0;
	return skb->head + skb->network_header;
}

/* The address of that header, or 0. A function of its own is verified once, not along every way to
 * it. */
__attribute__((noinline)) __u64 handled_search(__u64 stack, __u64 like, __u32 ports,
					       __u32 flags_and_place)
{
	__u32 place = flags_and_place >> 8;

	for (__u32 i = 0; i < HANDLED_WORDS; i++) {
		const __u8 *ip;
		__u64 word;

		if (bpf_probe_read_kernel(&word, sizeof(word), (void *)(stack + i * sizeof(word))))
			break;
		ip = header_read(word, like, ports, (__u8)flags_and_place);
		if (!ip)
			continue;
		handled_at[place & (HANDLED_PLACES - 1)] = i;
		return (__u64)ip;
	}
	return 0;
}

/* The IP header of the segment that is being handled, or NULL. @direct: see bytes_at(). */
static __always_inline const __u8 *handled_ip(const void *ctx, __u64 like, __u32 ports, __u8 flags,
					      enum handled_place place, bool direct)
{
	__u64 stack = name_of_pointer(ctx) + anchor, word;
	const void *at = (const void *)(stack + handled_at[place] * sizeof(word));
	const __u8 *ip = 0;

	if (direct) {
		const struct in6_addr *words = bytes_at(at);

		word = (__u64)words->in6_u.u6_addr32[1] << 32 | words->in6_u.u6_addr32[0];
		ip = header_load(word, like, ports, flags);
	} else if (!bpf_probe_read_kernel(&word, sizeof(word), at)) {
		ip = header_read(word, like, ports, flags);
	}
	return ip ? ip : (const __u8 *)handled_search(stack, like, ports, place << 8 | flags);
}

#endif
