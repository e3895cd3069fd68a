/* SPDX-License-Identifier: MIT */
/*
 * A sink: prints finished verdicts. It reads a verdict and nothing else. One file a sink; the table
 * is generated (`const struct sink sink_<file>`).
 *
 * Floor 6.
 */
#ifndef WHYRST_SINKS_SINK_H
#define WHYRST_SINKS_SINK_H

#include <stdbool.h>
#include <stdio.h>

#include "flow/tracker.h"
#include "lang/lang.h"
#include "verdict/verdict.h"

struct sink_options {
	enum lang lang;
	bool color;
	int verbose; /* -v: each reset, rivals, ladder */
	int quiet;   /* -q: the verdicts' first lines only */
	bool anonymize;
	int width; /* columns of the terminal; 0: not a terminal, do not wrap to it */
	const char *const *file_names; /* inputs by observation.file */
	const char *source_kind;       /* "pcap", "text" */
	bool utc;		       /* show UTC instead of local time */
	bool live;		       /* somebody watches: text tells each reset as it comes */
	bool terminal;		       /* with live: a count may be rewritten in place */
	uint64_t anonymize_key[2];     /* secret; the same key gives the same addresses again */
};

/* One group of resets alike: cause, server and mechanism. */
struct fold_group {
	struct verdict verdict;	  /* the worked example: the first of the group; count, first_ns,
				     last_ns are set */
	struct evidence evidence; /* that verdict.evidence points to */
	uint32_t knee;		  /* connections open under which none was reset; 0: none found */
	uint64_t opened_below_knee;
	uint64_t starved;	   /* connections that the server closed without a byte */
	uint64_t by_confidence[4]; /* by enum confidence: the example is one of the best */
};

/* Counts of what was dropped, truncated, undecodable or evicted come from here. */
struct run_summary {
	const struct tracker_counts *tracker;
	uint64_t packets; /* records of all inputs */
	uint64_t bytes;
	uint64_t not_tcp, filtered, undecodable, cut_short, fragments, bad_checksum, unknown_link,
		unparsed_lines;
	bool truncated;
	const struct fold_group *groups; /* sorted: not expected first, then by count */
	int group_count;
	uint64_t groups_dropped; /* groups that the limit left out (their resets are counted in
				    `resets`) */
	uint64_t resets;	 /* verdicts reached */
	uint64_t expected;	 /* of these */
	uint64_t by_cause[CAUSES_MAX]; /* by place in cause_table */
	uint64_t unknown;	       /* verdicts without a cause */
	uint64_t events_lost;	       /* of a live host: resets that were counted but not told, */
	uint64_t unseen;      /* of the namespace watched: sent, but never shown to a program */
	uint64_t runs_missed; /* and runs of a kernel program that an interrupt cost */
	int64_t span_ns;
	int input_count;
	/* Two captures of one connection; NULL without. */
	const struct pairing *pairing;
};

struct pairing {
	int file_a, file_b;
	uint64_t connections; /* seen in both */
	int64_t offset_ns;    /* clock of b minus clock of a at the first common connection */
	double drift_ppm;
	int64_t uncertainty_ns;
	bool nat; /* addresses differ */
};

struct sink_state;

struct sink {
	const char *name; /* of -o */
	int (*open)(FILE *out, const struct sink_options *options, struct sink_state **ret_state);
	/* Every verdict, ignored ones too (evidence->ignored), in order of capture time. */
	int (*verdict)(struct sink_state *state, const struct verdict *verdict);
	/* The end of the run. Text prints its folded groups here, JSON its summary object. */
	int (*summary)(struct sink_state *state, const struct run_summary *summary);
	/* Flushes; returns -EPIPE when the reader is gone, -errno otherwise. */
	int (*close)(struct sink_state *state);
};

extern const struct sink *const sink_table[];
extern const int sink_table_count;

#endif
