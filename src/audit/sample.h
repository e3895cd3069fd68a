/* SPDX-License-Identifier: MIT */
/*
 * What the files that take samples share: sample.c (namespaces and time), sample_sockets.c,
 * sample_processes.c.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_AUDIT_SAMPLE_H
#define WHYRST_AUDIT_SAMPLE_H

#include "audit/audit.h"

/* Runs @work in the namespace; -errno. */
int sample_run(const struct audit_space *space, int (*work)(void *context), void *context);

/* All in the namespace of the calling thread. 0 or -errno. */
int sample_listeners(struct audit_space *space);
int sample_halves(struct audit_halves *ret);
/* All sockets; also how many handshakes each listener has. */
int sample_sockets(struct audit_space *space);
/* Where connection tracking does not take up what it has forgotten: how many are open all the same.
 */
int sample_forgotten(struct audit_space *space);

/* Who has the sockets of listeners and half-closed connections. */
void sample_owners(struct audit *audit);
/* Of the first sample (@last false) and of the last one. */
void sample_processes(struct audit *audit, bool last);
/* Once more those near their limit: one that sheds connections is at it for moments only. How many
 * there are. */
int sample_near_limit(struct audit *audit);

#endif
