/* SPDX-License-Identifier: MIT */
/*
 * What a kernel stack says about a reset: which code made it, and on whose behalf. Names are those
 * of functions that have carried them since 4.19; compilers add suffixes (.part.0, .isra.0,
 * .constprop.0), and may have inlined some, so each question has more than one name.
 */
#include <string.h>

#include "sources/live_private.h"

#define EXIT_SIGNAL_MASK 0x7f

enum mark {
	MARK_NONE,
	MARK_MPTCP,
	MARK_ABORT,
	MARK_LISTENER,
	MARK_KEEPALIVE,
	MARK_MEMORY,
	MARK_DISCONNECT,
	MARK_CLOSE,
	MARK_CONNECT,
	MARK_SHUTDOWN,
	MARK_EXIT,
	MARK_SIGNAL,
	MARK_SYSCALL,
	MARK_FILTER,
	MARK_RAW,
	MARK_PASSIVE,
	MARK_ACTIVE,
	MARK_VALIDATE,
	MARK_FORWARD,
	MARK_LOCAL,
	MARK_STATE_PROCESS,
};

static const struct {
	const char *prefix;
	enum mark mark;
} marks[] = {
	{ "mptcp_", MARK_MPTCP },
	{ "__mptcp_", MARK_MPTCP },
	{ "subflow_", MARK_MPTCP },
	{ "tcp_abort", MARK_ABORT },
	{ "inet_csk_listen_stop", MARK_LISTENER },
	{ "inet_child_forget", MARK_LISTENER },
	{ "tcp_keepalive_timer", MARK_KEEPALIVE },
	{ "tcp_out_of_resources", MARK_MEMORY },
	{ "tcp_check_oom", MARK_MEMORY },
	{ "tcp_disconnect", MARK_DISCONNECT },
	{ "__tcp_close", MARK_CLOSE },
	{ "tcp_close", MARK_CLOSE },
	{ "__inet_stream_connect", MARK_CONNECT },
	{ "inet_stream_connect", MARK_CONNECT },
	{ "inet_dgram_connect", MARK_CONNECT },
	{ "inet_shutdown", MARK_SHUTDOWN },
	{ "do_exit", MARK_EXIT },
	{ "do_group_exit", MARK_EXIT },
	{ "get_signal", MARK_SIGNAL },
	{ "__x64_sys_", MARK_SYSCALL },
	{ "__ia32_sys_", MARK_SYSCALL },
	{ "__arm64_sys_", MARK_SYSCALL },
	{ "__do_sys_", MARK_SYSCALL },
	{ "__se_sys_", MARK_SYSCALL },
	{ "do_syscall_64", MARK_SYSCALL },
	{ "syscall_exit_to_user_mode", MARK_SYSCALL },
	{ "nf_send_reset", MARK_FILTER },
	{ "nf_reject_skb_v", MARK_FILTER },
	{ "nft_reject_", MARK_FILTER },
	{ "reject_tg", MARK_FILTER },
	{ "raw_sendmsg", MARK_RAW },
	{ "rawv6_sendmsg", MARK_RAW },
	{ "packet_sendmsg", MARK_RAW },
	{ "packet_snd", MARK_RAW },
	{ "tpacket_snd", MARK_RAW },
	{ "tun_get_user", MARK_RAW },
	{ "tap_get_user", MARK_RAW },
	{ "tcp_v4_send_reset", MARK_PASSIVE },
	{ "tcp_v6_send_reset", MARK_PASSIVE },
	{ "tcp_send_active_reset", MARK_ACTIVE },
	{ "tcp_validate_incoming", MARK_VALIDATE },
	{ "ip_forward", MARK_FORWARD },
	{ "ip6_forward", MARK_FORWARD },
	{ "ip_local_deliver", MARK_LOCAL },
	{ "ip6_input", MARK_LOCAL },
	{ "__ip_local_out", MARK_LOCAL },
	{ "__ip6_local_out", MARK_LOCAL },
	{ "ip6_local_out", MARK_LOCAL },
	{ "ip6_xmit", MARK_LOCAL },
	{ "tcp_rcv_state_process", MARK_STATE_PROCESS },
};

