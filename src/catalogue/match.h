/* SPDX-License-Identifier: MIT */
/*
 * Finds the entries that words or a line of a log speak of.
 *
 * Floor 5. No I/O, no allocation.
 */
#ifndef WHYRST_CATALOGUE_MATCH_H
#define WHYRST_CATALOGUE_MATCH_H

#include "catalogue/entry.h"

/* Bytes that must be readable before and after any text given to match_line() and match_next(). */
#define MATCH_PAD 8

#define MATCH_MAX 24

struct match {
	int entry;
	int score;  /* letters that agree; more is more special */
	int offset; /* where in the line the words stand */
	int length;
};

struct matches {
	int count;
	struct match match[MATCH_MAX]; /* best first once sorted */
};

/*
 * All entries whose pattern stands in the line, best first. @line has no line end inside;
 * MATCH_PAD bytes before and after it are read, their content does not matter.
 */
void match_line(const char *line, size_t length, struct matches *ret_matches);

/*
 * The first place from @text on, of @length bytes with any number of lines, where a pattern's
 * anchor stands. Returns its offset, or @length if there is none. Fast: this is what a log is
 * searched with.
 */
size_t match_next(const char *text, size_t length);

/*
 * What a person asked for: names, numbers and codes in any spelling first, then as a line. @words
 * needs no padding; beyond MATCH_WORDS_MAX bytes it is cut. Returns the number of matches.
 */
#define MATCH_WORDS_MAX 65536
int match_words(const char *words, size_t length, struct matches *ret_matches);

/* Entry of the termination state that an HAProxy log line shows, or -1. */
int match_haproxy(const char *line, size_t length, size_t *ret_offset);

#endif
