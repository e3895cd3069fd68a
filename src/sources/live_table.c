/* SPDX-License-Identifier: MIT */
/*
 * The table of affairs: which piece belongs to which reset. By addresses, direction and sequence
 * number; some of a reset's pieces do not know that.
 */
#include <stdlib.h>
#include <string.h>

#include "sources/live_private.h"

#define MILLISECOND_NS 1000000ll
/* Contract: a verdict may change within 2 s. */
#define KEEP_NS (2000 * MILLISECOND_NS)

/* Both directions have one hash; nobody can aim at a bucket without writing real resets here. */
static size_t bucket_of(const struct event_tuple *tuple)
{
	uint32_t hash = 2166136261u;

	for (int i = 0; i < 16; i++)
		hash += (uint32_t)(tuple->local[i] + tuple->remote[i]) *
			(2654435761u + (uint32_t)i * 40503u);
	hash += (uint32_t)(tuple->local_port + tuple->remote_port) * 2246822519u;
	return (hash ^ hash >> 15) % 1024;
}

static bool same_way(const struct event_tuple *a, const struct event_tuple *b)
{
	return a->local_port == b->local_port && a->remote_port == b->remote_port &&
	       !memcmp(a->local, b->local, 16) && !memcmp(a->remote, b->remote, 16);
}

static bool other_way(const struct event_tuple *a, const struct event_tuple *b)
{
	return a->local_port == b->remote_port && a->remote_port == b->local_port &&
	       !memcmp(a->local, b->remote, 16) && !memcmp(a->remote, b->local, 16);
}

static const struct event_reset *any_event(const struct affair *affair)
{
	if (affair->has_sent)
		return &affair->sent;
	if (affair->has_out)
		return &affair->out;
	if (affair->has_received)
		return &affair->received;
	return affair->has_in ? &affair->in : &affair->refused;
}

void affair_close(struct affair *affair)
{
	if (!affair->after)
		return;
	affair->before->after = affair->after;
	affair->after->before = affair->before;
	affair->before = affair->after = NULL;
}

static void affair_open(struct live *live, struct affair *affair)
{
	if (affair->after)
		return;
	affair->after = &live->open;
	affair->before = live->open.before;
	live->open.before->after = affair;
	live->open.before = affair;
}

void affair_drop(struct live *live, struct affair *affair)
{
	struct affair **at = &live->buckets[bucket_of(&any_event(affair)->tuple)];

	while (*at && *at != affair)
		at = &(*at)->hash_next;
	if (*at)
		*at = affair->hash_next;
	affair_close(affair);
	affair->older->newer = affair->newer;
	affair->newer->older = affair->older;
	live->affair_count--;
	free(affair);
}

struct affair *affair_new(struct live *live, const struct event_reset *event)
{
	struct affair *affair, **bucket = &live->buckets[bucket_of(&event->tuple)];

	affair = calloc(1, sizeof(*affair));
	if (!affair)
		return NULL;
	affair->first_ns = (int64_t)event->head.time_ns;
	affair->id = ++live->next_id;
	ask_count(live, affair->first_ns);
	affair->hash_next = *bucket;
	*bucket = affair;
	affair->newer = &live->all;
	affair->older = live->all.older;
	live->all.older->newer = affair;
	live->all.older = affair;
	live->affair_count++;
	affair_open(live, affair);
	return affair;
}

/* The sequence number of the reset, as far as this piece knows it. */
static bool seq_of(const struct event_reset *event, uint32_t *ret_seq)
{
	const struct event_segment *segment = &event->segment;

	switch (event->head.kind) {
	case EVENT_OUT:
	case EVENT_IN:
	case EVENT_REFUSED:
		*ret_seq = segment->seq;
		return true;
	case EVENT_SENT:
		if (segment->flags & SEGMENT_KNOWN && segment->tcp_flags & TCP_ACK) {
			*ret_seq = segment->ack;
			return true;
		}
		return false;
	case EVENT_RECEIVED:
		*ret_seq = segment->seq;
		return segment->flags & SEGMENT_KNOWN;
	default:
		return false;
	}
}

/* Whether the reset of @event goes the same way as that of @affair. */
static bool same_direction(const struct affair *affair, const struct event_reset *event)
{
	const struct event_reset *known = any_event(affair);
	bool known_leaves = known->head.kind == EVENT_SENT || known->head.kind == EVENT_OUT;
	bool event_leaves = event->head.kind == EVENT_SENT || event->head.kind == EVENT_OUT;

	return known_leaves == event_leaves ? same_way(&known->tuple, &event->tuple)
					    : other_way(&known->tuple, &event->tuple);
}

static bool has_piece(const struct affair *affair, uint8_t kind)
{
	switch (kind) {
	case EVENT_SENT:
		return affair->has_sent;
	case EVENT_RECEIVED:
		return affair->has_received;
	case EVENT_REFUSED:
		return affair->has_refused;
	default:
		return false;
	}
}

