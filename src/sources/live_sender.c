/* SPDX-License-Identifier: MIT */
/*
 * What the sending socket says of itself at the moment of its reset. Facts mean what flow/facts.def
 * says; what this host cannot know is left out.
 */
#include <string.h>

#include "sources/live_private.h"

#define TLS_FAREWELL_MIN 24
#define TLS_FAREWELL_MAX 600
#define IDLE_CLOSE_US 50000 /* contract: "less than 50 ms" */
#define IDLE_LEAST_MS 1000
#define ONE_SEGMENT 1460
#define TICK_MS 10

/* --- the sending socket
 * ------------------------------------------------------------------------------ */

/* The FIN that the peer sent stands in the sequence space, not in the queue. */
static uint32_t unread_of(const struct event_reset *event, bool peer_fin)
{
	uint32_t waiting = event->sock.rcv_nxt - event->sock.copied_seq;

	if (waiting > 0x7fffffff)
		return 0;
	return peer_fin && waiting ? waiting - 1 : waiting;
}

static bool has_fin(uint8_t state)
{
	return state == KERNEL_FIN_WAIT1 || state == KERNEL_FIN_WAIT2 || state == KERNEL_CLOSING ||
	       state == KERNEL_LAST_ACK || state == KERNEL_TIME_WAIT;
}

/* The state before the abort: tcp_close() has set CLOSE before it sends. */
static uint8_t state_before(const struct affair_view *view)
{
	const struct event_reset *main = view->main;

	if (main->sock.state != KERNEL_CLOSE)
		return main->sock.state;
	if (main->reason == 16)
		return KERNEL_LAST_ACK;
	return main->past.state ? main->past.state : KERNEL_CLOSE;
}

/*
 * An answer in the middle of an upload: more came with it or after it. What came up to a tick
 * before may have been the last of it, or the victim's window was full: then nothing is said.
 */
static void facts_of_upload(const struct event_socket *sock, uint32_t unread, uint64_t sent,
			    struct evidence *ev)
{
	bool upload = sock->bytes_received > 2 * ONE_SEGMENT;

	if (!sent || !unread || !upload)
		evidence_set(ev, FACT_VICTIM_STILL_SENDING, 0);
	else if (sock->since_sent_ms < 1000 &&
		 (sock->since_received_ms <= sock->since_sent_ms + TICK_MS ||
		  sock->rcv_wnd < 2 * ONE_SEGMENT))
		evidence_set(ev, FACT_VICTIM_STILL_SENDING, 1);
}

static void facts_of_talk(const struct affair_view *view, uint32_t unread, bool peer_fin,
			  struct evidence *ev)
{
	struct event_socket copy = view->main->sock, *sock = &copy;
	uint64_t sent = sock->bytes_sent;
	uint32_t idle_ms = sock->since_received_ms < sock->since_sent_ms ? sock->since_received_ms
									 : sock->since_sent_ms;
	bool answered_last = sent && sock->since_sent_ms <= sock->since_received_ms;

	/* rcv_nxt moves over the FIN as over a byte, and bytes_received with it. */
	if (peer_fin && sock->bytes_received)
		sock->bytes_received--;
	evidence_set(ev, FACT_RESETTER_BYTES, (int64_t)sent);
	evidence_set(ev, FACT_VICTIM_BYTES, (int64_t)sock->bytes_received);
	evidence_set(ev, FACT_RESETTER_NEVER_SENT, !sent);
	evidence_set(ev, FACT_VICTIM_WINDOW_ZERO, !sock->snd_wnd);
	evidence_set(ev, FACT_RESETTER_ACKED_VICTIM, sock->bytes_received > 0);
	if (sent || sock->bytes_received)
		evidence_set(ev, FACT_SILENCE, ms_to_us(idle_ms));
	evidence_set(ev, FACT_SINCE_LAST,
		     ms_to_us(idle_ms < sock->since_ack_ms ? idle_ms : sock->since_ack_ms));
	if (sock->srtt_us)
		evidence_set(ev, FACT_RTT, sock->srtt_us);
	if (!sent) {
		evidence_set(ev, FACT_REQUEST_ACKED_UNANSWERED, (int64_t)sock->bytes_received);
	} else if (answered_last && !unread) {
		evidence_set(ev, FACT_REQUEST_ACKED_UNANSWERED, 0);
		evidence_set(ev, FACT_RESPONSE_ENDED, sock->snd_una == sock->snd_nxt);
	}
	if (sent && sock->bytes_received > unread)
		evidence_set(ev, FACT_REQUESTS_ANSWERED, 1);
	facts_of_upload(sock, unread, sent, ev);
}

