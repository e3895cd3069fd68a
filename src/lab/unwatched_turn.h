/* SPDX-License-Identifier: MIT */
/*
 * What unwatched.bpf.c keeps for unwatched.c.
 *
 * Floor 6.
 */
#ifndef WHYRST_LAB_UNWATCHED_TURN_H
#define WHYRST_LAB_UNWATCHED_TURN_H

#include <linux/types.h>

#define UNWATCHED_TURNS 4096 /* the newest that are kept */

/* A task had a processor from @begin_ns to @end_ns, CLOCK_MONOTONIC. */
struct unwatched_turn {
	__u64 begin_ns, end_ns;
	__u32 task, pid;
	char comm[16];
};

#endif
