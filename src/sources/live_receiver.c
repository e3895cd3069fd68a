/* SPDX-License-Identifier: MIT */
/*
 * Resets that come to this host, and resets that this host's TCP never made. Of the first the
 * victim's socket tells what had been sent, for how long it was quiet and whether the peer had said
 * goodbye; the header, where packets are watched, tells whether the peer itself can have sent it.
 */
#include <errno.h>
#include <string.h>

#include "host/conntrack.h"
#include "host/untracking.h"
#include "sources/live_private.h"

#define INSTANT_NS 100000000ll
#define NEAR_FIN_US 50000
#define ONE_SEGMENT 1460
#define TICK_MS 10 /* the coarsest of the kernel's clocks that a socket's times are of */
#define LONGEST_LIFE_NS 240000000000ll /* twice the MSL of RFC 9293 section 3.4.2 */

static bool peer_had_closed(const struct event_socket *sock)
{
	return sock->flags & SOCKET_DONE || sock->state == KERNEL_CLOSE_WAIT ||
	       sock->state == KERNEL_LAST_ACK || sock->state == KERNEL_CLOSING;
}

static bool sent_fin(const struct event_socket *sock)
{
	return sock->state == KERNEL_FIN_WAIT1 || sock->state == KERNEL_FIN_WAIT2 ||
	       sock->state == KERNEL_CLOSING || sock->state == KERNEL_LAST_ACK;
}

/* The shape of the segment; without its header, whether it had timestamps. */
static enum rst_form form_of(const struct affair_view *view)
{
	const struct event_socket *sock = &view->affair->received.sock;
	const struct observation *h = &view->header;
	bool uses_ts = sock->flags & SOCKET_TS_OK, had_ts = sock->flags & SOCKET_SAW_TS;

	if (view->affair->has_received && sock->state == KERNEL_SYN_SENT)
		return FORM_REFUSAL;
	if (!view->has_header)
		return !uses_ts ? FORM_UNKNOWN : had_ts ? FORM_ACTIVE : FORM_PASSIVE;
	if (!(h->flags & TCP_ACK))
		return h->window || h->options & OPTION_TS ||
				       (h->seen & SEEN_IP_ID && h->ip_id != 0)
			       ? FORM_FOREIGN
			       : FORM_PASSIVE;
	if (!h->seq && !h->window && !(h->options & OPTION_TS))
		return FORM_REFUSAL;
	if (h->options & OPTION_TS)
		return FORM_ACTIVE;
	if (uses_ts && !(h->options & (OPTION_MD5 | OPTION_AO)))
		return FORM_FOREIGN;
	return h->window ? FORM_ACTIVE : FORM_BARE_ACTIVE;
}

static void facts_of_distance(const struct affair_view *view, struct evidence *ev)
{
	const struct event_hello *hello = &view->affair->received.hello;
	const struct observation *h = &view->header;

	if (!view->affair->has_in)
		return;
	if (hello->time_ns && hello->ttl)
		evidence_set(ev, FACT_TTL_DELTA, (int)h->ttl - (int)hello->ttl);
	if (h->seen & SEEN_IP_ID && !h->ip_id)
		evidence_set(ev, FACT_RST_IP_ID, RST_ID_ZERO);
	if (h->flags & TCP_ACK)
		evidence_set(ev, FACT_RST_ACK_FITS, h->ack == view->affair->received.sock.snd_nxt);
}

/* Which of our segments a reset without a socket's marks answers. */
static enum trigger answered(const struct event_socket *sock, uint32_t in_flight)
{
	bool own_fin = sock->state == KERNEL_FIN_WAIT1 || sock->state == KERNEL_LAST_ACK ||
		       sock->state == KERNEL_CLOSING;

	if (in_flight > (own_fin ? 1u : 0u))
		return TRIGGER_DATA;
	if (own_fin && in_flight)
		return TRIGGER_FIN;
	if (sock->probes_out)
		return TRIGGER_PROBE;
	/* Who has got nothing to acknowledge but the handshake has sent no bare acknowledgement
	 * since, and all that it had sent was taken. */
	if (sock->bytes_sent && !sock->bytes_received && !peer_had_closed(sock))
		return TRIGGER_NOTHING;
	return TRIGGER_ACK;
}

