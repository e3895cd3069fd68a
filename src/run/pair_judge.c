/* SPDX-License-Identifier: MIT */
/* What one capture point says about a reset that another one saw. */
#include "run/pair_private.h"

#include <stdlib.h>

/* Copies of one segment in two files lie no further apart than this beside the clocks' slack. */
#define COPY_NS (2 * INT64_C(1000000000))
/* A connection's first and last time are its own; a reset may come a little after the last. */
#define AFTER_NS INT64_C(1000000)

static uint32_t find_conn(const struct pair *pair, const struct evidence *ev)
{
	uint32_t at, best = 0;
	int file = ev->file;

	if (pair->common && pair->places[file].noted_as)
		file = pair->places[file].noted_as - 1;
	if (!pair->common || file >= pair->file_count)
		return 0;
	at = pair_find(pair, file, &ev->client, &ev->server);
	for (; at; at = pair_older(pair, &pair->conns[at])) {
		const struct pair_conn *conn = &pair->conns[at];
		int s = endpoint_same(&conn->end[SIDE_CLIENT], &ev->client) ? 0 : 1;

		if (ev->client_isn_known && conn->side[s].bits & SIDE_ISN &&
		    conn->side[s].isn != ev->client_isn)
			continue;
		best = best ? best : at;
		if (ev->reset_ns >= conn->first_ns && ev->reset_ns <= conn->last_ns)
			return at;
	}
	return best;
}

static int resetter_side(const struct pair_conn *conn, const struct evidence *ev)
{
	const struct endpoint *resetter = ev->resetter_is_client ? &ev->client : &ev->server;

	return endpoint_same(&conn->end[SIDE_CLIENT], resetter) ? SIDE_CLIENT : SIDE_SERVER;
}

/* >0: @b was taken nearer to the end @side than @a. */
static int nearer(const struct pair_conn *a, const struct pair_conn *b, int side)
{
	int to_client = pair_nearer_client(b, a);

	return side == SIDE_CLIENT ? to_client : -to_client;
}

struct view {
	struct pair *pair;
	const struct pair_conn *mine, *theirs;
	int side; /* of the resetter */
	bool relative;
	int64_t now_ns, slack_ns; /* the reset on their clock */
	bool covers;		  /* their file was running at that moment */
	bool whole;		  /* and missed nothing of this connection */
};

static void view_init(struct view *v, struct pair *pair, uint32_t mine, uint32_t theirs,
		      const struct evidence *ev)
{
	const struct pair_file *file;

	v->pair = pair;
	v->mine = &pair->conns[mine];
	v->theirs = &pair->conns[theirs];
	v->side = resetter_side(v->mine, ev);
	v->relative = pair->conns[v->mine->root].relative;
	v->now_ns = pair_convert(pair, v->mine->file, v->theirs->file, ev->reset_ns, &v->slack_ns);
	file = &pair->files[v->theirs->file];
	v->covers = file->has_time && v->slack_ns < COPY_NS &&
		    file->first_ns <= v->now_ns - v->slack_ns &&
		    file->last_ns >= v->now_ns + v->slack_ns;
	v->whole = v->covers && !file->lossy && v->theirs->side[v->side].bits & SIDE_SEEN &&
		   !((v->theirs->side[0].bits | v->theirs->side[1].bits) & SIDE_MISSING);
}

/* A sequence number of my file as theirs has it. */
static uint32_t translate(const struct view *v, int side, uint32_t seq)
{
	if (!v->relative)
		return seq;
	return seq - v->mine->side[side].isn + v->theirs->side[side].isn;
}

static bool shows_reset(const struct view *v, const struct evidence *ev)
{
	uint32_t seq = translate(v, v->side, ev->rst_seq);
	int i;

	for (i = 0; i < v->theirs->rst_count && i < PAIR_RSTS_MAX; i++) {
		const struct pair_rst *rst = &v->theirs->rst[i];

		if (rst->side == v->side && rst->seq == seq &&
		    (v->slack_ns >= COPY_NS || llabs(rst->ns - v->now_ns) < COPY_NS))
			return true;
	}
	return false;
}

static bool leaves_trace(const struct rung *rung)
{
	/* A bare acknowledgement could not be told from another one's. */
	return rung->is_trigger && !rung->probe &&
	       (rung->bytes || rung->flags & (TCP_FIN | TCP_SYN));
}

static const struct rung *find_trigger(const struct evidence *ev)
{
	int i;

	for (i = 0; i < ev->ladder_count; i++)
		if (leaves_trace(&ev->ladder[i]))
			return &ev->ladder[i];
	return NULL;
}

static void judge_trigger(const struct view *v, struct evidence *ev)
{
	const struct pair_side *theirs = &v->theirs->side[!v->side];
	const struct rung *rung = find_trigger(ev);
	uint32_t end;

	if (!rung)
		return;
	end = side_start(&v->mine->side[!v->side]) + rung->seq + rung->bytes +
	      !!(rung->flags & TCP_FIN) + !!(rung->flags & TCP_SYN);
	end = translate(v, !v->side, end);
	if (theirs->bits & SIDE_SEEN && !seq_after(end, theirs->max_end))
		evidence_set(ev, FACT_TRIGGER_REACHED_RESETTER, 1);
	else if (v->whole && !evidence_knows(ev, FACT_TRIGGER_REACHED_RESETTER))
		evidence_set(ev, FACT_TRIGGER_REACHED_RESETTER, 0);
}

