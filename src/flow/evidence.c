/* SPDX-License-Identifier: MIT */
/*
 * From a flow and its reset to named facts. Each function fills one block of facts.def. A fact that
 * cannot be known from what was captured is left out.
 */
#include <string.h>

#include "flow/flow.h"
#include "flow/seq.h"
#include "flow/tracker_private.h"

#define NEAR_FIN_NS (50 * MILLISECOND_NS) /* contract: "within a round trip and 50 ms" */
#define ID_STEP_MAX 256

static bool is_loopback(const struct endpoint *e)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (e->family == ADDR_IP4)
		return e->ip[0] == 127;
	return memcmp(e->ip, one, 16) == 0;
}

static bool ttl_fresh(uint8_t ttl)
{
	return ttl == 64 || ttl == 128 || ttl == 255;
}

/*
 * Where was the capture taken? A direction flag says it; else an end whose TTL is still an initial
 * value is on this link, and if only one end is, the capture was taken at it.
 */
static enum capture_place place_of(const struct flow *flow, const struct observation *rst,
				   const struct half half[2], int side)
{
	const struct half *c = &half[CLIENT], *s = &half[SERVER];

	if (endpoint_same_host(&flow->client, &flow->server) || is_loopback(&flow->client) ||
	    is_loopback(&flow->server))
		return PLACE_LOOPBACK;
	if (rst->seen & SEEN_DIRECTION) {
		bool client_here = rst->outgoing == (side == CLIENT);

		return client_here ? PLACE_CLIENT : PLACE_SERVER;
	}
	if (!half_has(c, HALF_TTL) || !half_has(s, HALF_TTL))
		return PLACE_UNKNOWN;
	if (ttl_fresh(c->ttl_high) && !ttl_fresh(s->ttl_high))
		return PLACE_CLIENT;
	if (!ttl_fresh(c->ttl_high) && ttl_fresh(s->ttl_high))
		return PLACE_SERVER;
	if (!ttl_fresh(c->ttl_high) && !ttl_fresh(s->ttl_high))
		return PLACE_BETWEEN;
	return PLACE_UNKNOWN;
}

static void add_place(const struct tracker *tracker, const struct flow *flow, struct evidence *ev)
{
	const struct reset *reset = flow->reset;
	int side = reset->resetter;
	const struct half *h = &reset->half[side], *p = &reset->half[!side];
	enum capture_place place = place_of(flow, &reset->obs, reset->half, side);
	const struct tracker_counts *counts = &tracker->counts;

	evidence_set(ev, FACT_ROLES_SEEN, !!(flow->flags & FLOW_ROLES_SEEN));
	evidence_set(ev, FACT_HANDSHAKE_SEEN, !!(flow->flags & FLOW_HANDSHAKE));
	evidence_set(ev, FACT_MIDSTREAM, !(flow->flags & FLOW_ROLES_SEEN));
	if (counts->has_time)
		evidence_set_ns(ev, FACT_CAPTURE_AGE, flow->first_ns - counts->first_ns);
	evidence_set(ev, FACT_RESETTER_SEEN, half_has(h, HALF_SEEN));
	evidence_set(ev, FACT_VICTIM_SEEN, half_has(p, HALF_SEEN));
	evidence_set(ev, FACT_RESETTER_IS_CLIENT, side == CLIENT);
	if (place != PLACE_UNKNOWN)
		evidence_set(ev, FACT_CAPTURE_PLACE, place);
	if (place == PLACE_CLIENT || place == PLACE_SERVER) {
		evidence_set(ev, FACT_CAPTURED_AT_RESETTER,
			     (place == PLACE_CLIENT) == (side == CLIENT));
		evidence_set(ev, FACT_CAPTURED_AT_VICTIM,
			     (place == PLACE_CLIENT) != (side == CLIENT));
	}
	if (reset->obs.seen & SEEN_DIRECTION)
		evidence_set(ev, FACT_RST_MADE_HERE, reset->obs.outgoing);
	evidence_set(ev, FACT_PACKETS_MISSING,
		     evidence_bytes_missed(reset, side) || evidence_bytes_missed(reset, !side));
}

/* To the nearest TTL that was seen of that end: its last, or the ends of the range. */
static int ttl_delta(const struct half *h, uint8_t ttl)
{
	const uint8_t seen[] = { h->ttl_last, h->ttl_low, h->ttl_high };
	int best = ttl - seen[0];

	for (size_t i = 1; i < sizeof(seen); i++) {
		int delta = ttl - seen[i];

		if ((delta < 0 ? -delta : delta) < (best < 0 ? -best : best))
			best = delta;
	}
	return best;
}

