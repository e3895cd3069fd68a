/* SPDX-License-Identifier: MIT */
/*
 * Absolute sequence numbers from printed ones.
 *
 * tcpdump prints the numbers of the first ACK-bearing packet of a connection, and of every SYN-ACK,
 * as they are; those of later ACK-bearing packets relative to that one, in each direction; those of
 * packets without ACK always as they are. (print-tcp.c of tcpdump; 3.x and 4.x alike.) With -S all
 * are absolute. Where a paste starts in the middle of a connection, the numbers are kept as
 * printed: they are consistent among themselves.
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_TCPDUMP_TEXT_NUMBERS_H
#define WHYRST_SOURCES_TCPDUMP_TEXT_NUMBERS_H

#include "wire/observation.h"

struct text_numbers;

/* NULL without memory. Remembers 65536 connections; beyond, the least recently seen is forgotten.
 */
struct text_numbers *text_numbers_new(void);
void text_numbers_free(struct text_numbers *numbers);

/* Makes seq, ack and sack_* of @obs absolute. Clears SEEN_SEQ where seq cannot be compared. */
void text_numbers_rebuild(struct text_numbers *numbers, struct observation *obs);

/* @printed, rebuilt before, is really @real (from a hex dump): later lines gain by it. */
void text_numbers_learn(struct text_numbers *numbers, const struct observation *printed,
			const struct observation *real);

/* Connections that had to be forgotten. */
uint64_t text_numbers_forgotten(const struct text_numbers *numbers);

#endif
