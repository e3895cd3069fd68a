/* SPDX-License-Identifier: MIT */
/*
 * One direction of a connection: sequence numbers, retransmissions, probes, answers. Facts only.
 */
#include "flow/flow.h"
#include "flow/seq.h"

/* An acknowledgement so far ahead belongs to no gap of a capture. */
#define ACK_AHEAD_MAX (1 << 24)
#define SEQ_AHEAD_MAX (1 << 28)
#define ID_STEP_MAX 4096 /* segments of offloaded bursts count too */

const struct recent *half_recent(const struct half *half, int back)
{
	if (back >= RECENT_MAX || back >= half->segments)
		return NULL;
	return &half->recent[(half->recent_at + RECENT_MAX - 1 - back) % RECENT_MAX];
}

/* Differs for all but the same segment, nearly always: a cheap test before the exact one. */
static uint32_t half_mark(const struct observation *obs)
{
	uint32_t mark = obs->seq * 2654435761u ^ obs->ack ^ obs->ts_value << 7;

	return mark ^ (obs->payload_bytes << 16 | obs->window) ^ (uint32_t)obs->flags << 24;
}

static bool recent_same(const struct half *h, const struct recent *old,
			const struct observation *obs)
{
	int64_t gap_ns = obs->time_ns - old->time_ns;
	bool ids = obs->seen & SEEN_IP_ID && old->has_id;

	if (old->seq != obs->seq || old->ack != obs->ack || old->flags != obs->flags ||
	    old->bytes != obs->payload_bytes || old->window != obs->window ||
	    old->ts_value != obs->ts_value)
		return false;
	/*
	 * A retransmission gets a new IP id. Without one to compare, only what comes at once is the
	 * same packet: a sender waits at least a timer tick.
	 */
	if (ids && obs->ip_id != old->ip_id)
		return false;
	if (ids && obs->ip_id != 0 && h->flags & HALF_IDS_VARY)
		return gap_ns < SECOND_NS;
	return gap_ns < MILLISECOND_NS;
}

bool half_is_duplicate(const struct half *h, const struct observation *obs)
{
	uint32_t mark = half_mark(obs);

	if (!(obs->seen & SEEN_SEQ) || !(obs->seen & SEEN_TIME))
		return false;
	for (int i = 0; i < RECENT_MAX; i++) {
		if (h->marks[i] == mark && i < h->segments && recent_same(h, &h->recent[i], obs))
			return true;
	}
	return false;
}

static void half_note_identity(struct half *h, const struct observation *obs)
{
	if (obs->seen & SEEN_TTL) {
		h->ttl_last = obs->ttl;
		if (!(h->flags & HALF_TTL)) {
			h->ttl_low = h->ttl_high = obs->ttl;
			h->flags |= HALF_TTL;
		} else if (obs->ttl < h->ttl_low) {
			h->ttl_low = obs->ttl;
		} else if (obs->ttl > h->ttl_high) {
			h->ttl_high = obs->ttl;
		}
	}
	if (obs->seen & SEEN_IP_ID) {
		if (obs->ip_id == 0) {
			if (obs->dont_fragment && obs->payload_bytes == 0)
				h->flags |= HALF_ID_ZERO;
		} else {
			uint16_t step = (uint16_t)(obs->ip_id - h->last_id);

			if (h->flags & HALF_IDS && step)
				h->flags |= HALF_IDS_VARY;
			if (h->flags & HALF_IDS && step > ID_STEP_MAX &&
			    step < (uint16_t)-ID_STEP_MAX)
				h->flags |= HALF_IDS_JUMP;
			h->flags |= HALF_IDS;
			h->last_id = obs->ip_id;
		}
	}
	if (obs->seen & SEEN_TOS) {
		h->tos = obs->tos;
		h->flags |= HALF_TOS;
	}
	if (obs->seen & SEEN_MAC) {
		h->mac = obs->link_source;
		h->flags |= HALF_MAC;
	}
	if (obs->options & OPTION_TS) {
		if (!(h->flags & HALF_TS) || seq_after(obs->ts_value, h->ts_last)) {
			h->ts_last = obs->ts_value;
			h->ts_echo = obs->ts_echo;
		}
		h->flags |= HALF_TS;
	}
}