/* The peer's FIN came to this host, and not to its TCP: what was sent after does not know of it. */
static void facts_of_dropped_fin(const struct event_socket *sock, uint32_t fin_ms,
				 enum trigger trigger, struct evidence *ev)
{
	evidence_set(ev, FACT_HOST_FIN_DROPPED, 1);
	evidence_set(ev, FACT_RESETTER_FIN, 1);
	evidence_set(ev, FACT_RESETTER_FIN_ACKED, 0);
	if (trigger == TRIGGER_DATA || trigger == TRIGGER_FIN)
		evidence_set(ev, FACT_TRIGGER_ACKS_FIN, 0);
	if (sock->bytes_received && sock->since_received_ms + TICK_MS >= fin_ms) {
		uint32_t gap_ms =
			sock->since_received_ms > fin_ms ? sock->since_received_ms - fin_ms : 0;

		evidence_set(ev, FACT_DATA_TO_FIN, ms_to_us(gap_ms));
		evidence_set(ev, FACT_FIN_AFTER_RESPONSE,
			     ms_to_us(gap_ms) <= NEAR_FIN_US && sock->bytes_sent);
	} else if (!sock->bytes_received) {
		evidence_set(ev, FACT_FIN_AFTER_RESPONSE, 0);
	}
}

static void facts_of_goodbye(const struct event_socket *sock, enum trigger trigger,
			     struct evidence *ev)
{
	uint32_t fin_ms = sock->since_ack_ms; /* nothing came after the FIN */
	bool closed = peer_had_closed(sock);
	int64_t after_us =
		ms_to_us(fin_ms > sock->since_sent_ms ? fin_ms - sock->since_sent_ms : 0);
	bool acks = sock->since_sent_ms <= fin_ms;

	evidence_set(ev, FACT_RESETTER_FIN, closed);
	if (!closed)
		return;
	evidence_set(ev, FACT_RESETTER_FIN_ACKED, 1);
	if (trigger == TRIGGER_DATA || trigger == TRIGGER_FIN) {
		evidence_set(ev, FACT_TRIGGER_ACKS_FIN, acks);
		evidence_set(ev, FACT_FIN_TO_TRIGGER, after_us);
		evidence_set(ev, FACT_TRIGGER_NEAR_FIN,
			     !acks || after_us <= (int64_t)sock->srtt_us + NEAR_FIN_US);
	}
	if (sock->bytes_received && sock->since_received_ms >= fin_ms) {
		int64_t gap_us = ms_to_us(sock->since_received_ms - fin_ms);

		evidence_set(ev, FACT_DATA_TO_FIN, gap_us);
		evidence_set(ev, FACT_FIN_AFTER_RESPONSE,
			     gap_us <= NEAR_FIN_US && sock->bytes_sent);
	} else {
		evidence_set(ev, FACT_FIN_AFTER_RESPONSE, 0);
	}
}

static void facts_of_quiet(const struct event_socket *sock, enum trigger trigger,
			   uint32_t in_flight, struct evidence *ev)
{
	uint32_t idle_ms = sock->since_received_ms < sock->since_sent_ms ? sock->since_received_ms
									 : sock->since_sent_ms;

	if (!sock->bytes_sent && !sock->bytes_received)
		return;
	/* Its very first bytes: before them was the handshake. */
	if (trigger == TRIGGER_DATA && !sock->bytes_received && sock->bytes_sent == in_flight &&
	    evidence_knows(ev, FACT_AGE)) {
		int64_t us = evidence_value(ev, FACT_AGE) - ms_to_us(sock->since_sent_ms);

		evidence_set(ev, FACT_SILENCE, us > 0 ? us : 0);
		return;
	}
	if (trigger != TRIGGER_DATA) {
		evidence_set(ev, FACT_SILENCE, ms_to_us(idle_ms));
		return;
	}
	/* Before the bytes that were reset, the peer's last ones: what lies between was the
	 * silence. */
	if (sock->bytes_received && sock->since_received_ms > sock->since_sent_ms) {
		int64_t us = ms_to_us(sock->since_received_ms - sock->since_sent_ms);

		evidence_set(ev, FACT_SILENCE, us);
		evidence_set(ev, FACT_IDLE_BEFORE_REQUEST, us);
	}
}

/*
 * Whether the peer acknowledged something after its last payload byte. Every segment that does
 * leaves its sequence number behind (tcp_ack() in net/ipv4/tcp_input.c): none did where that number
 * lies before the last byte. The number alone does not show that one did, because an answered
 * keepalive probe, a wider window or a FIN leaves it, too. The time of the last new acknowledgement
 * does (tcp_rate_gen() in net/ipv4/tcp_rate.c) where all that was sent has one; of how many bytes,
 * no socket knows.
 */