struct affair *affair_find(struct live *live, const struct event_reset *event)
{
	struct affair *affair = live->buckets[bucket_of(&event->tuple)], *other = NULL;
	uint32_t seq = 0;
	bool known = seq_of(event, &seq);
	bool taken = event->head.kind == EVENT_RECEIVED;
	bool awaited = taken && !known && event->sock.flags & SOCKET_FULL;

	for (; affair; affair = affair->hash_next) {
		int64_t apart = time_apart(event->head.time_ns, (uint64_t)affair->first_ns);

		if (apart > KEEP_NS || apart < -KEEP_NS || !same_direction(affair, event) ||
		    has_piece(affair, event->head.kind))
			continue;
		/* Told as one that did nothing: what comes now is another. */
		if (affair->told && !affair->has_sent && !affair->has_received && !affair->has_out)
			continue;
		if (!affair->seq_known || !(known || awaited))
			return affair;
		/* Of several that came at once, the one that was taken has the awaited number. */
		if (affair->seq == (known ? seq : event->sock.rcv_nxt))
			return affair;
		/* What was taken may be a further one, that was put down to the first. */
		if (taken && !other)
			other = affair;
	}
	return other;
}

/* A further reset of a connection that one end has aborted a moment ago: its packets under way. */
struct affair *affair_before(struct live *live, const struct event_reset *event)
{
	struct affair *affair = live->buckets[bucket_of(&event->tuple)];

	for (; affair; affair = affair->hash_next) {
		int64_t apart = time_apart(event->head.time_ns, (uint64_t)affair->first_ns);

		if (affair->has_sent && apart >= 0 && apart < REPEAT_NS &&
		    same_way(&affair->sent.tuple, &event->tuple))
			return affair;
	}
	return NULL;
}

struct affair *affair_after(struct live *live, const struct affair *aborted)
{
	struct affair *affair = live->buckets[bucket_of(&aborted->sent.tuple)];

	for (; affair; affair = affair->hash_next) {
		int64_t apart = time_apart((uint64_t)affair->first_ns, (uint64_t)aborted->first_ns);

		if (affair != aborted && affair->has_sent && !affair->has_received &&
		    !affair->told && apart >= 0 && apart < REPEAT_NS &&
		    affair->sent.segment.flags & SEGMENT_KNOWN &&
		    !(affair->sent.segment.tcp_flags & TCP_SYN) &&
		    same_way(&affair->sent.tuple, &aborted->sent.tuple))
			return affair;
	}
	return NULL;
}

bool affair_repeats(struct live *live, const struct event_reset *event)
{
	const struct affair *affair = live->buckets[bucket_of(&event->tuple)];

	for (; affair; affair = affair->hash_next)
		if (affair->has_repeat && event->head.kind == EVENT_OUT &&
		    affair->repeat_seq == event->segment.seq &&
		    same_way(&affair->sent.tuple, &event->tuple))
			return true;
	return false;
}

/* Whether two devices saw one segment: what only a router changes may differ. */
static bool same_segment(const struct event_segment *a, const struct event_segment *b)
{
	return a->tcp_flags == b->tcp_flags && a->window == b->window && a->ip_id == b->ip_id &&
	       a->option_bytes == b->option_bytes;
}

/* All pieces of a reset come within that time, a busy socket's included. */
#define NEAR_NS (50 * MILLISECOND_NS)

static bool is_near(const struct affair *affair, int64_t from_ns, int64_t until_ns)
{
	return from_ns && affair->first_ns > from_ns - NEAR_NS &&
	       affair->first_ns < until_ns + NEAR_NS;
}

bool affair_lost_pieces(const struct live *live, const struct affair *affair)
{
	return is_near(affair, live->lost_from_ns, live->lost_until_ns) ||
	       is_near(affair, live->hurried_from_ns, live->hurried_until_ns);
}

bool affair_is_lossy(const struct live *live, const struct affair *affair)
{
	return affair_lost_pieces(live, affair) ||
	       is_near(affair, live->missed_from_ns, live->missed_until_ns);
}

static void take_header(struct affair *affair, const struct event_reset *event)
{
	affair->in = *event;
	affair->has_in = true;
}

void affair_take(struct affair *affair, const struct event_reset *event)
{
	uint32_t seq;

	if (!affair->seq_known && seq_of(event, &seq)) {
		affair->seq = seq;
		affair->seq_known = true;
	}
	switch (event->head.kind) {
	case EVENT_SENT:
		affair->sent = *event;
		affair->has_sent = true;
		break;
	case EVENT_RECEIVED:
		affair->received = *event;
		affair->has_received = true;
		if (event->segment.flags & SEGMENT_KNOWN)
			take_header(affair, event);
		break;
	case EVENT_OUT:
		/* Where it is made tells more than where it passes. */
		if (!affair->has_out || affair->out.segment.flags & SEGMENT_FORWARDED)
			affair->out = *event;
		affair->has_out = true;
		break;
	case EVENT_IN:
		/* An end that has aborted answers what was under way with the same number: nobody
		 * waits for that one any more. */
		if (!affair->has_in || same_segment(&affair->in.segment, &event->segment))
			take_header(affair, event);
		break;
	case EVENT_REFUSED:
		affair->refused = *event;
		affair->has_refused = true;
		break;
	}
}