static void add_ip_id(const struct half *h, const struct half *p, const struct reset *reset,
		      struct evidence *ev)
{
	const struct observation *rst = &reset->obs;
	uint16_t step = (uint16_t)(rst->ip_id - h->last_id);

	if (!(rst->seen & SEEN_IP_ID))
		return;
	/* A live Linux socket counts its ids up: 0 beside others is not its own. */
	if (rst->ip_id == 0 && reset->form == FORM_ACTIVE && half_has(h, HALF_IDS))
		evidence_set(ev, FACT_RST_IP_ID, RST_ID_FAR);
	else if (rst->ip_id == 0)
		evidence_set(ev, FACT_RST_IP_ID,
			     half_has(h, HALF_SPOKE) && !half_has(h, HALF_IDS) ? RST_ID_CONSTANT
									       : RST_ID_ZERO);
	else if (half_has(h, HALF_IDS) && step > 0 && step <= ID_STEP_MAX)
		evidence_set(ev, FACT_RST_IP_ID, RST_ID_CONTINUES);
	else if (half_has(p, HALF_IDS_VARY) && p->last_id == rst->ip_id)
		evidence_set(ev, FACT_RST_IP_ID, RST_ID_REFLECTED);
	else if (half_has(h, HALF_IDS) && !half_has(h, HALF_IDS_VARY) && h->segments > 1 &&
		 step == 0)
		evidence_set(ev, FACT_RST_IP_ID, RST_ID_CONSTANT);
	else if (half_has(h, HALF_IDS) && !half_has(h, HALF_IDS_JUMP))
		evidence_set(ev, FACT_RST_IP_ID, RST_ID_FAR);
}

/*
 * The lowest two bits are congestion notification (RFC 3168): data carries them, and a
 * kernel that copies the rest into its reset leaves them out (ip_send_unicast_reply()).
 */
#define TOS_WITHOUT_ECN 0xfc

static void add_tos(uint8_t of_reset, uint8_t of_trigger, struct evidence *ev)
{
	of_reset &= TOS_WITHOUT_ECN;
	of_trigger &= TOS_WITHOUT_ECN;
	if (!of_trigger)
		return;
	if (of_reset == of_trigger)
		evidence_set(ev, FACT_RST_TOS, RST_TOS_COPIED);
	else if (of_reset)
		evidence_set(ev, FACT_RST_TOS, RST_TOS_OWN);
	else
		evidence_set(ev, FACT_RST_TOS, RST_TOS_CLEARED);
}

static void add_header(const struct flow *flow, struct evidence *ev)
{
	const struct reset *reset = flow->reset;
	const struct observation *rst = &reset->obs;
	int side = reset->resetter;
	const struct half *h = &reset->half[side], *p = &reset->half[!side];

	if (reset->form != FORM_UNKNOWN)
		evidence_set(ev, FACT_RST_FORM, reset->form);
	evidence_set(ev, FACT_RST_ANSWERS, reset->trigger.kind);
	if (rst->seen & SEEN_WINDOW)
		evidence_set(ev, FACT_RST_WINDOW, rst->window);
	if (rst->seen & SEEN_OPTIONS && half_has(h, HALF_TS))
		evidence_set(ev, FACT_RST_HAS_TS, !!(rst->options & OPTION_TS));
	if (reset->ts_fit != TS_UNKNOWN)
		evidence_set(ev, FACT_RST_TS_FITS, reset->ts_fit == TS_FITS);
	if (reset->seq_fit != RST_SEQ_UNKNOWN)
		evidence_set(ev, FACT_RST_SEQ, reset->seq_fit);
	if (rst->flags & TCP_ACK && half_has(p, HALF_SEQ))
		evidence_set(ev, FACT_RST_ACK_FITS, rst->ack == p->next);
	add_ip_id(h, p, reset, ev);
	/* A scanner writes its own SYN; the reset that clears it is the kernel's, with another TTL.
	 */
	if (rst->seen & SEEN_TTL && half_has(h, HALF_TTL) &&
	    !(flow->flags & FLOW_SCAN && side == CLIENT && !half_has(h, HALF_SPOKE))) {
		evidence_set(ev, FACT_TTL_DELTA, ttl_delta(h, rst->ttl));
	}
	if (half_has(&flow->half[side], HALF_FORWARDED))
		evidence_set(ev, FACT_RST_UNFORWARDED, reset->copies == 0);
	if (rst->seen & SEEN_TOS && reset->trigger.has_tos)
		add_tos(rst->tos, reset->trigger.tos, ev);
	if (rst->seen & SEEN_MAC && half_has(h, HALF_MAC))
		evidence_set(ev, FACT_RST_MAC_DIFFERS, rst->link_source != h->mac);
	evidence_set(ev, FACT_RST_BYTES, rst->payload_bytes);
	evidence_set(ev, FACT_RST_REPEATS, reset->repeats);
	evidence_set(ev, FACT_RST_BURST, reset->other_seqs);
	evidence_set(ev, FACT_RST_BOTH_ENDS, reset->both_ends);
	if (rst->seen & SEEN_OPTIONS) {
		bool mp = rst->options & OPTION_MPTCP &&
			  rst->mptcp_subtypes & (1u << MPTCP_FASTCLOSE | 1u << MPTCP_TCPRST);
		bool join = reset->trigger.kind == TRIGGER_SYN && flow->flags & FLOW_JOIN;

		evidence_set(ev, FACT_MPTCP_RESET, mp || join);
		evidence_set(ev, FACT_MPTCP_JOIN_REFUSED, join);
		if (mp && rst->mptcp_subtypes & 1u << MPTCP_TCPRST)
			evidence_set(ev, FACT_MPTCP_REASON, rst->mptcp_reason);
	}
	{
		enum sender_kind sender =
			half_sender(h, side == SERVER, rst->seen & SEEN_TTL, rst->ttl);

		if (sender != SENDER_UNKNOWN)
			evidence_set(ev, FACT_SENDER, sender);
	}
}

