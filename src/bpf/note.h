/* SPDX-License-Identifier: MIT */
/*
 * Reading the kernel's structures into an event. Sockets and packets come as bare addresses (they
 * may be NULL, or mini-sockets): everything is read with bpf_probe_read_kernel().
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_NOTE_H
#define WHYRST_BPF_NOTE_H

#include "maps.h"

#define swap16(x) __builtin_bswap16(x)
#define swap32(x) __builtin_bswap32(x)

/* Since 6.2: what lies at an address of the kernel is loaded as a structure's fields are, without a
 * call. */
extern void *bpf_rdonly_cast(const void *address, __u32 btf_id) __ksym __weak;

/* A structure of 16 bytes stands for any. */
static __always_inline const struct in6_addr *bytes_at(const void *address)
{
	return bpf_rdonly_cast(address, bpf_core_type_id_kernel(struct in6_addr));
}

static __always_inline void map_ip4(__u8 out[16], __be32 address)
{
	__builtin_memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	__builtin_memcpy(out + 12, &address, 4);
}

/*
 * The time, as it was when it was last asked for within this tick of the kernel (of 1 to 10 ms): to
 * read the clock takes as long as half of what else is done for a connection.
 */
struct {
	__u64 jiffies, time_ns;
} tick __attribute__((aligned(64)));

static __always_inline __u64 tick_ns(void)
{
	__u64 jiffies = bpf_jiffies64();

	if (tick.jiffies != jiffies) {
		tick.time_ns = bpf_ktime_get_ns();
		asm volatile("" ::: "memory");
		tick.jiffies = jiffies;
	}
	return tick.time_ns;
}

static __always_inline __u32 netns_of_sock(const struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

static __always_inline const struct net *net_of_skb(const struct sk_buff *skb)
{
	struct net_device *dev = BPF_CORE_READ(skb, dev);
	unsigned long ref;

	if (!dev) {
		ref = BPF_CORE_READ(skb, _skb_refdst) & ~7ul;
		if (ref)
			dev = BPF_CORE_READ((struct dst_entry *)ref, dev);
	}
	return dev ? BPF_CORE_READ(dev, nd_net.net) : 0;
}

static __always_inline bool netns_chosen(__u32 netns)
{
	return !only_chosen_netns || netns == chosen_netns;
}

static __always_inline __u32 ticks_to_ms(__u32 ticks)
{
	return (__u32)((__u64)ticks * 1000 / ticks_per_second);
}

/* A mini-socket of TIME_WAIT and a listener's request have only the common part. */
static __always_inline bool state_is_full(__u8 state)
{
	return state && state != TCP_TIME_WAIT && state != TCP_NEW_SYN_RECV;
}

static __always_inline void tuple_of_sock(const struct sock *sk, struct event_tuple *tuple)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
	__u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);

	tuple->netns = netns_of_sock(sk);
	tuple->remote_port = swap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
	/* skc_num is gone once the port was given back, inet_sport stays. */
	if (state_is_full(state))
		tuple->local_port = swap16(BPF_CORE_READ((struct inet_sock *)sk, inet_sport));
	else
		tuple->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	if (!tuple->local_port)
		tuple->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	if (family == AF_INET6) {
		BPF_CORE_READ_INTO(&tuple->local, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&tuple->remote, sk, __sk_common.skc_v6_daddr);
	} else {
		map_ip4(tuple->local, BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
		map_ip4(tuple->remote, BPF_CORE_READ(sk, __sk_common.skc_daddr));
	}
}

static __always_inline void note_timewait(struct event_socket *note, const struct sock *sk)
{
	const struct tcp_timewait_sock *tw = (const void *)sk;

	note->substate = BPF_CORE_READ(tw, tw_sk.tw_substate);
	if (bpf_core_field_exists(tw->tw_rcv_nxt)) {
		note->rcv_nxt = BPF_CORE_READ(tw, tw_rcv_nxt);
		note->snd_nxt = BPF_CORE_READ(tw, tw_snd_nxt);
	} else if (bpf_core_field_exists(sk->__sk_common.skc_tw_rcv_nxt)) {
		note->rcv_nxt = BPF_CORE_READ(sk, __sk_common.skc_tw_rcv_nxt);
		note->snd_nxt = BPF_CORE_READ(sk, __sk_common.skc_tw_snd_nxt);
	}
}

static __always_inline __u32 inode_of(struct socket *socket)
{
	return socket ? (__u32)BPF_CORE_READ((struct socket_alloc *)socket, vfs_inode.i_ino) : 0;
}

