/* SPDX-License-Identifier: MIT */
/*
 * The packets of the probed port, beside the sockets: a socket tells that a reset came, but not
 * with what TTL, and that is what shows a box between. Takes CAP_NET_RAW.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_PROBE_HOPS_H
#define WHYRST_PROBE_HOPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

struct hops;

struct hops_packet {
	struct endpoint from;
	uint8_t ttl; /* hop limit of IPv6 */
	bool syn, reset;
};

/* NULL without the right to it. Sees SYN-ACKs and resets from @port. */
struct hops *hops_new(uint16_t port);
void hops_free(struct hops *hops);

/* Everything that came since; @hops may be NULL. */
void hops_read(struct hops *hops,
	       void (*tell)(void *context, uint16_t local_port, const struct hops_packet *packet),
	       void *context);

#endif
