/* SPDX-License-Identifier: MIT */
/*
 * A set of 64-bit keyed hashes, bounded from birth: which connections a filter means, which resets
 * have been told. Two things of one hash are one in 2^64, and would only be taken for one.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_KEYSET_H
#define WHYRST_RUN_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/observation.h"

struct keyset;

/* Grows within @memory_bytes. NULL without memory. */
struct keyset *keyset_new(const uint64_t hash_key[2], size_t memory_bytes);
void keyset_free(struct keyset *set);

void keyset_add(struct keyset *set, const void *bytes, size_t count);
bool keyset_has(const struct keyset *set, const void *bytes, size_t count);

/* The connection of @obs, whichever end sent it. */
void keyset_add_connection(struct keyset *set, const struct observation *obs);
bool keyset_has_connection(const struct keyset *set, const struct observation *obs);

/* How often something found no room. */
uint64_t keyset_overflow(const struct keyset *set);

#endif