static void facts_of_owed(const struct event_socket *sock, uint32_t in_flight,
			  bool resetter_is_client, struct evidence *ev)
{
	uint32_t received_end = sock->rcv_nxt - peer_had_closed(sock);
	bool explained = sent_fin(sock) || peer_had_closed(sock) ||
			 (sock->since_delivered_ms > sock->since_ack_ms &&
			  sock->since_delivered_ms - sock->since_ack_ms >= TICK_MS);

	if (sock->news_seq != received_end)
		evidence_set(ev, FACT_REQUEST_ACKED_UNANSWERED, 0);
	else if (resetter_is_client) /* what a server said last is an answer: evidence_derive() */
		evidence_set(ev, FACT_ANSWER_OWED, 0);
	else if (!in_flight && !sent_fin(sock) &&
		 sock->since_received_ms > sock->since_delivered_ms &&
		 sock->since_received_ms - sock->since_delivered_ms >= TICK_MS)
		evidence_set(ev, FACT_ANSWER_OWED, 1);
	else if (sock->since_received_ms < sock->since_sent_ms ||
		 (sock->since_received_ms == sock->since_sent_ms && explained))
		evidence_set(ev, FACT_REQUEST_ACKED_UNANSWERED, 0);
}

static void facts_of_exchange(const struct affair_view *view, const struct event_socket *sock,
			      uint32_t in_flight, struct evidence *ev)
{
	bool synack_again = view->affair->received.hello.again;
	uint64_t sent = sock->bytes_sent;
	uint64_t acked = sent > in_flight ? sent - in_flight : 0;

	evidence_set(ev, FACT_VICTIM_BYTES, (int64_t)sent);
	evidence_set(ev, FACT_RESETTER_BYTES, (int64_t)sock->bytes_received);
	evidence_set(ev, FACT_RESETTER_NEVER_SENT, !sock->bytes_received);
	evidence_set(ev, FACT_RESETTER_ACKED_VICTIM, acked > 0);
	evidence_set(ev, FACT_VICTIM_UNACKED, in_flight);
	evidence_set(ev, FACT_VICTIM_RETRANSMITS, sock->retransmits);
	evidence_set(ev, FACT_RESETTER_ONLY_SYNACK,
		     !sock->bytes_received && !acked && (synack_again || sock->segments_in <= 2));
	if (sock->bytes_received && acked)
		evidence_set(ev, FACT_REQUESTS_ANSWERED, 1);
	else if (!sock->bytes_received)
		evidence_set(ev, FACT_REQUESTS_ANSWERED, 0);
	if (!sock->bytes_received)
		evidence_set(ev, FACT_REQUEST_ACKED_UNANSWERED, (int64_t)acked);
	else
		facts_of_owed(sock, in_flight, view->resetter_is_client, ev);
	evidence_set(ev, FACT_SINCE_LAST,
		     ms_to_us(sock->since_ack_ms < sock->since_sent_ms ? sock->since_ack_ms
								       : sock->since_sent_ms));
	if (sock->srtt_us)
		evidence_set(ev, FACT_RTT, sock->srtt_us);
}

/* An abort that cuts into what the victim was still sending, after the other end had answered. */
static void facts_of_cut(const struct event_socket *sock, enum rst_form form, uint32_t in_flight,
			 struct evidence *ev)
{
	bool more = in_flight || sock->write_seq != sock->snd_nxt;
	bool upload = sock->bytes_sent > 2 * ONE_SEGMENT;

	if (form == FORM_ACTIVE || form == FORM_BARE_ACTIVE)
		evidence_set(ev, FACT_VICTIM_STILL_SENDING,
			     more && upload && sock->bytes_received > 0);
}

/* What the same server did to other connections of this host. */
static void facts_of_neighbours(const struct affair_view *view, struct evidence *ev)
{
	const struct event_reset *event = &view->affair->received;
	struct endpoint server = live_endpoint(event->tuple.remote, event->tuple.remote_port);
	uint64_t began_ns = event->past.born_ns ? event->past.born_ns : event->hello.time_ns;
	bool refused = false;
	int same = 0;

	if (view->resetter_is_client)
		return;
	for (int i = 0; i < 64; i++) {
		const struct live_recent *other = &view->live->recent[i];
		int64_t gap_ns = time_apart((uint64_t)other->time_ns, event->head.time_ns);

		if (!other->time_ns || !endpoint_same(&other->server, &server))
			continue;
		same += !other->refused && gap_ns < INSTANT_NS && gap_ns > -INSTANT_NS;
		refused |= other->refused && other->netns == event->tuple.netns && began_ns &&
			   gap_ns < 0 && time_apart((uint64_t)other->time_ns, began_ns) > 0;
	}
	evidence_set(ev, FACT_RESETS_SAME_INSTANT, same ? same - 1 : 0);
	/* Who did not try in that time, or too long ago to be remembered, was not refused. */
	if (refused)
		evidence_set(ev, FACT_REFUSED_BEFORE, 1);
}

