/* SPDX-License-Identifier: MIT */
/*
 * Whose reset it was, and what the segments say: the one that was answered, and the reset itself.
 */
#include <errno.h>
#include <string.h>

#include "host/netns.h"
#include "sources/live_private.h"
#include "wire/segment.h"

#define RACE_NS                                                                                    \
	400000000ll /* RFC 8305 section 5: 250 ms between attempts, and some for the way           \
		     */

struct endpoint live_endpoint(const uint8_t ip[16], uint16_t port)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct endpoint endpoint = { .port = port };

	if (memcmp(ip, mapped, sizeof(mapped)) == 0) {
		endpoint.family = ADDR_IP4;
		memcpy(endpoint.ip, ip + 12, 4);
	} else {
		endpoint.family = ADDR_IP6;
		memcpy(endpoint.ip, ip, 16);
	}
	return endpoint;
}

enum tcp_state live_state(uint8_t kernel_state)
{
	static const enum tcp_state states[] = {
		[KERNEL_ESTABLISHED] = STATE_ESTABLISHED,
		[KERNEL_SYN_SENT] = STATE_SYN_SENT,
		[KERNEL_SYN_RECV] = STATE_SYN_RECV,
		[KERNEL_FIN_WAIT1] = STATE_FIN_WAIT1,
		[KERNEL_FIN_WAIT2] = STATE_FIN_WAIT2,
		[KERNEL_TIME_WAIT] = STATE_TIME_WAIT,
		[KERNEL_CLOSE] = STATE_CLOSED,
		[KERNEL_CLOSE_WAIT] = STATE_CLOSE_WAIT,
		[KERNEL_LAST_ACK] = STATE_LAST_ACK,
		[KERNEL_LISTEN] = STATE_LISTEN,
		[KERNEL_CLOSING] = STATE_CLOSING,
		[KERNEL_NEW_SYN_RECV] = STATE_SYN_RECV,
	};

	return kernel_state < sizeof(states) / sizeof(*states) ? states[kernel_state] : STATE_NONE;
}

static void observe(const struct event_segment *segment, int64_t time_ns, struct observation *obs)
{
	size_t options = segment->option_bytes < sizeof(segment->options)
				 ? segment->option_bytes
				 : sizeof(segment->options);

	memset(obs, 0, sizeof(*obs));
	obs->time_ns = time_ns;
	obs->seen = SEEN_DATE | SEEN_TIME | SEEN_TTL | SEEN_TOS | SEEN_SEQ | SEEN_WINDOW;
	obs->source = live_endpoint(segment->source, segment->source_port);
	obs->destination = live_endpoint(segment->destination, segment->destination_port);
	obs->seq = segment->seq;
	obs->ack = segment->ack;
	obs->flags = segment->tcp_flags;
	obs->window = segment->window;
	obs->payload_bytes = segment->payload_bytes;
	obs->ttl = segment->ttl;
	obs->tos = segment->tos;
	obs->ip_id = segment->ip_id;
	obs->dont_fragment = segment->flags & SEGMENT_DONT_FRAGMENT;
	if (!(segment->flags & SEGMENT_IP6))
		obs->seen |= SEEN_IP_ID;
	if (segment->flags & SEGMENT_INFERRED)
		obs->seen &= ~(SEEN_TTL | SEEN_TOS | SEEN_IP_ID);
	segment_decode_options(segment->options, options, obs);
	if (segment->payload_copied) {
		obs->seen |= SEEN_PAYLOAD;
		segment_decode_payload(segment->payload, segment->payload_copied, obs);
	}
}

/* --- whose reset it was
 * ---------------------------------------------------------------------------- */

static void swap(struct event_tuple *tuple)
{
	struct event_tuple other = *tuple;

	memcpy(tuple->local, other.remote, 16);
	memcpy(tuple->remote, other.local, 16);
	tuple->local_port = other.remote_port;
	tuple->remote_port = other.local_port;
}