static void half_take_syn(struct flow *flow, int side, const struct observation *obs,
			  struct recent *recent)
{
	struct half *h = &flow->half[side], *p = &flow->half[!side];
	bool synack = obs->flags & TCP_ACK;

	recent->kind = synack ? TRIGGER_SYNACK : TRIGGER_SYN;
	if (h->flags & HALF_ISN && h->isn == obs->seq) {
		recent->repeat = true;
		if (h->syn_repeats < UINT16_MAX)
			h->syn_repeats++;
		if (synack && p->flags & HALF_SPOKE && p->flags & HALF_ACKED &&
		    p->acked != obs->seq && h->synack_repeats_acked < UINT16_MAX)
			h->synack_repeats_acked++;
		return;
	}
	if (h->flags & HALF_SEQ && !(h->flags & HALF_ISN) && h->flags & HALF_SPOKE)
		return; /* a late SYN of what is already known from the middle */
	h->isn = h->first_seq = obs->seq;
	h->next = obs->seq + 1 + obs->payload_bytes;
	h->bytes = obs->payload_bytes;
	h->flags |= HALF_ISN | HALF_SEQ;
	h->syn_window = obs->window;
	h->syn_options = obs->options;
	h->syn_ip_id = obs->ip_id;
	h->syn_ttl = obs->ttl;
	h->syn_ack = synack ? obs->ack : 0;
	if (obs->options & OPTION_WSCALE) {
		h->wscale = obs->wscale;
		h->flags |= HALF_WSCALE;
	}
	if (obs->payload_bytes && !synack)
		flow->flags |= FLOW_TFO;
}

/* Whether @p has sent all that @h's last window allows: it has more to send. */
static bool half_window_filled(const struct half *h, const struct half *p)
{
	uint32_t window = h->window;

	if (!(h->flags & HALF_WINDOW) || !(h->flags & HALF_ACKED) || !(p->flags & HALF_SEQ))
		return false;
	if (h->flags & HALF_WSCALE && p->flags & HALF_WSCALE)
		window <<= h->wscale > 14 ? 14 : h->wscale;
	return window && seq_distance(p->next, h->acked) >= (int64_t)window;
}

/* New payload of this end: it answers what the other end sent, and ends that end's tail. */
static void half_note_payload(struct flow *flow, int side, const struct observation *obs,
			      uint32_t fresh_bytes)
{
	struct half *h = &flow->half[side], *p = &flow->half[!side];

	if (p->last_data_ns > h->last_data_ns || (p->bytes_tail && !h->last_data_ns)) {
		if (p->bytes && h->turns < UINT16_MAX)
			h->turns++;
		h->peer_data_before_ns = p->last_data_ns;
		h->peer_data_after_ns = 0;
		h->flags &= ~(uint32_t)HALF_CUT_IN;
		if (half_window_filled(h, p))
			h->flags |= HALF_CUT_IN;
	}
	if (p->last_data_ns && !p->peer_data_after_ns)
		p->peer_data_after_ns = obs->time_ns;
	if (!h->bytes_tail)
		h->tail_quiet_ns = flow->content_ns ? obs->time_ns - flow->content_ns : -1;
	h->bytes_tail += fresh_bytes;
	p->bytes_tail = 0;
	p->tail_hint = HINT_NONE;
	p->probes = h->probes = 0;
	h->acked_at_last_data = obs->flags & TCP_ACK ? obs->ack : h->acked;
	h->last_data_ns = obs->time_ns;
	h->tail_hint = obs->hint;
	if (obs->hint >= HINT_TLS_HANDSHAKE && obs->hint <= HINT_TLS_CCS)
		flow->flags |= FLOW_TLS;
	if (obs->hint == HINT_HTTP_RESPONSE)
		h->http_status = obs->http_status;
	if (obs->hint == HINT_HTTP_RESPONSE || obs->hint == HINT_HTTP_REQUEST) {
		h->flags &= ~(uint32_t)HALF_HTTP_CLOSE;
		if (obs->http_close)
			h->flags |= HALF_HTTP_CLOSE;
	}
}

