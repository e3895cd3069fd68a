/* SPDX-License-Identifier: MIT */
#include "flow/tracker.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "flow/flow.h"
#include "flow/seq.h"
#include "flow/tracker_private.h"

/* A closed connection is kept as long as its remains can meet a new SYN: TCP_TIMEWAIT_LEN, 60 s. */
#define CLOSED_KEEP_NS (60 * SECOND_NS)
/* A second SYN within the window of the first (Linux secure_tcp_seq(): RFC 6528). */
#define SYN_WINDOW_MAX 65535
#define PUSH_AHEAD 32
#define TIME_MAX_NS ((int64_t)1 << 61)

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
	/* Five eighths for flows and their ladders, an eighth for resets, the rest for
	 * surroundings. */
	flows = memory / 16 * 11 / (sizeof(struct flow) + sizeof(struct ladder) + 40);
	while (buckets < 3 * flows)
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

/* --- one segment -------------------------------------------------------------------------------
 */

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
	h->marks[h->recent_at] = 0;
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

	/* Having cleared an old connection away, the same client begins again with the same SYN. */
	if (flow->state == FLOW_RESET && side == flow->reset->resetter && side == CLIENT) {
		flow_restart(tracker, flow, obs, met);
		return false;
	}
	if (same)
		return false;
	if (flow->state == FLOW_OPEN && !(h->flags & HALF_SEEN) && !(flow->flags & FLOW_SYN) &&
	    (!(p->flags & HALF_ACKED) || p->acked == obs->seq + 1 + obs->payload_bytes))
		return false; /* the other direction began earlier: SYN-ACK before SYN */
	if (side == CLIENT && p->flags & HALF_FIN) {
		if (!(h->flags & HALF_FIN))
			met = SYN_MEETS_FIN_WAIT2;
		else if (p->fin_ns <= h->fin_ns)
			met = SYN_MEETS_TIME_WAIT;
		flow_restart(tracker, flow, obs, met);
		return false;
	}
	/* No client comes by such a number by itself: initial numbers move on 15 million a second.
	 */
	if (flow->state == FLOW_OPEN && !(p->flags & HALF_SEEN) && h->flags & HALF_ISN &&
	    obs->seq - h->isn - 1 < SYN_WINDOW_MAX)
		met = SYN_MEETS_SYN_RECV;
	if (flow->state != FLOW_OPEN || !(p->flags & HALF_SEEN) || h->flags & HALF_FIN) {
		flow_restart(tracker, flow, obs, met);
		return false;
	}
	set_syn_aside(flow, side, obs);
	return true;
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

