/* SPDX-License-Identifier: MIT */
/*
 * What every watch shares, whatever feeds it: how it is ended, how long it waits, and what becomes
 * of an output that nobody takes.
 */
#ifndef WHYRST_RUN_WATCHING_H
#define WHYRST_RUN_WATCHING_H

#include <stdint.h>

struct live_options;

/* A line on a terminal while nothing happens. */
#define HEARTBEAT_NS INT64_C(60000000000)

/* Blocks SIGINT and SIGTERM; a descriptor that is readable when one came, or -1 with errno. */
int watching_signals(void);
/* Of two waits in milliseconds the shorter; negative: for ever. */
int watching_soonest(int a, int b);
/* Milliseconds from @now_ns to @at_ns, rounded up; 0 if that is past. */
int watching_until_ms(int64_t at_ns, int64_t now_ns);
/* @error (-errno or 0) of the output, told unless nobody reads any more. -1 if it was told. */
int watching_end_output(const struct live_options *options, int error);

#endif
