/* SPDX-License-Identifier: MIT */
#include "run/keyset.h"

#include <stdlib.h>

#include "base/hash.h"

#define START_SLOTS 4096

struct keyset {
	uint64_t key[2];
	uint64_t *slots; /* 0: free */
	size_t mask;
	size_t used;
	size_t max;
	uint64_t overflow;
};

struct keyset *keyset_new(const uint64_t hash_key[2], size_t memory_bytes)
{
	struct keyset *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->key[0] = hash_key[0];
	set->key[1] = hash_key[1];
	set->mask = START_SLOTS - 1;
	/* Half full at most, and old and new table stand side by side while it grows. */
	set->max = memory_bytes / (6 * sizeof(uint64_t));
	set->slots = calloc(START_SLOTS, sizeof(uint64_t));
	if (!set->slots) {
		free(set);
		return NULL;
	}
	return set;
}

void keyset_free(struct keyset *set)
{
	if (!set)
		return;
	free(set->slots);
	free(set);
}

static uint64_t hash_of(const struct keyset *set, const void *bytes, size_t count)
{
	uint64_t hash = hash_keyed(set->key, bytes, count);

	return hash ? hash : 1;
}

static size_t place_of(const uint64_t *slots, size_t mask, uint64_t hash)
{
	size_t at = hash & mask;

	while (slots[at] && slots[at] != hash)
		at = (at + 1) & mask;
	return at;
}

static void grow(struct keyset *set)
{
	size_t count = (set->mask + 1) * 2, i;
	uint64_t *slots = calloc(count, sizeof(uint64_t));

	if (!slots) {
		set->max = set->used;
		return;
	}
	for (i = 0; i <= set->mask; i++)
		if (set->slots[i])
			slots[place_of(slots, count - 1, set->slots[i])] = set->slots[i];
	free(set->slots);
	set->slots = slots;
	set->mask = count - 1;
}

void keyset_add(struct keyset *set, const void *bytes, size_t count)
{
	uint64_t hash = hash_of(set, bytes, count);
	size_t at = place_of(set->slots, set->mask, hash);

	if (set->slots[at])
		return;
	if (set->used >= set->max) {
		set->overflow++;
		return;
	}
	set->slots[at] = hash;
	set->used++;
	if (set->used * 2 > set->mask)
		grow(set);
}

bool keyset_has(const struct keyset *set, const void *bytes, size_t count)
{
	return set->slots[place_of(set->slots, set->mask, hash_of(set, bytes, count))];
}

static void order_ends(const struct observation *obs, struct endpoint ends[2])
{
	bool swap = endpoint_compare(&obs->source, &obs->destination) > 0;

	ends[swap] = obs->source;
	ends[!swap] = obs->destination;
}

void keyset_add_connection(struct keyset *set, const struct observation *obs)
{
	struct endpoint ends[2];

	order_ends(obs, ends);
	keyset_add(set, ends, sizeof(ends));
}

bool keyset_has_connection(const struct keyset *set, const struct observation *obs)
{
	struct endpoint ends[2];

	order_ends(obs, ends);
	return keyset_has(set, ends, sizeof(ends));
}

uint64_t keyset_overflow(const struct keyset *set)
{
	return set->overflow;
}