/* Who is the client: the end that called connect(), the one without a listener, the higher port. */
static void find_roles(struct affair_view *view)
{
	const struct event_reset *main = view->main;
	const struct event_past *past = &main->past;
	bool local_is_resetter = view->sent_here || main->head.kind == EVENT_OUT;
	bool local_is_client;

	view->roles_seen = true;
	if (view->has_trigger && (view->trigger.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		local_is_client = false;
	else if (view->has_trigger && view->trigger.flags & TCP_SYN)
		local_is_client = true;
	else if (main->sock.state == KERNEL_SYN_SENT)
		local_is_client = true;
	else if (main->sock.state == KERNEL_LISTEN || main->sock.state == KERNEL_SYN_RECV)
		local_is_client = false;
	else if (past->flags & PAST_SEEN_OPENING)
		local_is_client = past->flags & PAST_CLIENT;
	else if (main->hello.time_ns)
		local_is_client =
			(main->hello.tcp_flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
	else {
		view->roles_seen = false;
		local_is_client = !main->listener.born_ns && !main->listener.live &&
				  main->tuple.local_port > main->tuple.remote_port;
	}
	view->resetter_is_client = local_is_client == local_is_resetter;
}

/* Whether each piece is there that the verdict stands on. */
static bool is_whole(const struct affair_view *view)
{
	const struct affair *affair = view->affair;

	/* Without reasons the function was asked before it decided to send. */
	if (affair->has_sent)
		return !view->has_trigger || view->live->kernel.has_reason || affair->has_out ||
		       affair->has_received;
	if (view->foreign)
		return true;
	if (affair->has_refused)
		return true;
	/* It may have been sent here, too, and nothing of that have been told. */
	return affair->has_received && !affair->has_out && !affair_lost_pieces(view->live, affair);
}

void view_find(struct live *live, const struct affair *affair, struct affair_view *view)
{
	const struct event_reset *main;
	const struct event_segment *header = NULL;
	bool made_here;
	int64_t wall_ns = live->wall_ns;

	memset(view, 0, sizeof(*view));
	view->live = live;
	view->affair = affair;
	view->sent_here = affair->has_sent;
	view->received_here = affair->has_received;
	if (affair->has_sent)
		main = &affair->sent;
	else if (affair->has_out &&
		 !(affair->has_received && affair->out.segment.flags & SEGMENT_FORWARDED))
		main = &affair->out;
	else if (affair->has_received)
		main = &affair->received;
	else
		main = affair->has_in ? &affair->in : &affair->refused;
	view->main = main;
	made_find(live->symbols, main->stack, main->stack_count, main, &view->made);
	view->resetter = main->tuple;
	if (main->head.kind != EVENT_SENT && main->head.kind != EVENT_OUT)
		swap(&view->resetter);
	if (affair->has_sent && affair->sent.segment.flags & SEGMENT_KNOWN) {
		observe(&affair->sent.segment, time_wall(affair->sent.head.time_ns, wall_ns),
			&view->trigger);
		view->has_trigger = true;
	}
	view->is_active = affair->has_sent && !view->has_trigger;
	if (affair->has_in)
		header = &affair->in.segment;
	else if (affair->has_out)
		header = &affair->out.segment;
	else if (affair->has_refused)
		header = &affair->refused.segment;
	if (header) {
		observe(header, time_wall(main->head.time_ns, wall_ns), &view->header);
		view->has_header = true;
	}
	/* Its own TCP made it, but an old kernel does not tell: the stack of the leaving packet
	 * does. */
	made_here = affair->has_out && !(affair->out.segment.flags & SEGMENT_FORWARDED);
	view->lossy = affair_is_lossy(live, affair);
	if (!affair->has_sent && made_here && !view->made.tcp &&
	    (view->made.filter || view->made.raw ||
	     (view->made.known && live->kernel.sees_passive && !view->lossy)))
		view->foreign = true;
	view->partial = view->lossy && !is_whole(view);
	find_roles(view);
}

/* --- the segments
 * ------------------------------------------------------------------------------------ */

static enum trigger trigger_kind(const struct affair_view *view)
{
	const struct observation *t = &view->trigger;
	const struct event_reset *main = view->main;
	bool flag_syn = t->flags & TCP_SYN, flag_ack = t->flags & TCP_ACK;
	uint32_t expected = main->past.closed_ns ? main->past.rcv_nxt : main->sock.rcv_nxt;

	if (flag_syn)
		return flag_ack ? TRIGGER_SYNACK : TRIGGER_SYN;
	/* A probe repeats the last byte: Linux sends none, others send one of garbage. */
	if (t->payload_bytes <= 1 && !(t->flags & TCP_FIN) && expected && t->seq + 1 == expected)
		return TRIGGER_PROBE;
	if (t->payload_bytes)
		return TRIGGER_DATA;
	if (t->flags & TCP_FIN)
		return TRIGGER_FIN;
	if (!main->past.closed_ns && !main->past.born_ns && main->hello.time_ns)
		return TRIGGER_HANDSHAKE_ACK;
	return TRIGGER_ACK;
}

/* notes.c has the same look of a SYN; of later segments only the bare ones of that window. */
static bool looks_made(const struct observation *t)
{
	return !(t->options & (OPTION_TS | OPTION_SACK_OK | OPTION_WSCALE | OPTION_SACK)) &&
	       (t->window <= 1024 || t->ip_id == 54321);
}

static void facts_of_trigger(const struct affair_view *view, struct evidence *ev)
{
	const struct observation *t = &view->trigger;
	enum trigger kind = trigger_kind(view);

	evidence_set(ev, FACT_RST_ANSWERS, kind);
	evidence_set(ev, FACT_RST_DELAY, 0);
	evidence_set(ev, FACT_VICTIM_SEEN, 1);
	if (kind == TRIGGER_SYN)
		evidence_set(ev, FACT_VICTIM_STATE, STATE_SYN_SENT);
	evidence_set(ev, FACT_LOOKS_LIKE_SCAN, looks_made(t) && !view->main->past.born_ns);
	if (t->tos)
		evidence_set(ev, FACT_RST_TOS, RST_TOS_COPIED);
	if (t->options & OPTION_MPTCP && kind == TRIGGER_SYN &&
	    t->mptcp_subtypes & 1u << MPTCP_JOIN)
		evidence_set(ev, FACT_MPTCP_JOIN_REFUSED, 1);
	if (kind != TRIGGER_DATA)
		return;
	evidence_set_trigger_size(ev, t->payload_bytes);
	evidence_set(ev, FACT_TRIGGER_THEN_FIN, !!(t->flags & TCP_FIN));
	if (!(t->seen & SEEN_PAYLOAD))
		return;
	evidence_set(ev, FACT_TRIGGER_REQUEST, t->hint == HINT_HTTP_REQUEST);
	evidence_set(ev, FACT_TRIGGER_TLS_ALERT, t->hint == HINT_TLS_ALERT);
	if (t->hint >= HINT_TLS_HANDSHAKE && t->hint <= HINT_TLS_CCS)
		evidence_set(ev, FACT_TLS, 1);
}

/* The reset as TCP builds it, where no device showed it. */
static void infer_header(const struct affair_view *view, struct evidence *ev)
{
	const struct event_socket *sock = &view->main->sock;
	const struct observation *t = &view->trigger;

	ev->rst_known |= SEEN_SEQ;
	if (view->is_active) {
		ev->rst_flags = TCP_RST | TCP_ACK;
		ev->rst_seq = sock->snd_nxt;
		ev->rst_ack = sock->rcv_nxt;
	} else if (view->has_trigger && t->flags & TCP_ACK) {
		ev->rst_flags = TCP_RST;
		ev->rst_seq = t->ack;
	} else {
		ev->rst_flags = TCP_RST | TCP_ACK;
		ev->rst_ack =
			t->seq + t->payload_bytes + !!(t->flags & TCP_SYN) + !!(t->flags & TCP_FIN);
	}
}

static void copy_header(const struct observation *h, struct evidence *ev)
{
	ev->rst_seq = h->seq;
	ev->rst_ack = h->ack;
	ev->rst_flags = h->flags;
	ev->rst_window = h->window;
	ev->rst_ttl = h->ttl;
	ev->rst_tos = h->tos;
	ev->rst_ip_id = h->ip_id;
	ev->rst_options = h->options;
	ev->rst_payload = h->payload_bytes;
	ev->rst_known |= h->seen & ~(SEEN_DATE | SEEN_TIME);
	evidence_set(ev, FACT_RST_WINDOW, h->window);
	evidence_set(ev, FACT_RST_BYTES, h->payload_bytes);
}

void facts_of_segment(const struct affair_view *view, struct evidence *ev)
{
	if (view->has_header)
		copy_header(&view->header, ev);
	else if (view->sent_here)
		infer_header(view, ev);
	if (!view->has_header)
		evidence_set(ev, FACT_RST_BYTES, 0);
	if (view->has_trigger)
		facts_of_trigger(view, ev);
	else if (view->is_active)
		evidence_set(ev, FACT_RST_ANSWERS, TRIGGER_NOTHING);
}

/* A namespace is entered through a process: those that had sockets there are asked first. */
int view_ask_address(const struct affair_view *view, const struct endpoint *address,
		     struct address_answer *ret_answer)
{
	const struct event_reset *main = view->main;
	const uint32_t known[] = { main->listener.owner, main->past.opener, main->past.closer };
	const size_t known_count = sizeof(known) / sizeof(*known);
	uint32_t netns = main->tuple.netns;
	int64_t since_ns = (int64_t)main->head.time_ns;
	int r = addresses_ask_since(netns, address, since_ns, ret_answer);

	for (size_t i = 0; r == -ENOENT && i <= known_count; i++) {
		uint32_t there = i < known_count
					 ? known[i]
					 : kernel_find_listening(&view->live->kernel, netns);

		if (!there)
			continue;
		netns_learn(netns, there);
		r = addresses_ask_since(netns, address, since_ns, ret_answer);
	}
	view->live->astray |= r == -ENOENT;
	return r;
}

/* The same host on another port or by another connect, or the same service at another address. */
static bool is_rival(const struct event_tuple *mine, const struct event_sibling *other,
		     uint64_t bytes_sent)
{
	bool same_host = !memcmp(other->remote, mine->remote, sizeof(other->remote));
	bool smb = same_host && mine->remote_port == PORT_NETBIOS && other->remote_port == PORT_SMB;

	/* A connection that was used has lost no race: pools open many at once. */
	if (bytes_sent && !(smb && bytes_sent <= NETBIOS_SESSION_REQUEST_BYTES))
		return false;
	return same_host || other->remote_port == mine->remote_port;
}

bool affair_sibling_kept(const struct affair_view *view, uint64_t bytes_sent)
{
	const struct event_reset *main = view->main;
	const struct event_past *past = &main->past;
	int64_t own_ns = (int64_t)(past->born_ns ? past->born_ns : past->closed_ns);
	bool own_known = false;

	if (!view->resetter_is_client && past->end != PAST_END_GIVEN_UP)
		return false;
	for (int i = 0; i < EVENT_SIBLINGS; i++)
		if (main->head.socket && main->siblings[i].socket == main->head.socket) {
			own_ns = (int64_t)main->siblings[i].time_ns;
			own_known = true;
		}
	for (int i = 0; own_ns && i < EVENT_SIBLINGS; i++) {
		const struct event_sibling *other = &main->siblings[i];
		int64_t gap_ns = time_apart(other->time_ns, (uint64_t)own_ns);
		bool itself = own_known ? other->socket == main->head.socket
					: other->remote_port == main->tuple.remote_port &&
						  !memcmp(other->remote, main->tuple.remote, 16);

		if (other->established && !itself && gap_ns < RACE_NS && gap_ns > -RACE_NS &&
		    is_rival(&main->tuple, other, bytes_sent))
			return true;
	}
	return false;
}
