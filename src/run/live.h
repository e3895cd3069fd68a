/* SPDX-License-Identifier: MIT */
/*
 * A run over a live host: the kernel's programs -> affairs -> verdicts -> sink, until somebody
 * stops it.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_LIVE_H
#define WHYRST_RUN_LIVE_H

#include <stdio.h>

#include "sinks/sink.h"

struct live_options {
	const char *filter;    /* pcap-filter words or NULL */
	const char *interface; /* for --wire and -w; NULL: any */
	bool one_netns;
	int netns_fd;	/* -1: own */
	uint32_t netns; /* inode */
	uint32_t pid;	/* 0: all */
	bool light;
	bool wire;
	bool debug;	    /* the libraries may speak */
	const char *record; /* -w FILE */
	bool record_payload;
	uint64_t stop_after;   /* resets told; 0: no limit */
	int64_t stop_after_ns; /* 0: no limit */
	size_t memory_bytes;   /* of --wire */
	uint64_t hash_key[2];
	const struct sink *sink;
	struct sink_options sink_options;
	FILE *out;
	/* One line for people on standard error. */
	void (*note)(void *context, const char *en, const char *zh, ...);
	void *context;
};

/* Returns the exit status. */
int run_live(const struct live_options *options);

#endif