/* What holds of the victim whoever sent the reset. */
static void facts_of_victim(const struct affair_view *view, struct evidence *ev)
{
	const struct event_socket *sock = &view->affair->received.sock;
	bool own_fin = sent_fin(sock);

	evidence_set(ev, FACT_VICTIM_STATE, live_state(sock->state));
	evidence_set(ev, FACT_VICTIM_SEEN, 1);
	evidence_set(ev, FACT_VICTIM_FIN, own_fin);
	/* That it had not yet closed when the reset came says nothing of a moment later. */
	if (own_fin && sock->flags & SOCKET_DEAD)
		evidence_set(ev, FACT_HOST_VICTIM_CLOSED, 1);
	if (!view->is_active || view->has_trigger)
		evidence_set(ev, FACT_HOST_TRIGGER_SOCKET, 1);
}

/* What the SYN met at the other end, this end can only tell by what it had there itself. */
static void facts_of_refusal(const struct affair_view *view, struct evidence *ev)
{
	const struct event_reset *event = &view->affair->received;
	uint64_t closed_ns = event->past.closed_ns;
	bool before = closed_ns && time_apart(event->head.time_ns, closed_ns) < LONGEST_LIFE_NS;

	evidence_set(ev, FACT_SAME_FOUR_BEFORE, before);
	/* With a number of its own it comes from what is left of an older connection. */
	if (view->affair->has_in && view->header.seq && closed_ns)
		evidence_set(ev, FACT_SYN_MEETS_OLD, SYN_MEETS_FIN_WAIT2);
	else if (!before)
		evidence_set(ev, FACT_SYN_MEETS_OLD, SYN_MEETS_NOTHING);
}

void facts_of_receiver(const struct affair_view *view, struct evidence *ev)
{
	const struct event_reset *event = &view->affair->received;
	struct event_socket copy = event->sock, *sock = &copy;
	uint32_t in_flight = sock->snd_nxt - sock->snd_una;
	enum rst_form form = form_of(view);
	enum trigger trigger = TRIGGER_NOTHING;

	/* rcv_nxt moves over the FIN as over a byte, and bytes_received with it. */
	if (peer_had_closed(sock) && sock->bytes_received)
		sock->bytes_received--;
	facts_of_victim(view, ev);
	if (view->sent_here || view->foreign)
		return;
	in_flight = in_flight > 0x7fffffff ? 0 : in_flight;
	if (form == FORM_REFUSAL)
		trigger = TRIGGER_SYN;
	else if (form == FORM_PASSIVE)
		trigger = answered(sock, in_flight);
	if (form != FORM_UNKNOWN)
		evidence_set(ev, FACT_RST_FORM, form);
	evidence_set(ev, FACT_RST_ANSWERS, trigger);
	evidence_set(ev, FACT_RST_SEQ, RST_SEQ_EXACT);
	evidence_set(ev, FACT_RESETTER_SEEN, sock->state != KERNEL_SYN_SENT);
	if (view->has_header)
		evidence_set(ev, FACT_MPTCP_RESET,
			     view->header.options & OPTION_MPTCP &&
				     view->header.mptcp_subtypes &
					     (1u << MPTCP_FASTCLOSE | 1u << MPTCP_TCPRST));
	if (event->hello.time_ns && !view->resetter_is_client && view->live->kernel.sees_repeats)
		evidence_set(ev, FACT_SYNACK_REPEATED, event->hello.again);
	facts_of_distance(view, ev);
	if (form == FORM_REFUSAL) {
		facts_of_refusal(view, ev);
		return;
	}
	if (trigger == TRIGGER_DATA)
		evidence_set_trigger_size(ev, in_flight);
	if (!peer_had_closed(sock) && event->fin_dropped_age_ms != ~0u)
		facts_of_dropped_fin(sock, event->fin_dropped_age_ms, trigger, ev);
	else
		facts_of_goodbye(sock, trigger, ev);
	facts_of_quiet(sock, trigger, in_flight, ev);
	facts_of_exchange(view, sock, in_flight, ev);
	facts_of_cut(sock, form, in_flight, ev);
	facts_of_neighbours(view, ev);
	if (sock->state != KERNEL_CLOSE_WAIT && form == FORM_PASSIVE)
		evidence_set(ev, FACT_FIRST_CONTACT, 0);
}

