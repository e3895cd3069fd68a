/* SPDX-License-Identifier: MIT */
/*
 * A run over captures: inputs -> sources -> trackers -> verdicts -> sink. The only place that joins
 * them.
 *
 * One thread reads and tracks, a second one judges and prints; between them stands a bounded queue.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_RUN_H
#define WHYRST_RUN_RUN_H

#include <stdio.h>

#include "sinks/sink.h"

#define RUN_FILES_MAX 255 /* observation.file is a byte */
#define RUN_MEMORY_DEFAULT_MB 64
#define RUN_MEMORY_MIN_MB 4
#define RUN_MEMORY_MAX_MB (1 << 20)

struct run_options {
	const char *const *files; /* "-" is standard input, once */
	int file_count;		  /* 1..RUN_FILES_MAX */
	const char *filter;	  /* pcap-filter words or NULL */
	const struct sink *sink;
	struct sink_options sink_options; /* file_names and source_kind are set by the run */
	FILE *out;
	uint64_t stop_after; /* resets told; 0: all */
	size_t memory_bytes; /* bound of each capture's tables, and of what is compared */
	uint64_t hash_key[2];
	bool one_thread; /* judge in the reading thread */
	/* One line for people (warnings, what was lost or skipped); may be called from one thread
	 * only. */
	void (*note)(void *context, const char *en, const char *zh, ...);
	void *context;
};

/* Returns the exit status: 0, or 1 if something could not be read or written. */
int run_captures(const struct run_options *options);

/*
 * Whether @filter is a pcap-filter expression at all. 0, or -EINVAL with libpcap's words in
 * @problem.
 */
int run_check_filter(const char *filter, char problem[160]);

#endif
