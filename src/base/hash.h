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
#include <string.h>

/*
 * SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", with 1 and 3 rounds) of
 * @bytes bytes. The result is the same on machines of either byte order.
 */
uint64_t hash_keyed(const uint64_t key[2], const void *data, size_t bytes);

/*
 * The observation's link_source of a link-layer address. Not keyed: it tells addresses apart and
 * never chooses a bucket. Never 0, so that 0 can mean "none".
 */
static inline uint32_t hash_mac(const uint8_t mac[6])
{
	uint64_t h = 0;

	memcpy(&h, mac, 6);
	h *= 0x9e3779b97f4a7c15;
	h ^= h >> 32;
	return (uint32_t)h ? (uint32_t)h : 1;
}

#endif
