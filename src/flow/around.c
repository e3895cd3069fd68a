/* SPDX-License-Identifier: MIT */
/* Facts about what followed a reset and about other connections around it. */
#include "flow/flow.h"
#include "flow/tracker_private.h"

#define INSTANT_NS (100 * MILLISECOND_NS)
#define PARALLEL_NS (300 * MILLISECOND_NS) /* RFC 8305 section 5: 250 ms between attempts */
#define RECONNECT_NS (5 * SECOND_NS)
#define NAT_SCAN_MAX 256

static void add_after(const struct tracker *tracker, const struct flow *flow, struct evidence *ev)
{
	const struct reset *reset = flow->reset;
	const struct host *client = host_find(&tracker->around, &flow->client);

	evidence_set(ev, FACT_RESETTER_CONTINUES, reset->resetter_continues);
	evidence_set(ev, FACT_VICTIM_CONTINUES, reset->victim_continues);
	evidence_set(ev, FACT_CHALLENGED, reset->challenged);
	if (!client)
		return;
	for (int i = 0; i < RECENT_SYNS; i++) {
		const struct syn_note *note = &client->syns[i];
		int64_t after_ns = note->time_ns - reset->obs.time_ns;

		if (note->connection != flow->number && note->accepted_ns && after_ns > 0 &&
		    after_ns <= RECONNECT_NS && endpoint_same(&note->server, &flow->server))
			evidence_set(ev, FACT_RECONNECTED, 1);
	}
}

static enum parallel parallel_of(const struct flow *flow, const struct host *client)
{
	enum parallel found = PARALLEL_NONE;

	for (int i = 0; i < RECENT_SYNS; i++) {
		const struct syn_note *note = &client->syns[i];
		int64_t gap_ns = note->time_ns - flow->syn_ns;
		uint16_t a = note->server.port, b = flow->server.port;

		if (!note->time_ns || note->connection == flow->number ||
		    !endpoint_same_host(&note->server, &flow->server) || gap_ns > PARALLEL_NS ||
		    gap_ns < -PARALLEL_NS)
			continue;
		if ((a == PORT_NETBIOS && b == PORT_SMB) || (a == PORT_SMB && b == PORT_NETBIOS))
			return PARALLEL_SMB;
		if (a == b && note->accepted_ns)
			found = PARALLEL_SAME_PORT;
		else if (a != b && note->accepted_ns && found == PARALLEL_NONE)
			found = PARALLEL_OTHER_PORT;
	}
	return found;
}

/* A stray segment that goes on, byte for byte, where another connection of that address stands. */
static bool nat_remapped(const struct flow *flow, const struct recent *trigger)
{
	const struct flow *other = flow->service ? flow->service->flows : NULL;
	int side = flow->reset->resetter;

	for (int i = 0; other && i < NAT_SCAN_MAX; other = other->service_next, i++) {
		const struct half *h = &other->half[!side];

		if (other == flow || !endpoint_same_host(&other->client, &flow->client) ||
		    !(h->flags & HALF_SEQ))
			continue;
		if (h->next == trigger->seq && other->half[side].flags & HALF_SEQ &&
		    other->half[side].next == trigger->ack)
			return true;
	}
	return false;
}

static void add_service(const struct flow *flow, struct evidence *ev)
{
	const struct reset *reset = flow->reset;
	const struct service *service = flow->service;
	int64_t rst_ns = reset->obs.time_ns;
	int same = 0;

	if (!service)
		return;
	if (reset->open_to_server)
		evidence_set(ev, FACT_OPEN_TO_SERVER, reset->open_to_server);
	if (reset->resetter == SERVER) {
		for (int i = 0; i < RECENT_RESETS; i++) {
			int64_t gap_ns = service->resets_ns[i] - rst_ns;

			if (service->resets_ns[i] && gap_ns <= INSTANT_NS && gap_ns >= -INSTANT_NS)
				same++;
		}
		/* A refused SYN was no connection, and is not among them. */
		same -= reset->trigger.kind != TRIGGER_SYN;
		evidence_set(ev, FACT_RESETS_SAME_INSTANT, same > 0 ? same : 0);
	}
	evidence_set(ev, FACT_LISTENED_BEFORE, reset->listened_before);
	if (service->last_synack_syn_ns > rst_ns)
		evidence_set(ev, FACT_ACCEPTS_AFTER, 1);
	if (service->last_refused_syn_ns > rst_ns)
		evidence_set(ev, FACT_REFUSES_AFTER, 1);
	else if (service->last_synack_syn_ns > rst_ns)
		evidence_set(ev, FACT_REFUSES_AFTER, 0);
	evidence_set(ev, FACT_REFUSED_BEFORE, reset->refused_before);
	evidence_set(ev, FACT_STARVED_NEIGHBOURS, reset->starved);
	evidence_set(ev, FACT_SYNS_UNANSWERED, reset->syns_unanswered);
}

static void add_surroundings(const struct tracker *tracker, const struct flow *flow,
			     struct evidence *ev)
{
	const struct reset *reset = flow->reset;
	const struct host *client = host_find(&tracker->around, &flow->client);
	const struct endpoint *who = reset->resetter == CLIENT ? &flow->client : &flow->server;
	const struct half *h = &reset->half[reset->resetter];
	const struct host *resetter = host_find(&tracker->around, who);

	add_service(flow, ev);
	if (flow->flags & FLOW_SYN && client)
		evidence_set(ev, FACT_PARALLEL_SIBLING, parallel_of(flow, client));
	evidence_set(ev, FACT_OTHER_SIDE_RESET, reset->has_other_side);
	if (reset->has_other_side)
		evidence_set_ns(ev, FACT_OTHER_SIDE_RESET_DELAY,
				reset->obs.time_ns - reset->other_side_ns);
	if (!(flow->flags & FLOW_ROLES_SEEN) && reset->trigger.kind == TRIGGER_DATA)
		evidence_set(ev, FACT_NAT_REMAPPED, nat_remapped(flow, &reset->trigger));
	if (resetter && resetter->identity_connection && half_has(h, HALF_SEEN) &&
	    resetter->identity_connection != flow->number) {
		bool mac = resetter->has_mac && half_has(h, HALF_MAC) && resetter->mac != h->mac;
		int ttl = half_has(h, HALF_TTL) && resetter->has_ttl ? resetter->ttl - h->ttl_high
								     : 0;

		evidence_set(ev, FACT_IDENTITY_CHANGED, mac || ttl > 2 || ttl < -2);
	}
}

void evidence_add_around(const struct tracker *tracker, const struct flow *flow,
			 struct evidence *ev)
{
	add_after(tracker, flow, ev);
	add_surroundings(tracker, flow, ev);
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