static bool closed_as_idle(const struct affair_view *view, uint32_t unread)
{
	const struct event_socket *sock = &view->main->sock;

	/* A request that came just before the close, after a pause: its bytes were not seen. What
	 * was read after the last answer is no pause but the rest of a long request. */
	return unread && sock->bytes_sent && sock->bytes_received > unread &&
	       ms_to_us(sock->since_received_ms) < IDLE_CLOSE_US &&
	       sock->since_sent_ms >= IDLE_LEAST_MS &&
	       sock->since_read_ms + TICK_MS >= sock->since_sent_ms;
}

static bool unread_is_farewell(const struct affair_view *view, uint32_t unread, bool peer_fin)
{
	const struct event_socket *sock = &view->main->sock;

	return view->resetter_is_client && peer_fin && unread >= TLS_FAREWELL_MIN &&
	       unread < TLS_FAREWELL_MAX && sock->bytes_sent && sock->bytes_received > unread &&
	       sock->since_received_ms <= sock->since_sent_ms;
}

static void facts_of_abort(const struct affair_view *view, struct evidence *ev)
{
	const struct event_reset *main = view->main;
	const struct event_socket *sock = &main->sock;
	const struct live_made *made = &view->made;
	uint8_t before = state_before(view);
	bool peer_fin = sock->flags & SOCKET_DONE || before == KERNEL_CLOSE_WAIT ||
			before == KERNEL_LAST_ACK || before == KERNEL_CLOSING;
	uint32_t unread = unread_of(main, peer_fin);
	uint32_t in_flight = sock->snd_nxt - sock->snd_una;
	bool died = made->how == HOW_SIGNAL || made->how == HOW_EXIT;
	bool linger = sock->flags & SOCKET_LINGER && !sock->linger_ticks;
	int action = made->action == ACTION_CLOSE && died ? ACTION_EXIT : made->action;

	evidence_set(ev, FACT_RST_FORM, FORM_ACTIVE);
	evidence_set(ev, FACT_RST_SEQ, RST_SEQ_EXACT);
	evidence_set(ev, FACT_RESETTER_STATE, live_state(before));
	evidence_set(ev, FACT_RESETTER_FIN, has_fin(before));
	if (has_fin(before))
		evidence_set(ev, FACT_RESETTER_FIN_ACKED, before == KERNEL_FIN_WAIT2);
	evidence_set(ev, FACT_VICTIM_FIN, peer_fin);
	evidence_set(ev, FACT_RESETTER_UNACKED, in_flight > 0x7fffffff ? 0 : in_flight);
	evidence_set(ev, FACT_RESETTER_ONLY_SYNACK, 0);
	facts_of_talk(view, unread, peer_fin, ev);
	if (action >= 0)
		evidence_set(ev, FACT_HOST_ACTION, action);
	evidence_set(ev, FACT_HOST_UNREAD, unread);
	if (sock->write_seq != sock->snd_nxt)
		evidence_set(ev, FACT_HOST_UNSENT,
			     (int64_t)(uint32_t)(sock->write_seq - sock->snd_nxt));
	/* Neither a listener's child nor a timer's orphan was closed with SO_LINGER. */
	evidence_set(ev, FACT_HOST_LINGER_ZERO, linger && (action == ACTION_CLOSE || died));
	evidence_set(ev, FACT_HOST_NEVER_ACCEPTED,
		     made->listener ||
			     (sock->flags & SOCKET_DETACHED && action == ACTION_LISTENER_CLOSE));
	evidence_set(ev, FACT_HOST_IDLE_CLOSE,
		     !died && action == ACTION_CLOSE && closed_as_idle(view, unread));
	evidence_set(ev, FACT_HOST_SIBLING, !linger && affair_sibling_kept(view, sock->bytes_sent));
	if (action == ACTION_KEEPALIVE_TIMER) {
		evidence_set(ev, FACT_RESETTER_PROBES, sock->probes_out ? sock->probes_out : 1);
		evidence_set(ev, FACT_HOST_OWNER_STOPPED, 0);
	}
	if (made->by_task)
		evidence_set(ev, FACT_HOST_ENDED_BY,
			     made->how == HOW_SIGNAL ? END_SIGNAL
			     : made->how == HOW_EXIT ? END_EXIT
						     : END_RUNNING);
	else if (action == ACTION_KEEPALIVE_TIMER || action == ACTION_FIN_WAIT_TIMER)
		evidence_set(ev, FACT_HOST_ENDED_BY, END_RUNNING);
	if (unread_is_farewell(view, unread, peer_fin))
		evidence_set(ev, FACT_HOST_UNREAD_FAREWELL, 1);
	else
		evidence_set(ev, FACT_UNREAD_TLS_FAREWELL, 0);
}

