/* SPDX-License-Identifier: MIT */
/*
 * The TTL of packets, without the right to see any: a socket drops what comes with less than its
 * least TTL (RFC 5082; IP_MINTTL, IPV6_MINHOPCOUNT), resets too. On a living connection TCP's
 * keepalive probes and that limit find the TTL of the peer; on a forgotten one the limit just above
 * it, at it, and none tell whether what resets is as far away.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_PROBE_SIEVE_H
#define WHYRST_PROBE_SIEVE_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/link.h"

enum sieve_reset {
	SIEVE_UNKNOWN,
	SIEVE_SAME,
	SIEVE_HIGHER,
	SIEVE_LOWER,
};

struct sieve {
	uint8_t low, high; /* the peer's TTL lies between; equal: found */
	uint8_t mesh;	   /* the limit now; 0: none */
	int64_t since_ns;
	enum sieve_reset reset;
};

/* Begins the search on a living, idle connection; takes some seconds. */
void sieve_begin(struct sieve *sieve, struct link *link, int64_t now_ns);
/* Goes on; true: it has been found. Call it every 50 ms or so. */
bool sieve_search(struct sieve *sieve, struct link *link, int64_t now_ns);

/* Before something is sent on a connection that is thought to be forgotten. */
void sieve_arm(struct sieve *sieve, struct link *link, int64_t now_ns);
/* Nothing has come yet: lets more through after a while. false: even without a limit nothing comes.
 */
bool sieve_widen(struct sieve *sieve, struct link *link, int64_t now_ns);
/* A reset came through. */
void sieve_note_reset(struct sieve *sieve);

#endif
