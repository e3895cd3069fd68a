/* SPDX-License-Identifier: MIT */
/* What the files of pair*.c share: see pair.h. */
#ifndef WHYRST_RUN_PAIR_PRIVATE_H
#define WHYRST_RUN_PAIR_PRIVATE_H

#include "flow/seq.h"
#include "run/pair.h"

enum {
	SIDE_CLIENT,
	SIDE_SERVER,
};

enum side_bit {
	SIDE_SEEN = 1 << 0,
	SIDE_ISN = 1 << 1,
	SIDE_HOLE = 1 << 2, /* hole_left..hole_right was not captured, perhaps never arrived here */
	SIDE_MISSING =
		1 << 3, /* the other end acknowledged what was not captured: the capture lost it */
	SIDE_TTL = 1 << 4,
	SIDE_ANCHOR = 1 << 5,
	SIDE_ANCHOR_TWICE = 1 << 6, /* the anchor came more than once: it tells no time */
	SIDE_FIN = 1 << 7,
};

/* One direction of a connection in one file. */
struct pair_side {
	uint32_t isn;
	uint32_t first_seq;
	uint32_t max_end; /* after the highest byte seen */
	uint32_t hole_left, hole_right;
	uint32_t syn_ts; /* timestamp of the SYN or SYN-ACK at syn_ns */
	int64_t syn_ns;	 /* 0: none */
	int64_t last_ns; /* last segment that is no reset */
	/*
	 * The anchor is the segment with the least hash: two files that saw the same segments
	 * choose the same one without talking to each other.
	 */
	int64_t anchor_ns;
	uint32_t anchor_hash;
	uint8_t ttl;
	uint8_t bits; /* enum side_bit */
};

struct pair_rst {
	int64_t ns;
	uint32_t seq;
	uint8_t side;
};

#define PAIR_RSTS_MAX 3

/* One connection in one file. */
struct pair_conn {
	struct endpoint end[2]; /* by side */
	int64_t first_ns;
	int64_t last_ns;
	struct pair_side side[2];
	struct pair_rst rst[PAIR_RSTS_MAX];
	uint32_t older; /* an earlier connection of the same four in the same file; 0: none */
	uint32_t mate;	/* ring of the same connection in other files; itself if alone */
	uint32_t root;	/* one of the ring, the same for all of it */
	uint8_t file;
	uint8_t rst_count; /* may exceed PAIR_RSTS_MAX */
	bool roles_seen;
	bool isn_shared; /* others of this file began with the same number: it proves nothing */
	bool moved;	 /* goes on, from another port, with what another one of the ring began */
	bool relative;	 /* of a root: initial numbers differ between the files, positions agree */
};

struct pair {
	uint64_t key[2];
	struct pair_conn *conns; /* from 1 on */
	uint32_t count, max;
	uint32_t *slots; /* newest connection by file and the four; 0: free */
	uint32_t mask;
	uint32_t slots_used;
	uint32_t share;	     /* connections that one file may take */
	uint32_t taken[256]; /* by file */
	uint32_t hand[256];  /* by file: where the search for what may be forgotten goes on */
	uint64_t overflow;
	int file_count;
	struct pair_file *files;
	uint32_t *common; /* file_count x file_count */
	uint32_t *continued;
	struct pairing *clocks; /* connections 0: none */
	struct pair_place *places;
	uint64_t
		*ended_before; /* by file: resets that it could have spoken about, had it gone on */
};

/* Where this direction begins, as far as this file knows. */
static inline uint32_t side_start(const struct pair_side *side)
{
	return side->bits & SIDE_ISN ? side->isn : side->first_seq;
}

/* The connection of the same four and file before @conn, 0 if there is none (any more). */
uint32_t pair_older(const struct pair *pair, const struct pair_conn *conn);

/* The newest connection of these ends in @file, 0 if there is none. */
uint32_t pair_find(const struct pair *pair, int file, const struct endpoint *a,
		   const struct endpoint *b);

/*
 * The same connection in two files: how much later @b saw each direction, on their own clocks.
 * False where no segment of that direction is known to both.
 */
bool pair_delay(const struct pair_conn *a, const struct pair_conn *b, int side, int64_t *ret_ns);

/* >0: @a was taken nearer to the client than @b; <0: nearer to the server; 0: cannot be told. */
int pair_nearer_client(const struct pair_conn *a, const struct pair_conn *b);

/* Fills pair->clocks. */
void pair_estimate_clocks(struct pair *pair);

/* A time of @from's clock on @to's. */
int64_t pair_convert(const struct pair *pair, int from, int to, int64_t time_ns,
		     int64_t *ret_slack_ns);

#endif
