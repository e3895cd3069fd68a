/* SPDX-License-Identifier: MIT */
/*
 * The memory of connections: who opened them, who closed them, how they ended. inet_sock_set_state
 * fires for each change of every connection, so this is the one place where each instruction is
 * paid for: fields are loaded directly (BTF-typed), and transitions that tell nothing return first.
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_STATE_H
#define WHYRST_BPF_STATE_H

#include "emit.h"

static __always_inline void tuple_of_tcp(const struct tcp_sock *tp, struct event_tuple *tuple)
{
	const struct inet_sock *inet = &tp->inet_conn.icsk_inet;

	tuple->netns = inet->sk.__sk_common.skc_net.net->ns.inum;
	tuple->remote_port = swap16(inet->sk.__sk_common.skc_dport);
	tuple->local_port = swap16(inet->inet_sport);
	if (inet->sk.__sk_common.skc_family == AF_INET6) {
		__builtin_memcpy(tuple->local, &inet->sk.__sk_common.skc_v6_rcv_saddr, 16);
		__builtin_memcpy(tuple->remote, &inet->sk.__sk_common.skc_v6_daddr, 16);
	} else {
		map_ip4(tuple->local, inet->sk.__sk_common.skc_rcv_saddr);
		map_ip4(tuple->remote, inet->sk.__sk_common.skc_daddr);
	}
}

static __always_inline void state_connecting(const struct tcp_sock *tp)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	__u32 tgid = (__u32)(bpf_get_current_pid_tgid() >> 32), at;
	__u64 socket = (__u64)tp;
	struct opening began = { bpf_ktime_get_ns(), tgid, 0 };
	struct connects *made, none = {};
	struct event_sibling *entry;

	if (bpf_map_update_elem(&opening, &socket, &began, BPF_ANY)) {
		struct watch_counts *watching = watch_counters();

		if (watching)
			watching->opening_full++;
	}
	made = bpf_map_lookup_elem(&connects, &tgid);
	if (!made) {
		bpf_map_update_elem(&connects, &tgid, &none, BPF_NOEXIST);
		made = bpf_map_lookup_elem(&connects, &tgid);
		if (!made)
			return;
	}
	at = made->next++ % EVENT_SIBLINGS;
	entry = &made->list[at & (EVENT_SIBLINGS - 1)];
	entry->time_ns = began.time_ns;
	entry->socket = socket;
	entry->remote_port = swap16(sk->__sk_common.skc_dport);
	if (sk->__sk_common.skc_family == AF_INET6)
		__builtin_memcpy(entry->remote, &sk->__sk_common.skc_v6_daddr, 16);
	else
		map_ip4(entry->remote, sk->__sk_common.skc_daddr);
}

static __always_inline void state_established(const struct tcp_sock *tp, int old)
{
	struct event_past born = { .flags = PAST_SEEN_OPENING, .state = TCP_ESTABLISHED };
	struct watch_counts *watching = watch_counters();
	struct event_tuple tuple = {};
	__u64 socket = (__u64)tp;

	born.born_ns = bpf_ktime_get_ns();
	if (old == TCP_SYN_SENT) {
		struct opening *began = bpf_map_lookup_elem(&opening, &socket);

		born.flags |= PAST_CLIENT;
		if (began) {
			born.opener = began->tgid;
			bpf_map_delete_elem(&opening, &socket);
		}
	}
	tuple_of_tcp(tp, &tuple);
	bpf_map_update_elem(&past, &tuple, &born, BPF_ANY);
	if (watching)
		watching->remembered++;
}

static __always_inline void fill_closing(struct event_past *known, const struct tcp_sock *tp)
{
	__u32 now = (__u32)bpf_jiffies64();

	known->closed_ns = bpf_ktime_get_ns();
	known->bytes_received = tp->bytes_received;
	known->bytes_sent = tp->bytes_sent - tp->bytes_retrans;
	known->unacked = tp->snd_nxt - tp->snd_una;
	known->snd_nxt = tp->snd_nxt;
	known->rcv_nxt = tp->rcv_nxt;
	known->since_sent_ms = ticks_to_ms(now - tp->lsndtime);
	known->since_received_ms = ticks_to_ms(now - tp->inet_conn.icsk_ack.lrcvtime);
	known->srtt_us = tp->srtt_us >> 3;
}

/* The running task closes it. */
static __always_inline void fill_closer(struct event_past *known, bool unused)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 group, used = 0, limit = 0;

	known->closer = (__u32)(bpf_get_current_pid_tgid() >> 32);
	bpf_get_current_comm(known->comm, sizeof(known->comm));
	if (BPF_CORE_READ(task, flags) & PF_EXITING) {
		struct signal_note *sent = bpf_map_lookup_elem(&signals, &known->closer);

		known->flags |= PAST_EXITING;
		group = (__u32)BPF_CORE_READ(task, signal, group_exit_code);
		known->exit_code = group ? group : (__u32)BPF_CORE_READ(task, exit_code);
		if (BPF_CORE_READ(task, signal, oom_mm))
			known->flags |= PAST_OOM;
		if (sent) {
			known->signal = sent->signal;
			known->signal_from = sent->from;
			__builtin_memcpy(known->signal_from_comm, sent->comm, EVENT_COMM);
		}
		return;
	}
	/* Accepted and closed without a byte read or sent: was there a descriptor for it? */
	if (unused) {
		note_descriptors(task, &used, &limit);
		if (limit && used + 2 >= limit) {
			known->flags |= PAST_FD_FULL;
			known->fd_used = used;
			known->fd_limit = limit;
		}
	}
}

