/* SPDX-License-Identifier: MIT */
/*
 * Passive resets: the answer to a packet of no live connection. Why it was of none, this host
 * remembers: how the connection ended here, that it never was, or what stood in the listener's way.
 */
#include <errno.h>
#include <string.h>

#include "sources/live_private.h"

#define SIGNAL_MASK 0x7f
#define NEAR_FIN_US 50000 /* contract: "within a round trip and 50 ms" */
/* Connections that ended before the watch began are not remembered: for so long nothing is said of
 * a connection that is not. TCP_TIMEWAIT_LEN, and a FIN_WAIT2 of tcp_fin_timeout as shipped. */
#define COOKIE_VALID_MS 120000
#define WATCH_LEAST_NS 60000000000ll

static bool is_known(const struct event_past *past)
{
	return past->born_ns || past->closed_ns;
}

/* How its owner left it. */
static void facts_of_owner(const struct event_past *past, struct evidence *ev)
{
	bool killed = past->flags & PAST_EXITING && past->exit_code & SIGNAL_MASK;
	bool exited = past->flags & PAST_EXITING && !killed;

	evidence_set(ev, FACT_HOST_ENDED_BY, killed ? END_SIGNAL : exited ? END_EXIT : END_RUNNING);
	evidence_set(ev, FACT_HOST_PAST, killed ? PAST_KILLED : exited ? PAST_EXITED : PAST_CLOSED);
	evidence_set(ev, FACT_HOST_ACTION, killed || exited ? ACTION_EXIT : ACTION_CLOSE);
	evidence_set(ev, FACT_HOST_FD_EXHAUSTED, !!(past->flags & PAST_FD_FULL));
	if (past->flags & PAST_FD_FULL) {
		evidence_set(ev, FACT_HOST_FD_USED, past->fd_used);
		evidence_set(ev, FACT_HOST_FD_LIMIT, past->fd_limit);
	}
}

static void facts_of_fin(const struct affair_view *view, struct evidence *ev)
{
	const struct event_past *past = &view->main->past;
	const struct observation *t = &view->trigger;
	int64_t since_us = time_apart(view->main->head.time_ns, past->closed_ns) / 1000;
	bool acks =
		view->has_trigger && t->flags & TCP_ACK && (int32_t)(t->ack - past->snd_nxt) > 0;

	evidence_set(ev, FACT_RESETTER_FIN, 1);
	evidence_set(ev, FACT_RESETTER_FIN_ACKED,
		     acks || view->main->sock.state == KERNEL_TIME_WAIT ||
			     past->state == KERNEL_FIN_WAIT2);
	evidence_set(ev, FACT_TRIGGER_ACKS_FIN, acks);
	evidence_set(ev, FACT_FIN_TO_TRIGGER, since_us);
	evidence_set(ev, FACT_TRIGGER_NEAR_FIN,
		     !acks || since_us <= (int64_t)past->srtt_us + NEAR_FIN_US);
	evidence_set(ev, FACT_VICTIM_FIN, !!(past->flags & PAST_PEER_FIN));
	if (past->bytes_sent)
		evidence_set(ev, FACT_DATA_TO_FIN, ms_to_us(past->since_sent_ms));
	evidence_set(ev, FACT_FIN_AFTER_RESPONSE,
		     past->bytes_sent && past->bytes_received &&
			     ms_to_us(past->since_sent_ms) <= NEAR_FIN_US);
}

