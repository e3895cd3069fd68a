/* SPDX-License-Identifier: MIT */
/* Facts about bytes: who sent how many, what was acknowledged, what was answered. */
#include "flow/flow.h"
#include "flow/seq.h"
#include "flow/tracker_private.h"

#define CUT_IN_NS (50 * MILLISECOND_NS)
#define TLS_FAREWELL_BYTES 600

/* Bytes of this end went by unseen: holes, or a live socket's reset that stands further on. */
bool evidence_bytes_missed(const struct reset *reset, int side)
{
	const struct half *half = &reset->half[side];
	bool live = reset->form == FORM_ACTIVE || reset->form == FORM_BARE_ACTIVE;

	if (half_has(half, HALF_HOLE | HALF_ACK_UNSEEN))
		return true;
	return live && side == reset->resetter && half_has(half, HALF_SEQ) &&
	       seq_after(reset->obs.seq, half->next);
}

/* A count that begins at the SYN is exact; one from the middle is only a lower bound. */
static void add_counts(const struct flow *flow, struct evidence *ev)
{
	const struct reset *reset = flow->reset;
	int side = reset->resetter;
	const struct half *h = &reset->half[side], *p = &reset->half[!side];
	bool silent = !half_has(h, HALF_SEEN) && half_has(p, HALF_ISN);
	bool whole = (half_has(h, HALF_ISN) || silent) && !evidence_bytes_missed(reset, side);

	if (whole || h->bytes)
		evidence_set(ev, FACT_RESETTER_BYTES, h->bytes);
	if (whole || h->bytes)
		evidence_set(ev, FACT_RESETTER_NEVER_SENT, h->bytes == 0);
	if (half_has(h, HALF_SPOKE))
		evidence_set(ev, FACT_RESETTER_ONLY_SYNACK, 0);
	else if (half_has(h, HALF_SEEN))
		evidence_set(ev, FACT_RESETTER_ONLY_SYNACK,
			     side == SERVER && half_has(h, HALF_ISN));
	if (p->bytes || (half_has(p, HALF_ISN) && !evidence_bytes_missed(reset, !side)))
		evidence_set(ev, FACT_VICTIM_BYTES, p->bytes);
	if (h->turns || (whole && half_has(p, HALF_SEEN)))
		evidence_set(ev, FACT_REQUESTS_ANSWERED, h->turns);
}

/* What the resetter had acknowledged of the victim, and had not answered. */
static void add_acked(const struct flow *flow, uint32_t acked, struct evidence *ev)
{
	const struct reset *reset = flow->reset;
	int side = reset->resetter;
	const struct half *h = &reset->half[side], *p = &reset->half[!side];
	uint32_t start = half_has(p, HALF_ISN) ? p->isn + 1 : p->first_seq;
	int32_t unanswered = seq_distance(acked, h->last_data_ns ? h->acked_at_last_data : start);
	int32_t unacked = seq_distance(p->next, acked);

	if (unanswered > 0 && half_has(p, HALF_FIN) && seq_after(acked, p->fin_seq))
		unanswered--;
	/* What came before the capture, or was missed by it, is not known to have been answered. */
	if ((unanswered > 0 || h->last_data_ns || half_has(p, HALF_ISN)) &&
	    !evidence_bytes_missed(reset, side))
		evidence_set(ev, FACT_REQUEST_ACKED_UNANSWERED, unanswered > 0 ? unanswered : 0);
	evidence_set(ev, FACT_RESETTER_ACKED_VICTIM, seq_after(acked, start) && p->bytes > 0);
	if (unacked > 0 && half_has(p, HALF_FIN))
		unacked--;
	evidence_set(ev, FACT_VICTIM_UNACKED, unacked > 0 ? unacked : 0);
}

/* Only the server's direction was captured: its acknowledgements still count the client's bytes. */
static void add_acked_unseen(const struct reset *reset, uint32_t acked, struct evidence *ev)
{
	const struct half *h = &reset->half[SERVER];
	int32_t sent = seq_distance(acked, h->syn_ack);
	int32_t unanswered =
		seq_distance(acked, h->last_data_ns ? h->acked_at_last_data : h->syn_ack);

	if (sent < 0 || unanswered < 0 || evidence_bytes_missed(reset, SERVER))
		return;
	evidence_set(ev, FACT_RESETTER_ACKED_VICTIM, sent > 0);
	evidence_set(ev, FACT_REQUEST_ACKED_UNANSWERED, unanswered);
	if (sent > 0)
		evidence_set(ev, FACT_VICTIM_BYTES, sent);
}

