/* SPDX-License-Identifier: MIT */
/*
 * Packet lines out of text lines: a forum, a mail program or -v breaks one into several. A line
 * that is not whole waits here; what follows is added while it helps.
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_TCPDUMP_TEXT_JOIN_H
#define WHYRST_SOURCES_TCPDUMP_TEXT_JOIN_H

#include "wire/text_packet.h"

#define TEXT_JOIN_MAX 4096
#define TEXT_JOIN_PARTS_MAX 16 /* a packet with all its options in lines of 25 characters */

struct text_join {
	uint64_t number; /* of the line at which it began */
	size_t bytes;	 /* 0: nothing waits */
	int parts;
	int blank_lines; /* since its last part */
	bool whole;	 /* may be whole already: only options can follow (old style) */
	bool clock_only; /* nothing but a time yet */
	char text[TEXT_JOIN_MAX];
};

/* Whether more of this packet may stand on the next line. */
bool text_join_wants(enum text_line kind, const struct text_packet *packet);

/* Lets @line wait. False if it is too long to: take it as it is. */
bool text_join_start(struct text_join *join, const char *line, size_t bytes, uint64_t number,
		     enum text_line kind, const struct text_packet *packet);

/*
 * Adds a line to what waits, if it helps; then *ret_kind and @ret_packet are what both make
 * together, with pointers into join->text.
 */
bool text_join_add(struct text_join *join, const char *line, size_t bytes, enum text_line *ret_kind,
		   struct text_packet *ret_packet);

#endif