/* The entry of a connection, made if there is none: it was open before the watch began. */
static __always_inline struct event_past *past_of(const struct tcp_sock *tp,
						  struct event_tuple *tuple)
{
	struct event_past *known, unseen = {};
	struct watch_counts *watching;

	tuple_of_tcp(tp, tuple);
	known = bpf_map_lookup_elem(&past, tuple);
	if (known)
		return known;
	bpf_map_update_elem(&past, tuple, &unseen, BPF_NOEXIST);
	watching = watch_counters();
	if (watching)
		watching->remembered++;
	return bpf_map_lookup_elem(&past, tuple);
}

static __always_inline bool never_used(const struct event_past *known, const struct tcp_sock *tp,
				       int old)
{
	return !(known->flags & PAST_CLIENT) && !tp->bytes_sent &&
	       (old == TCP_ESTABLISHED || old == TCP_CLOSE_WAIT);
}

/* FIN is about to be sent: close(), shutdown() or exit, in the task that does it. */
static __always_inline void state_closing(const struct tcp_sock *tp, int old)
{
	struct event_tuple tuple = {};
	struct event_past *known = past_of(tp, &tuple);
	struct watch_counts *watching = watch_counters();

	if (watching)
		watching->closings++;
	if (!known)
		return;
	fill_closing(known, tp);
	known->end = PAST_END_CLOSED;
	known->state = (__u8)old;
	if (old == TCP_CLOSE_WAIT)
		known->flags |= PAST_PEER_FIN;
	fill_closer(known, never_used(known, tp, old));
}

static __always_inline void state_given_up(const struct tcp_sock *tp)
{
	struct event_tuple tuple = {};
	__u64 socket = (__u64)tp;
	__u16 error = (__u16)tp->inet_conn.icsk_inet.sk.sk_err;
	struct opening *began = bpf_map_lookup_elem(&opening, &socket);
	struct event_past *known;

	tuple_of_tcp(tp, &tuple);
	known = past_of(tp, &tuple);
	if (known) {
		struct event_past clean = { .flags = PAST_CLIENT | PAST_SEEN_OPENING };

		*known = clean;
		known->closed_ns = bpf_ktime_get_ns();
		known->error = error;
		known->state = TCP_SYN_SENT;
		known->end = PAST_END_GIVEN_UP;
		if (began)
			known->opener = known->closer = began->tgid;
		if (error == 111)
			known->end = PAST_END_REFUSED;
		else if (!error)
			fill_closer(known, false);
	}
	bpf_map_delete_elem(&opening, &socket);
}

static __always_inline void state_ended(const struct tcp_sock *tp, int old)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	__u16 error = (__u16)sk->sk_err;
	bool done = sk->__sk_common.skc_flags >> SOCK_DONE_BIT & 1;
	struct event_tuple tuple = {};
	struct event_past *known = past_of(tp, &tuple);

	if (!known)
		return;
	if (done)
		known->flags |= PAST_PEER_FIN;
	if (error == 104 || error == 32) {
		/* For data that meets a closed socket TCP acts as if it had been reset. */
		if (known->end == PAST_END_CLOSED && known->closed_ns)
			return;
		known->end = PAST_END_RESET;
	} else if (error == 103 || BPF_CORE_READ_BITFIELD(tp, repair)) {
		known->end = PAST_END_DESTROYED;
	} else if (error) {
		known->end = PAST_END_TIMED_OUT;
	} else if (old != TCP_ESTABLISHED && old != TCP_CLOSE_WAIT && old != TCP_SYN_RECV) {
		/* Closed before; FIN_WAIT2 goes on as a mini-socket. */
		known->state = (__u8)old;
		return;
	} else {
		known->end = PAST_END_ABORTED;
	}
	fill_closing(known, tp);
	known->state = (__u8)old;
	known->error = error;
	if (known->end == PAST_END_ABORTED || known->end == PAST_END_DESTROYED)
		fill_closer(known, false);
}