/* What the points nearer to the resetter say together. */
struct tally {
	bool shown[256];
	bool absent[256];
	int ended; /* file that ended before the reset, or -1 */
};

/* @v->theirs was taken nearer to the resetter. */
static void judge_home(const struct view *v, struct evidence *ev, struct tally *tally)
{
	int file = v->theirs->file, point = v->pair->places[file].point;

	if (shows_reset(v, ev)) {
		tally->shown[point] = true;
		if (v->theirs->moved)
			evidence_set(ev, FACT_NAT_REMAPPED, 1);
	} else if (v->whole && v->theirs->rst_count <= PAIR_RSTS_MAX) {
		tally->absent[point] = true;
	} else if (v->slack_ns < COPY_NS &&
		   v->pair->files[file].last_ns < v->now_ns - v->slack_ns) {
		tally->ended = file;
	}
	/* In SYN_SENT an end asks again after its reset: that is no life of this connection. */
	if (v->theirs->side[v->side].last_ns > v->now_ns + v->slack_ns + AFTER_NS &&
	    !evidence_is(ev, FACT_RST_ANSWERS, TRIGGER_SYNACK))
		evidence_set(ev, FACT_RESETTER_ALIVE_AT_HOME, 1);
	else if (v->whole && !evidence_knows(ev, FACT_RESETTER_ALIVE_AT_HOME))
		evidence_set(ev, FACT_RESETTER_ALIVE_AT_HOME, 0);
	judge_trigger(v, ev);
}

static void judge_left(struct pair *pair, struct evidence *ev, const struct tally *tally)
{
	bool shown = false, absent = false;
	int i;

	for (i = 0; i < 256; i++) {
		shown = shown || tally->shown[i];
		absent = absent || (tally->absent[i] && !tally->shown[i]);
	}
	if (!shown && !absent) {
		if (tally->ended >= 0)
			pair->ended_before[tally->ended]++;
		return;
	}
	evidence_set(ev, FACT_RST_LEFT_RESETTER, !absent);
	/* Two points are nearer, and only one shows it: another host has the address. */
	if (shown && absent)
		evidence_set(ev, FACT_IDENTITY_CHANGED, 1);
}

static bool is_initial_ttl(uint8_t ttl)
{
	return ttl == 64 || ttl == 128 || ttl == 255 || ttl == 32;
}

static bool is_mate(const struct pair *pair, const struct pair_conn *a, const struct pair_conn *b)
{
	const struct pair_place *x = &pair->places[a->file], *y = &pair->places[b->file];

	return x->group == y->group && x->point != y->point;
}

/* The capture was taken at the resetter itself. */
static void judge_own(const struct pair_conn *conn, int side, struct evidence *ev)
{
	evidence_set(ev, FACT_RST_LEFT_RESETTER, 1);
	evidence_set(ev, FACT_RESETTER_ALIVE_AT_HOME,
		     conn->side[side].last_ns > ev->reset_ns + AFTER_NS &&
			     !evidence_is(ev, FACT_RST_ANSWERS, TRIGGER_SYNACK));
	if (find_trigger(ev))
		evidence_set(ev, FACT_TRIGGER_REACHED_RESETTER, 1);
}

bool pair_judge(struct pair *pair, struct evidence *ev, struct pair_reset *ret_reset)
{
	uint32_t mine = find_conn(pair, ev), at;
	const struct pair_conn *conn = &pair->conns[mine];
	bool found = false, farther = true;
	struct tally tally = { .ended = -1 };
	int side;

	if (!mine)
		return false;
	side = resetter_side(conn, ev);
	for (at = conn->mate; at != mine; at = pair->conns[at].mate) {
		const struct pair_conn *theirs = &pair->conns[at];
		struct view v;
		int closer;

		if (!is_mate(pair, conn, theirs))
			continue;
		found = true;
		evidence_set(ev, FACT_NAT_BETWEEN,
			     !endpoint_same(&conn->end[0], &theirs->end[0]) ||
				     !endpoint_same(&conn->end[1], &theirs->end[1]));
		view_init(&v, pair, mine, at, ev);
		closer = nearer(conn, theirs, side);
		farther = farther && closer < 0;
		if (closer > 0)
			judge_home(&v, ev, &tally);
	}
	if (!found)
		return false;
	judge_left(pair, ev, &tally);
	/* The nearest point shows it, and stands where the resetter's packets set out. */
	if (farther && conn->side[side].bits & SIDE_TTL && is_initial_ttl(conn->side[side].ttl))
		judge_own(conn, side, ev);
	evidence_derive(ev);
	ret_reset->connection = conn->root;
	ret_reset->from_client = side == SIDE_CLIENT;
	ret_reset->seq = ev->rst_seq;
	if (pair->conns[conn->root].relative)
		ret_reset->seq -= conn->side[side].isn;
	return true;
}

bool pair_is_home(struct pair *pair, const struct evidence *ev)
{
	uint32_t mine = find_conn(pair, ev), at;
	const struct pair_conn *conn = &pair->conns[mine];

	if (!mine)
		return false;
	for (at = conn->mate; at != mine; at = pair->conns[at].mate)
		if (is_mate(pair, conn, &pair->conns[at]) &&
		    nearer(conn, &pair->conns[at], resetter_side(conn, ev)) > 0)
			return false;
	return true;
}
