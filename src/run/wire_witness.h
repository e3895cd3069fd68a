/* SPDX-License-Identifier: MIT */
/*
 * What a host without BPF can testify of its own ends of a connection: whose socket it is, whether
 * it outlived the reset, whether somebody listened. Sockets that were reset are gone, so they are
 * asked for while the connection lives.
 *
 * A fact is set only where looks before and after the reset prove it for the moment itself.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_WIRE_WITNESS_H
#define WHYRST_RUN_WIRE_WITNESS_H

#include <stdint.h>

#include "flow/evidence.h"
#include "wire/observation.h"

struct witness;

struct witness_counts {
	uint64_t asked;	   /* questions about sockets */
	uint64_t skipped;  /* sockets that were not asked for, to stay within 1,000 a second */
	uint64_t searches; /* for owners, in /proc */
};

/*
 * Of the calling thread's network namespace, whose inode number is @netns. NULL without memory or
 * without sock_diag.
 */
struct witness *witness_new(const uint64_t hash_key[2], uint32_t netns);
void witness_free(struct witness *witness);

/* Takes note of the connections of these segments, which are not older than a moment. */
void witness_see(struct witness *witness, const struct observation *obs, int count);

/* What is due from time to time. Returns milliseconds until it is to be called again. */
int witness_tick(struct witness *witness);

/* Adds the story and the facts of this host to evidence that the tracker has just decided. */
void witness_tell(struct witness *witness, struct evidence *ev);

void witness_count(const struct witness *witness, struct witness_counts *ret_counts);

#endif
