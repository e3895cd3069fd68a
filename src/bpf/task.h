/* SPDX-License-Identifier: MIT */
/*
 * Tasks: who sent the signal that killed an owner, and whose socket one is.
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_TASK_H
#define WHYRST_BPF_TASK_H

#include "emit.h"

/* Signals whose default is to end the process (signal(7)), without those of timers and terminals.
 */
#define FATAL_SIGNALS                                                                              \
	(1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 9 |           \
	 1u << 11 | 1u << 15 | 1u << 24 | 1u << 25 | 1u << 31)

#define SIGKILL 9
#define SIGNAL_OF_KERNEL 1	 /* SEND_SIG_PRIV, in place of an address */
#define TRACE_SIGNAL_DELIVERED 0 /* include/trace/events/signal.h */
#define OOM_FRAMES 20		 /* from the signal down to what wanted memory: about ten */

/*
 * Whether the out-of-memory killer sends the signal: __oom_kill_process() is on the stack, and
 * below it mem_cgroup_out_of_memory() where it is a control group that reached its limit.
 */
static __always_inline __u32 oom_of_stack(void *ctx)
{
	__u64 stack[OOM_FRAMES];
	long bytes = bpf_get_stack(ctx, stack, sizeof(stack), 0);
	bool kills = false, cgroup = false;

	if (!oom_kill_from)
		return EVENT_OOM_NOT;
	for (int i = 0; i < OOM_FRAMES; i++) {
		if (bytes < (i + 1) * 8)
			break;
		kills |= stack[i] > oom_kill_from && stack[i] <= oom_kill_to;
		cgroup |= stack[i] > cgroup_oom_from && stack[i] <= cgroup_oom_to;
	}
	if (!kills)
		return EVENT_OOM_NOT;
	if (!cgroup_oom_from)
		return EVENT_OOM_SOMEWHERE;
	return cgroup ? EVENT_OOM_CGROUP : EVENT_OOM_HOST;
}

SEC("raw_tp/signal_generate")
int on_signal(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 signal = (__u32)ctx->args[0];
	const struct task_struct *task = (const void *)ctx->args[2];
	struct signal_note note = {};
	__u32 tgid;

	/* One that finds another pending, or the process ending, ends nothing. */
	if (signal > 31 || !(FATAL_SIGNALS >> signal & 1) ||
	    (__u32)ctx->args[4] != TRACE_SIGNAL_DELIVERED)
		return 0;
	tgid = (__u32)BPF_CORE_READ(task, tgid);
	note.time_ns = bpf_ktime_get_ns();
	note.signal = signal;
	if (signal == SIGKILL && ctx->args[1] == SIGNAL_OF_KERNEL)
		note.oom = oom_of_stack(ctx);
	/* Who wanted the memory killed nobody. */
	if (!note.oom) {
		note.from = (__u32)(bpf_get_current_pid_tgid() >> 32);
		bpf_get_current_comm(note.comm, sizeof(note.comm));
	}
	bpf_map_update_elem(&signals, &tgid, &note, BPF_ANY);
	return 0;
}

/* Every socket of every process: run only when somebody's socket has no known owner. */
struct owner_line {
	__u64 socket;
	__u32 tgid;
	__u32 pad;
};

SEC("iter/task_file")
int list_owners(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct owner_line line = {};
	struct socket *socket;

	if (!task || !file)
		return 0;
	if (BPF_CORE_READ(file, f_inode, i_sb, s_magic) != SOCKFS_MAGIC)
		return 0;
	socket = BPF_CORE_READ(file, private_data);
	line.socket = (__u64)BPF_CORE_READ(socket, sk);
	if (!bpf_map_lookup_elem(&suffering, &line.socket))
		return 0;
	line.tgid = (__u32)BPF_CORE_READ(task, tgid);
	bpf_seq_write(ctx->meta->seq, &line, sizeof(line));
	return 0;
}