static __always_inline void note_sock_flags(struct event_socket *note, const struct sock *sk)
{
	const struct tcp_sock *tp = (const void *)sk;
	unsigned long flags = BPF_CORE_READ(sk, __sk_common.skc_flags);
	struct socket *socket = BPF_CORE_READ(sk, sk_socket);

	note->inode = inode_of(socket);
	note->flags |= SOCKET_FULL;
	if (flags & 1ul << SOCK_DEAD_BIT)
		note->flags |= SOCKET_DEAD;
	if (flags & 1ul << SOCK_DONE_BIT)
		note->flags |= SOCKET_DONE;
	if (flags & 1ul << SOCK_LINGER_BIT)
		note->flags |= SOCKET_LINGER;
	if (flags & 1ul << SOCK_KEEPOPEN_BIT)
		note->flags |= SOCKET_KEEPALIVE;
	if (!socket)
		note->flags |= SOCKET_DETACHED;
	if (bpf_core_field_exists(tp->is_mptcp) && BPF_CORE_READ(tp, is_mptcp))
		note->flags |= SOCKET_MPTCP;
	if (BPF_CORE_READ_BITFIELD_PROBED(tp, repair))
		note->flags |= SOCKET_REPAIR;
	if (BPF_CORE_READ_BITFIELD_PROBED(tp, rx_opt.saw_tstamp))
		note->flags |= SOCKET_SAW_TS;
	if (BPF_CORE_READ_BITFIELD_PROBED(tp, rx_opt.tstamp_ok))
		note->flags |= SOCKET_TS_OK;
	if (BPF_CORE_READ_BITFIELD_PROBED(tp, syn_fastopen))
		note->flags |= SOCKET_FASTOPEN;
	note->snd_wscale = BPF_CORE_READ_BITFIELD_PROBED(tp, rx_opt.snd_wscale);
	note->rcv_wscale = BPF_CORE_READ_BITFIELD_PROBED(tp, rx_opt.rcv_wscale);
}

static __always_inline void note_tcp(struct event_socket *note, const struct sock *sk)
{
	const struct tcp_sock *tp = (const void *)sk;
	const struct inet_connection_sock *ic = (const void *)sk;
	__u32 now = (__u32)bpf_jiffies64();
	__u64 now_us = bpf_ktime_get_ns() / 1000;

	note->rcv_nxt = BPF_CORE_READ(tp, rcv_nxt);
	note->copied_seq = BPF_CORE_READ(tp, copied_seq);
	note->rcv_wnd = BPF_CORE_READ(tp, rcv_wnd);
	note->write_seq = BPF_CORE_READ(tp, write_seq);
	note->snd_nxt = BPF_CORE_READ(tp, snd_nxt);
	note->snd_una = BPF_CORE_READ(tp, snd_una);
	note->snd_wnd = BPF_CORE_READ(tp, snd_wnd);
	note->news_seq = BPF_CORE_READ(tp, snd_wl1);
	note->bytes_received = BPF_CORE_READ(tp, bytes_received);
	/* Each byte once. */
	note->bytes_sent = BPF_CORE_READ(tp, bytes_sent) - BPF_CORE_READ(tp, bytes_retrans);
	note->bytes_acked = BPF_CORE_READ(tp, bytes_acked);
	note->linger2 = BPF_CORE_READ(tp, linger2);
	note->since_received_ms = ticks_to_ms(now - BPF_CORE_READ(ic, icsk_ack.lrcvtime));
	note->since_sent_ms = ticks_to_ms(now - BPF_CORE_READ(tp, lsndtime));
	note->since_ack_ms = ticks_to_ms(now - BPF_CORE_READ(tp, rcv_tstamp));
	/* Microseconds of the monotonic clock since 4.13. */
	note->since_delivered_ms = (__u32)((now_us - BPF_CORE_READ(tp, delivered_mstamp)) / 1000);
	note->since_read_ms = (__u32)((now_us - BPF_CORE_READ(tp, rcvq_space.time)) / 1000);
	/* Kept in milliseconds by the kernel since 4.19. */
	note->user_timeout_ms = BPF_CORE_READ(ic, icsk_user_timeout);
	note->keepalive_time_ms = ticks_to_ms(BPF_CORE_READ(tp, keepalive_time));
	note->keepalive_interval_ms = ticks_to_ms(BPF_CORE_READ(tp, keepalive_intvl));
	note->keepalive_probes = BPF_CORE_READ(tp, keepalive_probes);
	note->srtt_us = BPF_CORE_READ(tp, srtt_us) >> 3;
	note->total_retransmits = BPF_CORE_READ(tp, total_retrans);
	note->segments_in = BPF_CORE_READ(tp, segs_in);
	note->data_segments_in = BPF_CORE_READ(tp, data_segs_in);
	note->retransmits = BPF_CORE_READ(ic, icsk_retransmits);
	note->probes_out = BPF_CORE_READ(ic, icsk_probes_out);
}