static void facts_of_descriptors(const struct affair_view *view, struct evidence *ev)
{
	const struct event_reset *main = view->main;
	const struct event_task *task = &main->task;
	/* With its spare descriptor given back, and that of this connection, two are free. */
	bool full = task->fd_limit && task->fd_used + 2 >= task->fd_limit;
	bool unused = !main->sock.bytes_sent && !view->resetter_is_client;

	if (!view->is_active || !view->made.by_task)
		return;
	/* What was not looked at, and what nobody knows how it closed, stays open. */
	if (!unused || (task->fd_limit && !full))
		evidence_set(ev, FACT_HOST_FD_EXHAUSTED, 0);
	else if (full && view->made.how != HOW_NONE)
		evidence_set(ev, FACT_HOST_FD_EXHAUSTED, view->made.how == HOW_CLOSE);
	if (!full || !unused)
		return;
	evidence_set(ev, FACT_HOST_FD_USED, task->fd_used);
	evidence_set(ev, FACT_HOST_FD_LIMIT, task->fd_limit);
}

/*
 * A proxy passes on what it suffered: a reset of its connection on the other side, just before.
 * That it was for this reason nobody but the program knows.
 */
static void facts_of_proxy(const struct affair_view *view, struct evidence *ev)
{
	uint32_t age_ms = view->main->last_reset_age_ms;
	bool other_side = !!view->main->last_reset_as_client != view->resetter_is_client;
	bool relayed = view->made.how == HOW_CLOSE && age_ms <= 100 && other_side;

	if (!view->is_active)
		return;
	evidence_set(ev, FACT_OTHER_SIDE_RESET, relayed);
	if (relayed) {
		evidence_set(ev, FACT_HOST_OTHER_RESET, 1);
		evidence_set(ev, FACT_OTHER_SIDE_RESET_DELAY, ms_to_us(age_ms));
	} else {
		evidence_set(ev, FACT_HOST_PROXY, 0);
	}
}

void facts_of_sender(const struct affair_view *view, struct evidence *ev)
{
	const struct event_reset *main = view->main;
	bool mptcp = view->made.mptcp || main->reason >= 17;

	evidence_set(ev, FACT_HOST_TCP_SENT, 1);
	evidence_set(ev, FACT_HOST_NO_TCP_RESET, 0);
	evidence_set(ev, FACT_HOST_FILTER_SENT, 0);
	evidence_set(ev, FACT_HOST_RAW_SENT, 0);
	evidence_set(ev, FACT_RESETTER_SEEN,
		     view->is_active || main->past.born_ns || main->past.closed_ns);
	if (evidence_is(ev, FACT_MPTCP_JOIN_REFUSED, 1))
		mptcp = true;
	evidence_set(ev, FACT_MPTCP_RESET, mptcp);
	if (mptcp)
		evidence_set(ev, FACT_HOST_ACTION, ACTION_MPTCP);
	if (view->live->kernel.sees_leaving && view->sent_here && !view->affair->has_out &&
	    !view->lossy)
		evidence_set(ev, FACT_HOST_RST_DROPPED, 1);
	if (view->is_active)
		facts_of_abort(view, ev);
	facts_of_descriptors(view, ev);
	facts_of_proxy(view, ev);
}
