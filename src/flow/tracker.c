/* SPDX-License-Identifier: MIT */
#include "flow/tracker.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "flow/flow.h"
#include "flow/seq.h"
#include "flow/tracker_private.h"

/* A closed connection is kept as long as its remains can meet a new SYN: TCP_TIMEWAIT_LEN, 60 s. */
#define CLOSED_KEEP_NS (60 * SECOND_NS)
#define SYN_WINDOW_NS (5 * SECOND_NS)
#define PUSH_AHEAD 64

static void ring_init(struct flow *ring)
{
	ring->lru_next = ring->lru_prev = ring;
	ring->pending_next = ring->pending_prev = ring;
}

struct tracker *tracker_new(const struct tracker_config *config)
{
	struct tracker *tracker = calloc(1, sizeof(*tracker));
	size_t memory, flows;
	uint64_t buckets = 1024;

	if (!tracker)
		return NULL;
	tracker->config = *config;
	memory = config->memory_bytes ? config->memory_bytes : TRACKER_MEMORY_DEFAULT;
	if (memory < (size_t)1 << 20)
		memory = (size_t)1 << 20;
	if (!tracker->config.hold_us)
		tracker->config.hold_us = 5000000;
	/* Five eighths for flows and their ladders, an eighth for resets, the rest for surroundings. */
	flows = memory * 5 / 8 / (sizeof(struct flow) + sizeof(struct ladder) + 16);
	while (buckets < flows)
		buckets *= 2;
	slab_init(&tracker->flows, sizeof(struct flow), flows);
	slab_init(&tracker->ladders, sizeof(struct ladder), flows);
	slab_init(&tracker->resets, sizeof(struct reset), memory / 8 / sizeof(struct reset));
	tracker->buckets = calloc(buckets, sizeof(*tracker->buckets));
	tracker->bucket_mask = buckets - 1;
	ring_init(&tracker->lru[0]);
	ring_init(&tracker->lru[1]);
	ring_init(&tracker->pending);
	if (!tracker->buckets || surroundings_init(&tracker->around, config->hash_key, memory)) {
		tracker_free(tracker);
		return NULL;
	}
	return tracker;
}

void tracker_free(struct tracker *tracker)
{
	if (!tracker)
		return;
	surroundings_release(&tracker->around);
	slab_release(&tracker->flows);
	slab_release(&tracker->ladders);
	slab_release(&tracker->resets);
	free(tracker->buckets);
	free(tracker);
}

const struct tracker_counts *tracker_get_counts(const struct tracker *tracker)
{
	return &tracker->counts;
}

uint64_t tracker_opened_below(const struct tracker *tracker, const struct endpoint *server,
			      uint32_t level)
{
	const struct service *service = service_find(&tracker->around, server);

	return service ? service_opened_below(service, level) : 0;
}

uint64_t tracker_starved(const struct tracker *tracker, const struct endpoint *server)
{
	const struct service *service = service_find(&tracker->around, server);

	return service ? service->starved : 0;
}

/* --- lists ---------------------------------------------------------------------------------- */

static void lru_append(struct tracker *tracker, struct flow *flow, int which)
{
	struct flow *ring = &tracker->lru[which];

	flow->lru = (uint8_t)which;
	flow->lru_prev = ring->lru_prev;
	flow->lru_next = ring;
	ring->lru_prev->lru_next = flow;
	ring->lru_prev = flow;
}

static void lru_unlink(struct flow *flow)
{
	flow->lru_prev->lru_next = flow->lru_next;
	flow->lru_next->lru_prev = flow->lru_prev;
}

static void pending_append(struct tracker *tracker, struct flow *flow)
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

static void flow_count_open(struct flow *flow)
{
	if (!flow->service || flow->flags & FLOW_COUNTED_OPEN)
		return;
	flow->flags |= FLOW_COUNTED_OPEN;
	flow->open_at_start = ++flow->service->open;
	service_note_opened(flow->service, flow->open_at_start);
}

static void flow_count_shut(struct flow *flow, bool was_reset)
{
	if (!flow->service || !(flow->flags & FLOW_COUNTED_OPEN))
		return;
	flow->flags &= ~(uint32_t)FLOW_COUNTED_OPEN;
	flow->service->open--;
	if (was_reset)
		service_forget_opened(flow->service, flow->open_at_start);
}

static void flow_decide(struct tracker *tracker, struct flow *flow)
{
	enum ignored_why ignored = reset_ignored(flow);
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
		flow_count_open(flow);
		return;
	}
	flow->state = FLOW_DECIDED;
	slab_give(&tracker->ladders, flow->ladder);
	flow->ladder = NULL;
}