static __always_inline void note_sock(struct event_socket *note, const struct sock *sk)
{
	note->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	note->flags = SOCKET_KNOWN;
	if (note->state == TCP_TIME_WAIT)
		note_timewait(note, sk);
	if (!state_is_full(note->state))
		return;
	note_sock_flags(note, sk);
	note->uid = BPF_CORE_READ(sk, sk_uid.val);
	note->error = (__u16)BPF_CORE_READ(sk, sk_err);
	note->shutdown = BPF_CORE_READ(sk, sk_shutdown);
	note->linger_ticks = (__u32)BPF_CORE_READ(sk, sk_lingertime);
	note->backlog = BPF_CORE_READ(sk, sk_ack_backlog);
	note->backlog_max = BPF_CORE_READ(sk, sk_max_ack_backlog);
	note_tcp(note, sk);
	note->cookie_age_ms = ~0u;
	if (note->state == TCP_LISTEN) {
		/* Jiffies of the last overflow of the SYN queue (tcp_synq_overflow()). */
		__u32 at = (__u32)BPF_CORE_READ((struct tcp_sock *)sk, rx_opt.ts_recent_stamp);

		if (at)
			note->cookie_age_ms = ticks_to_ms((__u32)bpf_jiffies64() - at);
	}
}

struct tcp_bytes {
	__be16 source, destination;
	__be32 seq, ack;
	__u8 offset, flags;
	__be16 window, checksum, urgent;
};

/* @at: address of the IP header. False where there is no TCP header behind it. */
static __always_inline bool note_segment(struct event_segment *segment, const __u8 *at)
{
	struct tcp_bytes tcp;
	__u8 ip[40];
	__u32 ip_bytes, total, tcp_bytes;

	if (bpf_probe_read_kernel(ip, sizeof(ip), at))
		return false;
	if (ip[0] >> 4 == 4) {
		if (ip[9] != IPPROTO_TCP)
			return false;
		ip_bytes = (ip[0] & 15) * 4;
		total = (__u32)ip[2] << 8 | ip[3];
		segment->ip_id = (__u16)(ip[4] << 8 | ip[5]);
		if (ip[6] & 0x40)
			segment->flags |= SEGMENT_DONT_FRAGMENT;
		segment->ttl = ip[8];
		segment->tos = ip[1];
		segment->source[10] = segment->source[11] = 0xff;
		segment->destination[10] = segment->destination[11] = 0xff;
		__builtin_memcpy(segment->source + 12, ip + 12, 4);
		__builtin_memcpy(segment->destination + 12, ip + 16, 4);
	} else if (ip[0] >> 4 == 6) {
		if (ip[6] != IPPROTO_TCP)
			return false;
		ip_bytes = 40;
		total = 40 + ((__u32)ip[4] << 8 | ip[5]);
		segment->ttl = ip[7];
		segment->tos = (__u8)(ip[0] << 4 | ip[1] >> 4);
		segment->flags |= SEGMENT_IP6;
		__builtin_memcpy(segment->source, ip + 8, 16);
		__builtin_memcpy(segment->destination, ip + 24, 16);
	} else {
		return false;
	}
	if (bpf_probe_read_kernel(&tcp, sizeof(tcp), at + ip_bytes))
		return false;
	tcp_bytes = (tcp.offset >> 4) * 4;
	if (tcp_bytes < sizeof(tcp))
		return false;
	segment->source_port = swap16(tcp.source);
	segment->destination_port = swap16(tcp.destination);
	segment->seq = swap32(tcp.seq);
	segment->ack = swap32(tcp.ack);
	segment->window = swap16(tcp.window);
	segment->tcp_flags = tcp.flags;
	/* A packet larger than 64 KB (BIG TCP) says 0: its payload is then unknown, and taken as
	 * none. */
	segment->payload_bytes = total > ip_bytes + tcp_bytes ? total - ip_bytes - tcp_bytes : 0;
	/* Read at full length, whatever there is: a bound that varies is one the verifier loses. */
	segment->option_bytes = (__u8)(tcp_bytes - sizeof(tcp));
	bpf_probe_read_kernel(segment->options, sizeof(segment->options),
			      at + ip_bytes + sizeof(tcp));
	if (segment->payload_bytes &&
	    !bpf_probe_read_kernel(segment->payload, EVENT_PAYLOAD, at + ip_bytes + tcp_bytes))
		segment->payload_copied = segment->payload_bytes < EVENT_PAYLOAD
						  ? (__u8)segment->payload_bytes
						  : EVENT_PAYLOAD;
	segment->flags |= SEGMENT_KNOWN;
	return true;
}

