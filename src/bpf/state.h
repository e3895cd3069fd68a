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
#include "handled.h"

static __always_inline __u64 key_of_tcp(const struct tcp_sock *tp)
{
	const struct inet_sock *inet = &tp->inet_conn.icsk_inet;
	const struct sock_common *common = &inet->sk.__sk_common;
	__u64 ports = (__u64)swap16(inet->inet_sport) << 16 | swap16(common->skc_dport);
	__u64 netns_name = name_of_pointer(common->skc_net.net);
	const __be32 *local, *remote;

	if (common->skc_family != AF_INET6)
		return key_of_words(0, low_of_ip4(common->skc_rcv_saddr), 0,
				    low_of_ip4(common->skc_daddr), ports, netns_name);
	local = common->skc_v6_rcv_saddr.in6_u.u6_addr32;
	remote = common->skc_v6_daddr.in6_u.u6_addr32;
	return key_of_words((__u64)local[1] << 32 | local[0], (__u64)local[3] << 32 | local[2],
			    (__u64)remote[1] << 32 | remote[0], (__u64)remote[3] << 32 | remote[2],
			    ports, netns_name);
}

static __always_inline __u32 open_of_tcp(const struct tcp_sock *tp)
{
	const struct inet_sock *inet = &tp->inet_conn.icsk_inet;

	return open_of(swap16(inet->inet_sport), swap16(inet->sk.__sk_common.skc_dport));
}

static __always_inline void state_connecting(const struct tcp_sock *tp)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	__u32 tgid = (__u32)(bpf_get_current_pid_tgid() >> 32);
	struct connects_line *made = connects_line_of(tgid);
	__u64 name = name_of_pointer(tp), now_ns = tick_ns();
	struct open_entry *began = open_place(name);
	struct event_sibling *sibling;

	if (began) {
		began->name = name;
		began->time_ns = now_ns;
		began->opener = tgid;
		began->flags = PAST_CLIENT | PAST_SEEN_OPENING;
		began->whose = 0;
	}
	if (!made)
		return;
	if (made->tgid != tgid) {
		__builtin_memset(made, 0, sizeof(*made));
		made->tgid = tgid;
	}
	sibling = &made->list[made->next++ & (EVENT_SIBLINGS - 1)];
	sibling->time_ns = now_ns;
	sibling->socket = (__u64)tp;
	sibling->remote_port = swap16(sk->__sk_common.skc_dport);
	if (sk->__sk_common.skc_family == AF_INET6)
		__builtin_memcpy(sibling->remote, &sk->__sk_common.skc_v6_daddr, 16);
	else
		map_ip4(sibling->remote, sk->__sk_common.skc_daddr);
}

/* From how far the segment came that ends the handshake here: a SYN-ACK, or what acknowledges ours.
 */
static __always_inline __u8 ttl_of_peer(const void *ctx, const struct tcp_sock *tp, bool connects,
					bool direct)
{
	const struct inet_sock *inet = &tp->inet_conn.icsk_inet;
	__u32 ports = ports_of_arriving(inet->sk.__sk_common.skc_dport, inet->inet_sport);
	__u64 socket = name_of_pointer(tp) + anchor;
	const __u8 *ip = connects ? handled_ip(ctx, socket, ports, FLAG_SYN | FLAG_ACK,
					       HANDLED_SYNACK, direct)
				  : handled_ip(ctx, socket, ports, FLAG_ACK, HANDLED_ACK, direct);
	struct in6_addr read = {};
	const struct in6_addr *bytes = &read;

	if (!ip)
		return 0;
	if (direct)
		bytes = bytes_at(ip);
	else if (bpf_probe_read_kernel(&read, sizeof(read), ip))
		return 0;
	return bytes->in6_u.u6_addr8[0] >> 4 == 4 ? bytes->in6_u.u6_addr8[8]
						  : bytes->in6_u.u6_addr8[7];
}

static __always_inline void state_established(const void *ctx, const struct tcp_sock *tp, int old,
					      bool direct)
{
	__u64 name = name_of_pointer(tp);
	struct open_entry *born = old == TCP_SYN_SENT ? open_find(name) : open_place(name);

	if (!born)
		return;
	/* The time of the segment that is being handled. */
	born->time_ns = tp->tcp_mstamp * 1000;
	if (old != TCP_SYN_SENT) {
		born->name = name;
		born->opener = 0;
		born->flags = PAST_SEEN_OPENING;
	}
	born->whose = open_of_tcp(tp);
	born->ttl = ttl_of_peer(ctx, tp, old == TCP_SYN_SENT, direct);
}

/*
 * A line for a connection that comes to its end, without its @key. Of one that was open before the
 * watch began, or was forgotten since, its beginning is not known.
 */
