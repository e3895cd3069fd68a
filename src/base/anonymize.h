/* SPDX-License-Identifier: MIT */
/*
 * Addresses replaced by others, each one always by the same: what is told stays true (who talked to
 * whom, what shares a network), without telling where. Ports stay.
 *
 * The mapping keeps prefixes (Xu, Fan, Ammar, Moon: "Prefix-Preserving IP Address Anonymization",
 * 2002): addresses that share their first n bits share exactly n bits afterwards. IPv4 stays IPv4.
 * Whoever knows some pairs learns the prefixes of others; whoever knows the key learns all.
 *
 * Floor 0. No allocation, no I/O.
 */
#ifndef WHYRST_BASE_ANONYMIZE_H
#define WHYRST_BASE_ANONYMIZE_H

#include <stdint.h>

#include "base/addr.h"

#define ANONYMIZE_CACHE 64

/* Zero but for the key to begin with. */
struct anonymizer {
	uint64_t key[2];
	struct endpoint from[ANONYMIZE_CACHE]; /* ports 0 */
	struct endpoint to[ANONYMIZE_CACHE];
};

void anonymizer_init(struct anonymizer *anonymizer, const uint64_t key[2]);

/* Replaces the address of @endpoint. */
void anonymizer_map(struct anonymizer *anonymizer, struct endpoint *endpoint);

#endif