/* What symbols_new() is to keep: the names above, and the hooks of netfilter that are asked for. */
const char *const live_symbol_prefixes[] = {
	"mptcp_",
	"__mptcp_",
	"subflow_",
	"tcp_",
	"__tcp_",
	"inet_csk_",
	"inet_child_",
	"__inet_stream_",
	"inet_stream_",
	"inet_dgram_",
	"inet_shutdown",
	"do_exit",
	"do_group_exit",
	"get_signal",
	"__x64_sys_",
	"__ia32_sys_",
	"__arm64_sys_",
	"__do_sys_",
	"__se_sys_",
	"do_syscall_64",
	"syscall_exit",
	"nf_",
	"nft_reject_",
	"reject_tg",
	"raw",
	"packet_",
	"tpacket_",
	"tun_get_",
	"tap_get_",
	"ipv4_conntrack",
	"ipv6_conntrack",
	"ip_forward",
	"ip6_",
	"ip_local_",
	"__ip",
	"__oom_kill",
	"oom_kill_process",
	"mem_cgroup_out_of",
	NULL,
};

static enum mark mark_of(const char *name)
{
	for (size_t i = 0; name && i < sizeof(marks) / sizeof(*marks); i++)
		if (!strncmp(name, marks[i].prefix, strlen(marks[i].prefix)))
			return marks[i].mark;
	return MARK_NONE;
}

/* The action of a reset that TCP made of its own accord, from the marks of its stack. */
static int action_of(const bool *has, const struct event_reset *event)
{
	if (has[MARK_MPTCP])
		return ACTION_MPTCP;
	if (has[MARK_ABORT])
		return ACTION_DESTROY;
	if (has[MARK_LISTENER])
		return ACTION_LISTENER_CLOSE;
	/* The same timer ends orphans in FIN_WAIT2. */
	if (has[MARK_KEEPALIVE])
		return event->sock.state == KERNEL_FIN_WAIT2 && event->sock.flags & SOCKET_DEAD
			       ? ACTION_FIN_WAIT_TIMER
			       : ACTION_KEEPALIVE_TIMER;
	if (has[MARK_MEMORY] || event->reason == 13)
		return ACTION_MEMORY;
	if (event->reason == 12)
		return ACTION_FIN_WAIT_TIMER;
	if (has[MARK_CONNECT] && has[MARK_DISCONNECT])
		return ACTION_CONNECT_UNSPEC;
	if (has[MARK_SHUTDOWN])
		return ACTION_SHUTDOWN;
	/* Without a reason: __tcp_close() sends by itself for unread bytes, and for TCP_LINGER2 <
	 * 0. */
	if (has[MARK_CLOSE] && event->reason < 0 && !has[MARK_DISCONNECT] &&
	    event->sock.linger2 < 0 && event->past.state == KERNEL_FIN_WAIT2 &&
	    event->sock.rcv_nxt == event->sock.copied_seq)
		return ACTION_FIN_WAIT_TIMER;
	if (has[MARK_CLOSE])
		return ACTION_CLOSE;
	return -1;
}

/* Without symbols the reason and the socket say most of it. */
static int action_guessed(const struct event_reset *event)
{
	switch (event->reason) {
	case 11:
	case 16:
		return ACTION_CLOSE;
	case 12:
		return ACTION_FIN_WAIT_TIMER;
	case 13:
		return ACTION_MEMORY;
	case 15:
		return ACTION_KEEPALIVE_TIMER;
	default:
		break;
	}
	if (event->sock.flags & SOCKET_LINGER && !event->sock.linger_ticks &&
	    event->sock.state == KERNEL_CLOSE)
		return ACTION_CLOSE;
	return -1;
}