static __always_inline struct past_line *past_ending(const struct tcp_sock *tp, __u64 key,
						     __u64 now_ns)
{
	struct open_entry *known;
	struct past_line *line;

	/* It comes into the cache while the line is filled. */
	*(volatile __u64 *)past_set(key);
	known = open_find(name_of_pointer(tp));
	line = past_new();
	if (!line)
		return 0;
	/* Of an earlier one of this socket: the beginning of this one was not seen. */
	if (known && !open_is_own(known, key, open_of_tcp(tp))) {
		known->name = 0;
		known = 0;
	}
	line->closer = 0;
	line->error = (__u16)tp->inet_conn.icsk_inet.sk.sk_err;
	line->closed_ns = now_ns;
	line->born_ns = known ? known->time_ns : 0;
	line->opener = known ? known->opener : 0;
	line->flags = known ? known->flags : 0;
	if (known) {
		/* A tick may have begun before it. */
		if (line->closed_ns < known->time_ns)
			line->closed_ns = known->time_ns;
		known->whose = ending_of(key);
		known->past_at = line->place;
	}
	return line;
}

static __always_inline void fill_traffic(struct past_line *line, const struct tcp_sock *tp)
{
	__u32 now = (__u32)bpf_jiffies64();

	line->bytes_received = tp->bytes_received;
	line->bytes_sent = tp->bytes_sent - tp->bytes_retrans;
	line->unacked = tp->snd_nxt - tp->snd_una;
	line->snd_nxt = tp->snd_nxt;
	line->rcv_nxt = tp->rcv_nxt;
	line->since_sent = now - tp->lsndtime;
	line->since_received = now - tp->inet_conn.icsk_ack.lrcvtime;
	line->srtt_us = tp->srtt_us >> 3;
}

static __always_inline void fill_exit(struct past_line *line)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct signal_note *sent = bpf_map_lookup_elem(&signals, &line->closer);
	__u32 group = (__u32)BPF_CORE_READ(task, signal, group_exit_code);

	line->flags |= PAST_EXITING;
	line->exit_code = group ? group : (__u32)BPF_CORE_READ(task, exit_code);
	line->oom = oom_of(task, sent);
	line->signal = line->signal_from = 0;
	if (!sent)
		return;
	line->signal = sent->signal;
	line->signal_from = sent->from;
	__builtin_memcpy(line->signal_from_comm, sent->comm, EVENT_COMM);
}

static __always_inline bool is_watcher(const char *comm)
{
	static const char name[] = EVENT_WATCHER;

	for (int i = 0; i < (int)sizeof(name); i++)
		if (comm[i] != name[i])
			return false;
	return true;
}

/* The running task closes it. */
static __always_inline void fill_closer(struct past_line *line, bool unused)
{
	__u32 used = 0, limit = 0;

	if (note_running(&line->closer, line->comm)) {
		fill_exit(line);
		return;
	}
	if (is_watcher(line->comm)) {
		line->closer = 0;
		return;
	}
	/* Accepted and closed without a byte read or sent: was there a descriptor for it? */
	if (!unused)
		return;
	note_descriptors(&used, &limit);
	if (limit && used + 2 >= limit) {
		line->flags |= PAST_FD_FULL;
		line->fd_used = used;
		line->fd_limit = limit;
	}
}

/*
 * FIN is about to be sent: close(), shutdown() or exit, in the task that does it. Of the first FIN
 * the moment matters: what the other end sends may cross it.
 */
static __always_inline void state_closing(const struct tcp_sock *tp, int old)
{
	__u64 key = key_of_tcp(tp);
	struct past_line *line =
		past_ending(tp, key, old == TCP_CLOSE_WAIT ? tick_ns() : bpf_ktime_get_ns());

	if (!line)
		return;
	fill_traffic(line, tp);
	line->end = PAST_END_CLOSED;
	line->state = (__u8)old;
	if (old == TCP_CLOSE_WAIT)
		line->flags |= PAST_PEER_FIN;
	fill_closer(line, !(line->flags & PAST_CLIENT) && !tp->bytes_sent &&
				  (old == TCP_ESTABLISHED || old == TCP_CLOSE_WAIT));
	past_named(line, key);
}

static __always_inline void clear_traffic(struct past_line *line)
{
	line->bytes_received = line->bytes_sent = 0;
	line->unacked = line->snd_nxt = line->rcv_nxt = line->srtt_us = 0;
	line->since_sent = line->since_received = 0;
}

