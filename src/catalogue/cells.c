/* SPDX-License-Identifier: MIT */
#include "catalogue/cells.h"

#include <errno.h>
#include <stdlib.h>

int cells_init(struct cells *cells, int bits)
{
	size_t count = (size_t)1 << bits;

	cells->mask = (uint32_t)(count / CELLS_WAYS - 1);
	cells->cell = calloc(count, sizeof(*cells->cell));
	return cells->cell ? 0 : -ENOMEM;
}

void cells_release(struct cells *cells)
{
	free(cells->cell);
	cells->cell = NULL;
}

struct cell *cells_count(struct cells *cells, uint64_t key, int *ret_new, struct cell *ret_gone)
{
	struct cell *bucket, *smallest;

	key += !key;
	bucket = &cells->cell[(size_t)(key & cells->mask) * CELLS_WAYS];
	smallest = bucket;
	*ret_new = 0;
	for (int i = 0; i < CELLS_WAYS; i++) {
		if (bucket[i].key == key) {
			bucket[i].count++;
			return &bucket[i];
		}
		if (bucket[i].count < smallest->count)
			smallest = &bucket[i];
	}
	*ret_gone = *smallest;
	*ret_new = 1;
	*smallest = (struct cell){ .key = key, .count = 1 };
	return smallest;
}