static void add_bytes(const struct flow *flow, struct evidence *ev)
{
	const struct reset *reset = flow->reset;
	int side = reset->resetter;
	const struct half *h = &reset->half[side], *p = &reset->half[!side];
	uint32_t acked = h->acked;
	bool acked_known = half_has(h, HALF_ACKED);

	if (reset->form == FORM_ACTIVE || reset->form == FORM_BARE_ACTIVE) {
		if (!acked_known || seq_after(reset->obs.ack, acked))
			acked = reset->obs.ack;
		acked_known = true;
	}
	add_counts(flow, ev);
	if (acked_known && half_has(p, HALF_SEQ)) {
		add_acked(flow, acked, ev);
	} else if (acked_known && side == SERVER && half_has(h, HALF_ISN) &&
		   !half_has(p, HALF_SEEN)) {
		add_acked_unseen(reset, acked, ev);
	} else if (half_has(p, HALF_ISN) && half_has(h, HALF_SEEN)) {
		evidence_set(ev, FACT_REQUEST_ACKED_UNANSWERED, 0);
		evidence_set(ev, FACT_RESETTER_ACKED_VICTIM, 0);
		evidence_set(ev, FACT_VICTIM_UNACKED, p->bytes);
	}
	if (half_has(p, HALF_ACKED) && half_has(h, HALF_SEQ)) {
		int32_t unacked = seq_distance(h->next, p->acked);

		if (unacked > 0 && half_has(h, HALF_FIN))
			unacked--;
		evidence_set(ev, FACT_RESETTER_UNACKED, unacked > 0 ? unacked : 0);
		if (h->last_data_ns)
			evidence_set(ev, FACT_RESPONSE_ENDED, unacked <= 0);
	}
	if (half_has(p, HALF_WINDOW))
		evidence_set(ev, FACT_VICTIM_WINDOW_ZERO, p->window == 0);
}

/*
 * The server's last segment before its FIN was under 64 bytes and came after an answer of its own:
 * what a TLS close_notify looks like (24 bytes and more, RFC 8446 section 6.1), encrypted or cut
 * off.
 */
static bool small_parting(const struct half *half)
{
	for (int back = 0; back < RECENT_MAX; back++) {
		const struct recent *recent = half_recent(half, back);

		if (!recent)
			return false;
		if (recent->kind == TRIGGER_DATA)
			return recent->bytes < 64 && half->bytes_tail > recent->bytes;
	}
	return false;
}

static void add_exchange(const struct flow *flow, struct evidence *ev)
{
	const struct reset *reset = flow->reset;
	int side = reset->resetter;
	const struct half *h = &reset->half[side], *p = &reset->half[!side];
	int64_t rtt_ns = flow_rtt_ns(flow);

	if (half_has(h, HALF_SEEN) && half_has(p, HALF_SEEN)) {
		bool cut = h->peer_data_before_ns && h->peer_data_after_ns &&
			   h->peer_data_after_ns - h->peer_data_before_ns <= rtt_ns + CUT_IN_NS;

		evidence_set(ev, FACT_VICTIM_STILL_SENDING, cut || half_has(h, HALF_CUT_IN));
	}
	if (h->http_status)
		evidence_set(ev, FACT_HTTP_STATUS, h->http_status);
	if (h->http_status)
		evidence_set(ev, FACT_HTTP_CLOSE, half_has(h, HALF_HTTP_CLOSE));
	if (h->bytes || p->bytes)
		evidence_set(ev, FACT_TLS, !!(flow->flags & FLOW_TLS));
	if (reset->trigger.kind == TRIGGER_DATA) {
		uint32_t bytes = reset->trigger.bytes;

		evidence_set_trigger_size(ev, bytes);
		if (reset->trigger.hint != HINT_NONE)
			evidence_set(ev, FACT_TRIGGER_REQUEST,
				     reset->trigger.hint == HINT_HTTP_REQUEST);
		evidence_set(ev, FACT_TRIGGER_TLS_ALERT,
			     reset->trigger.hint == HINT_TLS_ALERT ||
				     (flow->flags & FLOW_TLS && bytes >= 24 && bytes <= 64));
		evidence_set(ev, FACT_TRIGGER_THEN_FIN,
			     reset->trigger.flags & TCP_FIN || reset->trigger_then_fin);
	}
	if (p->bytes_tail && side == CLIENT && half_has(p, HALF_FIN) && small_parting(p))
		evidence_set(ev, FACT_UNREAD_TLS_FAREWELL, 1);
	else if (p->bytes_tail)
		evidence_set(ev, FACT_UNREAD_TLS_FAREWELL,
			     p->tail_hint == HINT_TLS_ALERT ||
				     (p->bytes_tail < TLS_FAREWELL_BYTES &&
				      flow->flags & FLOW_TLS &&
				      (p->tail_hint == HINT_TLS_HANDSHAKE ||
				       p->tail_hint == HINT_TLS_DATA)));
	if (flow->packets)
		evidence_set(ev, FACT_MPTCP, !!(flow->flags & FLOW_MPTCP));
	evidence_set(ev, FACT_SIGNED, !!(flow->flags & FLOW_SIGNED));
	evidence_set(ev, FACT_TFO_USED, !!(flow->flags & FLOW_TFO));
}

void evidence_add_bytes(const struct flow *flow, struct evidence *ev)
{
	add_bytes(flow, ev);
	add_exchange(flow, ev);
}