static void flow_take_reset(struct tracker *tracker, struct flow *flow, int side,
			    const struct observation *obs)
{
	enum ignored_why why;

	tracker->counts.resets++;
	if (flow->state == FLOW_DECIDED) {
		tracker->counts.repeated++;
		return;
	}
	/* The one before did no harm, as is plain by now: this one is new. */
	if (flow->state == FLOW_RESET && reset_ignored(flow) != IGNORED_NOT)
		flow_decide(tracker, flow);
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
	why = reset_take(flow, side, obs, obs->time_ns - tracker->counts.first_ns, flow->reset);
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

/*
 * Keyed, so that nobody who writes packets can aim at one bucket: for IPv4, where speed matters
 * most, one multiplication of both halves of the key under a secret each (64 x 64 to 128 bits,
 * folded).
 */
static uint64_t flow_hash(const struct tracker *tracker, const struct observation *obs)
{
	struct endpoint key[2];
	bool swap;

	if (obs->source.family == ADDR_IP4 && obs->destination.family == ADDR_IP4) {
		uint32_t from, to;
		uint64_t a, b;
		unsigned __int128 product;

		memcpy(&from, obs->source.ip, 4);
		memcpy(&to, obs->destination.ip, 4);
		a = (uint64_t)from << 16 | obs->source.port;
		b = (uint64_t)to << 16 | obs->destination.port;
		if (a > b) {
			uint64_t c = a;

			a = b;
			b = c;
		}
		product = (unsigned __int128)(a ^ tracker->config.hash_key[0]) *
			  (b ^ tracker->config.hash_key[1]);
		return (uint64_t)product ^ (uint64_t)(product >> 64);
	}
	swap = endpoint_compare(&obs->source, &obs->destination) > 0;
	key[swap] = obs->source;
	key[!swap] = obs->destination;
	return hash_keyed(tracker->config.hash_key, key, sizeof(key));
}

static void prefetch_write(const void *at, size_t bytes)
{
	for (size_t line = 0; line < bytes; line += 64)
		__builtin_prefetch((const char *)at + line, 1);
}

/* Decides what is due, and drops one connection that was closed long ago. */
static void tracker_settle(struct tracker *tracker)
{
	int64_t hold_ns = tracker->config.hold_us * 1000;
	struct flow *flow;

	while ((flow = tracker->pending.pending_next) != &tracker->pending) {
		int64_t age_ns = tracker->now_ns - flow->reset->obs.time_ns;

		if (age_ns < hold_ns && age_ns > -SECOND_NS)
			break;
		flow_decide(tracker, flow);
	}
	flow = tracker->lru[1].lru_next;
	if (flow != &tracker->lru[1] && flow->state != FLOW_RESET &&
	    tracker->now_ns - flow->last_ns > CLOSED_KEEP_NS)
		flow_drop(tracker, flow);
}

void tracker_advance_to(struct tracker *tracker, int64_t now_ns)
{
	if (now_ns > tracker->now_ns || tracker->now_ns - now_ns > SECOND_NS)
		tracker->now_ns = now_ns;
	tracker_settle(tracker);
}

static void tracker_advance(struct tracker *tracker, const struct observation *obs)
{
	struct tracker_counts *counts = &tracker->counts;

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
	tracker_settle(tracker);
}

/* Whether @obs is a further copy of a segment that was captured already: `-i any`, mirrored ports.
 */
static bool flow_has_seen(struct flow *flow, const struct observation *obs)
{
	struct half *h = &flow->half[flow_side(flow, obs)];
	struct reset *reset = flow->reset;
	const struct observation *rst = reset ? &reset->obs : NULL;

	if (rst && obs->flags & TCP_RST && rst->seq == obs->seq && rst->flags == obs->flags &&
	    rst->ip_id == obs->ip_id && rst->ack == obs->ack &&
	    obs->time_ns - rst->time_ns < MILLISECOND_NS &&
	    endpoint_same(&rst->source, &obs->source)) {
		reset->copies++;
		return true;
	}
	if (!half_is_duplicate(h, obs))
		return false;
	if (obs->seen & SEEN_TTL && half_has(h, HALF_TTL) && obs->ttl < h->ttl_low)
		h->flags |= HALF_FORWARDED;
	return true;
}

/* A SYN-ACK for another SYN than the one of this connection, or for one that had been refused
 * before. */
static bool flow_accepted_anew(const struct flow *flow, const struct observation *obs)
{
	if (flow->flags & FLOW_SYN_ASIDE && obs->ack == flow->syn_aside_seq + 1)
		return true;
	if (flow->state == FLOW_RESET)
		return flow->reset->trigger.kind == TRIGGER_SYN;
	return flow->state == FLOW_DECIDED && flow->flags & FLOW_REFUSED;
}

/* New bytes of the victim are acknowledged, long after: that reset did no harm, and this goes on.
 */
static bool flow_lives_on(const struct flow *flow)
{
	const struct half *h = &flow->half[flow->decided_side];

	return half_has(h, HALF_ACKED) && seq_after(h->acked, flow->decided_acked) &&
	       flow->half[!flow->decided_side].last_data_ns > 0;
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
	} else if (flow_has_seen(flow, obs)) {
		tracker->counts.duplicates++;
		return;
	}
	if (syn)
		aside = flow_meet_syn(tracker, flow, obs);
	else if (synack && flow_accepted_anew(flow, obs))
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
		else if (flow->state == FLOW_DECIDED && side == flow->decided_side &&
			 flow_lives_on(flow))
			flow->state = FLOW_OPEN;
		if (!(flow->flags & FLOW_HANDSHAKE))
			note_handshake(flow, side, obs);
		if (!had_fin && flow->half[side].flags & HALF_FIN)
			note_fin(tracker, flow, side);
	}
	if (flow->ladder)
		ladder_add(flow->ladder, flow, side, obs, recent);
	flow->packets++;
	flow->last_ns = obs->time_ns;
	if (flow->lru == 0 && obs->time_ns - flow->lru_ns > SECOND_NS) {
		lru_unlink(flow);
		lru_append(tracker, flow, 0);
		flow->lru_ns = obs->time_ns;
	}
}

/* A time that no clock shows, so that differences of times never overflow. */
static void tracker_push_far(struct tracker *tracker, const struct observation *obs, uint64_t hash)
{
	struct observation near = *obs;

	near.time_ns = obs->time_ns < 0 ? 0 : TIME_MAX_NS;
	tracker_push_hashed(tracker, &near, hash);
}

/* Memory is fetched in three steps, each for the whole batch: bucket, flow, and what the flow
 * points to. */
void tracker_push_many(struct tracker *tracker, const struct observation *obs, int count)
{
	uint64_t hash[PUSH_AHEAD];
	const struct flow *flow[PUSH_AHEAD];

	while (count > 0) {
		int n = count < PUSH_AHEAD ? count : PUSH_AHEAD;

		for (int i = 0; i < n; i++) {
			hash[i] = flow_hash(tracker, &obs[i]);
			__builtin_prefetch(&tracker->buckets[hash[i] & tracker->bucket_mask]);
		}
		for (int i = 0; i < n; i++) {
			flow[i] = tracker->buckets[hash[i] & tracker->bucket_mask];
			if (!flow[i])
				continue;
			prefetch_write(flow[i], offsetof(struct flow, half) + HALF_HOT);
			prefetch_write(&flow[i]->half[SERVER], HALF_HOT);
		}
		for (int i = 0; i < n; i++) {
			const struct half *half;

			if (!flow[i])
				continue;
			half = &flow[i]->half[flow_side(flow[i], &obs[i])];
			prefetch_write(&half->recent[half->recent_at], sizeof(struct recent));
			if (flow[i]->ladder)
				__builtin_prefetch(
					&flow[i]->ladder
						 ->ring[flow[i]->ladder->ring_total % LADDER_RING],
					1);
		}
		for (int i = 0; i < n; i++) {
			if (obs[i].time_ns >= 0 && obs[i].time_ns < TIME_MAX_NS)
				tracker_push_hashed(tracker, &obs[i], hash[i]);
			else
				tracker_push_far(tracker, &obs[i], hash[i]);
		}
		obs += n;
		count -= n;
	}
}

void tracker_push(struct tracker *tracker, const struct observation *obs)
{
	tracker_push_many(tracker, obs, 1);
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
