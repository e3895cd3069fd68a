/* SPDX-License-Identifier: MIT */
/*
 * A slab: objects of one size from large blocks, with a limit from birth. Nothing is given back to
 * the system before slab_release(): what is freed is used again first.
 *
 * Floor 0.
 */
#ifndef WHYRST_BASE_SLAB_H
#define WHYRST_BASE_SLAB_H

#include <stddef.h>

struct slab_block;

struct slab {
	struct slab_block *blocks;
	void *free;
	size_t object_bytes;
	size_t used;  /* objects handed out */
	size_t limit; /* most objects ever handed out at once */
	size_t left;  /* in the newest block */
	char *next;
};

/* At most @limit objects of @object_bytes each. */
void slab_init(struct slab *slab, size_t object_bytes, size_t limit);
void slab_release(struct slab *slab);
/* Contents are undefined. NULL at the limit or without memory. */
void *slab_take(struct slab *slab);
/* NULL is allowed. */
void slab_give(struct slab *slab, void *object);

#endif