/* Every listener there is: run once, at the start. Those that come later tell of themselves. */
SEC("iter/task_file")
int list_listeners(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct event_listener found = { .live = 1 };
	struct listener_key key = {};
	struct socket *socket;
	struct sock *sk;

	if (!task || !file || BPF_CORE_READ(file, f_inode, i_sb, s_magic) != SOCKFS_MAGIC)
		return 0;
	socket = BPF_CORE_READ(file, private_data);
	sk = BPF_CORE_READ(socket, sk);
	if (!sk || BPF_CORE_READ(sk, __sk_common.skc_state) != TCP_LISTEN ||
	    BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	key.netns = netns_of_sock(sk);
	key.port = BPF_CORE_READ(sk, __sk_common.skc_num);
	if (!netns_chosen(key.netns))
		return 0;
	found.owner = (__u32)BPF_CORE_READ(task, tgid);
	BPF_CORE_READ_INTO(&found.comm, task, comm);
	bpf_map_update_elem(&listeners, &key, &found, BPF_NOEXIST);
	return 0;
}

static __always_inline void dead_traffic(const struct tcp_sock *tp, struct event_past *past)
{
	__u32 now = (__u32)bpf_jiffies64(), since_ms;

	/* Each timer and each packet sets the clock that the socket goes by. */
	past->closed_ns = BPF_CORE_READ(tp, tcp_mstamp) * 1000;
	since_ms = (__u32)((bpf_ktime_get_ns() - past->closed_ns) / 1000000);
	past->since_sent_ms = ticks_to_ms(now - BPF_CORE_READ(tp, lsndtime));
	past->since_received_ms = ticks_to_ms(now - BPF_CORE_READ(tp, inet_conn.icsk_ack.lrcvtime));
	past->since_sent_ms -= since_ms < past->since_sent_ms ? since_ms : past->since_sent_ms;
	past->since_received_ms -=
		since_ms < past->since_received_ms ? since_ms : past->since_received_ms;
	past->bytes_received = BPF_CORE_READ(tp, bytes_received);
	past->bytes_sent = BPF_CORE_READ(tp, bytes_sent) - BPF_CORE_READ(tp, bytes_retrans);
	past->snd_nxt = BPF_CORE_READ(tp, snd_nxt);
	past->rcv_nxt = BPF_CORE_READ(tp, rcv_nxt);
	past->unacked = past->snd_nxt - BPF_CORE_READ(tp, snd_una);
	past->srtt_us = BPF_CORE_READ(tp, srtt_us) >> 3;
	past->retransmits = BPF_CORE_READ(tp, inet_conn.icsk_retransmits) +
			    BPF_CORE_READ(tp, inet_conn.icsk_probes_out);
}

/* Every socket of every process: run only for a segment to a connection that is not remembered. */
SEC("iter/task_file")
int list_dead(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct event_tuple tuple = {}, *sought;
	struct dead_line line = {};
	const struct tcp_sock *tp;
	struct socket *socket;
	const struct sock *sk;
	__u32 zero = 0;

	if (!task || !file || BPF_CORE_READ(file, f_inode, i_sb, s_magic) != SOCKFS_MAGIC)
		return 0;
	socket = BPF_CORE_READ(file, private_data);
	sk = BPF_CORE_READ(socket, sk);
	sought = bpf_map_lookup_elem(&dead_sought, &zero);
	if (!sk || !sought || BPF_CORE_READ(sk, __sk_common.skc_state) != TCP_CLOSE ||
	    BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP ||
	    swap16(BPF_CORE_READ(sk, __sk_common.skc_dport)) != sought->remote_port)
		return 0;
	tuple_of_sock(sk, &tuple);
	if (tuple.local_port != sought->local_port || tuple.netns != sought->netns ||
	    !same_bytes(tuple.local, sought->local) || !same_bytes(tuple.remote, sought->remote))
		return 0;
	tp = (const void *)sk;
	line.tgid = (__u32)BPF_CORE_READ(task, tgid);
	line.past.error = (__u16)BPF_CORE_READ(sk, sk_err);
	dead_traffic(tp, &line.past);
	bpf_seq_write(ctx->meta->seq, &line, sizeof(line));
	return 0;
}

/* Every connection of one namespace: run only for a data segment that belongs to none. */
SEC("iter/tcp")
int list_twins(struct bpf_iter__tcp *ctx)
{
	const struct sock *sk = (const void *)ctx->sk_common;
	const struct tcp_sock *tp = (const void *)sk;
	struct event_tuple tuple = {};
	struct twin_question *asked;
	__u32 zero = 0;
	__u8 state;

	if (!sk)
		return 0;
	asked = bpf_map_lookup_elem(&twin, &zero);
	state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (!asked || (state != TCP_ESTABLISHED && state != TCP_CLOSE_WAIT) ||
	    BPF_CORE_READ(sk, __sk_common.skc_num) != asked->local_port)
		return 0;
	tuple_of_sock(sk, &tuple);
	/* It acknowledges just what was sent there; what it says is the next there too, unless that
	 * is why a translator let it pass as it was. */
	if (BPF_CORE_READ(tp, snd_nxt) != asked->snd_nxt ||
	    (same_bytes(tuple.remote, asked->remote) && tuple.remote_port == asked->remote_port) ||
	    (tuple.remote_port != asked->remote_port &&
	     BPF_CORE_READ(tp, rcv_nxt) != asked->rcv_nxt))
		return 0;
	bpf_seq_write(ctx->meta->seq, &zero, sizeof(zero));
	return 0;
}

#endif
