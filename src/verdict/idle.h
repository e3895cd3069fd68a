/* SPDX-License-Identifier: MIT */
/*
 * Idle timeouts of products (data/facts-idle.csv), to set beside a measured silence. A match is
 * shown as a match, never used as proof.
 *
 * Floor 4.
 */
#ifndef WHYRST_VERDICT_IDLE_H
#define WHYRST_VERDICT_IDLE_H

#include <stdint.h>

enum idle_closer {
	IDLE_FIN,
	IDLE_RST,
	IDLE_SILENT, /* forgets; the next packet is dropped or reset */
	IDLE_OTHER,
};

enum idle_role {
	IDLE_SERVER,
	IDLE_OPENER, /* of who opens connections: a client, a pool, a proxy towards its back ends */
	IDLE_PATH,   /* of a box between */
	IDLE_BUSY,   /* of connections that are in use */
};

struct idle_product {
	const char *software; /* "nginx" */
	const char *setting;  /* "keepalive_timeout" */
	int64_t seconds;
	enum idle_closer closer;
	enum idle_role role;
	int verified; /* 1: read in source, documentation, or measured */
	const char *applies_to;
	const char *note; /* may be empty */
	const char *source;
};

/* Generated from data/facts-idle.csv; one entry per single number of seconds in a row. */
extern const struct idle_product idle_table[];
extern const int idle_table_count;

/*
 * Products whose default lies within @error_us and 2 % of @silence_us (short ones: within a tenth,
 * at most 0.5 s), nearest first; products that check only once a second or later (Node.js: +1 s)
 * count within their own slack. Returns how many were written to @ret_match, at most @max. Silences
 * under 2 s match nothing.
 */
int idle_match(int64_t silence_us, int64_t error_us, const struct idle_product **ret_match,
	       int max);

#endif
