/* SPDX-License-Identifier: MIT */
/* The public interface (include/whyrst.h) over tracker and engine. */
#include "whyrst.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/tracker.h"
#include "verdict/library.h"
#include "verdict/verdict.h"

struct whyrst {
	struct tracker *tracker;
	void (*reset)(void *context, const struct whyrst_verdict *verdict);
	void *context;
	struct evidence evidence;
	struct verdict verdict;
};

static void endpoint_out(const struct endpoint *from, struct whyrst_endpoint *to)
{
	to->family = from->family;
	to->port = from->port;
	memcpy(to->ip, from->ip, sizeof(to->ip));
}

static int endpoint_in(const struct whyrst_endpoint *from, struct endpoint *to)
{
	if (from->family != ADDR_IP4 && from->family != ADDR_IP6)
		return -EINVAL;
	to->family = from->family;
	to->port = from->port;
	memcpy(to->ip, from->ip, from->family == ADDR_IP4 ? 4 : 16);
	return 0;
}

static void judged_facts(const struct verdict *verdict, struct whyrst_verdict *out)
{
	const struct evidence *ev = verdict->evidence;
	int i;

	for (i = 0; i < verdict->shown_count && i < WHYRST_EVIDENCE_MAX; i++) {
		enum fact_id fact = verdict->shown[i];
		int64_t value = evidence_value(ev, fact);

		out->evidence[out->evidence_count++] = (struct whyrst_fact){
			.id = fact_name(fact),
			.meaning = fact_meaning(fact),
			.value = value,
			.value_id = fact_value_name(fact, value),
		};
	}
	for (i = 0; i < verdict->alternative_count && i < WHYRST_ALTERNATIVES_MAX; i++) {
		const struct alternative *other = &verdict->alternatives[i];

		out->alternatives[out->alternative_count++] = (struct whyrst_alternative){
			.cause = other->cause->id,
			.confidence = confidence_name(other->confidence),
			.would_decide =
				other->decides < 0 ? NULL : fact_name((enum fact_id)other->decides),
		};
	}
}

static struct evidence *reserve(void *context)
{
	struct whyrst *whyrst = context;

	return &whyrst->evidence;
}

static void emit(void *context, struct evidence *ev)
{
	struct whyrst *whyrst = context;
	struct verdict *verdict = &whyrst->verdict;
	struct whyrst_verdict out = { 0 };

	if (ev->ignored != IGNORED_NOT)
		return;
	verdict_reach(ev, verdict);
	endpoint_out(&ev->client, &out.client);
	endpoint_out(&ev->server, &out.server);
	out.time_ns = ev->reset_ns;
	out.frame = ev->frame;
	out.by_client = ev->resetter_is_client;
	out.from = reset_from_name(verdict->from);
	out.class_id = class_name(verdict->class_);
	out.class_confidence = confidence_name(verdict->class_confidence);
	out.cause = verdict->cause ? verdict->cause->id : NULL;
	out.confidence = verdict->cause ? confidence_name(verdict->confidence) : NULL;
	out.expected = verdict->expected;
	out.executed = executed_name(verdict->executed);
	out.request_sent = verdict->request_sent;
	out.request_acked = verdict->request_acked;
	out.request_answered = verdict->request_answered;
	out.internal = verdict;
	judged_facts(verdict, &out);
	whyrst->reset(whyrst->context, &out);
}

int whyrst_new(const struct whyrst_config *config, struct whyrst **ret_whyrst)
{
	struct tracker_config inner = { .reserve = reserve, .emit = emit };
	struct whyrst *whyrst;

	if (!config || !ret_whyrst || config->size < sizeof(*config) || !config->reset)
		return -EINVAL;
	whyrst = calloc(1, sizeof(*whyrst));
	if (!whyrst)
		return -ENOMEM;
	whyrst->reset = config->reset;
	whyrst->context = config->context;
	inner.hash_key[0] = config->hash_key[0];
	inner.hash_key[1] = config->hash_key[1];
	inner.memory_bytes = config->memory_bytes;
	inner.context = whyrst;
	whyrst->tracker = tracker_new(&inner);
	if (!whyrst->tracker) {
		free(whyrst);
		return -ENOMEM;
	}
	*ret_whyrst = whyrst;
	return 0;
}

void whyrst_free(struct whyrst *whyrst)
{
	if (!whyrst)
		return;
	tracker_free(whyrst->tracker);
	free(whyrst);
}

