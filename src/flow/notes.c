/* SPDX-License-Identifier: MIT */
/* What one segment tells about its surroundings: service, hosts, handshake, close. */
#include <string.h>

#include "flow/flow.h"
#include "flow/seq.h"
#include "flow/tracker_private.h"

#define SYN_WINDOW_NS (5 * SECOND_NS)
#define INSTANT_NS (100 * MILLISECOND_NS)

void note_syn(struct tracker *tracker, struct flow *flow, const struct observation *obs)
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

void note_synack(struct tracker *tracker, struct flow *flow, const struct observation *obs)
{
	const struct half *c = &flow->half[CLIENT];
	struct service *service = flow->service;
	struct host *client = host_find(&tracker->around, &obs->destination);
	bool known = flow->flags & FLOW_SYN;

	flow->flags &= ~(uint32_t)(FLOW_SYNACK_WRONG | FLOW_SYNACK_TS_WRONG);
	if (known && c->flags & HALF_ISN) {
		if (obs->ack - c->isn - 1 > c->bytes)
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

/* A host's identity is taken from its SYN-ACKs: one a connection is enough, and they are genuine.
 */
void note_identity(struct tracker *tracker, struct flow *flow, const struct observation *obs)
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

void note_handshake(struct flow *flow, int side, const struct observation *obs)
{
	const struct half *s = &flow->half[SERVER];

	if (side != CLIENT || flow->flags & FLOW_HANDSHAKE || !(obs->flags & TCP_ACK) ||
	    !(flow->flags & FLOW_SYNACK) || !(s->flags & HALF_ISN) || obs->ack != s->isn + 1)
		return;
	flow->flags |= FLOW_HANDSHAKE;
	if (!s->syn_repeats && obs->time_ns > flow->synack_ns)
		flow->rtt_to_client_ns = obs->time_ns - flow->synack_ns;
}

void note_fin(struct tracker *tracker, struct flow *flow, int side)
{
	const struct half *h = &flow->half[side], *p = &flow->half[!side];

	if (side == SERVER && !(p->flags & HALF_FIN) && !h->bytes && flow->service &&
	    flow->flags & FLOW_SYNACK) {
		struct service *service = flow->service;

		flow->flags |= FLOW_STARVED;
		service->starved++;
		service->starved_ns[service->starved_at++ % RECENT_STARVED] = h->fin_ns;
	}
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

/*
 * Neighbours that the server closed without a byte: not this connection itself, and not those of
 * the same moment, which one death or one close of the program ended together.
 */
static uint32_t starved_before(const struct flow *flow, const struct service *service,
			       int64_t now_ns)
{
	uint32_t starved = service->starved, now = 0;

	for (int i = 0; i < RECENT_STARVED; i++) {
		if (service->starved_ns[i] && now_ns - service->starved_ns[i] <= INSTANT_NS)
			now++;
	}
	if (flow->flags & FLOW_STARVED && now_ns - flow->half[SERVER].fin_ns > INSTANT_NS)
		now++;
	return starved > now ? starved - now : 0;
}

void note_reset(struct tracker *tracker, struct flow *flow, const struct observation *obs)
{
	struct reset *reset = flow->reset;
	int side = reset->resetter;
	struct service *service = flow->service;
	struct host *resetter = host_find(&tracker->around, &obs->source);
	struct host *victim = host_get(&tracker->around, &obs->destination);

	/* A proxy is server to one side and client to the other: only the other role's reset
	 * counts. */
	if (resetter && resetter->reset_got_ns[!side] &&
	    resetter->reset_got_connection[!side] != flow->number &&
	    obs->time_ns - resetter->reset_got_ns[!side] <= INSTANT_NS) {
		reset->has_other_side = true;
		reset->other_side_ns = resetter->reset_got_ns[!side];
	}
	/* Where the capture tells directions, a proxy is known even if it has an address for each
	 * side. */
	if ((obs->outgoing || endpoint_same_host(&flow->client, &flow->server)) &&
	    obs->seen & SEEN_DIRECTION && tracker->local_reset_ns[!side] &&
	    tracker->local_reset_connection[!side] != flow->number &&
	    obs->time_ns - tracker->local_reset_ns[!side] <= INSTANT_NS) {
		reset->has_other_side = true;
		reset->other_side_ns = tracker->local_reset_ns[!side];
	}
	if (obs->seen & SEEN_DIRECTION && !obs->outgoing) {
		tracker->local_reset_ns[!side] = obs->time_ns;
		tracker->local_reset_connection[!side] = flow->number;
	}
	if (victim) {
		victim->reset_got_ns[!side] = obs->time_ns;
		victim->reset_got_connection[!side] = flow->number;
	}
	if (!service)
		return;
	reset->open_to_server = service->open;
	reset->starved = starved_before(flow, service, obs->time_ns);
	if (obs->time_ns - service->syn_repeats_ns <= SYN_WINDOW_NS)
		reset->syns_unanswered = service->syn_repeats;
	reset->listened_before =
		service->first_synack_ns && service->first_synack_ns < flow->first_ns;
	reset->refused_before = service->last_refused_ns > flow->first_ns;
	if (reset->resetter != SERVER)
		return;
	if (reset->trigger.kind == TRIGGER_SYN) {
		service->last_refused_ns = obs->time_ns;
		service->last_refused_syn_ns = reset->trigger.time_ns;
	} else {
		service->resets_ns[service->resets_at++ % RECENT_RESETS] = obs->time_ns;
	}
}
