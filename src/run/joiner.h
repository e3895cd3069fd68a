/* SPDX-License-Identifier: MIT */
/*
 * Between the trackers of several capture points and the teller: adds what one point says about the
 * other's resets, and sees to it that a reset which both saw is told once.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_JOINER_H
#define WHYRST_RUN_JOINER_H

#include "run/pair.h"
#include "run/teller.h"

struct joiner;

struct joiner *joiner_new(const uint64_t hash_key[2], struct pair *pair, struct teller *teller,
			  size_t memory_bytes);
void joiner_free(struct joiner *joiner);

/* For tracker_config. */
struct evidence *joiner_reserve(void *joiner);
void joiner_emit(void *joiner, struct evidence *ev);

/* Resets without effect that several points showed. */
uint64_t joiner_ignored_doubles(const struct joiner *joiner);

/* No more evidence will come: hands on what waited for its counterpart. */
void joiner_finish(struct joiner *joiner);

#endif
