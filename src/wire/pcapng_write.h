/* SPDX-License-Identifier: MIT */
/*
 * The blocks of a pcapng file (draft-ietf-opsawg-pcapng) with one interface: section header,
 * interface, enhanced packets with comments. In this host's byte order; times in nanoseconds.
 *
 * Floor 1. Into buffers, no I/O.
 */
#ifndef WHYRST_WIRE_PCAPNG_WRITE_H
#define WHYRST_WIRE_PCAPNG_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Longest text of one comment; a longer one is cut at a character. */
#define PCAPNG_COMMENT_MAX 4000

struct pcapng_head {
	const char *os; /* of the machine, or NULL */
	const char *interface;
	const char *filter; /* or NULL */
	uint16_t link;
	uint32_t snap_bytes;
};

struct pcapng_packet {
	const uint8_t *bytes;
	uint32_t captured;
	uint32_t length;
	int64_t time_ns;
	bool has_direction, outgoing;
	const char *const *comments; /* UTF-8 */
	int comment_count;
};

/* What a file begins with. */
void pcapng_add_head(struct buf *out, const struct pcapng_head *head);
/* One packet; where it does not fit, out->overflow is set and what was added of it must be cut. */
void pcapng_add_packet(struct buf *out, const struct pcapng_packet *packet);

#endif
