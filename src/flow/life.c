/* SPDX-License-Identifier: MIT */
/* The life of a flow: made, begun anew, decided, dropped; and the lists it stands in. */
#include <string.h>

#include "flow/flow.h"
#include "flow/tracker_private.h"

void lru_append(struct tracker *tracker, struct flow *flow, int which)
{
	struct flow *ring = &tracker->lru[which];

	flow->lru = (uint8_t)which;
	flow->lru_prev = ring->lru_prev;
	flow->lru_next = ring;
	ring->lru_prev->lru_next = flow;
	ring->lru_prev = flow;
}

void lru_unlink(struct flow *flow)
{
	flow->lru_prev->lru_next = flow->lru_next;
	flow->lru_next->lru_prev = flow->lru_prev;
}

void pending_append(struct tracker *tracker, struct flow *flow)
{
	struct flow *ring = &tracker->pending;

	flow->pending_prev = ring->pending_prev;
	flow->pending_next = ring;
	ring->pending_prev->pending_next = flow;
	ring->pending_prev = flow;
}

static void pending_unlink(struct flow *flow)
{
	flow->pending_prev->pending_next = flow->pending_next;
	flow->pending_next->pending_prev = flow->pending_prev;
}

static void service_link(struct tracker *tracker, struct flow *flow)
{
	struct service *service = service_get(&tracker->around, &flow->server);

	flow->service = service;
	if (!service)
		return;
	flow->service_prev = NULL;
	flow->service_next = service->flows;
	if (service->flows)
		service->flows->service_prev = flow;
	service->flows = flow;
}

static void service_unlink(struct flow *flow)
{
	if (!flow->service)
		return;
	if (flow->service_prev)
		flow->service_prev->service_next = flow->service_next;
	else
		flow->service->flows = flow->service_next;
	if (flow->service_next)
		flow->service_next->service_prev = flow->service_prev;
	flow->service = NULL;
}

/* --- life of a flow --------------------------------------------------------------------------- */

void flow_count_open(struct flow *flow)
{
	if (!flow->service || flow->flags & FLOW_COUNTED_OPEN)
		return;
	flow->flags |= FLOW_COUNTED_OPEN;
	flow->open_at_start = ++flow->service->open;
	service_note_opened(flow->service, flow->open_at_start);
}

void flow_count_shut(struct flow *flow, bool was_reset)
{
	if (!flow->service || !(flow->flags & FLOW_COUNTED_OPEN))
		return;
	flow->flags &= ~(uint32_t)FLOW_COUNTED_OPEN;
	flow->service->open--;
	if (was_reset)
		service_forget_opened(flow->service, flow->open_at_start);
}

void flow_decide(struct tracker *tracker, struct flow *flow)
{
	enum ignored_why ignored = reset_ignored(flow);
	int side = flow->reset->resetter;
	bool refused = flow->reset->trigger.kind == TRIGGER_SYN;
	struct evidence *ev = tracker->config.reserve(tracker->config.context);

	if (ev) {
		evidence_build(tracker, flow, ignored, ev);
		tracker->config.emit(tracker->config.context, ev);
	}
	tracker->counts.repeated += flow->reset->repeats;
	slab_give(&tracker->resets, flow->reset);
	flow->reset = NULL;
	pending_unlink(flow);
	if (ignored != IGNORED_NOT) {
		tracker->counts.ignored++;
		flow->flags |= FLOW_RST_IGNORED;
		flow->state = FLOW_OPEN;
		if (half_has(&flow->half[CLIENT], HALF_FIN) &&
		    half_has(&flow->half[SERVER], HALF_FIN)) {
			flow->state = FLOW_CLOSED;
			flow->flags |= FLOW_NORMAL_END;
			tracker->counts.normal_ends++;
			return;
		}
		flow_count_open(flow);
		lru_unlink(flow);
		lru_append(tracker, flow, 0);
		return;
	}
	flow->decided_side = (uint8_t)side;
	flow->decided_acked = flow->half[side].acked;
	if (refused)
		flow->flags |= FLOW_REFUSED;
	flow->state = FLOW_DECIDED;
	slab_give(&tracker->ladders, flow->ladder);
	flow->ladder = NULL;
}