static __always_inline void state_listens(const struct tcp_sock *tp, bool begins)
{
	const struct inet_sock *inet = &tp->inet_conn.icsk_inet;
	struct listener_key key = { inet->sk.__sk_common.skc_net.net->ns.inum,
				    swap16(inet->inet_sport), 0 };
	struct event_listener *known, first = {};
	struct task_struct *task = (void *)bpf_get_current_task();

	/* At listen() the port may only be known by its number. */
	if (!key.port)
		key.port = inet->sk.__sk_common.skc_num;
	known = bpf_map_lookup_elem(&listeners, &key);
	if (!known) {
		bpf_map_update_elem(&listeners, &key, &first, BPF_NOEXIST);
		known = bpf_map_lookup_elem(&listeners, &key);
		if (!known)
			return;
	}
	if (begins) {
		known->born_ns = bpf_ktime_get_ns();
		known->owner = (__u32)(bpf_get_current_pid_tgid() >> 32);
		bpf_get_current_comm(known->comm, sizeof(known->comm));
		known->live++;
		return;
	}
	known->closed_ns = bpf_ktime_get_ns();
	known->closer = (__u32)(bpf_get_current_pid_tgid() >> 32);
	known->closer_exiting = !!(BPF_CORE_READ(task, flags) & PF_EXITING);
	if (known->closer_exiting) {
		__u32 group = (__u32)BPF_CORE_READ(task, signal, group_exit_code);

		known->closer_exit_code = group ? group : (__u32)BPF_CORE_READ(task, exit_code);
	}
	bpf_get_current_comm(known->comm, sizeof(known->comm));
	if (known->live)
		known->live--;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_state, struct sock *sk, int old, int new)
{
	struct tcp_sock *tp;

	/* What tells nothing about who did what; close() after shutdown() sets FIN_WAIT1 again. */
	if (old == new || new == TCP_CLOSE_WAIT || new == TCP_FIN_WAIT2 || new == TCP_CLOSING ||
	    new == TCP_SYN_RECV || (new == TCP_CLOSE &&old == TCP_LAST_ACK))
		return 0;
	if (sk->sk_protocol != IPPROTO_TCP)
		return 0;
	if (only_chosen_netns && sk->__sk_common.skc_net.net->ns.inum != chosen_netns)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;
	switch (new) {
	case TCP_SYN_SENT:
		state_connecting(tp);
		break;
	case TCP_ESTABLISHED:
		state_established(tp, old);
		break;
	case TCP_FIN_WAIT1:
	case TCP_LAST_ACK:
		state_closing(tp, old);
		break;
	case TCP_LISTEN:
		state_listens(tp, true);
		break;
	case TCP_CLOSE:
		if (old == TCP_LISTEN)
			state_listens(tp, false);
		else if (old == TCP_SYN_SENT)
			state_given_up(tp);
		else if (old != TCP_CLOSE)
			state_ended(tp, old);
		break;
	}
	return 0;
}

/*
 * A SYN-ACK sent again although the client has acknowledged one: its handshake is done, and the
 * accept queue has no room for it (tcp_check_req(): inet_rsk(req)->acked).
 */
SEC("raw_tp/tcp_retransmit_synack")
int on_synack_again(struct bpf_raw_tracepoint_args *ctx)
{
	const struct sock *sk = (const void *)ctx->args[0];
	const struct inet_request_sock *request = (const void *)ctx->args[1];
	struct event_past unfinished = { .end = PAST_END_OVERFLOWED, .flags = PAST_SEEN_OPENING };
	const struct sock *common = (const void *)request;
	struct event_tuple tuple = {};

	if (!sk || !request || !BPF_CORE_READ_BITFIELD_PROBED(request, acked))
		return 0;
	if (BPF_CORE_READ(sk, sk_ack_backlog) <= BPF_CORE_READ(sk, sk_max_ack_backlog))
		return 0;
	tuple_of_sock(common, &tuple);
	if (!netns_chosen(tuple.netns))
		return 0;
	unfinished.closed_ns = bpf_ktime_get_ns();
	unfinished.state = TCP_NEW_SYN_RECV;
	bpf_map_update_elem(&past, &tuple, &unfinished, BPF_ANY);
	return 0;
}

#endif
