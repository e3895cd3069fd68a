/* SPDX-License-Identifier: MIT */
/*
 * Addresses replaced by others, each one always by the same: what is told stays true (who talked to
 * whom, what shares a network), without telling where. Ports stay.
 *
 * The mapping keeps prefixes (Xu, Fan, Ammar, Moon: "Prefix-Preserving IP Address Anonymization",
 * 2002): addresses that share their first n bits share exactly n bits afterwards. IPv4 stays IPv4.
 * Whoever knows some pairs learns the prefixes of others; whoever knows the key learns all.
 *
 * Names of hosts become "host-1a2b3c4d", by a hash that is keyed likewise.
 *
 * Floor 0. No I/O.
 */
#ifndef WHYRST_BASE_ANONYMIZE_H
#define WHYRST_BASE_ANONYMIZE_H

#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"

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

/* "192.0.2.1:80", "[2001:db8::1]:80", "db.example.com:5432", with a port or without. */
void anonymizer_add_peer(struct anonymizer *anonymizer, const char *peer, struct buf *out);
/*
 * A path, with something behind colons or without: its parts that are called like a host or an
 * address are replaced, but for their endings: "/etc/nginx/sites/example.com.conf:7".
 */
void anonymizer_add_path(struct anonymizer *anonymizer, const char *path, struct buf *out);

#endif