static void who_acted(const bool *has, const struct event_reset *event, struct live_made *made)
{
	bool timer = made->action == ACTION_KEEPALIVE_TIMER ||
		     (made->action == ACTION_FIN_WAIT_TIMER && has[MARK_KEEPALIVE]);

	made->by_task = !timer && strncmp(event->task.comm, EVENT_WATCHER, EVENT_COMM) != 0 &&
			(has[MARK_SYSCALL] || has[MARK_EXIT] || has[MARK_SIGNAL]) &&
			(has[MARK_CLOSE] || has[MARK_DISCONNECT] || has[MARK_ABORT] ||
			 has[MARK_LISTENER] || has[MARK_MPTCP]);
	if (!made->by_task)
		return;
	if (made->action == ACTION_DESTROY)
		made->how = HOW_DESTROY;
	else if (has[MARK_EXIT] || event->task.exiting)
		made->how = event->task.exit_code & EXIT_SIGNAL_MASK ? HOW_SIGNAL : HOW_EXIT;
	else if (has[MARK_SHUTDOWN])
		made->how = HOW_SHUTDOWN;
	else
		made->how = HOW_CLOSE;
}

/*
 * Whether the filter looked at a packet that came through or at one of this host: told by the
 * function that asked the hooks. On virtual links the stack goes on through the host that sent the
 * packet, and that one's functions say nothing about this one.
 */
static int8_t forwarding_of(const struct symbols *symbols, const __u64 *stack, uint32_t count)
{
	bool filter = false, hooks = false;

	for (uint32_t i = 0; i < count && i < EVENT_STACK_MAX; i++) {
		const char *name = symbols_find(symbols, stack[i] - 1);
		enum mark mark = mark_of(name);

		/* Above the filter stands its reset on the way out. */
		if (filter && (mark == MARK_FORWARD || mark == MARK_LOCAL))
			return mark == MARK_FORWARD;
		if (hooks)
			break;
		filter |= mark == MARK_FILTER;
		hooks = filter && name && !strcmp(name, "nf_hook_slow");
	}
	return -1;
}

void made_find(const struct symbols *symbols, const __u64 *stack, uint32_t count,
	       const struct event_reset *event, struct live_made *made)
{
	bool has[MARK_STATE_PROCESS + 1] = { false };

	memset(made, 0, sizeof(*made));
	made->action = -1;
	made->known = symbols && symbols_readable(symbols);
	for (uint32_t i = 0; made->known && i < count && i < EVENT_STACK_MAX; i++) {
		has[mark_of(symbols_find(symbols, stack[i] - 1))] = true;
	}
	made->forwarding = made->known ? forwarding_of(symbols, stack, count) : -1;
	made->mptcp = has[MARK_MPTCP];
	made->filter = has[MARK_FILTER];
	made->passive = has[MARK_PASSIVE];
	made->tcp = has[MARK_PASSIVE] || has[MARK_ACTIVE];
	made->raw = has[MARK_RAW] && !has[MARK_FILTER] && !made->tcp;
	made->listener = has[MARK_LISTENER];
	if (event->head.kind == EVENT_RECEIVED)
		made->bogus = has[MARK_STATE_PROCESS] && !has[MARK_VALIDATE] &&
			      event->sock.state != KERNEL_SYN_SENT;
	if (event->head.kind != EVENT_SENT || event->segment.flags & SEGMENT_KNOWN)
		return;
	made->action = made->known ? action_of(has, event) : action_guessed(event);
	if (made->known)
		who_acted(has, event, made);
}

bool made_has_hook(const struct symbols *symbols, const struct event_reset *event,
		   const char *prefix)
{
	for (int i = 0; i < 4; i++) {
		const char *name = event->hooks[i] ? symbols_find(symbols, event->hooks[i]) : NULL;

		if (name && !strncmp(name, prefix, strlen(prefix)))
			return true;
	}
	return false;
}
