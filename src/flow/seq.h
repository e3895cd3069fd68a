/* SPDX-License-Identifier: MIT */
/*
 * Sequence arithmetic modulo 2^32 (RFC 9293 section 3.4). Never compare sequence numbers without
 * it.
 *
 * Floor 2.
 */
#ifndef WHYRST_FLOW_SEQ_H
#define WHYRST_FLOW_SEQ_H

#include <stdbool.h>
#include <stdint.h>

/* a - b, correct while the two are less than 2^31 apart. */
static inline int32_t seq_distance(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

static inline bool seq_before(uint32_t a, uint32_t b)
{
	return seq_distance(a, b) < 0;
}

static inline bool seq_after(uint32_t a, uint32_t b)
{
	return seq_distance(a, b) > 0;
}

#endif
