/* SPDX-License-Identifier: MIT */
/*
 * The reset segment itself: which shape it has, which segment it answers, whether its victim would
 * accept it. Shapes: RFC 9293 section 3.5.2; Linux tcp_send_active_reset() and tcp_v4_send_reset().
 */
#include <string.h>

#include "flow/flow.h"
#include "flow/seq.h"

/* TCP_TIMEWAIT_LEN: what had been closed before is forgotten by then. */
#define NO_CONNECTION_NS (60 * SECOND_NS)
#define BURST_NS (2 * SECOND_NS)
#define FOLLOW_NS (50 * MILLISECOND_NS)
#define TS_SILENCE_MAX (7200 * 1000) /* ticks of 1 ms: two hours without a packet */
#define TS_AHEAD_MAX (60 * 1000)

int64_t flow_rtt_ns(const struct flow *flow)
{
	return flow->rtt_to_server_ns && flow->rtt_to_client_ns
		       ? flow->rtt_to_server_ns + flow->rtt_to_client_ns
		       : 0;
}

/*
 * Which stack an end is. Initial TTLs: Linux, BSD, macOS 64; Windows 128; many network devices 255.
 * A Linux SYN-ACK of a request socket has IP id 0 with DF (ip_build_and_send_pkt()); FreeBSD and
 * macOS offer a window of 65535.
 */
enum sender_kind half_sender(const struct half *half, bool is_server, bool has_reset_ttl,
			     uint8_t reset_ttl)
{
	bool syn = half->flags & HALF_ISN;
	uint8_t ttl = half->flags & HALF_TTL ? half->ttl_high : has_reset_ttl ? reset_ttl : 0;
	uint16_t window = half->syn_window;

	if (ttl > 128)
		return SENDER_BOX;
	if (syn && !(half->syn_options & (OPTION_TS | OPTION_SACK_OK | OPTION_WSCALE)) &&
	    window <= 1024)
		return SENDER_BOX;
	if (ttl > 64)
		return SENDER_WINDOWS;
	if (syn && window == 65535)
		return SENDER_BSD;
	if (syn && is_server && ttl && half->flags & HALF_ID_ZERO && half->syn_ip_id == 0)
		return SENDER_LINUX;
	/* Linux offers a multiple of its segment size: 4, 10, 20 or 45 segments of 1460, 1448 or
	 * 1440. */
	if (syn && half->syn_options & OPTION_TS && window > 0 &&
	    (window % 1460 == 0 || window % 1448 == 0 || window % 1440 == 0 || window == 64800 ||
	     window == 65483 || window == 65495 || window == 65464 || window == 43690 ||
	     window == 33280))
		return SENDER_LINUX;
	return SENDER_UNKNOWN;
}

/*
 * Whether the timestamps are those of this connection. An echo a little newer than any value that
 * was captured may answer a packet that the capture missed: that says nothing either way.
 */
static enum ts_fit reset_ts_fit(const struct half *h, const struct half *p,
				const struct observation *obs)
{
	/* A clock of 1 ms runs 2^31 in 24 days: it may stand still or go on, not go back. */
	if (h->flags & HALF_TS && seq_before(obs->ts_value, h->ts_last))
		return TS_CONTRADICTS;
	if (h->flags & HALF_TS && seq_distance(obs->ts_value, h->ts_last) > TS_SILENCE_MAX)
		return TS_CONTRADICTS;
	if (!(p->flags & HALF_TS))
		return h->flags & HALF_TS ? TS_FITS : TS_UNKNOWN;
	if (seq_distance(obs->ts_echo, p->ts_last) > TS_AHEAD_MAX)
		return TS_CONTRADICTS;
	return seq_distance(obs->ts_echo, p->ts_last) > 0 ? TS_UNKNOWN : TS_FITS;
}

static enum rst_form reset_form(const struct flow *flow, int side, const struct observation *obs,
				enum sender_kind sender)
{
	const struct half *h = &flow->half[side], *p = &flow->half[!side];
	bool ts_used = h->flags & HALF_TS || (p->flags & HALF_TS && !(h->flags & HALF_SEEN));
	bool window_known = obs->seen & SEEN_WINDOW;
	bool live_window = window_known && obs->window != 0;
	bool linux_box = sender == SENDER_LINUX;

