/* SPDX-License-Identifier: MIT */
/* The first pass: notes of every connection of every file. */
#include "run/pair_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

struct pair *pair_new(const uint64_t hash_key[2], size_t memory_bytes, int files)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	size_t slots = 1024;

	if (!pair)
		return NULL;
	pair->key[0] = hash_key[0];
	pair->key[1] = hash_key[1];
	pair->max = (uint32_t)(memory_bytes / (sizeof(struct pair_conn) + 4 * sizeof(uint32_t)));
	if (pair->max < 16u * (uint32_t)files)
		pair->max = 16u * (uint32_t)files;
	pair->share = pair->max / (uint32_t)files;
	while (slots < (size_t)pair->max * 3 / 2)
		slots *= 2;
	pair->mask = (uint32_t)slots - 1;
	pair->file_count = 256;
	/* Pages are used as connections come. */
	pair->conns = calloc((size_t)pair->max + 1, sizeof(*pair->conns));
	pair->slots = calloc(slots, sizeof(*pair->slots));
	pair->files = calloc((size_t)pair->file_count, sizeof(*pair->files));
	if (pair->conns && pair->slots && pair->files)
		return pair;
	pair_free(pair);
	return NULL;
}

void pair_free(struct pair *pair)
{
	if (!pair)
		return;
	free(pair->conns);
	free(pair->slots);
	free(pair->files);
	free(pair->common);
	free(pair->continued);
	free(pair->clocks);
	free(pair->places);
	free(pair->ended_before);
	free(pair);
}

uint64_t pair_overflow(const struct pair *pair)
{
	return pair->overflow;
}

const struct pair_file *pair_get_file(const struct pair *pair, int file)
{
	return &pair->files[file];
}

static bool has_ends(const struct pair_conn *conn, const struct endpoint *a,
		     const struct endpoint *b)
{
	return (endpoint_same(&conn->end[0], a) && endpoint_same(&conn->end[1], b)) ||
	       (endpoint_same(&conn->end[0], b) && endpoint_same(&conn->end[1], a));
}

static uint32_t *find_slot(const struct pair *pair, int file, const struct endpoint *a,
			   const struct endpoint *b)
{
	struct endpoint ends[2];
	bool swap = endpoint_compare(a, b) > 0;
	uint64_t hash;
	uint32_t at;

	ends[swap] = *a;
	ends[!swap] = *b;
	hash = hash_keyed(pair->key, ends, sizeof(ends)) + (uint64_t)file * 0x9e3779b97f4a7c15;
	for (at = (uint32_t)(hash ^ hash >> 32) & pair->mask; pair->slots[at];
	     at = (at + 1) & pair->mask) {
		const struct pair_conn *conn = &pair->conns[pair->slots[at]];

		if (conn->file == file && has_ends(conn, a, b))
			break;
	}
	return &pair->slots[at];
}

uint32_t pair_find(const struct pair *pair, int file, const struct endpoint *a,
		   const struct endpoint *b)
{
	return *find_slot(pair, file, a, b);
}

uint32_t pair_older(const struct pair *pair, const struct pair_conn *conn)
{
	const struct pair_conn *older = &pair->conns[conn->older];

	/* The record may have been used again: then it is another connection, or a younger one. */
	if (!conn->older || older->file != conn->file || older->first_ns > conn->first_ns ||
	    older == conn || !has_ends(older, &conn->end[0], &conn->end[1]))
		return 0;
	return conn->older;
}

static bool source_is_client(const struct observation *obs, bool *ret_known)
{
	bool syn = obs->flags & TCP_SYN, ack = obs->flags & TCP_ACK;

	*ret_known = syn && !(obs->flags & TCP_RST);
	if (*ret_known)
		return !ack;
	if (obs->source.port != obs->destination.port)
		return obs->source.port > obs->destination.port;
	return endpoint_compare(&obs->source, &obs->destination) < 0;
}

