/* SPDX-License-Identifier: MIT */
/*
 * Is this address one of this host, and since when? Tells that a reset came because an address has
 * moved here (VRRP, keepalived, a pod's address used again).
 *
 * Floor 5. One thread at a time.
 */
#ifndef WHYRST_HOST_ADDRESSES_H
#define WHYRST_HOST_ADDRESSES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

struct address_answer {
	bool local;	  /* packets to it are delivered here: a device has it, or a local route */
	bool has_created; /* a device has it; false for 127.0.0.5 and other local routes */
	int64_t created_ns; /* CLOCK_MONOTONIC, when it was last added; good to 20 ms */
};

/*
 * Asks about the host part of @address (IPv4, IPv6, or IPv4 mapped into IPv6) in the namespace with
 * inode number @netns (0: our own). An answer is at most 100 ms old. Returns 0 or -errno: -EINVAL
 * for no address, -ENOENT if the namespace is not found, -EPERM if it may not be entered (another
 * one needs CAP_SYS_ADMIN).
 *
 * The 16 namespaces asked for last are remembered. Of a namespace with more than 4,096 addresses it
 * is not known of each when it was added.
 */
int addresses_ask(uint32_t netns, const struct endpoint *address, struct address_answer *ret);

/*
 * The same, and an answer from before @since_ns (CLOCK_MONOTONIC) will not do, unless the addresses
 * were read less than 4 ms ago.
 */
int addresses_ask_since(uint32_t netns, const struct endpoint *address, int64_t since_ns,
			struct address_answer *ret);

/* Forgets everything and frees it. */
void addresses_release(void);

#endif
