/* SPDX-License-Identifier: MIT */
/*
 * Whether this host's connection tracking knows a connection: a stateful filter or NAT that has
 * forgotten one treats its packets as those of none.
 *
 * Floor 5. One thread at a time.
 */
#ifndef WHYRST_HOST_CONNTRACK_H
#define WHYRST_HOST_CONNTRACK_H

#include <stdint.h>

#include "base/addr.h"

/*
 * Asks the namespace with inode number @netns for the TCP connection between @a and @b, whichever
 * end began it, before or behind a translation. 1 there is an entry, 0 there is none (in the zone
 * that all packets belong to unless a rule says otherwise), or -errno: -EOPNOTSUPP where tracking
 * cannot be asked (module nf_conntrack_netlink is not loaded; it is not loaded for this), -EPERM
 * without CAP_NET_ADMIN over the namespace, -ENOENT if the namespace is not found, -EAGAIN if it
 * was asked 100 times within the last second already.
 */
int conntrack_ask(uint32_t netns, const struct endpoint *a, const struct endpoint *b);

#endif