	if (!(obs->flags & TCP_ACK)) {
		if (obs->options & OPTION_TS || live_window)
			return FORM_FOREIGN;
		if (linux_box && obs->seen & SEEN_IP_ID && obs->ip_id != 0)
			return FORM_FOREIGN;
		return FORM_PASSIVE;
	}
	if (flow->flags & FLOW_SYN_ASIDE && obs->ack == flow->syn_aside_seq + 1 && !live_window)
		return FORM_REFUSAL;
	/* A peer that went on after its SYN had got an answer, captured or not: that is no refusal.
	 */
	if (!(h->flags & HALF_SEEN) && !(p->flags & HALF_SPOKE) && !live_window &&
	    !(obs->options & OPTION_TS)) {
		if (p->flags & HALF_ISN && obs->ack - p->isn - 1 <= p->bytes)
			return FORM_REFUSAL;
		if (obs->seen & SEEN_SEQ && obs->seq == 0)
			return FORM_REFUSAL;
	}
	if (obs->options & OPTION_TS)
		return reset_ts_fit(h, p, obs) == TS_CONTRADICTS ? FORM_FOREIGN : FORM_ACTIVE;
	if (obs->seen & SEEN_SEQ && obs->seq == 0 && !live_window && h->flags & HALF_SEQ &&
	    !(p->flags & HALF_SPOKE) && h->next != 0)
		return FORM_REFUSAL;
	if (ts_used && obs->seen & SEEN_OPTIONS && h->flags & HALF_TS && linux_box &&
	    !(obs->options & (OPTION_MD5 | OPTION_AO)))
		return FORM_FOREIGN;
	/* Small stacks fill in a window without having a connection (lwIP tcp_rst()); Linux does
	 * not. */
	return live_window && linux_box ? FORM_ACTIVE : FORM_BARE_ACTIVE;
}

/* The victim's segment that a reset of passive shape was built from: seq = its ack. */
static void reset_find_trigger(struct flow *flow, int side, struct reset *reset)
{
	const struct half *h = &flow->half[side], *p = &flow->half[!side];
	const struct observation *obs = &reset->obs;

	reset->trigger.kind = TRIGGER_NOTHING;
	if (reset->form == FORM_ACTIVE || (reset->form == FORM_FOREIGN && obs->flags & TCP_ACK))
		return;
	if (reset->form == FORM_BARE_ACTIVE) {
		/* Where its numbers are those of the very segment before it, it may be made of
		 * that. */
		const struct recent *last = half_recent(p, 0);

		if (last && last->bytes && last->ack == obs->seq &&
		    last->seq + last->bytes + !!(last->flags & TCP_FIN) == obs->ack &&
		    last->time_ns >= flow->half[side].last_ns)
			reset->trigger = *last;
		return;
	}
	if (reset->by_client_syn || reset->form == FORM_REFUSAL) {
		for (int back = 0; back < RECENT_MAX; back++) {
			const struct recent *recent = half_recent(p, back);

			if (!recent || obs->time_ns < recent->time_ns)
				break;
			if (recent->kind != TRIGGER_SYN ||
			    recent->seq + 1 + recent->bytes != obs->ack)
				continue;
			reset->trigger = *recent;
			return;
		}
		if (reset->by_client_syn) {
			reset->trigger = (struct recent){ .kind = TRIGGER_SYN,
							  .time_ns = flow->syn_aside_ns,
							  .quiet_ns = -1 };
			return;
		}
		reset->trigger.kind = TRIGGER_UNSEEN;
		return;
	}
	for (int back = 0; back < RECENT_MAX; back++) {
		const struct recent *recent = half_recent(p, back);

		if (!recent)
			break;
		if (!(recent->flags & TCP_ACK && obs->seen & SEEN_SEQ && recent->ack == obs->seq))
			continue;
		/* What the resetter had taken, it did not reset. */
		if (recent->kind == TRIGGER_DATA && h->flags & HALF_ACKED &&
		    !seq_after(recent->seq + recent->bytes, h->acked))
			continue;
		/* Segments sent in one go get a reset each; the first reset is for the first of
		 * them. */
		if (reset->trigger.kind != TRIGGER_NOTHING &&
		    (recent->kind != TRIGGER_DATA || recent->repeat ||
		     reset->trigger.time_ns - recent->time_ns > FOLLOW_NS))
			break;
		reset->trigger = *recent;
	}
	if (reset->trigger.kind == TRIGGER_NOTHING && !(obs->flags & TCP_ACK))
		reset->trigger.kind = TRIGGER_UNSEEN;
}