static void facts_of_bytes(const struct affair_view *view, struct evidence *ev)
{
	const struct event_past *past = &view->main->past;
	/* rcv_nxt moves over a FIN as over a byte, and bytes_received with it. */
	uint64_t received =
		past->bytes_received - (past->bytes_received && past->state == KERNEL_CLOSE_WAIT);
	/* What comes after the end was given up is no answer. */
	bool timed_out = past->end == PAST_END_TIMED_OUT;
	int64_t silence_us = time_apart(view->main->head.time_ns, past->closed_ns) / 1000;

	evidence_set(ev, FACT_RESETTER_BYTES, (int64_t)past->bytes_sent);
	evidence_set(
		ev, FACT_VICTIM_BYTES,
		(int64_t)(received +
			  (view->has_trigger && !timed_out ? view->trigger.payload_bytes : 0)));
	if (past->unacked <= past->bytes_sent)
		evidence_set(ev, FACT_RESETTER_UNACKED, past->unacked);
	evidence_set(ev, FACT_RESETTER_NEVER_SENT, !past->bytes_sent);
	evidence_set(ev, FACT_RESETTER_ONLY_SYNACK, 0);
	evidence_set(ev, FACT_RESETTER_ACKED_VICTIM, received > 0);
	if (past->bytes_sent && received)
		evidence_set(ev, FACT_REQUESTS_ANSWERED, 1);
	if (!past->bytes_sent)
		evidence_set(ev, FACT_REQUEST_ACKED_UNANSWERED, (int64_t)received);
	else if (past->since_sent_ms <= past->since_received_ms)
		evidence_set(ev, FACT_REQUEST_ACKED_UNANSWERED, 0);
	evidence_set(ev, FACT_SILENCE, silence_us);
	if (past->srtt_us)
		evidence_set(ev, FACT_RTT, past->srtt_us);
	evidence_set(ev, FACT_VICTIM_STILL_SENDING, 0);
}

static void facts_of_closed(const struct affair_view *view, struct evidence *ev)
{
	const struct event_past *past = &view->main->past;

	facts_of_fin(view, ev);
	facts_of_bytes(view, ev);
	/* Both have said goodbye: there is no connection any more that this could be about. */
	if (!(past->flags & PAST_PEER_FIN))
		facts_of_owner(past, ev);
	else
		evidence_set(ev, FACT_RESETTER_FIN_ACKED, 1);
	evidence_set(ev, FACT_HOST_SIBLING, affair_sibling_kept(view, past->bytes_sent));
	evidence_set(ev, FACT_HOST_PROXY, 0);
}

static void facts_of_ended(const struct affair_view *view, struct evidence *ev)
{
	const struct event_past *past = &view->main->past;

	switch ((enum past_end)past->end) {
	case PAST_END_CLOSED:
	case PAST_END_SHUTDOWN:
		facts_of_closed(view, ev);
		break;
	case PAST_END_TIMED_OUT:
		if (!(past->flags & PAST_INFERRED))
			evidence_set(ev, FACT_HOST_PAST, PAST_TIMED_OUT);
		evidence_set(ev, FACT_HOST_ENDED_BY, END_RUNNING);
		if (past->retransmits)
			evidence_set(ev, FACT_RESETTER_RETRANSMITS, past->retransmits);
		facts_of_bytes(view, ev);
		evidence_set(ev, FACT_RESETTER_FIN,
			     past->state != KERNEL_ESTABLISHED && past->state != KERNEL_CLOSE_WAIT);
		evidence_set(ev, FACT_HOST_PROXY, 0);
		evidence_set(ev, FACT_HOST_SIBLING, 0);
		break;
	case PAST_END_DESTROYED:
		evidence_set(ev, FACT_HOST_PAST, PAST_DESTROYED);
		facts_of_bytes(view, ev);
		evidence_set(ev, FACT_RESETTER_FIN, 0);
		break;
	case PAST_END_GIVEN_UP:
		evidence_set(ev, FACT_HOST_PAST, PAST_CONNECT_GIVEN_UP);
		evidence_set(ev, FACT_HOST_SIBLING, affair_sibling_kept(view, past->bytes_sent));
		evidence_set(ev, FACT_SYNACK_UNASKED, 0);
		break;
	case PAST_END_OVERFLOWED:
		evidence_set(ev, FACT_HOST_PAST, PAST_OVERFLOWED);
		evidence_set(ev, FACT_HOST_ACCEPT_QUEUE_FULL, 1);
		evidence_set(ev, FACT_HOST_LISTENER_NEWER, 0);
		evidence_set(ev, FACT_RESETTER_FIN, 0);
		evidence_set(ev, FACT_RESETTER_NEVER_SENT, 1);
		evidence_set(ev, FACT_RESETTER_ONLY_SYNACK, 1);
		break;
	case PAST_END_ABORTED:
	case PAST_END_RESET:
		facts_of_bytes(view, ev);
		evidence_set(ev, FACT_RESETTER_FIN, 0);
		break;
	case PAST_END_OPEN:
	case PAST_END_REFUSED:
		break;
	}
}

