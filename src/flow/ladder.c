/* SPDX-License-Identifier: MIT */
/* The packets of a connection that are worth drawing: its beginning, what led to the reset, what
 * followed. */
#include <string.h>

#include "flow/flow.h"

void ladder_add(struct ladder *ladder, const struct flow *flow, int side,
		const struct observation *obs, const struct recent *recent)
{
	const struct half *h = &flow->half[side], *p = &flow->half[!side];
	uint32_t base = h->flags & HALF_ISN ? h->isn : h->first_seq;
	uint32_t peer_base = p->flags & HALF_ISN ? p->isn : p->first_seq;
	struct rung *rung;

	if (flow->state == FLOW_RESET && !(obs->flags & TCP_RST && ladder->after_count == 0 &&
					   flow->reset && flow->reset->obs.frame == obs->frame)) {
		if (ladder->after_count == LADDER_AFTER)
			return;
		rung = &ladder->after[ladder->after_count++];
	} else if (ladder->head_count < LADDER_HEAD) {
		rung = &ladder->head[ladder->head_count++];
	} else {
		rung = &ladder->ring[ladder->ring_total++ % LADDER_RING];
	}
	rung->time_ns = obs->time_ns;
	rung->seq = h->flags & HALF_SEQ && obs->seen & SEEN_SEQ ? obs->seq - base : 0;
	rung->ack = p->flags & HALF_SEQ ? obs->ack - peer_base : obs->ack;
	rung->bytes = obs->payload_bytes;
	rung->window = obs->window;
	rung->flags = obs->flags;
	rung->ttl = obs->ttl;
	rung->from_client = side == CLIENT;
	rung->retransmission = recent && recent->repeat;
	rung->probe = recent && recent->kind == TRIGGER_PROBE;
	rung->is_reset = rung->is_trigger = rung->gap_before = false;
	rung->has_ttl = obs->seen & SEEN_TTL;
	rung->has_sack = obs->options & OPTION_SACK;
}

static void ladder_put(struct evidence *ev, const struct rung *rung, bool gap,
		       const struct reset *reset)
{
	struct rung *to;

	if (ev->ladder_count == LADDER_MAX)
		return;
	to = &ev->ladder[ev->ladder_count++];
	*to = *rung;
	to->gap_before = gap;
	if (!reset)
		return;
	if (rung->flags & TCP_RST && rung->time_ns == reset->obs.time_ns)
		to->is_reset = true;
	if (reset->trigger.kind != TRIGGER_NOTHING && reset->trigger.kind != TRIGGER_UNSEEN &&
	    rung->time_ns == reset->trigger.time_ns && rung->flags == reset->trigger.flags &&
	    rung->bytes == reset->trigger.bytes)
		to->is_trigger = true;
}

void ladder_copy(const struct ladder *ladder, const struct reset *reset, struct evidence *ev)
{
	uint32_t kept = ladder->ring_total < LADDER_RING ? ladder->ring_total : LADDER_RING;
	uint32_t first = ladder->ring_total - kept;

	ev->ladder_count = 0;
	for (int i = 0; i < ladder->head_count; i++)
		ladder_put(ev, &ladder->head[i], false, reset);
	for (uint32_t i = 0; i < kept; i++)
		ladder_put(ev, &ladder->ring[(first + i) % LADDER_RING], i == 0 && first > 0,
			   reset);
	for (int i = 0; i < ladder->after_count; i++)
		ladder_put(ev, &ladder->after[i], false, reset);
}