/* Slots keep pointing at what was forgotten: made anew when they fill up. */
static void rebuild_slots(struct pair *pair)
{
	uint32_t at;

	memset(pair->slots, 0, ((size_t)pair->mask + 1) * sizeof(*pair->slots));
	pair->slots_used = 0;
	for (at = 1; at <= pair->count; at++) {
		const struct pair_conn *conn = &pair->conns[at];
		uint32_t *slot = find_slot(pair, conn->file, &conn->end[0], &conn->end[1]);

		pair->slots_used += !*slot;
		if (!*slot || pair->conns[*slot].first_ns <= conn->first_ns)
			*slot = at;
	}
}

/* Closed in good order, as far as this file knows: no verdict will ask for it. */
static bool may_be_forgotten(const struct pair_conn *conn)
{
	return conn->side[0].bits & conn->side[1].bits & SIDE_FIN && !conn->rst_count;
}

#define SEARCH_STEPS 64

/* A record to be used again, 0 if none is found soon. */
static uint32_t forget_one(struct pair *pair, int file)
{
	uint32_t i, *hand = &pair->hand[file];

	for (i = 0; i < SEARCH_STEPS; i++) {
		*hand = *hand % pair->count + 1;
		if (pair->conns[*hand].file == file && may_be_forgotten(&pair->conns[*hand]))
			return *hand;
	}
	return 0;
}

static uint32_t find_room(struct pair *pair, int file)
{
	uint32_t at;

	if (pair->count < pair->max && pair->taken[file] < pair->share) {
		pair->taken[file]++;
		return ++pair->count;
	}
	at = pair->count ? forget_one(pair, file) : 0;
	if (!at)
		pair->overflow++;
	else
		memset(&pair->conns[at], 0, sizeof(pair->conns[at]));
	return at;
}

static struct pair_conn *begin(struct pair *pair, const struct observation *obs)
{
	uint32_t *slot, at = find_room(pair, obs->file);
	struct pair_conn *conn;
	bool from_client;

	if (!at)
		return NULL;
	if ((uint64_t)pair->slots_used * 4 > (uint64_t)pair->mask * 3)
		rebuild_slots(pair);
	slot = find_slot(pair, obs->file, &obs->source, &obs->destination);
	pair->slots_used += !*slot;
	conn = &pair->conns[at];
	from_client = source_is_client(obs, &conn->roles_seen);
	conn->end[from_client ? SIDE_CLIENT : SIDE_SERVER] = obs->source;
	conn->end[from_client ? SIDE_SERVER : SIDE_CLIENT] = obs->destination;
	conn->first_ns = obs->time_ns;
	conn->file = obs->file;
	conn->older = *slot;
	conn->mate = conn->root = at;
	*slot = at;
	pair->files[obs->file].connections++;
	return conn;
}