static uint16_t seen_of(const struct whyrst_segment *segment)
{
	static const struct {
		uint32_t known;
		uint16_t seen;
	} bits[] = {
		{ WHYRST_KNOWS_TIME, SEEN_TIME | SEEN_DATE },
		{ WHYRST_KNOWS_SEQ, SEEN_SEQ },
		{ WHYRST_KNOWS_WINDOW, SEEN_WINDOW },
		{ WHYRST_KNOWS_TTL, SEEN_TTL },
		{ WHYRST_KNOWS_IP_ID, SEEN_IP_ID },
		{ WHYRST_KNOWS_TOS, SEEN_TOS },
		{ WHYRST_KNOWS_OPTIONS, SEEN_OPTIONS },
		{ WHYRST_KNOWS_DIRECTION, SEEN_DIRECTION },
		{ WHYRST_KNOWS_LINK_SOURCE, SEEN_MAC },
	};
	uint16_t seen = segment->hint ? SEEN_PAYLOAD : 0;
	size_t i;

	for (i = 0; i < sizeof(bits) / sizeof(*bits); i++)
		if (segment->known & bits[i].known)
			seen |= bits[i].seen;
	return seen;
}

/* The public numbers are the inner ones, on purpose and for good. */
_Static_assert(WHYRST_OPTION_OTHER == OPTION_OTHER && WHYRST_OPTION_TIMESTAMPS == OPTION_TS &&
		       WHYRST_OPTION_FAST_OPEN == OPTION_TFO && WHYRST_OPTION_MSS == OPTION_MSS &&
		       WHYRST_OPTION_WINDOW_SCALE == OPTION_WSCALE &&
		       WHYRST_OPTION_SACK_PERMITTED == OPTION_SACK_OK &&
		       WHYRST_OPTION_SACK == OPTION_SACK && WHYRST_OPTION_MPTCP == OPTION_MPTCP &&
		       WHYRST_OPTION_MD5 == OPTION_MD5 && WHYRST_OPTION_AO == OPTION_AO,
	       "options");
_Static_assert((int)WHYRST_HINT_OTHER == HINT_OTHER &&
		       (int)WHYRST_HINT_TLS_HANDSHAKE == HINT_TLS_HANDSHAKE &&
		       (int)WHYRST_HINT_TLS_ALERT == HINT_TLS_ALERT &&
		       (int)WHYRST_HINT_TLS_DATA == HINT_TLS_DATA &&
		       (int)WHYRST_HINT_TLS_CHANGE_CIPHER == HINT_TLS_CCS &&
		       (int)WHYRST_HINT_HTTP_REQUEST == HINT_HTTP_REQUEST &&
		       (int)WHYRST_HINT_HTTP_RESPONSE == HINT_HTTP_RESPONSE,
	       "hints");

int whyrst_push(struct whyrst *whyrst, const struct whyrst_segment *segment)
{
	struct observation obs = { 0 };

	if (!segment || segment->size < sizeof(*segment) ||
	    segment->hint > WHYRST_HINT_HTTP_RESPONSE ||
	    endpoint_in(&segment->source, &obs.source) < 0 ||
	    endpoint_in(&segment->destination, &obs.destination) < 0)
		return -EINVAL;
	obs.time_ns = segment->time_ns;
	obs.seq = segment->seq;
	obs.ack = segment->ack;
	obs.payload_bytes = segment->payload_bytes;
	obs.ts_value = segment->ts_value;
	obs.ts_echo = segment->ts_echo;
	obs.sack_left = segment->sack_left;
	obs.sack_right = segment->sack_right;
	obs.link_source = segment->link_source;
	obs.seen = seen_of(segment);
	obs.options = (uint16_t)segment->options;
	obs.window = segment->window;
	obs.ip_id = segment->ip_id;
	obs.mss = segment->mss;
	obs.mptcp_subtypes = segment->mptcp_subtypes;
	obs.http_status = segment->http_status;
	obs.flags = segment->flags;
	obs.ttl = segment->ttl;
	obs.tos = segment->tos;
	obs.wscale = segment->window_scale;
	obs.mptcp_reason = segment->mptcp_reason;
	obs.hint = segment->hint;
	obs.http_close = segment->http_close;
	obs.outgoing = segment->outgoing;
	obs.dont_fragment = segment->dont_fragment;
	obs.frame = segment->frame;
	obs.reason = segment->reason;
	obs.reason_bytes = segment->reason ? segment->reason_bytes : 0;
	tracker_push(whyrst->tracker, &obs);
	return 0;
}

void whyrst_finish(struct whyrst *whyrst)
{
	tracker_finish(whyrst->tracker);
}

void whyrst_get_counts(const struct whyrst *whyrst, struct whyrst_counts *ret_counts)
{
	const struct tracker_counts *counts = tracker_get_counts(whyrst->tracker);

	ret_counts->segments = counts->packets;
	ret_counts->connections = counts->connections;
	ret_counts->normal_ends = counts->normal_ends;
	ret_counts->resets = counts->resets;
	ret_counts->ignored = counts->ignored;
	ret_counts->evicted = counts->evicted_connections;
}

int whyrst_verdict_text(const struct whyrst_verdict *verdict, enum whyrst_text what,
			const char *language, char *text, size_t size)
{
	return library_text(verdict->internal, what, language, text, size);
}

const char *whyrst_cause_id(int index)
{
	return index >= 0 && index < cause_table_count ? cause_table[index]->id : NULL;
}

const char *whyrst_version(void)
{
	return WHYRST_VERSION;
}