static void flow_drop(struct tracker *tracker, struct flow *flow)
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

static struct flow *flow_new(struct tracker *tracker, const struct observation *obs, uint64_t hash)
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

/* The four are used again: what waits is decided, and the place begins anew. */
static void flow_restart(struct tracker *tracker, struct flow *flow, const struct observation *obs,
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

/* --- one segment ------------------------------------------------------------------------------- */

static int flow_side(const struct flow *flow, const struct observation *obs)
{
	return endpoint_same(&obs->source, &flow->client) ? CLIENT : SERVER;
}

static void set_syn_aside(struct flow *flow, int side, const struct observation *obs)
{
	struct half *h = &flow->half[side];

	flow->flags |= FLOW_SYN_ASIDE;
	flow->syn_aside_seq = obs->seq;
	flow->syn_aside_ns = obs->time_ns;
	h->recent[h->recent_at] = (struct recent){
		.time_ns = obs->time_ns,
		.quiet_ns = flow->content_ns ? obs->time_ns - flow->content_ns : -1,
		.seq = obs->seq,
		.bytes = obs->payload_bytes,
		.ts_value = obs->ts_value,
		.window = obs->window,
		.ip_id = obs->ip_id,
		.flags = obs->flags,
		.kind = TRIGGER_SYN,
		.tos = obs->tos,
		.has_id = obs->seen & SEEN_IP_ID,
		.has_tos = obs->seen & SEEN_TOS,
	};
	h->recent_at = (h->recent_at + 1) % RECENT_MAX;
	if (h->segments < UINT16_MAX)
		h->segments++;
}

/* A SYN of a flow that is known. Returns true if it was set aside because the connection lives. */
static bool flow_meet_syn(struct tracker *tracker, struct flow *flow, const struct observation *obs)
{
	int side = flow_side(flow, obs);
	const struct half *h = &flow->half[side], *p = &flow->half[!side];
	bool same = h->flags & HALF_ISN && h->isn == obs->seq;
	enum syn_meets met = SYN_MEETS_NOTHING;

	if (same)
		return false;
	if (flow->state == FLOW_OPEN && !(h->flags & HALF_SEEN) && !(flow->flags & FLOW_SYN))
		return false; /* the other direction began earlier: SYN-ACK before SYN */
	if (side == CLIENT && p->flags & HALF_FIN) {
		if (!(h->flags & HALF_FIN))
			met = SYN_MEETS_FIN_WAIT2;
		else if (p->fin_ns <= h->fin_ns)
			met = SYN_MEETS_TIME_WAIT;
		flow_restart(tracker, flow, obs, met);
		return false;
	}
	if (flow->state != FLOW_OPEN || !(p->flags & HALF_SEEN) || h->flags & HALF_FIN) {
		flow_restart(tracker, flow, obs, met);
		return false;
	}
	set_syn_aside(flow, side, obs);
	return true;
}

static void note_syn(struct tracker *tracker, struct flow *flow, const struct observation *obs)
{
	struct host *host;

	if (flow->flags & FLOW_SYN) {
		struct service *service = flow->service;

		if (service && !(flow->flags & FLOW_SYNACK)) {
			if (obs->time_ns - service->syn_repeats_ns > SYN_WINDOW_NS) {
				service->syn_repeats_ns = obs->time_ns;
				service->syn_repeats = 0;
			}
			service->syn_repeats++;
		}
		return;
	}
	flow->flags |= FLOW_SYN;
	flow->syn_ns = obs->time_ns;
	if (obs->options & OPTION_MPTCP && obs->mptcp_subtypes & 1u << MPTCP_JOIN)
		flow->flags |= FLOW_JOIN;
	if (!(obs->options & (OPTION_TS | OPTION_SACK_OK | OPTION_WSCALE)) &&
	    (obs->window <= 1024 || obs->ip_id == 54321))
		flow->flags |= FLOW_SCAN;
	host = host_get(&tracker->around, &obs->source);
	if (host)
		host_note_syn(host, flow, obs->seq, obs->time_ns);
}

static void note_synack(struct tracker *tracker, struct flow *flow, const struct observation *obs)
{
	const struct half *c = &flow->half[CLIENT];
	struct service *service = flow->service;
	struct host *client = host_find(&tracker->around, &obs->destination);
	bool known = flow->flags & FLOW_SYN;

	flow->flags &= ~(uint32_t)(FLOW_SYNACK_WRONG | FLOW_SYNACK_TS_WRONG);
	if (known && c->flags & HALF_ISN) {
		int32_t acked = seq_distance(obs->ack, c->isn);

		if (acked < 1 || acked > 1 + (int32_t)c->bytes)
			flow->flags |= FLOW_SYNACK_WRONG;
		if (obs->options & OPTION_TS && c->flags & HALF_TS &&
		    (uint32_t)seq_distance(c->ts_last, obs->ts_echo) > 200000)
			flow->flags |= FLOW_SYNACK_TS_WRONG;
	}
	if (!known && client) {
		for (int i = 0; i < RECENT_SYNS; i++) {
			const struct syn_note *note = &client->syns[i];

			if (note->time_ns && note->isn + 1 == obs->ack &&
			    note->client_port == obs->destination.port &&
			    !endpoint_same(&note->server, &obs->source))
				flow->flags |= FLOW_SYNACK_ELSEWHERE;
		}
	}
	if (!(flow->flags & FLOW_SYNACK)) {
		flow->flags |= FLOW_SYNACK;
		flow->synack_ns = obs->time_ns;
		if (known)
			flow->synack_delay_ns = obs->time_ns - flow->syn_ns;
		if (known && !c->syn_repeats && flow->synack_delay_ns > 0)
			flow->rtt_to_server_ns = flow->synack_delay_ns;
		flow_count_open(flow);
		if (client)
			host_note_accepted(client, flow, obs->time_ns);
	}
	if (service && !(flow->flags & FLOW_SYNACK_WRONG)) {
		if (!service->first_synack_ns)
			service->first_synack_ns = obs->time_ns;
		service->last_synack_ns = obs->time_ns;
		service->last_synack_syn_ns = known ? flow->syn_ns : obs->time_ns;
	}
}

/* A host's identity is taken from its SYN-ACKs: one a connection is enough, and they are genuine. */
static void note_identity(struct tracker *tracker, struct flow *flow, const struct observation *obs)
{
	struct host *host = host_get(&tracker->around, &obs->source);

	if (!host)
		return;
	host->identity_ns = obs->time_ns;
	host->identity_connection = flow->number;
	host->has_mac = obs->seen & SEEN_MAC;
	host->mac = obs->link_source;
	host->has_ttl = obs->seen & SEEN_TTL;
	host->ttl = obs->ttl;
}

static void note_handshake(struct flow *flow, int side, const struct observation *obs)
{
	const struct half *s = &flow->half[SERVER];

	if (side != CLIENT || flow->flags & FLOW_HANDSHAKE || !(obs->flags & TCP_ACK) ||
	    !(flow->flags & FLOW_SYNACK) || !(s->flags & HALF_ISN) || obs->ack != s->isn + 1)
		return;
	flow->flags |= FLOW_HANDSHAKE;
	if (!s->syn_repeats && obs->time_ns > flow->synack_ns)
		flow->rtt_to_client_ns = obs->time_ns - flow->synack_ns;
}

static void note_fin(struct tracker *tracker, struct flow *flow, int side)
{
	const struct half *h = &flow->half[side], *p = &flow->half[!side];

	if (side == SERVER && !(p->flags & HALF_FIN) && !h->bytes && flow->service &&
	    flow->flags & FLOW_SYNACK)
		flow->service->starved++;
	if (!(p->flags & HALF_FIN) || flow->state != FLOW_OPEN)
		return;
	flow->state = FLOW_CLOSED;
	if (!(flow->flags & FLOW_NORMAL_END)) {
		flow->flags |= FLOW_NORMAL_END;
		tracker->counts.normal_ends++;
	}
	flow_count_shut(flow, false);
	lru_unlink(flow);
	lru_append(tracker, flow, 1);
}

static void flow_emit_ignored(struct tracker *tracker, struct flow *flow, enum ignored_why why)
{
	struct evidence *ev = tracker->config.reserve(tracker->config.context);

	tracker->counts.ignored++;
	flow->flags |= FLOW_RST_IGNORED;
	if (!ev)
		return;
	evidence_build(tracker, flow, why, ev);
	tracker->config.emit(tracker->config.context, ev);
}

static void note_reset(struct tracker *tracker, struct flow *flow, const struct observation *obs)
{
	struct reset *reset = flow->reset;
	struct service *service = flow->service;
	struct host *resetter = host_find(&tracker->around, &obs->source);
	struct host *victim = host_get(&tracker->around, &obs->destination);

	if (resetter && resetter->reset_got_ns &&
	    resetter->reset_got_connection != flow->number &&
	    obs->time_ns - resetter->reset_got_ns <= SECOND_NS) {
		reset->has_other_side = true;
		reset->other_side_ns = resetter->reset_got_ns;
	}
	if (victim) {
		victim->reset_got_ns = obs->time_ns;
		victim->reset_got_connection = flow->number;
	}
	if (!service)
		return;
	reset->open_to_server = service->open;
	reset->starved = service->starved;
	if (obs->time_ns - service->syn_repeats_ns <= SYN_WINDOW_NS)
		reset->syns_unanswered = service->syn_repeats;
	reset->listened_before = service->first_synack_ns && service->first_synack_ns < flow->first_ns;
	reset->refused_before = service->last_refused_ns > flow->first_ns;
	if (reset->resetter == SERVER) {
		service->resets_ns[service->resets_at++ % RECENT_RESETS] = obs->time_ns;
		if (reset->trigger.kind == TRIGGER_SYN) {
			service->last_refused_ns = obs->time_ns;
			service->last_refused_syn_ns = reset->trigger.time_ns;
		}
	}
}

static void flow_take_reset(struct tracker *tracker, struct flow *flow, int side,
			    const struct observation *obs)
{
	enum ignored_why why;

	tracker->counts.resets++;
	if (flow->state == FLOW_DECIDED) {
		tracker->counts.repeated++;
		return;
	}
	if (flow->state == FLOW_RESET) {
		reset_follow(flow, side, obs);
		if (side != flow->reset->resetter)
			tracker->counts.repeated++;
		return;
	}
	flow->reset = slab_take(&tracker->resets);
	if (!flow->reset && tracker->pending.pending_next != &tracker->pending) {
		flow_decide(tracker, tracker->pending.pending_next);
		flow->reset = slab_take(&tracker->resets);
	}
	if (!flow->reset)
		return;
	why = reset_take(flow, side, obs, flow->reset);
	if (why != IGNORED_NOT) {
		flow_emit_ignored(tracker, flow, why);
		slab_give(&tracker->resets, flow->reset);
		flow->reset = NULL;
		return;
	}
	note_reset(tracker, flow, obs);
	flow->state = FLOW_RESET;
	flow_count_shut(flow, true);
	pending_append(tracker, flow);
	lru_unlink(flow);
	lru_append(tracker, flow, 1);
}

static struct flow *flow_find(struct tracker *tracker, const struct observation *obs, uint64_t hash)
{
	struct flow *flow = tracker->buckets[hash & tracker->bucket_mask];

	for (; flow; flow = flow->hash_next) {
		if (flow->hash != hash)
			continue;
		if ((endpoint_same(&flow->client, &obs->source) &&
		     endpoint_same(&flow->server, &obs->destination)) ||
		    (endpoint_same(&flow->server, &obs->source) &&
		     endpoint_same(&flow->client, &obs->destination)))
			return flow;
	}
	return NULL;
}

static uint64_t flow_hash(const struct tracker *tracker, const struct observation *obs)
{
	struct endpoint key[2];
	bool swap = endpoint_compare(&obs->source, &obs->destination) > 0;

	key[swap] = obs->source;
	key[!swap] = obs->destination;
	if (obs->source.family == ADDR_IP4) {
		uint32_t small[3];

		memcpy(&small[0], key[0].ip, 4);
		memcpy(&small[1], key[1].ip, 4);
		small[2] = (uint32_t)key[0].port << 16 | key[1].port;
		return hash_keyed(tracker->config.hash_key, small, sizeof(small));
	}
	return hash_keyed(tracker->config.hash_key, key, sizeof(key));
}

static void tracker_advance(struct tracker *tracker, const struct observation *obs)
{
	struct tracker_counts *counts = &tracker->counts;
	int64_t hold_ns = tracker->config.hold_us * 1000;
	struct flow *flow;

	counts->packets++;
	if (!(obs->seen & SEEN_TIME))
		return;
	if (!counts->has_time) {
		counts->has_time = true;
		counts->has_date = obs->seen & SEEN_DATE;
		counts->first_ns = counts->last_ns = tracker->now_ns = obs->time_ns;
	}
	if (obs->time_ns < counts->first_ns)
		counts->first_ns = obs->time_ns;
	if (obs->time_ns > counts->last_ns)
		counts->last_ns = obs->time_ns;
	if (obs->time_ns > tracker->now_ns)
		tracker->now_ns = obs->time_ns;
	while ((flow = tracker->pending.pending_next) != &tracker->pending &&
	       tracker->now_ns - flow->reset->obs.time_ns >= hold_ns)
		flow_decide(tracker, flow);
	flow = tracker->lru[1].lru_next;
	if (flow != &tracker->lru[1] && flow->state != FLOW_RESET &&
	    tracker->now_ns - flow->last_ns > CLOSED_KEEP_NS)
		flow_drop(tracker, flow);
}

static void tracker_push_hashed(struct tracker *tracker, const struct observation *obs,
				uint64_t hash)
{
	struct flow *flow;
	struct recent *recent = NULL;
	bool syn = (obs->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
	bool synack = (obs->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == (TCP_SYN | TCP_ACK);
	bool aside = false;
	int side;

	tracker_advance(tracker, obs);
	flow = flow_find(tracker, obs, hash);
	if (!flow) {
		flow = flow_new(tracker, obs, hash);
		if (!flow)
			return;
	} else if (half_is_duplicate(&flow->half[flow_side(flow, obs)], obs) ||
		   (flow->reset && obs->flags & TCP_RST &&
		    flow->reset->obs.seq == obs->seq && flow->reset->obs.flags == obs->flags &&
		    flow->reset->obs.ip_id == obs->ip_id && flow->reset->obs.ack == obs->ack &&
		    obs->time_ns - flow->reset->obs.time_ns < MILLISECOND_NS &&
		    endpoint_same(&flow->reset->obs.source, &obs->source))) {
		tracker->counts.duplicates++;
		return;
	}
	if (syn)
		aside = flow_meet_syn(tracker, flow, obs);
	else if (synack && flow->flags & FLOW_SYN_ASIDE && obs->ack == flow->syn_aside_seq + 1)
		flow_restart(tracker, flow, obs, SYN_MEETS_NOTHING);
	side = flow_side(flow, obs);
	if (syn && !aside)
		note_syn(tracker, flow, obs);
	else if (synack)
		note_synack(tracker, flow, obs);
	if (obs->flags & TCP_RST) {
		flow_take_reset(tracker, flow, side, obs);
	} else {
		bool had_fin = flow->half[side].flags & HALF_FIN;

		if (!aside)
			recent = half_take(flow, side, obs);
		if (synack)
			note_identity(tracker, flow, obs);
		if (flow->state == FLOW_RESET)
			reset_follow(flow, side, obs);
		if (!(flow->flags & FLOW_HANDSHAKE))
			note_handshake(flow, side, obs);
		if (!had_fin && flow->half[side].flags & HALF_FIN)
			note_fin(tracker, flow, side);
	}
	if (flow->ladder)
		ladder_add(flow->ladder, flow, side, obs, recent);
	flow->packets++;
	flow->last_ns = obs->time_ns;
	if (flow->lru == 0) {
		lru_unlink(flow);
		lru_append(tracker, flow, 0);
	}
}

void tracker_push(struct tracker *tracker, const struct observation *obs)
{
	tracker_push_hashed(tracker, obs, flow_hash(tracker, obs));
}

void tracker_push_many(struct tracker *tracker, const struct observation *obs, int count)
{
	uint64_t hash[PUSH_AHEAD];

	while (count > 0) {
		int n = count < PUSH_AHEAD ? count : PUSH_AHEAD;

		for (int i = 0; i < n; i++) {
			hash[i] = flow_hash(tracker, &obs[i]);
			__builtin_prefetch(&tracker->buckets[hash[i] & tracker->bucket_mask]);
		}
		for (int i = 0; i < n; i++) {
			const char *flow = (const char *)
				tracker->buckets[hash[i] & tracker->bucket_mask];

			if (!flow)
				continue;
			for (size_t at = 0; at < sizeof(struct flow); at += 64)
				__builtin_prefetch(flow + at);
		}
		for (int i = 0; i < n; i++)
			tracker_push_hashed(tracker, &obs[i], hash[i]);
		obs += n;
		count -= n;
	}
}

void tracker_finish(struct tracker *tracker)
{
	struct flow *flow;

	while ((flow = tracker->pending.pending_next) != &tracker->pending)
		flow_decide(tracker, flow);
	tracker->counts.unfinished = 0;
	tracker->counts.refused_silently = 0;
	for (flow = tracker->lru[0].lru_next; flow != &tracker->lru[0]; flow = flow->lru_next) {
		if (flow->state != FLOW_OPEN)
			continue;
		if (flow->flags & FLOW_SYN && !(flow->half[SERVER].flags & HALF_SEEN))
			tracker->counts.refused_silently++;
		else
			tracker->counts.unfinished++;
	}
	tracker->counts.evicted_services = tracker->around.services.evicted;
}