/* --- made here, but not by TCP
 * --------------------------------------------------------------------- */

/* 1, 0, or -1 where it cannot be asked. */
static int is_local(const struct affair_view *view, const struct endpoint *address)
{
	struct address_answer answer;

	if (view_ask_address(view, address, &answer) < 0)
		return -1;
	return answer.local;
}

/* Whether the host that made it is neither end: by the hook it was made in, else by addresses. */
static int is_forwarding(const struct affair_view *view)
{
	int source, destination;

	if (view->made.filter && view->made.forwarding >= 0)
		return view->made.forwarding;
	source = is_local(view, &view->header.source);
	destination = is_local(view, &view->header.destination);
	if (source > 0 || destination > 0)
		return 0;
	return source < 0 || destination < 0 ? -1 : 1;
}

/*
 * Whether this host's connection tracking had no entry for the connection any more: 1, 0, or -1
 * where nothing shows. Its reset carries none, though packets are tracked here; where tracking can
 * be asked, it says itself whether the connection is still there. What a rule keeps out of
 * tracking, or rejects before it, never had an entry to lose.
 */
static int is_forgotten(const struct affair_view *view)
{
	const struct event_reset *out = &view->affair->out;
	const struct symbols *symbols = view->live->symbols;
	int known, untracked;

	if (out->segment.flags & SEGMENT_TRACKED ||
	    !(made_has_hook(symbols, out, "ipv4_conntrack_in") ||
	      made_has_hook(symbols, out, "ipv6_conntrack_in")))
		return 0;
	known = conntrack_ask(out->tuple.netns, &view->header.source, &view->header.destination);
	view->live->astray |= known == -ENOENT;
	if (known == 1)
		return 0;
	/* A packet that tracking calls invalid has no entry either. Behind these hooks it has
	 * passed the tracking. */
	if (known < 0 || view->made.forwarding < 0)
		return -1;
	untracked = untracking_ask(out->tuple.netns);
	view->live->astray |= untracked == -ENOENT;
	return untracked ? -1 : 1;
}

void facts_of_filter(const struct affair_view *view, struct evidence *ev)
{
	const struct event_reset *out = &view->affair->out;
	const struct observation *h = &view->header;
	bool refusal = h->flags & TCP_ACK && !h->seq;
	bool filter = view->made.filter;
	int forwarding = is_forwarding(view), forgotten;

	evidence_set(ev, FACT_HOST_NO_TCP_RESET, 1);
	evidence_set(ev, FACT_HOST_TCP_SENT, 0);
	evidence_set(ev, FACT_HOST_FILTER_SENT, filter);
	evidence_set(ev, FACT_HOST_RAW_SENT, !filter && view->made.raw);
	evidence_set(ev, FACT_RST_FORM,
		     refusal			       ? FORM_REFUSAL
		     : h->flags & TCP_ACK || h->window ? FORM_FOREIGN
						       : FORM_PASSIVE);
	evidence_set(ev, FACT_RST_ANSWERS,
		     refusal  ? TRIGGER_SYN
		     : filter ? TRIGGER_UNSEEN
			      : TRIGGER_NOTHING);
	evidence_set(ev, FACT_MPTCP_RESET, 0);
	evidence_set(ev, FACT_RESETTER_SEEN, !!out->past.born_ns);
	evidence_set(ev, FACT_VICTIM_SEEN, 1);
	if (out->past.born_ns)
		evidence_set(ev, FACT_RESETTER_FIN, !!out->past.closed_ns);
	if (refusal) {
		evidence_set(ev, FACT_SYN_MEETS_OLD, SYN_MEETS_NOTHING);
		evidence_set(ev, FACT_VICTIM_STATE, STATE_SYN_SENT);
	}
	if (!filter)
		return;
	if (forwarding >= 0)
		evidence_set(ev, FACT_HOST_FORWARDING, forwarding);
	forgotten = refusal ? 0 : is_forgotten(view);
	if (forgotten >= 0)
		evidence_set(ev, FACT_HOST_CONNTRACK_GONE, forgotten);
}
