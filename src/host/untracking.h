/* SPDX-License-Identifier: MIT */
/*
 * Whether connection tracking can be taken at its word: a connection that a rule keeps from it
 * (notrack), or puts into a zone, has no entry where one looks, and was never forgotten.
 *
 * Floor 5. One thread at a time.
 */
#ifndef WHYRST_HOST_UNTRACKING_H
#define WHYRST_HOST_UNTRACKING_H

#include <stdint.h>

/*
 * Whether the namespace with inode number @netns may have such rules: 1, 0 or -errno. Those of
 * the old iptables cannot be read: its table for them being there counts as 1. More than 100 times
 * a second only what is remembered is said.
 */
int untracking_ask(uint32_t netns);

#endif
