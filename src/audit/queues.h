/* SPDX-License-Identifier: MIT */
/*
 * What the checks about listeners have in common.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_AUDIT_QUEUES_H
#define WHYRST_AUDIT_QUEUES_H

#include "audit/check.h"

/*
 * {queue_most} {backlog} {looks} {looks_full} {setting} and, where the limit in force is the
 * host's, {somaxconn} {somaxconn_to} with the remedy; else {somaxconn_is}.
 */
void queue_tell(struct finding *finding, const struct audit_listener *listener);

/* {unit} of the process, and whether it is one of systemd's services. */
bool unit_of(const struct program *program, char *ret_unit, size_t unit_bytes);

#endif