/* Returns how many payload bytes of the segment had not been seen before. */
static uint32_t half_advance(struct half *h, uint32_t seq, uint32_t bytes, bool fin)
{
	uint32_t end = seq + bytes + fin, fresh = bytes;

	if (!(h->flags & HALF_SEQ)) {
		h->flags |= HALF_SEQ;
		h->first_seq = seq;
		h->next = end;
		return bytes;
	}
	if (seq_distance(seq, h->next) > SEQ_AHEAD_MAX)
		return 0;
	if (seq_after(end, h->next)) {
		if (seq_after(seq, h->next)) {
			if (!(h->flags & HALF_HOLE)) {
				h->hole_start = h->next;
				h->flags |= HALF_HOLE;
			}
			h->hole_end = seq;
		} else {
			fresh = end - h->next;
			if (fresh > bytes)
				fresh = bytes;
		}
		h->next = end;
		return fresh;
	}
	if (h->flags & HALF_HOLE && !seq_before(seq, h->hole_start) &&
	    seq_before(seq, h->hole_end)) {
		if (seq == h->hole_start)
			h->hole_start = end;
		if (!seq_before(h->hole_start, h->hole_end))
			h->flags &= ~(uint32_t)HALF_HOLE;
		return bytes;
	}
	return 0;
}

/* RFC 1122 section 4.2.3.6: a keepalive probe is one byte back; so is Linux's window probe. */
static bool half_is_probe(const struct half *h, const struct half *p, const struct observation *obs)
{
	if (!(h->flags & HALF_SEQ) || obs->flags & (TCP_SYN | TCP_FIN | TCP_RST) ||
	    !(obs->seen & SEEN_SEQ) || obs->payload_bytes > 1)
		return false;
	if (obs->payload_bytes == 1 && !(p->flags & HALF_ACKED && p->acked == h->next))
		return false;
	if (seq_distance(obs->seq, h->next) == -1 && h->flags & (HALF_SPOKE | HALF_ISN))
		return h->flags & HALF_SPOKE;
	return p->flags & HALF_ACKED && obs->payload_bytes == 0 && h->flags & HALF_SPOKE &&
	       seq_distance(obs->seq, p->acked) == -1;
}

static void half_take_probe(struct flow *flow, int side, const struct observation *obs,
			    struct recent *recent)
{
	struct half *h = &flow->half[side], *p = &flow->half[!side];
	int64_t before_ns = h->probe_ns ? h->probe_ns : flow->last_ns;

	recent->kind = TRIGGER_PROBE;
	if (h->probes < UINT16_MAX)
		h->probes++;
	h->probe_gap_ns = obs->time_ns - before_ns;
	h->probe_ns = obs->time_ns;
	if ((p->flags & HALF_ACKED && p->acked != h->next) ||
	    (p->flags & HALF_WINDOW && p->window == 0)) {
		if (h->repeats < UINT16_MAX)
			h->repeats++;
	}
}

