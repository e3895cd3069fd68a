/* SPDX-License-Identifier: MIT */
/*
 * A run over an interface: packets as they pass -> tracker -> verdicts -> sink, as `read` does with
 * a capture, until somebody stops it. Of this host it asks only what sock_diag and /proc tell
 * everybody: no BPF.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_WIRE_H
#define WHYRST_RUN_WIRE_H

#include "run/live.h"

/* Returns the exit status: 0, or 1 if it could not begin, or something was not written. */
int run_wire(const struct live_options *options);

#endif
