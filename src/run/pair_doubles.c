/* SPDX-License-Identifier: MIT */
/* What the sums over several captures count more than once. */
#include "run/pair_private.h"

static bool ended_normally(const struct pair_conn *conn)
{
	return conn->side[0].bits & conn->side[1].bits & SIDE_FIN && !conn->rst_count;
}

static bool never_answered(const struct pair_conn *conn)
{
	return conn->side[SIDE_CLIENT].bits & SIDE_ISN &&
	       !(conn->side[SIDE_SERVER].bits & SIDE_SEEN) && !conn->rst_count;
}

static bool unfinished(const struct pair_conn *conn)
{
	return !ended_normally(conn) && !never_answered(conn) && !conn->rst_count;
}

static bool has_no_beginning(const struct pair_conn *conn)
{
	return !((conn->side[0].bits | conn->side[1].bits) & SIDE_ISN);
}

struct pair_doubles pair_count_doubles(const struct pair *pair, int group)
{
	struct pair_doubles doubles = { 0 };
	uint32_t at;

	for (at = 1; at <= pair->count; at++) {
		const struct pair_conn *conn = &pair->conns[at], *root = &pair->conns[conn->root];

		/* The root of a ring is the one that is counted. */
		if (conn->root == at || pair->places[conn->file].group != group)
			continue;
		doubles.connections++;
		doubles.normal_ends += ended_normally(conn) && ended_normally(root);
		doubles.unfinished += unfinished(conn) && unfinished(root);
		doubles.never_answered += never_answered(conn) && never_answered(root);
		doubles.midstream += has_no_beginning(conn) && has_no_beginning(root);
	}
	return doubles;
}
