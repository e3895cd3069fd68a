/* SPDX-License-Identifier: MIT */
/* Which connections of several files are one. */
#include "run/pair_private.h"

#include <stdlib.h>
#include <string.h>

/* Connections without a known beginning, behind NAT, are compared each with each: so many at most.
 */
/* One four or one number may be used again and again; only the nearest are compared. */
#define STEPS_MAX 64
#define COMPARED_MAX 4096

static bool ring_has_file(const struct pair *pair, uint32_t at, int file)
{
	uint32_t i = at;

	do {
		if (pair->conns[i].file == file)
			return true;
		i = pair->conns[i].mate;
	} while (i != at);
	return false;
}

static bool rings_clash(const struct pair *pair, uint32_t a, uint32_t b)
{
	uint32_t i = b;

	do {
		if (ring_has_file(pair, a, pair->conns[i].file))
			return true;
		i = pair->conns[i].mate;
	} while (i != b);
	return false;
}

/* Turns a connection whose roles were guessed the other way round. */
static void flip(struct pair_conn *conn)
{
	struct endpoint end = conn->end[0];
	struct pair_side side = conn->side[0];
	int i;

	conn->end[0] = conn->end[1];
	conn->end[1] = end;
	conn->side[0] = conn->side[1];
	conn->side[1] = side;
	for (i = 0; i < PAIR_RSTS_MAX; i++)
		conn->rst[i].side = !conn->rst[i].side;
}

/* Makes one ring of two. */
static void link_rings(struct pair *pair, uint32_t a, uint32_t b, bool relative)
{
	uint32_t root = pair->conns[a].root, old = pair->conns[b].root, i = b, swap;

	do {
		pair->conns[i].root = root;
		i = pair->conns[i].mate;
	} while (i != b);
	swap = pair->conns[a].mate;
	pair->conns[a].mate = pair->conns[b].mate;
	pair->conns[b].mate = swap;
	pair->conns[root].relative |= relative | pair->conns[old].relative;
}

static void join(struct pair *pair, uint32_t a, uint32_t b, bool relative)
{
	if (pair->conns[a].root != pair->conns[b].root && !rings_clash(pair, a, b))
		link_rings(pair, a, b, relative);
}

/* ---- by initial sequence numbers --------------------------------------------------------------
 */

struct isn_entry {
	uint32_t client, server, index;
};