/* Whether a SYN begins a new connection of the same four. */
static bool is_new_connection(const struct pair_conn *conn, const struct observation *obs)
{
	const struct pair_side *client = &conn->side[SIDE_CLIENT];

	if ((obs->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN || !(obs->seen & SEEN_SEQ))
		return false;
	if (!endpoint_same(&conn->end[SIDE_CLIENT], &obs->source))
		return true;
	return !(client->bits & SIDE_ISN) || client->isn != obs->seq;
}

static void note_anchor(const struct pair *pair, struct pair_side *side,
			const struct observation *obs)
{
	uint32_t what[4] = { obs->seq, obs->flags & TCP_ACK ? obs->ack : 0,
			     obs->payload_bytes << 8 | (obs->flags & (TCP_SYN | TCP_FIN | TCP_RST)),
			     obs->options & OPTION_TS ? obs->ts_value : 0 };
	uint32_t hash = (uint32_t)hash_keyed(pair->key, what, sizeof(what));

	if (side->bits & SIDE_ANCHOR && hash > side->anchor_hash)
		return;
	if (side->bits & SIDE_ANCHOR && hash == side->anchor_hash) {
		side->bits |= SIDE_ANCHOR_TWICE;
		return;
	}
	side->bits = (uint8_t)((side->bits | SIDE_ANCHOR) & ~SIDE_ANCHOR_TWICE);
	side->anchor_hash = hash;
	side->anchor_ns = obs->time_ns;
}

static void note_syn(struct pair_conn *conn, int s, const struct observation *obs)
{
	struct pair_side *side = &conn->side[s];

	if (!(side->bits & SIDE_ISN)) {
		side->isn = obs->seq;
		side->bits |= SIDE_ISN;
	}
	/* The SYN that was answered, not the lost ones before it. */
	if (!conn->side[!s].syn_ns || s == SIDE_SERVER) {
		side->syn_ns = obs->time_ns;
		side->syn_ts = obs->options & OPTION_TS ? obs->ts_value : 0;
	}
}

static void note_bytes(struct pair_side *side, const struct observation *obs)
{
	uint32_t end =
		obs->seq + obs->payload_bytes + !!(obs->flags & TCP_SYN) + !!(obs->flags & TCP_FIN);

	if (!(side->bits & SIDE_SEEN)) {
		side->bits |= SIDE_SEEN;
		side->first_seq = obs->seq;
		side->max_end = end;
		return;
	}
	if (seq_after(side->first_seq, obs->seq) && side->first_seq - obs->seq < 1u << 20)
		side->first_seq = obs->seq;
	if (seq_after(obs->seq, side->max_end)) {
		if (!(side->bits & SIDE_HOLE))
			side->hole_left = side->max_end;
		side->hole_right = obs->seq;
		side->bits |= SIDE_HOLE;
	} else if (side->bits & SIDE_HOLE && !seq_after(obs->seq, side->hole_left)) {
		if (seq_after(end, side->hole_left))
			side->hole_left = end;
		if (!seq_after(side->hole_right, side->hole_left))
			side->bits &= (uint8_t)~SIDE_HOLE;
	}
	if (seq_after(end, side->max_end))
		side->max_end = end;
}

/* @side is the direction that is acknowledged. */
static void note_ack(struct pair_side *side, uint32_t ack)
{
	if (!(side->bits & SIDE_SEEN))
		return;
	if (seq_after(ack, side->max_end) ||
	    (side->bits & SIDE_HOLE && !seq_after(side->hole_right, ack)))
		side->bits |= SIDE_MISSING;
}

static void note_reset(struct pair_conn *conn, int s, const struct observation *obs)
{
	if (conn->rst_count < PAIR_RSTS_MAX)
		conn->rst[conn->rst_count] =
			(struct pair_rst){ obs->time_ns, obs->seq, (uint8_t)s };
	if (conn->rst_count < UINT8_MAX)
		conn->rst_count++;
}

static void note_file(struct pair_file *file, const struct observation *obs)
{
	file->segments++;
	if (!(obs->seen & SEEN_TIME))
		return;
	if (!file->has_time || obs->time_ns < file->first_ns)
		file->first_ns = obs->time_ns;
	if (!file->has_time || obs->time_ns > file->last_ns)
		file->last_ns = obs->time_ns;
	file->has_date = obs->seen & SEEN_DATE;
	file->has_time = true;
}

void pair_learn(struct pair *pair, const struct observation *obs)
{
	uint32_t at = pair_find(pair, obs->file, &obs->source, &obs->destination);
	struct pair_conn *conn = at ? &pair->conns[at] : NULL;
	int s;

	note_file(&pair->files[obs->file], obs);
	if (!conn || is_new_connection(conn, obs))
		conn = begin(pair, obs);
	if (!conn)
		return;
	s = endpoint_same(&conn->end[SIDE_CLIENT], &obs->source) ? SIDE_CLIENT : SIDE_SERVER;
	conn->last_ns = obs->time_ns;
	if (obs->seen & SEEN_TTL && !(obs->flags & TCP_RST)) {
		conn->side[s].ttl = obs->ttl;
		conn->side[s].bits |= SIDE_TTL;
	}
	if (!(obs->seen & SEEN_SEQ))
		return;
	note_anchor(pair, &conn->side[s], obs);
	if (obs->flags & TCP_RST) {
		note_reset(conn, s, obs);
		return;
	}
	conn->side[s].last_ns = obs->time_ns;
	if (obs->flags & TCP_SYN)
		note_syn(conn, s, obs);
	if (obs->flags & TCP_FIN)
		conn->side[s].bits |= SIDE_FIN;
	note_bytes(&conn->side[s], obs);
	if (obs->flags & TCP_ACK)
		note_ack(&conn->side[!s], obs->ack);
}