/* RFC 5961 section 3.2, and Linux tcp_reset_check(): one below is right after the resetter's FIN.
 */
static enum rst_seq reset_seq_fit(const struct flow *flow, int side, const struct observation *obs)
{
	const struct half *h = &flow->half[side], *p = &flow->half[!side];
	uint32_t window = p->syn_window; /* never scaled: RFC 7323 section 2.2 */
	uint32_t low;

	if (!(obs->seen & SEEN_SEQ))
		return RST_SEQ_UNKNOWN;
	if (p->flags & HALF_ISN && !(p->flags & HALF_SPOKE) && !(h->flags & HALF_ISN)) {
		/* The victim is in SYN_SENT: what counts is that its SYN is acknowledged. */
		if (side == SERVER)
			return obs->flags & TCP_ACK && seq_after(obs->ack, p->isn)
				       ? RST_SEQ_EXACT
				       : RST_SEQ_OUTSIDE;
	}
	if (!(h->flags & HALF_SEQ) && !(p->flags & HALF_ACKED))
		return RST_SEQ_UNKNOWN;
	if (h->flags & HALF_SEQ && obs->seq == h->next)
		return RST_SEQ_EXACT;
	if (p->flags & HALF_ACKED && obs->seq == p->acked)
		return RST_SEQ_EXACT;
	if (h->flags & HALF_FIN && obs->seq == h->fin_seq)
		return RST_SEQ_EXACT;
	if (!(p->flags & HALF_ACKED))
		return RST_SEQ_UNKNOWN;
	low = p->acked;
	if (p->flags & HALF_WINDOW)
		window = p->window;
	if (p->flags & HALF_WINDOW && p->flags & HALF_WSCALE && h->flags & HALF_WSCALE)
		window <<= p->wscale > 14 ? 14 : p->wscale;
	if (!seq_before(obs->seq, low) && seq_distance(obs->seq, low) < (int64_t)window + 1)
		return RST_SEQ_IN_WINDOW;
	return RST_SEQ_OUTSIDE;
}

enum ignored_why reset_take(struct flow *flow, int side, const struct observation *obs,
			    int64_t capture_age_ns, struct reset *reset)
{
	struct half *h = &flow->half[side], *p = &flow->half[!side];
	enum sender_kind sender = half_sender(h, side == SERVER, obs->seen & SEEN_TTL, obs->ttl);
	const struct recent *last;

	memset(reset, 0, sizeof(*reset));
	reset->obs = *obs;
	reset->obs.reason = NULL;
	reset->resetter = (uint8_t)side;
	if (obs->reason && obs->reason_bytes) {
		reset->reason_bytes =
			(uint8_t)(obs->reason_bytes < EVIDENCE_REASON_MAX ? obs->reason_bytes
									  : EVIDENCE_REASON_MAX);
		memcpy(reset->reason, obs->reason, reset->reason_bytes);
	}
	reset->by_client_syn = side == SERVER && flow->flags & FLOW_SYN_ASIDE &&
			       obs->flags & TCP_ACK && obs->ack == flow->syn_aside_seq + 1;
	reset->form = (uint8_t)reset_form(flow, side, obs, sender);
	reset->seq_fit =
		(uint8_t)(reset->by_client_syn ? RST_SEQ_EXACT : reset_seq_fit(flow, side, obs));
	/* Who acknowledges what was never sent has not seen this connection, whatever its
	 * timestamps. */
	if (obs->options & OPTION_TS &&
	    !(obs->flags & TCP_ACK && p->flags & HALF_SEQ && seq_after(obs->ack, p->next)))
		reset->ts_fit = (uint8_t)reset_ts_fit(h, p, obs);
	reset_find_trigger(flow, side, reset);
	reset->resetter_state = (uint8_t)half_state(flow, flow->half, side);
	reset->victim_state = (uint8_t)half_state(flow, flow->half, !side);
	reset->since_last_ns = flow->packets ? obs->time_ns - flow->last_ns : -1;
	reset->quiet_ns = flow->content_ns ? obs->time_ns - flow->content_ns : -1;
	reset->data_after_close = flow->flags & FLOW_DATA_AFTER_CLOSE;
	last = half_recent(p, 0);
	if (last && last->flags & TCP_FIN)
		reset->trigger_then_fin = true;
	memcpy(reset->half, flow->half, sizeof(reset->half));

	/* Nothing of its connection in a minute of capture, and no SYN in play: there is none. */
	if (!flow->packets && reset->form != FORM_REFUSAL && capture_age_ns > NO_CONNECTION_NS)
		return IGNORED_NO_CONNECTION;
	/* After both ends have closed only a reset that answers new data is worth a word. */
	if (h->flags & HALF_FIN && p->flags & HALF_FIN && !reset->data_after_close &&
	    (reset->trigger.kind != TRIGGER_DATA || reset->trigger.repeat))
		return IGNORED_AFTER_CLOSE;
	return IGNORED_NOT;
}