void flow_drop(struct tracker *tracker, struct flow *flow)
{
	struct flow **at = &tracker->buckets[flow->hash & tracker->bucket_mask];

	if (flow->state == FLOW_RESET)
		flow_decide(tracker, flow);
	flow_count_shut(flow, false);
	while (*at != flow)
		at = &(*at)->hash_next;
	*at = flow->hash_next;
	lru_unlink(flow);
	service_unlink(flow);
	slab_give(&tracker->ladders, flow->ladder);
	slab_give(&tracker->flows, flow);
}

static struct flow *flow_make_room(struct tracker *tracker)
{
	struct flow *flow = slab_take(&tracker->flows);

	if (flow)
		return flow;
	flow = tracker->lru[1].lru_next;
	if (flow == &tracker->lru[1]) {
		flow = tracker->lru[0].lru_next;
		if (flow == &tracker->lru[0])
			return NULL;
		tracker->counts.evicted_connections++;
	}
	flow_drop(tracker, flow);
	return slab_take(&tracker->flows);
}

/* Who is the server, where no SYN tells? A known listener, else the lower port. */
static bool source_is_server(struct tracker *tracker, const struct observation *obs)
{
	const struct service *from = service_find(&tracker->around, &obs->source);
	const struct service *to = service_find(&tracker->around, &obs->destination);

	if (obs->flags & TCP_SYN)
		return obs->flags & TCP_ACK;
	if (from && from->first_synack_ns && !(to && to->first_synack_ns))
		return true;
	if (to && to->first_synack_ns && !(from && from->first_synack_ns))
		return false;
	if (obs->flags & TCP_RST && obs->flags & TCP_ACK && obs->seen & SEEN_SEQ && !obs->seq)
		return true;
	return obs->source.port < obs->destination.port;
}

static void flow_begin(struct tracker *tracker, struct flow *flow, const struct observation *obs,
		       bool from_server)
{
	flow->client = from_server ? obs->destination : obs->source;
	flow->server = from_server ? obs->source : obs->destination;
	flow->number = ++tracker->next_number;
	flow->file = obs->file;
	flow->first_ns = flow->last_ns = obs->time_ns;
	tracker->counts.connections++;
	service_link(tracker, flow);
	if (obs->flags & TCP_SYN) {
		flow->flags |= FLOW_ROLES_SEEN;
		if (obs->flags & TCP_ACK)
			flow->flags |= FLOW_BEGAN_SYNACK;
	} else {
		tracker->counts.midstream++;
		if (!(obs->flags & TCP_RST))
			flow_count_open(flow);
	}
	if (!flow->ladder) {
		flow->ladder = slab_take(&tracker->ladders);
	}
	if (flow->ladder)
		flow->ladder->head_count = flow->ladder->after_count = flow->ladder->ring_total = 0;
}

struct flow *flow_new(struct tracker *tracker, const struct observation *obs, uint64_t hash)
{
	struct flow *flow = flow_make_room(tracker);
	struct flow **bucket = &tracker->buckets[hash & tracker->bucket_mask];

	if (!flow)
		return NULL;
	memset(flow, 0, sizeof(*flow));
	flow->hash = hash;
	flow->hash_next = *bucket;
	*bucket = flow;
	lru_append(tracker, flow, 0);
	flow_begin(tracker, flow, obs, source_is_server(tracker, obs));
	return flow;
}

void flow_restart(struct tracker *tracker, struct flow *flow, const struct observation *obs,
		  enum syn_meets met)
{
	struct flow old;

	if (flow->state == FLOW_RESET)
		flow_decide(tracker, flow);
	flow_count_shut(flow, false);
	service_unlink(flow);
	old = *flow;
	memset(flow, 0, sizeof(*flow));
	flow->hash = old.hash;
	flow->hash_next = old.hash_next;
	flow->lru_prev = old.lru_prev;
	flow->lru_next = old.lru_next;
	flow->lru = old.lru;
	flow->ladder = old.ladder;
	flow->old_met = (uint8_t)met;
	lru_unlink(flow);
	lru_append(tracker, flow, 0);
	flow_begin(tracker, flow, obs, obs->flags & TCP_ACK);
}