static void half_take_ack(struct flow *flow, int side, const struct observation *obs)
{
	struct half *h = &flow->half[side], *p = &flow->half[!side];
	int32_t beyond = p->flags & HALF_SEQ ? seq_distance(obs->ack, p->next) : 0;

	if (beyond > ACK_AHEAD_MAX)
		return;
	if (beyond > 0) {
		/* Of an end that showed nothing but its SYN-ACK this is no lost packet but a wrong
		 * number. */
		if (p->flags & HALF_ISN && !(p->flags & HALF_SPOKE))
			return;
		p->flags |= HALF_ACK_UNSEEN;
	}
	if (!(h->flags & HALF_ACKED) || seq_after(obs->ack, h->acked)) {
		bool exact = p->flags & HALF_SEQ && obs->ack == p->next;
		int64_t sent_ns = p->last_data_ns > p->fin_ns ? p->last_data_ns : p->fin_ns;
		int64_t sample_ns = obs->time_ns - sent_ns;
		int64_t *rtt_ns =
			side == SERVER ? &flow->rtt_to_server_ns : &flow->rtt_to_client_ns;

		if (exact && sent_ns && !p->repeats && sample_ns > 0 &&
		    (!*rtt_ns || sample_ns < *rtt_ns))
			*rtt_ns = sample_ns;
		if (exact && sent_ns && !p->repeats && flow->rtt_samples[side] < UINT8_MAX)
			flow->rtt_samples[side]++;
		if (h->flags & HALF_ACKED)
			p->repeats = 0;
		h->acked = obs->ack;
		h->flags |= HALF_ACKED;
	}
}

static void half_take_content(struct flow *flow, int side, const struct observation *obs,
			      uint32_t seq, struct recent *recent)
{
	struct half *h = &flow->half[side], *p = &flow->half[!side];
	bool fin = obs->flags & TCP_FIN;
	bool known = h->flags & HALF_SEQ;
	bool overlaps = known && seq_before(seq, h->next);
	bool idle = !(p->flags & HALF_ACKED) || p->acked == h->next || !h->burst_ns;
	uint32_t fresh = half_advance(h, seq, obs->payload_bytes, fin);
	bool new_fin = fin && !(h->flags & HALF_FIN);

	recent->kind = obs->payload_bytes ? TRIGGER_DATA : TRIGGER_FIN;
	recent->repeat = known && !fresh && !new_fin;
	/* Linux sends unacknowledged segments again as one: old bytes with new ones behind. */
	if ((recent->repeat || (overlaps && fresh && fresh < obs->payload_bytes)) &&
	    h->repeats < UINT16_MAX)
		h->repeats++;
	if (fresh && idle)
		h->burst_ns = obs->time_ns;
	if (h->flags & HALF_FIN && obs->payload_bytes && fresh && p->flags & HALF_FIN &&
	    seq_after(seq, h->fin_seq))
		flow->flags |= FLOW_DATA_AFTER_CLOSE;
	if (new_fin) {
		h->flags |= HALF_FIN;
		h->fin_seq = seq + obs->payload_bytes;
		h->fin_ns = obs->time_ns;
	}
	if (fresh) {
		h->bytes += fresh;
		half_note_payload(flow, side, obs, fresh);
	}
}

static bool half_is_handshake_ack(const struct flow *flow, int side, const struct observation *obs)
{
	const struct half *h = &flow->half[side], *p = &flow->half[!side];

	return side == CLIENT && h->flags & HALF_ISN && p->flags & HALF_ISN && !h->last_data_ns &&
	       !(p->flags & HALF_SPOKE) && obs->ack == p->isn + 1;
}

struct recent *half_take(struct flow *flow, int side, const struct observation *obs)
{
	struct half *h = &flow->half[side], *p = &flow->half[!side];
	struct recent *recent = &h->recent[h->recent_at];
	uint32_t seq = obs->seen & SEEN_SEQ ? obs->seq : h->next;
	bool content = obs->payload_bytes || obs->flags & (TCP_SYN | TCP_FIN);
	const struct recent *last = half_recent(h, 0);

