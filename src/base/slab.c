/* SPDX-License-Identifier: MIT */
#include "base/slab.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)256 << 10)

struct slab_block {
	struct slab_block *next;
	size_t pad;
};

void slab_init(struct slab *slab, size_t object_bytes, size_t limit)
{
	memset(slab, 0, sizeof(*slab));
	slab->object_bytes = (object_bytes + 63) & ~(size_t)63;
	slab->limit = limit;
}

void slab_release(struct slab *slab)
{
	struct slab_block *block = slab->blocks;

	while (block) {
		struct slab_block *next = block->next;

		free(block);
		block = next;
	}
	memset(slab, 0, sizeof(*slab));
}

void *slab_take(struct slab *slab)
{
	void *object;

	if (slab->used >= slab->limit)
		return NULL;
	if (slab->free) {
		object = slab->free;
		memcpy(&slab->free, object, sizeof(slab->free));
		slab->used++;
		return object;
	}
	if (!slab->left) {
		size_t count = BLOCK_BYTES / slab->object_bytes;
		struct slab_block *block;

		if (count < 1)
			count = 1;
		if (count > slab->limit - slab->used)
			count = slab->limit - slab->used;
		/* The first 64 bytes hold the link, so that objects stay on cache lines. */
		block = aligned_alloc(64, 64 + count * slab->object_bytes);
		if (!block)
			return NULL;
		block->next = slab->blocks;
		slab->blocks = block;
		slab->next = (char *)block + 64;
		slab->left = count;
	}
	object = slab->next;
	slab->next += slab->object_bytes;
	slab->left--;
	slab->used++;
	return object;
}

void slab_give(struct slab *slab, void *object)
{
	if (!object)
		return;
	memcpy(object, &slab->free, sizeof(slab->free));
	slab->free = object;
	slab->used--;
}