static void add_times(const struct flow *flow, struct evidence *ev)
{
	const struct reset *reset = flow->reset;
	const struct recent *trigger = &reset->trigger;
	const struct half *p = &reset->half[!reset->resetter];
	bool answers = trigger->kind != TRIGGER_NOTHING && trigger->kind != TRIGGER_UNSEEN;
	int64_t rtt_ns = flow_rtt_ns(flow);
	int64_t quiet_ns = answers ? trigger->quiet_ns : reset->quiet_ns;

	if (!(reset->obs.seen & SEEN_TIME))
		return;
	evidence_set_ns(ev, FACT_AGE, reset->obs.time_ns - flow->first_ns);
	if (quiet_ns >= 0)
		evidence_set_ns(ev, FACT_SILENCE, quiet_ns);
	if (reset->since_last_ns >= 0)
		evidence_set_ns(ev, FACT_SINCE_LAST, reset->since_last_ns);
	if (rtt_ns)
		evidence_set_ns(ev, FACT_RTT, rtt_ns);
	if (p->bytes_tail && p->tail_quiet_ns >= 0)
		evidence_set_ns(ev, FACT_IDLE_BEFORE_REQUEST, p->tail_quiet_ns);
	if (answers && trigger->kind == TRIGGER_DATA && p->burst_ns)
		evidence_set_ns(ev, FACT_TRIGGER_BURST, trigger->time_ns - p->burst_ns);
	if (answers) {
		int64_t delay_ns = reset->obs.time_ns - trigger->time_ns;
		int64_t usual_ns =
			reset->resetter == SERVER ? flow->rtt_to_server_ns : flow->rtt_to_client_ns;

		evidence_set_ns(ev, FACT_RST_DELAY, delay_ns);
		if (usual_ns > MILLISECOND_NS && delay_ns >= 0 &&
		    flow->rtt_samples[reset->resetter] >= 2)
			evidence_set(ev, FACT_RST_TOO_FAST, delay_ns < usual_ns / 2);
	}
}