void reset_follow(struct flow *flow, int side, const struct observation *obs)
{
	struct reset *reset = flow->reset;
	const struct half *h = &reset->half[side];
	int64_t after_ns = obs->time_ns - reset->obs.time_ns;
	int64_t rtt_ns = flow_rtt_ns(flow);
	bool fresh = obs->options & OPTION_TS && h->flags & HALF_TS &&
		     seq_after(obs->ts_value, h->ts_last);
	bool later = after_ns > (rtt_ns ? rtt_ns : 50 * MILLISECOND_NS) + MILLISECOND_NS;

	if (obs->flags & TCP_RST) {
		if (side == reset->resetter) {
			reset->repeats++;
			if (after_ns < BURST_NS && obs->seen & SEEN_SEQ &&
			    obs->seq != reset->obs.seq)
				reset->other_seqs++;
		} else if (after_ns < BURST_NS && obs->seen & SEEN_SEQ) {
			/* A reset of the victim's end that answers none of the resetter's packets.
			 */
			const struct recent *last = half_recent(&flow->half[!side], 0);

			if (obs->flags & TCP_ACK || !last || last->ack != obs->seq)
				reset->both_ends = true;
		}
		return;
	}
	if (obs->flags & TCP_SYN)
		return;
	if (side == reset->resetter) {
		if (fresh || later)
			reset->resetter_continues = true;
		return;
	}
	/* Captured out of order by a hair: what the reset answers stands right behind it. */
	if (reset->trigger.kind == TRIGGER_UNSEEN && after_ns < MILLISECOND_NS &&
	    obs->flags & TCP_ACK && obs->ack == reset->obs.seq) {
		const struct recent *late = half_recent(&flow->half[side], 0);

		if (late && late->ack == obs->ack) {
			reset->trigger = *late;
			return;
		}
	}
	if (reset->seq_fit >= RST_SEQ_IN_WINDOW && obs->payload_bytes == 0 &&
	    !(obs->flags & TCP_FIN) && after_ns < (rtt_ns ? 2 * rtt_ns : 0) + 100 * MILLISECOND_NS)
		reset->challenged = true;
	if (obs->flags & TCP_FIN && !obs->payload_bytes && after_ns < 50 * MILLISECOND_NS)
		reset->trigger_then_fin = true;
	if (later || (fresh && after_ns > MILLISECOND_NS)) {
		reset->victim_continues = true;
		if (obs->payload_bytes)
			reset->victim_data_after = true;
	}
}

enum ignored_why reset_ignored(const struct flow *flow)
{
	const struct reset *reset = flow->reset;
	const struct half *h = &flow->half[reset->resetter];
	const struct half *then = &reset->half[reset->resetter];
	bool answered_after = h->flags & HALF_ACKED && then->flags & HALF_ACKED &&
			      seq_after(h->acked, then->acked);

	bool live = reset->form == FORM_ACTIVE || reset->form == FORM_BARE_ACTIVE;

	if (reset->seq_fit == RST_SEQ_OUTSIDE && (reset->victim_continues || reset->challenged))
		return IGNORED_OUT_OF_WINDOW;
	/*
	 * A stack that answers a segment takes the number from it, so one beside the mark that
	 * answers nothing was made by no end, and RFC 5961 has it challenged. A live socket's may
	 * follow lost packets.
	 */
	if (reset->seq_fit == RST_SEQ_IN_WINDOW && !live &&
	    (reset->trigger.kind == TRIGGER_NOTHING || reset->trigger.kind == TRIGGER_UNSEEN))
		return IGNORED_CHALLENGED;
	if (reset->seq_fit == RST_SEQ_IN_WINDOW && reset->challenged)
		return IGNORED_CHALLENGED;
	/* Both ends go on, and the new bytes of the victim are acknowledged: nothing was broken. */
	if (reset->victim_data_after && reset->resetter_continues && answered_after)
		return IGNORED_CONTINUED;
	return IGNORED_NOT;
}
