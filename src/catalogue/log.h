/* SPDX-License-Identifier: MIT */
/*
 * A log of any length, grouped by message, peer and minute in constant memory: every table has its
 * size from the start; a full one gives up the smallest count of a bucket and counts that.
 *
 * A stack trace is one event: an entry is counted once for a record, that is, for a line with a
 * time and the lines without one that follow it (at most LOG_RECORD_LINES).
 *
 * Floor 5. No I/O: the caller reads into log_buffer().
 */
#ifndef WHYRST_CATALOGUE_LOG_H
#define WHYRST_CATALOGUE_LOG_H

#include "catalogue/entry.h"
#include "catalogue/peer.h"
#include "catalogue/when.h"

#define LOG_LINE_MAX 65536 /* of a longer line the beginning is looked at */
#define LOG_RECORD_LINES 64
#define LOG_SAMPLE_MAX 240
#define LOG_TOP_MAX 10

struct log;

struct log_group {
	int entry;
	uint64_t count;
	uint64_t without_time;
	uint64_t without_peer;
	struct when first; /* in order of the log's own times */
	struct when last;
	uint64_t lost_peers;	     /* events whose peer had to be forgotten */
	uint64_t lost_minutes;	     /* events whose minute had to be forgotten */
	char sample[LOG_SAMPLE_MAX]; /* the first line, raw: escape before printing */
	size_t sample_length;
};

struct log_peer {
	char peer[PEER_MAX];
	uint64_t count;
	struct when busiest; /* its busiest minute; WHEN_NONE if not known any more */
	uint64_t busiest_count;
};

struct log_minute {
	struct when when;
	uint64_t count;
};

struct log_counts {
	uint64_t bytes;
	uint64_t lines;
	uint64_t matched;  /* lines that speak of an entry */
	uint64_t repeated; /* of these: the same entry in the same record, not counted again */
	uint64_t long_lines;
	uint64_t events;
};

/*
 * NULL without memory. The tables of minutes have 1 << @table_bits places, that of peers a quarter
 * of that; at least 5.
 */
#define LOG_TABLE_BITS 15 /* about 4 MB in all */
struct log *log_new(const uint64_t hash_key[2], int table_bits);
void log_free(struct log *log);

/* Where the next bytes go, and how many fit (at least LOG_LINE_MAX). */
char *log_buffer(struct log *log, size_t *ret_room);
/* @count bytes were written there. */
void log_commit(struct log *log, size_t count);
/* The end: a last line without its newline is looked at, too. Also between two files. */
void log_finish(struct log *log);

const struct log_counts *log_get_counts(const struct log *log);

/* Groups, largest first; returns how many there are and writes at most @max. */
int log_groups(const struct log *log, const struct log_group **ret_groups, int max);
/* The peers of a group with most events; returns how many were written. @ret_all: how many there
 * are. */
int log_peers(const struct log *log, int entry, struct log_peer *ret_peers, int max, int *ret_all);
/* Its busiest minutes. */
int log_minutes(const struct log *log, int entry, struct log_minute *ret_minutes, int max,
		int *ret_all);

#endif