static int compare_isn(const void *a, const void *b)
{
	const struct isn_entry *x = a, *y = b;

	if (x->client != y->client)
		return x->client < y->client ? -1 : 1;
	if (x->server != y->server)
		return x->server < y->server ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static void match_isns(struct pair *pair)
{
	struct isn_entry *entries = malloc(((size_t)pair->count + 1) * sizeof(*entries));
	size_t count = 0, i, j;
	uint32_t at;

	if (!entries)
		return;
	for (at = 1; at <= pair->count; at++) {
		const struct pair_conn *conn = &pair->conns[at];

		if (conn->side[0].bits & conn->side[1].bits & SIDE_ISN)
			entries[count++] =
				(struct isn_entry){ conn->side[0].isn, conn->side[1].isn, at };
	}
	qsort(entries, count, sizeof(*entries), compare_isn);
	for (i = 0; i < count; i = j)
		for (j = i + 1; j < count && entries[j].client == entries[i].client &&
				entries[j].server == entries[i].server;
		     j++)
			join(pair, entries[i].index, entries[j].index, false);
	free(entries);
}

/* ---- by the ranges of sequence numbers --------------------------------------------------------
 */

static uint32_t side_length(const struct pair_side *side)
{
	return side->max_end - side_start(side);
}

/* The same bytes, not bytes that follow: at least half of the shorter range is common. */
static bool overlaps(const struct pair_side *a, const struct pair_side *b)
{
	uint32_t left = side_start(a), right = a->max_end, shorter;

	if (!(a->bits & b->bits & SIDE_SEEN))
		return false;
	if (seq_after(side_start(b), left))
		left = side_start(b);
	if (seq_after(right, b->max_end))
		right = b->max_end;
	shorter = side_length(a) < side_length(b) ? side_length(a) : side_length(b);
	return seq_after(right, left) && (right - left) * 2 >= shorter;
}

static bool disjoint(const struct pair_side *a, const struct pair_side *b)
{
	return a->bits & b->bits & SIDE_SEEN &&
	       (seq_after(side_start(a), b->max_end) || seq_after(side_start(b), a->max_end));
}

/* Nothing but a reset, or acknowledgements, of which there is no range to compare. */
static bool same_reset(const struct pair_conn *a, const struct pair_conn *b)
{
	return a->rst_count && b->rst_count && a->rst[0].seq == b->rst[0].seq &&
	       a->rst[0].side == b->rst[0].side;
}

static bool same_bytes(const struct pair_conn *a, const struct pair_conn *b)
{
	if (disjoint(&a->side[0], &b->side[0]) || disjoint(&a->side[1], &b->side[1]))
		return false;
	return overlaps(&a->side[0], &b->side[0]) || overlaps(&a->side[1], &b->side[1]) ||
	       same_reset(a, b);
}

/* A box on the path chose other initial numbers; the positions agree. */
static bool same_positions(const struct pair_conn *a, const struct pair_conn *b)
{
	int s;

	for (s = 0; s < 2; s++)
		if (!(a->side[s].bits & b->side[s].bits & SIDE_ISN) ||
		    side_length(&a->side[s]) != side_length(&b->side[s]))
			return false;
	return side_length(&a->side[0]) > 1 || side_length(&a->side[1]) > 1;
}

static void match_ends(struct pair *pair)
{
	uint32_t at, other;
	int file, steps;

	for (at = 1; at <= pair->count; at++)
		for (file = 0; file < pair->file_count; file++) {
			struct pair_conn *conn = &pair->conns[at];

			if (file == conn->file || !pair->files[file].segments ||
			    ring_has_file(pair, at, file))
				continue;
			other = pair_find(pair, file, &conn->end[0], &conn->end[1]);
			for (steps = 0; other && steps < STEPS_MAX;
			     other = pair_older(pair, &pair->conns[other]), steps++) {
				struct pair_conn *them = &pair->conns[other];

				if (!endpoint_same(&conn->end[0], &them->end[0]) &&
				    them->mate == other && !them->roles_seen)
					flip(them);
				if (!endpoint_same(&conn->end[0], &them->end[0]))
					continue;
				if (same_bytes(conn, them))
					join(pair, at, other, false);
				else if (same_positions(conn, them))
					join(pair, at, other, true);
			}
		}
}

static bool same_through_nat(const struct pair_conn *a, const struct pair_conn *b)
{
	bool same_server = endpoint_same(&a->end[SIDE_SERVER], &b->end[SIDE_SERVER]);
	bool same_client = endpoint_same(&a->end[SIDE_CLIENT], &b->end[SIDE_CLIENT]);

	if (a->side[0].bits & b->side[0].bits & SIDE_ISN &&
	    !(a->side[1].bits & b->side[1].bits & SIDE_ISN))
		return a->side[0].isn == b->side[0].isn &&
		       (same_server || (same_client && !a->isn_shared && !b->isn_shared));
	if (!overlaps(&a->side[0], &b->side[0]) || !overlaps(&a->side[1], &b->side[1]))
		return false;
	return a->side[0].max_end == b->side[0].max_end || a->side[1].max_end == b->side[1].max_end;
}

/* A scan sends every SYN with the same number: it tells none of them apart. */
static void find_shared_isns(struct pair *pair, const uint32_t *alone, size_t count)
{
	size_t i, j;

	for (i = 0; i < count; i++)
		for (j = i + 1; j < count; j++) {
			struct pair_conn *a = &pair->conns[alone[i]], *b = &pair->conns[alone[j]];

			if (a->file != b->file || a->side[0].isn != b->side[0].isn ||
			    !(a->side[0].bits & b->side[0].bits & SIDE_ISN))
				continue;
			a->isn_shared = b->isn_shared = true;
		}
}

static void match_each(struct pair *pair)
{
	uint32_t *alone = malloc(COMPARED_MAX * sizeof(*alone));
	size_t count = 0, i, j;
	uint32_t at;

	if (!alone)
		return;
	for (at = 1; at <= pair->count && count < COMPARED_MAX; at++)
		if (pair->conns[at].mate == at)
			alone[count++] = at;
	find_shared_isns(pair, alone, count);
	for (i = 0; i < count; i++)
		for (j = i + 1; j < count; j++) {
			struct pair_conn *a = &pair->conns[alone[i]], *b = &pair->conns[alone[j]];

			if (a->file == b->file)
				continue;
			if (same_through_nat(a, b)) {
				join(pair, alone[i], alone[j], false);
			} else if (!b->roles_seen && b->mate == alone[j]) {
				flip(b);
				if (same_through_nat(a, b))
					join(pair, alone[i], alone[j], false);
				else
					flip(b);
			}
		}
	free(alone);
}

/* ---- by a reset that both saw
 * -------------------------------------------------------------------- */

struct rst_entry {
	uint32_t seq, index;
};

static int compare_rst(const void *a, const void *b)
{
	const struct rst_entry *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/*
 * A NAT that forgot its mapping sends the next packet from another port: in the file behind it that
 * is a connection without beginning, of the same bytes and with the same reset.
 */
static bool moved_from(const struct pair_conn *whole, const struct pair_conn *part)
{
	const struct pair_rst *a = &whole->rst[0], *b = &part->rst[0];

	return whole->file != part->file && whole->rst_count && a->seq == b->seq &&
	       a->side == b->side && overlaps(&whole->side[!a->side], &part->side[!a->side]) &&
	       !disjoint(&whole->side[a->side], &part->side[a->side]);
}

static size_t first_of_seq(const struct rst_entry *entries, size_t count, uint32_t seq)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (entries[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void match_part(struct pair *pair, const struct rst_entry *entries, size_t count,
		       uint32_t at)
{
	struct pair_conn *part = &pair->conns[at];
	size_t i = first_of_seq(entries, count, part->rst[0].seq);
	int steps = 0;

	for (; i < count && steps++ < STEPS_MAX && entries[i].seq == part->rst[0].seq; i++) {
		const struct pair_conn *whole = &pair->conns[entries[i].index];

		if (!moved_from(whole, part)) {
			flip(part);
			if (!moved_from(whole, part)) {
				flip(part);
				continue;
			}
		}
		part->moved = true;
		link_rings(pair, entries[i].index, at, false);
		return;
	}
}

static void match_moved(struct pair *pair)
{
	struct rst_entry *entries = malloc(((size_t)pair->count + 1) * sizeof(*entries));
	size_t count = 0;
	uint32_t at;

	if (!entries)
		return;
	for (at = 1; at <= pair->count; at++)
		if (pair->conns[at].rst_count && pair->conns[at].side[0].bits & SIDE_ISN)
			entries[count++] = (struct rst_entry){ pair->conns[at].rst[0].seq, at };
	qsort(entries, count, sizeof(*entries), compare_rst);
	for (at = 1; at <= pair->count; at++) {
		const struct pair_conn *part = &pair->conns[at];

		if (part->mate == at && part->rst_count && !part->roles_seen)
			match_part(pair, entries, count, at);
	}
	free(entries);
}

/* ---- what follows from it ---------------------------------------------------------------------
 */

static bool goes_on(const struct pair_conn *before, const struct pair_conn *after)
{
	int s;

	for (s = 0; s < 2; s++) {
		const struct pair_side *a = &before->side[s], *b = &after->side[s];

		if (after->side[s].bits & SIDE_ISN)
			return false;
		/* One back: a keepalive probe. Ahead: what was lost between the pieces. */
		if (a->bits & b->bits & SIDE_SEEN && b->first_seq - a->max_end + 1 > 1u << 20)
			return false;
	}
	return before->side[0].bits & after->side[0].bits & SIDE_SEEN ||
	       before->side[1].bits & after->side[1].bits & SIDE_SEEN;
}

/* Two pieces of one point may both be mates of what another point saw, and have nothing in common.
 */
static bool saw_the_same(const struct pair_conn *a, const struct pair_conn *b)
{
	int s;

	for (s = 0; s < 2; s++)
		if (a->side[s].bits & b->side[s].bits & SIDE_ISN ||
		    overlaps(&a->side[s], &b->side[s]))
			return true;
	return same_reset(a, b);
}

static void count_common(struct pair *pair, uint32_t at)
{
	const struct pair_conn *conn = &pair->conns[at];
	uint32_t i;

	for (i = conn->mate; i != at; i = pair->conns[i].mate)
		if (saw_the_same(conn, &pair->conns[i]))
			pair->common[conn->file * pair->file_count + pair->conns[i].file]++;
}

static void count_continued(struct pair *pair, uint32_t at)
{
	const struct pair_conn *conn = &pair->conns[at];
	int file;

	for (file = 0; file < pair->file_count; file++) {
		uint32_t other;

		if (file == conn->file || !pair->files[file].segments)
			continue;
		other = pair_find(pair, file, &conn->end[0], &conn->end[1]);
		if (other && pair->conns[other].root != conn->root &&
		    endpoint_same(&pair->conns[other].end[0], &conn->end[0]) &&
		    goes_on(&pair->conns[other], conn))
			pair->continued[file * pair->file_count + conn->file]++;
	}
}

void pair_match(struct pair *pair)
{
	size_t square;
	uint32_t at;

	while (pair->file_count > 1 && !pair->files[pair->file_count - 1].segments)
		pair->file_count--;
	square = (size_t)pair->file_count * (size_t)pair->file_count;
	pair->common = calloc(square, sizeof(*pair->common));
	pair->continued = calloc(square, sizeof(*pair->continued));
	pair->clocks = calloc(square, sizeof(*pair->clocks));
	pair->places = calloc(256, sizeof(*pair->places));
	pair->ended_before = calloc(256, sizeof(*pair->ended_before));
	if (!pair->common || !pair->continued || !pair->clocks || !pair->places ||
	    !pair->ended_before) {
		free(pair->common);
		pair->common = NULL;
		return;
	}
	match_isns(pair);
	match_ends(pair);
	match_each(pair);
	for (at = 1; at <= pair->count; at++) {
		count_common(pair, at);
		count_continued(pair, at);
	}
	pair_estimate_clocks(pair);
	match_moved(pair);
	for (at = 1; at <= pair->count; at++)
		if ((pair->conns[at].side[0].bits | pair->conns[at].side[1].bits) & SIDE_MISSING)
			pair->files[pair->conns[at].file].lossy = true;
}

static bool has_files(const struct pair *pair, int a, int b)
{
	return pair->common && a < pair->file_count && b < pair->file_count;
}

uint64_t pair_common(const struct pair *pair, int a, int b)
{
	return has_files(pair, a, b) ? pair->common[a * pair->file_count + b] : 0;
}

uint64_t pair_continued(const struct pair *pair, int a, int b)
{
	return has_files(pair, a, b) ? pair->continued[a * pair->file_count + b] : 0;
}

bool pair_clocks(const struct pair *pair, int a, int b, struct pairing *ret_pairing)
{
	if (!has_files(pair, a, b) || !pair->clocks[a * pair->file_count + b].connections)
		return false;
	*ret_pairing = pair->clocks[a * pair->file_count + b];
	return true;
}

void pair_set_places(struct pair *pair, const struct pair_place *places, int count)
{
	memcpy(pair->places, places, (size_t)count * sizeof(*places));
}

uint64_t pair_ended_before(const struct pair *pair, int file)
{
	return pair->common ? pair->ended_before[file] : 0;
}