/* PAST_END_OPEN: it does not tell. */
static enum past_end end_of_dead(struct dead_line *line)
{
	switch (line->past.error) {
	case 0:
		if (!line->past.unacked || !line->past.retransmits)
			return PAST_END_OPEN;
		line->past.flags |= PAST_INFERRED;
		return PAST_END_TIMED_OUT;
	case ETIMEDOUT:
	case EHOSTUNREACH:
	case ENETUNREACH:
		return PAST_END_TIMED_OUT;
	case ECONNRESET:
	case EPIPE:
		return PAST_END_RESET;
	case ECONNABORTED:
		return PAST_END_DESTROYED;
	}
	return PAST_END_OPEN;
}

void past_find_dead(struct live *live, struct affair *affair)
{
	struct event_reset *sent = &affair->sent;
	struct dead_line line;

	/* Of a server it is the listener that the segment was given to. */
	if (!affair->has_sent || is_known(&sent->past) ||
	    (sent->sock.state && sent->sock.state != KERNEL_LISTEN) ||
	    !(sent->segment.flags & SEGMENT_KNOWN) || sent->segment.tcp_flags & TCP_SYN ||
	    ask_dead(live, &sent->tuple, &line) != 1)
		return;
	/* It may be of an earlier connection of the same ends. */
	if (sent->segment.tcp_flags & TCP_ACK &&
	    line.past.snd_nxt - sent->segment.ack > line.past.unacked)
		return;
	line.past.end = (uint8_t)end_of_dead(&line);
	line.past.state = KERNEL_ESTABLISHED;
	line.past.opener = line.tgid;
	if (line.past.end != PAST_END_OPEN)
		sent->past = line.past;
}

/* Nothing of the four is remembered. */
static void facts_of_stranger(const struct affair_view *view, struct evidence *ev)
{
	const struct event_reset *main = view->main;
	bool long_watch =
		time_apart(main->head.time_ns, (uint64_t)view->live->started_ns) > WATCH_LEAST_NS;

	if (evidence_is(ev, FACT_RST_ANSWERS, TRIGGER_SYN))
		return;
	if (evidence_is(ev, FACT_RST_ANSWERS, TRIGGER_SYNACK)) {
		/* No connect() of the last moments wanted it. */
		evidence_set(ev, FACT_SYNACK_UNASKED, 1);
		evidence_set(ev, FACT_HOST_PAST, PAST_NONE);
		return;
	}
	if (evidence_is(ev, FACT_RST_ANSWERS, TRIGGER_DATA)) {
		int twin = ask_twin(view->live, main);

		if (twin >= 0)
			evidence_set(ev, FACT_NAT_REMAPPED, twin);
	}
	if (long_watch || main->hello.time_ns)
		evidence_set(ev, FACT_HOST_PAST, PAST_NONE);
	if (made_has_hook(view->live->symbols, main, "nf_nat_"))
		evidence_set(ev, FACT_HOST_TRANSLATES, 1);
}

static bool queue_is_full(const struct event_reset *event)
{
	return event->sock.backlog > event->sock.backlog_max;
}

/* A SYN was seen, but its connection was never established: what became of the request? */
static void facts_of_request(const struct affair_view *view, struct evidence *ev)
{
	const struct event_reset *main = view->main;
	const struct event_listener *listener = &main->listener;
	bool closed = listener->closed_ns > main->hello.time_ns;

	evidence_set(ev, FACT_RESETTER_FIN, 0);
	evidence_set(ev, FACT_RESETTER_ONLY_SYNACK, 1);
	evidence_set(ev, FACT_RESETTER_NEVER_SENT, 1);
	evidence_set(ev, FACT_RESETTER_SEEN, 1);
	if (closed) {
		evidence_set(ev, FACT_HOST_PAST, PAST_LISTENER_CLOSED);
		if (!listener->closer_exiting)
			evidence_set(ev, FACT_HOST_ENDED_BY, END_RUNNING);
	} else if (main->sock.state == KERNEL_LISTEN && !queue_is_full(main) &&
		   !evidence_is(ev, FACT_HOST_ACCEPT_QUEUE_FULL, 1)) {
		/* Had its numbers been right, the listener would have taken it. */
		evidence_set(ev, FACT_TRIGGER_ACK_WRONG, 1);
	}
}

/*
 * A listener that sent SYN cookies within two minutes takes each ACK without a connection for one
 * (tcp_synq_no_recent_overflow(), TCP_SYNCOOKIE_VALID), and counts it as failed. That this one was
 * meant as one shows the SYN before it.
 */
