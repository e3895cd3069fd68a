/* SPDX-License-Identifier: MIT */
/*
 * Counters in a table of fixed size: eight ways a bucket, the smallest count gives way.
 *
 * Floor 5.
 */
#ifndef WHYRST_CATALOGUE_CELLS_H
#define WHYRST_CATALOGUE_CELLS_H

#include <stddef.h>
#include <stdint.h>

#define CELLS_WAYS 8

struct cell {
	uint64_t key; /* a hash; 0: empty */
	uint64_t count;
	int64_t minute;
	uint64_t peer; /* hash of the peer's name */
	int32_t entry;
	int32_t kind; /* enum when_kind */
};

struct cells {
	struct cell *cell;
	uint32_t mask; /* number of buckets - 1 */
};

/* 0 or -ENOMEM. @bits: 1 << bits cells. */
int cells_init(struct cells *cells, int bits);
void cells_release(struct cells *cells);

static inline size_t cells_size(const struct cells *cells)
{
	return ((size_t)cells->mask + 1) * CELLS_WAYS;
}

/*
 * Counts one under @key. If the cell is new, *ret_new is set and the caller fills in the rest; if
 * an other one had to go for it, that is in @ret_gone (count 0 otherwise).
 */
struct cell *cells_count(struct cells *cells, uint64_t key, int *ret_new, struct cell *ret_gone);

#endif
