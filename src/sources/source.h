/* SPDX-License-Identifier: MIT */
/*
 * A source: turns one input into observations. One file a source; the table of sources is found by
 * gen-table (`const struct source source_<file>`).
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_SOURCE_H
#define WHYRST_SOURCES_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sources/input.h"
#include "wire/observation.h"

enum source_kind {
	SOURCE_PCAP, /* capture files: pcap, pcapng */
	SOURCE_TEXT, /* the text of tcpdump */
};

struct source_options {
	const char *filter; /* pcap-filter words or NULL */
	uint8_t file;	    /* goes into observation.file */
	bool no_hints;	    /* do not look at payload bytes */
};

/* What could not be read or was left out, each with its count: printed, never silent. */
struct source_counts {
	uint64_t packets; /* records or packet lines read */
	uint64_t bytes;
	uint64_t not_tcp; /* whole, but not TCP over IP */
	uint64_t filtered;
	uint64_t undecodable; /* headers that contradict themselves */
	uint64_t cut_short;   /* captured too short to reach the TCP header */
	uint64_t fragments;   /* non-first IP fragments, which carry no TCP header */
	uint64_t bad_checksum;
	uint64_t unknown_link;	 /* records of a link type that is not known */
	uint64_t unparsed_lines; /* lines that look like a packet but are not understood */
	uint64_t skipped_blocks; /* pcapng blocks without packets */
	bool truncated;		 /* the input ends in the middle of a record, at truncated_at */
	bool corrupt;	       /* a record lies about its length; reading stopped at truncated_at */
	bool too_large;	       /* a compressed input that grows beyond all measure was left */
	uint64_t truncated_at; /* byte offset in the (decompressed) input */
	/* One line, without the name of the file, about what kept it from being read whole
	 * (truncated, corrupt, too_large, link types that are not known); "" without. */
	char problem[160];
	char note[160]; /* one line about what the filter could not do; "" without */
};

struct source_state;

struct source {
	const char *name; /* "pcap" */
	enum source_kind kind;
	/* Whether the first bytes are of this kind: 0 no, higher is surer. */
	int (*recognize)(const uint8_t *head, size_t bytes);
	/*
	 * Takes over @input (closed by close()). On failure returns -errno and writes one line,
	 * what is wrong and what to do, into @problem.
	 */
	int (*open)(struct input *input, const struct source_options *options,
		    struct source_state **ret_state, char problem[160]);
	/*
	 * Writes up to @max observations; returns how many, 0 at the end. Never fails: what goes
	 * wrong is in the counts. Pointers in observations are valid until the next call.
	 */
	int (*read)(struct source_state *state, struct observation *ret_obs, int max);
	const struct source_counts *(*counts)(const struct source_state *state);
	void (*close)(struct source_state *state);
};

extern const struct source *const source_table[];
extern const int source_table_count;

/* The source whose recognize() is surest, or NULL. */
const struct source *source_find(const uint8_t *head, size_t bytes);

#endif