static void facts_of_cookie(const struct affair_view *view, struct evidence *ev)
{
	uint32_t age_ms = view->main->sock.cookie_age_ms;

	if (!view->main->hello.time_ns)
		return;
	evidence_set(ev, FACT_HOST_COOKIE_FAILED, age_ms <= COOKIE_VALID_MS);
	if (age_ms <= COOKIE_VALID_MS)
		evidence_set(ev, FACT_TRIGGER_ACK_WRONG, 1);
}

static void facts_of_listener(const struct affair_view *view, struct evidence *ev)
{
	const struct event_reset *main = view->main;
	const struct event_listener *listener = &main->listener;
	const struct event_socket *sock = &main->sock;
	bool full = queue_is_full(main);
	int64_t began_ns = (int64_t)(main->past.born_ns ? main->past.born_ns : main->hello.time_ns);

	if (sock->state != KERNEL_LISTEN) {
		evidence_set(ev, FACT_HOST_LISTENER_NEWER, 0);
		return;
	}
	/* INVALID_SYN for an ACK is tcp_abort_on_overflow. */
	if (main->reason == 10 && !(view->trigger.flags & TCP_SYN))
		evidence_set(ev, FACT_HOST_ACCEPT_QUEUE_FULL, 1);
	else if (!evidence_knows(ev, FACT_HOST_ACCEPT_QUEUE_FULL) && !full)
		evidence_set(ev, FACT_HOST_ACCEPT_QUEUE_FULL, 0);
	if (full || evidence_is(ev, FACT_HOST_ACCEPT_QUEUE_FULL, 1)) {
		evidence_set(ev, FACT_HOST_QUEUE, sock->backlog);
		evidence_set(ev, FACT_HOST_QUEUE_LIMIT, sock->backlog_max);
	}
	if (main->past.end != PAST_END_OVERFLOWED && main->reason != 10)
		facts_of_cookie(view, ev);
	if (!listener->born_ns) {
		if (began_ns)
			evidence_set(ev, FACT_HOST_LISTENER_NEWER, 0);
		return;
	}
	evidence_set(ev, FACT_HOST_LISTENER_AGE,
		     time_apart(main->head.time_ns, listener->born_ns) / 1000);
	if (evidence_knows(ev, FACT_HOST_LISTENER_NEWER))
		return;
	/* What began after the listener and was established is remembered; this was not. */
	if (began_ns)
		evidence_set(ev, FACT_HOST_LISTENER_NEWER, began_ns < (int64_t)listener->born_ns);
	else if (!is_known(&main->past))
		evidence_set(ev, FACT_HOST_LISTENER_NEWER, 1);
}

/* Since when the address is this host's: what began after that is remembered. */
static void facts_of_address(const struct affair_view *view, struct evidence *ev)
{
	struct endpoint local = live_endpoint(view->main->tuple.local, 0);
	struct address_answer answer;

	/* A scanner's packet has nothing to do with who has the address. */
	if (evidence_is(ev, FACT_LOOKS_LIKE_SCAN, 1))
		return;
	if (view_ask_address(view, &local, &answer) < 0 || !answer.local)
		return;
	if (!answer.has_created)
		return;
	if (answer.created_ns > view->live->started_ns && !is_known(&view->main->past) &&
	    !view->main->hello.time_ns)
		evidence_set(ev, FACT_HOST_ADDRESS_MOVED, 1);
	else if (is_known(&view->main->past) || view->main->hello.time_ns)
		evidence_set(ev, FACT_HOST_ADDRESS_MOVED, 0);
}

/* The remains of an old connection, met by a SYN. */
static void facts_of_syn(const struct affair_view *view, struct evidence *ev)
{
	const struct event_socket *sock = &view->main->sock;

	if (sock->state == KERNEL_TIME_WAIT)
		evidence_set(ev, FACT_SYN_MEETS_OLD,
			     sock->substate == KERNEL_FIN_WAIT2 ? SYN_MEETS_FIN_WAIT2
								: SYN_MEETS_TIME_WAIT);
	else if (view->main->reason == 10 ||
		 (sock->state == KERNEL_LISTEN && !evidence_is(ev, FACT_MPTCP_JOIN_REFUSED, 1)))
		/* A listener refuses no SYN but one that met the handshake of another. */
		evidence_set(ev, FACT_SYN_MEETS_OLD, SYN_MEETS_SYN_RECV);
	else
		evidence_set(ev, FACT_SYN_MEETS_OLD, SYN_MEETS_NOTHING);
	if (!sock->state)
		evidence_set(ev, FACT_HOST_LISTENING, 0);
	else if (sock->state == KERNEL_LISTEN)
		evidence_set(ev, FACT_HOST_LISTENING, 1);
	else if (sock->state == KERNEL_TIME_WAIT)
		evidence_set(ev, FACT_HOST_LISTENING, view->main->listener.live > 0);
}

