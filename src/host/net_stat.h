/* SPDX-License-Identifier: MIT */
/*
 * Counts of the network that have files of their own: /proc/net/sockstat, /proc/net/softnet_stat,
 * /proc/net/stat/nf_conntrack, /proc/sys/fs/file-nr. What a kernel does not tell is
 * NET_STAT_UNKNOWN.
 *
 * Floor 5.
 */
#ifndef WHYRST_HOST_NET_STAT_H
#define WHYRST_HOST_NET_STAT_H

#include <stddef.h>
#include <stdint.h>

#define NET_STAT_UNKNOWN (-1)

/* Orphans and pages are of the whole host even where a namespace is asked; the rest is its own. */
struct sockstat {
	int64_t orphans;
	int64_t time_wait;
	int64_t memory_pages;
};

/* Sums over all processors since boot. */
struct softnet {
	int64_t dropped;  /* the queue of a processor was full */
	int64_t squeezed; /* a turn ended with packets left over: no loss */
};

/* Sums over all processors since the namespace was made. */
struct conntrack_stat {
	int64_t invalid;
	int64_t dropped;
	int64_t early_dropped;
	int64_t insert_failed;
};

/* Each reads for the calling thread's namespace. 0 or -errno. */
int sockstat_read(struct sockstat *ret);
int softnet_read(struct softnet *ret);
/* -ENOENT: nf_conntrack is not loaded. */
int conntrack_stat_read(struct conntrack_stat *ret);
/* Open files of the host and how many there may be. */
int file_nr_read(int64_t *ret_used, int64_t *ret_limit);

/* --- for tests -----------------------------------------------------------------------------------
 */

void sockstat_parse(const char *text, struct sockstat *ret);
void softnet_parse(const char *text, struct softnet *ret);
void conntrack_stat_parse(const char *text, struct conntrack_stat *ret);

#endif
