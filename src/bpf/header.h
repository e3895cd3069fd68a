/* SPDX-License-Identifier: MIT */
/*
 * Headers at no price for other packets: of a reset that TCP takes, and of the SYN or SYN-ACK that
 * a connection began with. With --light, where the kernel can be asked at the beginning of a
 * function; both forms exist, for kernels with and without trampolines.
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_HEADER_H
#define WHYRST_BPF_HEADER_H

#include "device.h"

static __always_inline const __u8 *ip_of(const struct sk_buff *skb)
{
	return BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header);
}

static __always_inline int header_reset(void *ctx, const struct sock *sk, const struct sk_buff *skb)
{
	__u8 flags;

	/* TCP also acts so without a reset, for data that meets a closed socket. */
	if (!sk || !skb ||
	    bpf_probe_read_kernel(&flags, 1,
				  BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, transport_header) +
					  13) ||
	    !(flags & FLAG_RST))
		return 0;
	return segment_event(ctx, skb, ip_of(skb), BPF_CORE_READ(sk, __sk_common.skc_net.net),
			     EVENT_IN);
}

static __always_inline int header_hello(const struct sock *sk, const struct sk_buff *skb)
{
	if (sk && skb && anchor && netns_chosen(netns_of_sock(sk)))
		note_hello(ip_of(skb),
			   name_of_number((__u64)BPF_CORE_READ(sk, __sk_common.skc_net.net)));
	return 0;
}

SEC("fentry/tcp_reset")
int BPF_PROG(enter_reset, const struct sock *sk, const struct sk_buff *skb)
{
	return header_reset(ctx, sk, skb);
}

SEC("fentry/tcp_conn_request")
int BPF_PROG(enter_conn_request, void *ops, void *af_ops, const struct sock *sk,
	     const struct sk_buff *skb)
{
	return header_hello(sk, skb);
}

SEC("fentry/tcp_finish_connect")
int BPF_PROG(enter_finish_connect, const struct sock *sk, const struct sk_buff *skb)
{
	return header_hello(sk, skb);
}

SEC("kprobe/tcp_reset")
int BPF_KPROBE(probe_reset, const struct sock *sk, const struct sk_buff *skb)
{
	return header_reset(ctx, sk, skb);
}

SEC("kprobe/tcp_conn_request")
int BPF_KPROBE(probe_conn_request, void *ops, void *af_ops, const struct sock *sk,
	       const struct sk_buff *skb)
{
	return header_hello(sk, skb);
}

SEC("kprobe/tcp_finish_connect")
int BPF_KPROBE(probe_finish_connect, const struct sock *sk, const struct sk_buff *skb)
{
	return header_hello(sk, skb);
}

#endif
