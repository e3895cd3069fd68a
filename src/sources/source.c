/* SPDX-License-Identifier: MIT */
#include "sources/source.h"

const struct source *source_find(const uint8_t *head, size_t bytes)
{
	const struct source *best = NULL;
	int i, surest = 0;

	for (i = 0; i < source_table_count; i++) {
		int sure = source_table[i]->recognize(head, bytes);

		if (sure > surest) {
			surest = sure;
			best = source_table[i];
		}
	}
	return best;
}
