/* SPDX-License-Identifier: MIT */
/*
 * Programs by the number of their process, from /proc. Numbers are those of the PID namespace that
 * /proc shows: on the host itself they are the kernel's own.
 *
 * What needs which right, for a process of another user: nothing for comm, user, state, cgroup and
 * limits (unless /proc is mounted with hidepid); CAP_SYS_PTRACE for exe; for the count of its
 * descriptors nothing since Linux 6.2, before that CAP_DAC_READ_SEARCH. Being root without these
 * capabilities is not enough.
 *
 * Floor 5. One thread at a time.
 */
#ifndef WHYRST_HOST_PROCESS_H
#define WHYRST_HOST_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/evidence.h"

/*
 * Fills @ret with what can be read of @pid; the rest stays "". Of a zombie that is its name, user,
 * state and, on cgroup v2, its group. Returns 0, -ESRCH (no such process: @ret holds the pid alone)
 * or -errno.
 */
int process_read(uint32_t pid, struct program *ret);

/*
 * How many descriptors the process has open, and its soft RLIMIT_NOFILE (UINT32_MAX: unlimited).
 * Returns 0 or -errno; -ENOENT if the process has no such line. Before Linux 6.2 it has to list
 * them and stops at 262,144.
 */
int process_descriptors(uint32_t pid, uint32_t *ret_used, uint32_t *ret_limit);

/* Its hard RLIMIT_NOFILE (UINT32_MAX: unlimited). 0 or -errno. */
int process_hard_limit(uint32_t pid, uint32_t *ret_limit);

/* --- remembering ---------------------------------------------------------------------------------
 */

/*
 * The processes that were asked for last, so that one that is gone can still be named. At the limit
 * the one that was not asked for the longest is forgotten, and counted.
 */
struct process_cache;

/*
 * At most @limit processes (at least 1; about 370 bytes each). Also reads the names of users, which
 * a confined program should do early. NULL without memory.
 */
struct process_cache *process_cache_new(size_t limit);
void process_cache_free(struct process_cache *cache);

/*
 * Who @pid is. Reads again what is older than 1 s, or when @comm_hint (NULL: none), the name that
 * the kernel saw, is neither the one that is known nor the one that was given last: threads have
 * names of their own. Keeps the old answer when the process is gone, dying (then it has no exe any
 * more), or when the number has passed to another process and @comm_hint fits the old one.
 *
 * Returns 0; or -ESRCH if it is gone and was not known: then @ret holds the pid and the hint as
 * comm.
 */
int process_cache_get(struct process_cache *cache, uint32_t pid, const char *comm_hint,
		      struct program *ret);

/* To know it later: reads the process unless it was read less than 1 s ago. */
void process_cache_learn(struct process_cache *cache, uint32_t pid);

/* Processes that were forgotten to make room. */
uint64_t process_cache_evicted(const struct process_cache *cache);

/* --- for the cache and for tests
 * ------------------------------------------------------------------ */

/* State letter and start time (clock ticks since boot) from the text of /proc/PID/stat. */
int process_parse_stat(const char *text, size_t length, char *ret_state, uint64_t *ret_start);
/* The CPU on which it last ran, and whether in real time, from there or /proc/PID/task/TID/stat. */
int process_parse_cpu(const char *text, size_t length, uint64_t *ret_cpu, bool *ret_realtime);

/* The effective uid from the text of /proc/PID/status. */
int process_parse_uid(const char *text, size_t length, uint32_t *ret_uid);

/* Soft, or hard, limit of descriptors from the text of /proc/PID/limits. */
int process_parse_limit(const char *text, size_t length, bool hard, uint32_t *ret_limit);

/* As process_read(); @ret_start tells two processes of one number apart, 0 unknown. */
int process_read_started(uint32_t pid, struct program *ret, uint64_t *ret_start);

/* Has the names of users read, if they are not yet. */
void process_users_load(void);

#endif