static __always_inline void state_given_up(const struct tcp_sock *tp)
{
	__u64 key = key_of_tcp(tp);
	struct past_line *line = past_ending(tp, key, bpf_ktime_get_ns());

	if (!line)
		return;
	clear_traffic(line);
	line->born_ns = 0;
	line->flags = PAST_CLIENT | PAST_SEEN_OPENING;
	line->state = TCP_SYN_SENT;
	line->end = line->error == 111 ? PAST_END_REFUSED : PAST_END_GIVEN_UP;
	line->closer = line->opener;
	__builtin_memset(line->comm, 0, EVENT_COMM);
	if (!line->error)
		fill_closer(line, false);
	past_named(line, key);
}

/* How a connection ends that had not been closed before: enum past_end. */
static __always_inline __u8 end_of(const struct tcp_sock *tp, __u16 error)
{
	if (error == 104 || error == 32)
		return PAST_END_RESET;
	if (error == 103 || BPF_CORE_READ_BITFIELD(tp, repair))
		return PAST_END_DESTROYED;
	return error ? PAST_END_TIMED_OUT : PAST_END_ABORTED;
}

/* What was remembered when it was closed. */
static __always_inline struct past_line *past_of(const struct tcp_sock *tp)
{
	const struct open_entry *known = open_find(name_of_pointer(tp));
	struct past_line *line;
	__u32 at;

	if (known && known->whose & 1) {
		at = known->past_at;
		line = bpf_map_lookup_elem(&past, &at);
		if (line && ending_of(line->key) == known->whose)
			return line;
	}
	return past_find(key_of_tcp(tp));
}

/* Closed before, and now without its socket: what was remembered then stays, but for the state. */
static __always_inline void state_left(const struct tcp_sock *tp, bool peer_fin, bool reset,
				       int old)
{
	struct past_line *line = past_of(tp);

	if (!line)
		return;
	if (peer_fin)
		line->flags |= PAST_PEER_FIN;
	if (!reset)
		line->state = (__u8)old;
}

static __always_inline void state_ended(const struct tcp_sock *tp, int old)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	__u16 error = (__u16)sk->sk_err;
	bool reset = error == 104 || error == 32;
	bool peer_fin = sk->__sk_common.skc_flags >> SOCK_DONE_BIT & 1;
	bool closed = old != TCP_ESTABLISHED && old != TCP_CLOSE_WAIT && old != TCP_SYN_RECV;
	struct past_line *line;
	__u64 key;

	/* FIN_WAIT2 goes on as a mini-socket; for data that meets a closed socket TCP acts as if it
	 * had been reset. */
	if (closed && (reset || !error) && !BPF_CORE_READ_BITFIELD(tp, repair)) {
		state_left(tp, peer_fin, reset, old);
		return;
	}
	key = key_of_tcp(tp);
	line = past_ending(tp, key, bpf_ktime_get_ns());
	if (!line)
		return;
	fill_traffic(line, tp);
	line->end = end_of(tp, error);
	line->state = (__u8)old;
	if (peer_fin)
		line->flags |= PAST_PEER_FIN;
	line->retransmits = tp->inet_conn.icsk_retransmits + tp->inet_conn.icsk_probes_out;
	if (line->end == PAST_END_ABORTED || line->end == PAST_END_DESTROYED)
		fill_closer(line, false);
	past_named(line, key);
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

static __always_inline int state_set(const void *ctx, struct sock *sk, int old, int new,
				     bool direct)
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
	tp = direct ? bpf_rdonly_cast(sk, bpf_core_type_id_kernel(struct tcp_sock))
		    : bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;
	switch (new) {
	case TCP_SYN_SENT:
		state_connecting(tp);
		break;
	case TCP_ESTABLISHED:
		state_established(ctx, tp, old, direct);
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

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_state, struct sock *sk, int old, int new)
{
	return state_set(ctx, sk, old, new, false);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_state_direct, struct sock *sk, int old, int new)
{
	return state_set(ctx, sk, old, new, true);
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
	const struct sock *common = (const void *)request;
	struct event_tuple tuple = {};
	struct past_line *line;

	if (!sk || !request || !BPF_CORE_READ_BITFIELD_PROBED(request, acked))
		return 0;
	if (BPF_CORE_READ(sk, sk_ack_backlog) <= BPF_CORE_READ(sk, sk_max_ack_backlog))
		return 0;
	tuple_of_sock(common, &tuple);
	if (!netns_chosen(tuple.netns))
		return 0;
	line = past_new();
	if (!line)
		return 0;
	clear_traffic(line);
	__builtin_memset(line->comm, 0, EVENT_COMM);
	line->born_ns = 0;
	line->opener = line->closer = 0;
	line->error = 0;
	line->closed_ns = bpf_ktime_get_ns();
	line->end = PAST_END_OVERFLOWED;
	line->flags = PAST_SEEN_OPENING;
	line->state = TCP_NEW_SYN_RECV;
	past_named(line, key_of(&tuple,
				name_of_number((__u64)BPF_CORE_READ(sk, __sk_common.skc_net.net))));
	return 0;
}

#endif
