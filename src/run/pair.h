/* SPDX-License-Identifier: MIT */
/*
 * Several captures: which of them saw the same connections, how their clocks differ, and what one
 * of them says about a reset that another one saw.
 *
 * A first pass over every file notes each connection: initial sequence numbers, addresses, how far
 * each direction got, and every reset. Connections of two files are one if their initial sequence
 * numbers agree (through NAT: addresses may differ), or, where the beginning is missing, their
 * addresses and the ranges of their sequence numbers. No clock is trusted for that.
 *
 * Which file was taken nearer to which end follows from TTLs (the nearer one sees the higher), else
 * from times: a segment passes the nearer point first, so that (b - a of client segments) minus
 * (b - a of server segments) is the round trip between the points, whatever the clocks say, and
 * their mean is the offset of the clocks.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_PAIR_H
#define WHYRST_RUN_PAIR_H

#include "flow/evidence.h"
#include "sinks/sink.h"
#include "wire/observation.h"

struct pair;

/* What one file covers. */
struct pair_file {
	int64_t first_ns;
	int64_t last_ns;
	bool has_time;
	bool has_date;
	bool lossy; /* it missed packets of some connection, so it may have missed any */
	uint64_t segments;
	uint64_t connections;
};

/* @memory_bytes bounds the notes of all @files files; each gets the same share. NULL without
 * memory. */
struct pair *pair_new(const uint64_t hash_key[2], size_t memory_bytes, int files);
void pair_free(struct pair *pair);

/* First pass: every segment of every file, each file in its own order. */
void pair_learn(struct pair *pair, const struct observation *obs);
/* Connections that found no room for a note: they are judged in each file alone. */
uint64_t pair_overflow(const struct pair *pair);
const struct pair_file *pair_get_file(const struct pair *pair, int file);

/* After the first pass: finds what belongs together. */
void pair_match(struct pair *pair);
/* Connections that both files saw, the same segments of them. */
uint64_t pair_common(const struct pair *pair, int a, int b);
/* Connections of @b that go on where they stopped in @a: pieces of one rotated capture. */
uint64_t pair_continued(const struct pair *pair, int a, int b);
/* The clocks of two files; false if they share no connection. */
bool pair_clocks(const struct pair *pair, int a, int b, struct pairing *ret_pairing);

/*
 * From here on, @common[file] says how files belong together: the number of the group, and within
 * it of the capture point.
 */
struct pair_place {
	int group;
	int point;
	int64_t clock_ns; /* what to add to a time of this file to get the time of its group */
	/* 1 + the file under which the notes of this one were taken: of the pieces of a rotated
	 * capture the first; 0: under its own number. */
	int noted_as;
};
void pair_set_places(struct pair *pair, const struct pair_place *places, int count);

/* One reset, whichever file shows it. */
struct pair_reset {
	uint32_t connection; /* the same for all files */
	uint32_t seq;	     /* relative to the initial number, where that is known */
	bool from_client;
};

/*
 * Adds the JOINT facts to @ev. Returns true, and the reset's identity, if another capture point of
 * the group knows the connection.
 */
bool pair_judge(struct pair *pair, struct evidence *ev, struct pair_reset *ret_reset);
/* Resets of the group that came after the end of @file, whose word would have counted. */
uint64_t pair_ended_before(const struct pair *pair, int file);
/* By how much the sums over all files count the connections of @group more than once. */
struct pair_doubles {
	uint64_t connections, normal_ends, unfinished, never_answered, midstream;
};
struct pair_doubles pair_count_doubles(const struct pair *pair, int group);
/* Whether @file was taken nearer to the sender of the reset than any other of its group. */
bool pair_is_home(struct pair *pair, const struct evidence *ev);

#endif
