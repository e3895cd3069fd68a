/* SPDX-License-Identifier: MIT */
/*
 * Whether a process gets to its work: an accept queue is full because somebody does not empty it.
 * From /proc and the files of control groups; needs no right but to see the process.
 *
 * Floor 5.
 */
#ifndef WHYRST_HOST_STALL_H
#define WHYRST_HOST_STALL_H

#include <stddef.h>
#include <stdint.h>

struct stall {
	char state;	    /* of its main thread, as /proc/PID/stat has it; 0 unknown */
	int64_t not_run_us; /* since a thread of it was last on a CPU; -1 unknown */
	int64_t throttled;  /* periods in which its group was held back by cpu.max; -1 unknown */
};

/*
 * Asks about @pid. Of more than 64 threads only the first are looked at: then not_run_us may be too
 * long, and is left unknown. Returns 0, or -ESRCH if there is no such process.
 */
int stall_read(uint32_t pid, struct stall *ret);

/* --- for tests -----------------------------------------------------------------------------------
 */

/* se.exec_start of the text of /proc/PID/sched, in microseconds of the scheduler's clock; -1. */
int64_t stall_parse_sched(const char *text, size_t length);

/* nr_throttled of the text of a cpu.stat; -1. */
int64_t stall_parse_throttled(const char *text, size_t length);

#endif