static void add_closing(const struct flow *flow, struct evidence *ev)
{
	const struct reset *reset = flow->reset;
	int side = reset->resetter;
	const struct half *h = &reset->half[side], *p = &reset->half[!side];
	const struct recent *trigger = &reset->trigger;
	bool answers = trigger->kind != TRIGGER_NOTHING && trigger->kind != TRIGGER_UNSEEN;
	int64_t rtt_ns = flow_rtt_ns(flow);

	evidence_set(ev, FACT_RESETTER_STATE, reset->resetter_state);
	evidence_set(ev, FACT_VICTIM_STATE, reset->victim_state);
	if (half_has(p, HALF_SEEN))
		evidence_set(ev, FACT_VICTIM_FIN, half_has(p, HALF_FIN));
	if (!half_has(h, HALF_SEEN))
		return;
	/* A capture with holes may have missed the FIN: only its presence is certain. */
	if (half_has(h, HALF_FIN) || !half_has(h, HALF_ACK_UNSEEN))
		evidence_set(ev, FACT_RESETTER_FIN, half_has(h, HALF_FIN));
	if (!half_has(h, HALF_FIN))
		return;
	if (half_has(p, HALF_SEEN))
		evidence_set(ev, FACT_RESETTER_FIN_ACKED,
			     half_has(p, HALF_ACKED) && seq_after(p->acked, h->fin_seq));
	if (answers && trigger->flags & TCP_ACK) {
		bool acks = seq_after(trigger->ack, h->fin_seq);
		int64_t after_ns = trigger->time_ns - h->fin_ns;

		evidence_set(ev, FACT_TRIGGER_ACKS_FIN, acks);
		evidence_set_ns(ev, FACT_FIN_TO_TRIGGER, after_ns);
		evidence_set(ev, FACT_TRIGGER_NEAR_FIN, !acks || after_ns <= rtt_ns + NEAR_FIN_NS);
	}
	if (h->last_data_ns) {
		int64_t after_ns = h->fin_ns - h->last_data_ns;

		evidence_set_ns(ev, FACT_DATA_TO_FIN, after_ns);
		evidence_set(ev, FACT_FIN_AFTER_RESPONSE, after_ns <= NEAR_FIN_NS && h->turns > 0);
	} else {
		evidence_set(ev, FACT_FIN_AFTER_RESPONSE, 0);
	}
}

/* Whether @a is a whole multiple of @b, up to ten: probes of the same pace, some of them not
 * captured. */
static bool paced(int64_t a_ns, int64_t b_ns)
{
	int64_t slack_ns = b_ns / 8 + NEAR_FIN_NS, rest_ns;

	if (b_ns <= 0 || a_ns > 10 * b_ns + slack_ns)
		return false;
	rest_ns = a_ns % b_ns;
	return a_ns >= b_ns - slack_ns && (rest_ns <= slack_ns || b_ns - rest_ns <= slack_ns);
}

static void add_probes(const struct half *h, const struct reset *reset, struct evidence *ev)
{
	int64_t wait_ns = reset->obs.time_ns - h->probe_ns;

	evidence_set(ev, FACT_RESETTER_PROBES, h->probes);
	if (!h->probes)
		return;
	if (paced(wait_ns, h->probe_gap_ns) || paced(h->probe_gap_ns, wait_ns))
		evidence_set(ev, FACT_RESETTER_PROBES_PACED, 1);
	else if (h->probes > 1) /* one probe alone does not tell the interval */
		evidence_set(ev, FACT_RESETTER_PROBES_PACED, 0);
}

static void add_before(const struct flow *flow, struct evidence *ev)
{
	const struct reset *reset = flow->reset;
	int side = reset->resetter;
	const struct half *h = &reset->half[side], *p = &reset->half[!side];
	const struct half *c = &reset->half[CLIENT], *s = &reset->half[SERVER];
	const struct recent *trigger = &reset->trigger;

	if (half_has(s, HALF_ISN))
		evidence_set(ev, FACT_SYNACK_REPEATED, s->synack_repeats_acked);
	if (half_has(c, HALF_ISN))
		evidence_set(ev, FACT_SYN_REPEATED, c->syn_repeats);
	if (flow->flags & FLOW_SYN && flow->flags & FLOW_SYNACK)
		evidence_set_ns(ev, FACT_SYNACK_DELAY, flow->synack_delay_ns);
	if (half_has(h, HALF_SEEN)) {
		add_probes(h, reset, ev);
		evidence_set(ev, FACT_RESETTER_RETRANSMITS, h->repeats);
	}
	if (half_has(p, HALF_SEEN) && half_has(h, HALF_SEEN))
		evidence_set(ev, FACT_VICTIM_RETRANSMITS, p->repeats);
	if (reset->by_client_syn || flow->flags & FLOW_SYN_ASIDE)
		evidence_set(ev, FACT_SYN_MEETS_OLD,
			     half_state(flow, reset->half, SERVER) == STATE_SYN_RECV
				     ? SYN_MEETS_SYN_RECV
				     : SYN_MEETS_ESTABLISHED);
	else if (flow->flags & FLOW_SYN)
		evidence_set(ev, FACT_SYN_MEETS_OLD, flow->old_met);
	/* An answer of an old connection's remains has that connection's numbers. */
	if (!flow->old_met && trigger->flags & TCP_ACK && trigger->kind != TRIGGER_SYNACK &&
	    half_has(h, HALF_ISN) && !(flow->half[side].flags & HALF_ACK_UNSEEN)) {
		int32_t beyond = seq_distance(trigger->ack, h->next);
		int32_t under = seq_distance(h->isn + 1, trigger->ack);

		evidence_set(ev, FACT_TRIGGER_ACK_WRONG, beyond > 0 || under > 0);
	}
	if (trigger->kind == TRIGGER_SYNACK) {
		if (flow->flags & FLOW_SYN) {
			evidence_set(ev, FACT_SYNACK_ACK_WRONG,
				     !!(flow->flags & FLOW_SYNACK_WRONG));
			evidence_set(ev, FACT_SYNACK_TS_WRONG,
				     !!(flow->flags & FLOW_SYNACK_TS_WRONG));
		}
		evidence_set(ev, FACT_SYNACK_UNASKED, !(flow->flags & FLOW_SYN));
		evidence_set(ev, FACT_SYNACK_OTHER_ADDRESS,
			     !!(flow->flags & FLOW_SYNACK_ELSEWHERE));
	}
	if (trigger->kind != TRIGGER_NOTHING && trigger->kind != TRIGGER_UNSEEN)
		evidence_set(ev, FACT_FIRST_CONTACT, trigger->first_of_flow);
	if (half_has(c, HALF_ISN))
		evidence_set(ev, FACT_LOOKS_LIKE_SCAN, !!(flow->flags & FLOW_SCAN));
}