/* An answer that fits no connect() of ours, or the old end of one. */
static void facts_of_connecting(const struct affair_view *view, struct evidence *ev)
{
	bool synack = view->trigger.flags & TCP_SYN;
	const struct event_past *past = &view->main->past;

	evidence_set(ev, FACT_RESETTER_STATE, STATE_SYN_SENT);
	evidence_set(ev, FACT_RESETTER_SEEN, 1);
	if (synack && view->main->reason == 3)
		evidence_set(ev, FACT_SYNACK_TS_WRONG, 1);
	else if (synack)
		evidence_set(ev, FACT_SYNACK_ACK_WRONG, 1);
	else
		evidence_set(ev, FACT_SYN_MEETS_OLD,
			     past->end == PAST_END_CLOSED ? SYN_MEETS_TIME_WAIT
							  : SYN_MEETS_ESTABLISHED);
	evidence_set(ev, FACT_SYNACK_UNASKED, 0);
}

/* A full socket that had closed its receiving side: close(), shutdown(), or TCP_LINGER2 < 0. */
static void facts_of_shut(const struct affair_view *view, struct evidence *ev)
{
	const struct event_reset *main = view->main;

	if (!is_known(&main->past)) {
		evidence_set(ev, FACT_RESETTER_FIN, 1);
		evidence_set(ev, FACT_HOST_PAST, PAST_CLOSED);
		evidence_set(ev, FACT_HOST_ENDED_BY, END_RUNNING);
	}
	if (main->sock.linger2 < 0 && !view->trigger.payload_bytes) {
		evidence_set(ev, FACT_HOST_ACTION, ACTION_FIN_WAIT_TIMER);
		evidence_set(ev, FACT_RESETTER_FIN_ACKED, 1);
	} else if (!(main->sock.flags & (SOCKET_DEAD | SOCKET_DETACHED))) {
		evidence_set(ev, FACT_HOST_ACTION, ACTION_SHUTDOWN);
	}
}

void facts_of_past(const struct affair_view *view, struct evidence *ev)
{
	const struct event_reset *main = view->main;
	uint8_t state = main->sock.state;
	bool syn = evidence_is(ev, FACT_RST_ANSWERS, TRIGGER_SYN);

	evidence_set(ev, FACT_RST_FORM,
		     view->trigger.flags & TCP_ACK ? FORM_PASSIVE : FORM_REFUSAL);
	evidence_set(ev, FACT_RST_SEQ, RST_SEQ_EXACT);
	if (!evidence_knows(ev, FACT_MPTCP_JOIN_REFUSED))
		evidence_set(ev, FACT_MPTCP_JOIN_REFUSED, 0);
	if (syn) {
		facts_of_syn(view, ev);
		return;
	}
	if (state == KERNEL_SYN_SENT) {
		facts_of_connecting(view, ev);
		return;
	}
	if (state == KERNEL_SYN_RECV) {
		evidence_set(ev, FACT_TRIGGER_ACK_WRONG, 1);
		evidence_set(ev, FACT_RESETTER_FIN, 0);
		evidence_set(ev, FACT_RESETTER_ONLY_SYNACK, 1);
		return;
	}
	if (is_known(&main->past))
		facts_of_ended(view, ev);
	else
		facts_of_stranger(view, ev);
	if (state == KERNEL_CLOSE && main->sock.flags & SOCKET_FULL)
		facts_of_shut(view, ev);
	else if (state == KERNEL_TIME_WAIT && !is_known(&main->past))
		evidence_set(ev, FACT_RESETTER_FIN, 1);
	if (!view->resetter_is_client && state != KERNEL_TIME_WAIT && state != KERNEL_CLOSE)
		facts_of_listener(view, ev);
	if (!is_known(&main->past) && main->hello.time_ns && !view->resetter_is_client)
		facts_of_request(view, ev);
	facts_of_address(view, ev);
}