	/* Field by field: zeroing the whole first costs more than all of this. */
	recent->time_ns = obs->time_ns;
	recent->quiet_ns = flow->content_ns ? obs->time_ns - flow->content_ns : -1;
	recent->seq = seq;
	recent->ack = obs->ack;
	recent->bytes = obs->payload_bytes;
	recent->ts_value = obs->ts_value;
	recent->window = obs->window;
	recent->ip_id = obs->ip_id;
	recent->flags = obs->flags;
	recent->kind = TRIGGER_ACK;
	recent->tos = obs->tos;
	recent->hint = obs->hint;
	recent->has_id = obs->seen & SEEN_IP_ID;
	recent->has_tos = obs->seen & SEEN_TOS;
	recent->first_of_flow = flow->packets == 0;
	recent->repeat = false;
	half_note_identity(h, obs);
	if (obs->flags & TCP_SYN)
		half_take_syn(flow, side, obs, recent);
	else if (half_is_probe(h, p, obs))
		half_take_probe(flow, side, obs, recent);
	else if (content)
		half_take_content(flow, side, obs, seq, recent);
	else {
		if (half_is_handshake_ack(flow, side, obs))
			recent->kind = TRIGGER_HANDSHAKE_ACK;
		if (obs->seen & SEEN_SEQ)
			half_advance(h, seq, 0, false);
	}
	/* What is sent again was first sent after the silence that went before it all. */
	if (recent->repeat && recent->kind == TRIGGER_DATA && h->bytes_tail)
		recent->quiet_ns = h->tail_quiet_ns;
	else if (recent->repeat && last && last->seq == seq && last->quiet_ns >= 0)
		recent->quiet_ns = last->quiet_ns;
	if (obs->flags & TCP_ACK)
		half_take_ack(flow, side, obs);
	if (!(obs->flags & TCP_SYN)) {
		h->flags |= HALF_SPOKE;
		if (obs->seen & SEEN_WINDOW) {
			h->window = obs->window;
			h->flags |= HALF_WINDOW;
		}
	}
	if (obs->options & (OPTION_MD5 | OPTION_AO))
		flow->flags |= FLOW_SIGNED;
	if (obs->options & OPTION_MPTCP)
		flow->flags |= FLOW_MPTCP;
	h->flags |= HALF_SEEN;
	h->last_ns = obs->time_ns;
	if (h->segments < UINT16_MAX)
		h->segments++;
	h->marks[h->recent_at] = half_mark(obs);
	h->recent_at = (h->recent_at + 1) % RECENT_MAX;
	if (content && recent->kind != TRIGGER_PROBE)
		flow->content_ns = obs->time_ns;
	return recent;
}

enum tcp_state half_state(const struct flow *flow, const struct half half[2], int side)
{
	const struct half *h = &half[side], *p = &half[!side];
	bool fin = h->flags & HALF_FIN, peer_fin = p->flags & HALF_FIN;
	bool fin_acked = fin && p->flags & HALF_ACKED && seq_after(p->acked, h->fin_seq);
	bool peer_fin_acked = peer_fin && h->flags & HALF_ACKED && seq_after(h->acked, p->fin_seq);

	if (!(h->flags & HALF_SEEN))
		return STATE_NONE;
	if (!(h->flags & HALF_SPOKE) && h->flags & HALF_ISN) {
		if (side == CLIENT && !(p->flags & HALF_ISN))
			return STATE_SYN_SENT;
		if (side == SERVER)
			return p->flags & HALF_SPOKE && p->acked == h->isn + 1 ? STATE_ESTABLISHED
									       : STATE_SYN_RECV;
	}
	(void)flow;
	if (!fin)
		return peer_fin_acked ? STATE_CLOSE_WAIT : STATE_ESTABLISHED;
	if (!peer_fin)
		return fin_acked ? STATE_FIN_WAIT2 : STATE_FIN_WAIT1;
	if (h->fin_ns <= p->fin_ns)
		return fin_acked ? (peer_fin_acked ? STATE_TIME_WAIT : STATE_FIN_WAIT2)
				 : STATE_CLOSING;
	return fin_acked ? STATE_CLOSED : STATE_LAST_ACK;
}
