/* SPDX-License-Identifier: MIT */
/*
 * All TCP sockets of a namespace, counted: by state; by the service here that they belong to; by
 * the service elsewhere that they were opened to; by peer. Which of both a connection is, its local
 * port tells: somebody listens on it or not.
 *
 * Floor 6.
 */
#ifndef WHYRST_AUDIT_TALLY_H
#define WHYRST_AUDIT_TALLY_H

#include "host/sock_diag.h"

#define TALLY_STATES 12	    /* enum sock_diag_state counts from 1 */
#define TALLY_MAX (1 << 17) /* groups; what finds no room is counted */

enum tally_kind {
	TALLY_SERVED, /* near: the listener's port, address none */
	TALLY_CALLED, /* near: the local address without port; far: the service there */
	TALLY_PEER,   /* far: a host without port */
	TALLY_KINDS,
};

struct tally_group {
	struct endpoint near, far;
	enum tally_kind kind;
	uint32_t count[TALLY_STATES];
	uint32_t total;
	uint32_t in_range;  /* TALLY_CALLED: local ports in ip_local_port_range */
	uint32_t keepalive; /* with that timer running */
	uint32_t unread;    /* established, with bytes that the program has not read */
	uint32_t inode;	    /* of one of them */
	uint32_t pid;	    /* of that one, if it was asked for; 0 unknown */
};

struct tally {
	struct tally_group *groups;
	uint32_t *buckets; /* index + 1 */
	uint32_t group_count, bucket_count;
	uint64_t count[TALLY_STATES];
	uint64_t total;
	uint64_t unplaced; /* for want of groups */
	uint64_t key[2];
	uint8_t listening[65536 / 8]; /* ports */
	uint32_t range_low, range_high;
	bool interrupted; /* sockets came and went meanwhile */
};

/* NULL without memory. @key is a secret: peers choose addresses. */
struct tally *tally_new(const uint64_t key[2], uint32_t range_low, uint32_t range_high);
void tally_free(struct tally *tally);

void tally_listens(struct tally *tally, uint16_t port);
void tally_add(struct tally *tally, const struct sock_diag_answer *answer);

/* The @limit largest groups of a kind, largest first. Returns how many there are in @ret. */
int tally_top(const struct tally *tally, enum tally_kind kind, const struct tally_group **ret,
	      int limit);
/* NULL if there is none. */
const struct tally_group *tally_served(const struct tally *tally, uint16_t port);

#endif