static void add_identity(const struct flow *flow, struct evidence *ev)
{
	const struct reset *reset = flow->reset;
	const struct observation *rst = &reset->obs;
	int side = reset->resetter;
	const struct half *h = &reset->half[side], *p = &reset->half[!side];
	const struct half *c = &reset->half[CLIENT], *s = &reset->half[SERVER];

	ev->connection = flow->number;
	ev->client = flow->client;
	ev->server = flow->server;
	ev->resetter_is_client = side == CLIENT;
	ev->has_date = rst->seen & SEEN_DATE;
	ev->has_time = rst->seen & SEEN_TIME;
	ev->file = rst->file;
	ev->frame = rst->frame;
	ev->reset_ns = rst->time_ns;
	ev->first_ns = flow->first_ns;
	ev->rst_seq = rst->seq;
	ev->rst_ack = rst->ack;
	ev->rst_payload = rst->payload_bytes;
	ev->rst_window = rst->window;
	ev->rst_ip_id = rst->ip_id;
	ev->rst_options = rst->options;
	ev->rst_known = rst->seen;
	ev->rst_flags = rst->flags;
	ev->rst_ttl = rst->ttl;
	ev->rst_tos = rst->tos;
	ev->rst_relative_known = false;
	ev->rst_seq_relative = ev->rst_ack_relative = 0;
	if (half_has(h, HALF_ISN) || reset->form == FORM_REFUSAL) {
		uint32_t base = half_has(h, HALF_ISN) ? h->isn : rst->seq;

		ev->rst_relative_known = true;
		ev->rst_seq_relative = seq_distance(rst->seq, base);
		ev->rst_ack_relative = half_has(p, HALF_ISN) ? seq_distance(rst->ack, p->isn) : 0;
	}
	ev->reason_bytes = reset->reason_bytes;
	memcpy(ev->reason, reset->reason, sizeof(ev->reason));
	ev->client_isn = c->isn;
	ev->server_isn = s->isn;
	ev->client_isn_known = half_has(c, HALF_ISN);
	ev->server_isn_known = half_has(s, HALF_ISN);
	ev->client_bytes = c->bytes;
	ev->server_bytes = s->bytes;
}

void evidence_build(const struct tracker *tracker, const struct flow *flow,
		    enum ignored_why ignored, struct evidence *ev)
{
	memset(&ev->story, 0, sizeof(ev->story));
	memset(ev->known, 0, sizeof(ev->known));
	memset(ev->value, 0, sizeof(ev->value));
	ev->ladder_count = 0;
	ev->ignored = ignored;
	add_identity(flow, ev);
	add_place(tracker, flow, ev);
	add_header(flow, ev);
	evidence_add_bytes(flow, ev);
	add_times(flow, ev);
	add_closing(flow, ev);
	add_before(flow, ev);
	evidence_add_around(tracker, flow, ev);
	evidence_derive(ev);
	if (flow->ladder)
		ladder_copy(flow->ladder, flow->reset, ev);
}