/* @received: the segment came in, so that its destination is the local end. */
static __always_inline void tuple_of_segment(const struct event_segment *segment, __u32 netns,
					     bool received, struct event_tuple *tuple)
{
	tuple->netns = netns;
	__builtin_memcpy(tuple->local, received ? segment->destination : segment->source, 16);
	__builtin_memcpy(tuple->remote, received ? segment->source : segment->destination, 16);
	tuple->local_port = received ? segment->destination_port : segment->source_port;
	tuple->remote_port = received ? segment->source_port : segment->destination_port;
}

#define FD_WORDS_MAX 1024

/*
 * Descriptors in use up to the soft limit (high half), and that limit, of the running task; only
 * when it matters: it reads the whole table. A function of its own is verified once, not along
 * every way to it.
 */
__attribute__((noinline)) __u64 count_descriptors(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);
	unsigned long limit = BPF_CORE_READ(task, signal, rlim[RLIMIT_NOFILE].rlim_cur);
	unsigned long *bits, word;
	__u32 words, used = 0;

	if (!fdt)
		return 0;
	bits = BPF_CORE_READ(fdt, open_fds);
	words = BPF_CORE_READ(fdt, max_fds) / 64;
	/* What was opened before the limit was lowered, and lies above it, does not count. */
	if (words > limit / 64) {
		words = (__u32)(limit / 64);
		if (limit % 64 && !bpf_probe_read_kernel(&word, sizeof(word), bits + words))
			used = (__u32)__builtin_popcountl(word & ((1ul << limit % 64) - 1));
	}
	for (__u32 i = 0; i < FD_WORDS_MAX && i < words; i++) {
		if (bpf_probe_read_kernel(&word, sizeof(word), bits + i))
			break;
		used += (__u32)__builtin_popcountl(word);
	}
	if (limit > 0xffffffff)
		limit = 0xffffffff;
	return (__u64)used << 32 | limit;
}

static __always_inline void note_descriptors(__u32 *ret_used, __u32 *ret_limit)
{
	__u64 both = count_descriptors();

	*ret_used = (__u32)(both >> 32);
	*ret_limit = (__u32)both;
}

/* Of an ending task: that it was chosen its own structure says, for want of whose memory the signal
 * that it got. */
static __always_inline __u8 oom_of(struct task_struct *task, const struct signal_note *sent)
{
	if (sent && sent->oom)
		return (__u8)sent->oom;
	return BPF_CORE_READ(task, signal, oom_mm) ? EVENT_OOM_SOMEWHERE : EVENT_OOM_NOT;
}

static __always_inline void note_task(struct event_task *note)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 tgid = (__u32)(bpf_get_current_pid_tgid() >> 32);
	struct signal_note *sent = bpf_map_lookup_elem(&signals, &tgid);
	__u32 group;

	note->uid = (__u32)bpf_get_current_uid_gid();
	note->cgroup = bpf_get_current_cgroup_id();
	note->netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	bpf_get_current_comm(note->comm, sizeof(note->comm));
	if (sent) {
		note->signal_ns = sent->time_ns;
		note->signal = sent->signal;
		note->signal_from = sent->from;
		__builtin_memcpy(note->signal_from_comm, sent->comm, EVENT_COMM);
	}
	if (!(BPF_CORE_READ(task, flags) & PF_EXITING))
		return;
	note->exiting = 1;
	group = (__u32)BPF_CORE_READ(task, signal, group_exit_code);
	note->exit_code = group ? group : (__u32)BPF_CORE_READ(task, exit_code);
	note->oom = oom_of(task, sent);
}

/* Who runs, as cheaply as the kernel lets it be asked: process, name, and whether it is ending. */
static __always_inline bool note_running(__u32 *ret_tgid, char ret_comm[EVENT_COMM])
{
	struct task_struct *task;

	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)) {
		task = bpf_get_current_task_btf();
		*ret_tgid = (__u32)task->tgid;
		__builtin_memcpy(ret_comm, task->comm, EVENT_COMM);
		return task->flags & PF_EXITING;
	}
	task = (void *)bpf_get_current_task();
	*ret_tgid = (__u32)(bpf_get_current_pid_tgid() >> 32);
	bpf_get_current_comm(ret_comm, EVENT_COMM);
	return BPF_CORE_READ(task, flags) & PF_EXITING;
}

#endif
