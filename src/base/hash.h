/* SPDX-License-Identifier: MIT */
/*
 * A keyed hash, so that nobody who writes packets can aim at one bucket of a table.
 *
 * Floor 0. No allocation, no I/O.
 */
#ifndef WHYRST_BASE_HASH_H
#define WHYRST_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", with 1 and 3 rounds) of
 * @bytes bytes. The result is the same on machines of either byte order.
 */
uint64_t hash_keyed(const uint64_t key[2], const void *data, size_t bytes);

/*
 * Not keyed: only to tell values apart (link addresses), never to choose a bucket. Never 0, so
 * that 0 can mean "none".
 */
uint32_t hash_plain(const void *data, size_t bytes);

#endif
