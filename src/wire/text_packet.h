/* SPDX-License-Identifier: MIT */
/*
 * One line of the text of tcpdump, old (3.x) or new (4.x, 5.x), as an observation whose numbers are
 * still as printed: tcpdump prints most sequence numbers relative to the first of a connection.
 *
 * Floor 1. No allocation, no I/O.
 */
#ifndef WHYRST_WIRE_TEXT_PACKET_H
#define WHYRST_WIRE_TEXT_PACKET_H

#include "wire/observation.h"
#include "wire/text_scan.h"
#include "wire/text_time.h"

/* What a line is. */
enum text_line {
	TEXT_LINE_OTHER = 0, /* prose, hex dump, the text of other programs */
	TEXT_LINE_OPEN,	     /* the start of a packet line whose rest stands on the next line */
	TEXT_LINE_PACKET,    /* a TCP segment */
	TEXT_LINE_NOT_TCP,
	TEXT_LINE_FRAGMENT, /* a later IP fragment */
	TEXT_LINE_CUT,	    /* captured too short: [|tcp] instead of the header */
	TEXT_LINE_NAME,	    /* a TCP segment, but a host is given by name: tcpdump without -n */
	TEXT_LINE_QUIET,    /* tcpdump -q: without flags and numbers */
	TEXT_LINE_BROKEN,   /* looks like a TCP segment and is not understood */
};

struct text_packet {
	struct observation obs; /* seq, ack, sack_* as printed; time_ns, frame, file not filled */
	struct text_time time;
	const char *interface; /* of `-i any`, within the line, or NULL */
	size_t interface_bytes;
	size_t understood; /* so many bytes of the line make sense */
	const char *odd;   /* the first option that is not known; what follows does not count as
			    * understood */
	bool has_clock;	   /* time is set */
	bool has_addresses;
	bool ip_word;	    /* "IP" stands before the addresses: surely tcpdump's */
	bool quotes;	    /* ICMP: with -v the packet it answers is printed below it */
	bool encapsulated;  /* an outer packet precedes it on the line */
	bool new_style;	    /* "Flags [P.]" */
	bool has_ack;	    /* the acknowledgement number was printed */
	bool has_range;	    /* seq 1:76 */
	bool has_length;    /* the payload length was printed */
	bool options_begun; /* their bracket was opened */
	bool options_shown; /* and their list was closed */
	bool complete;	    /* nothing is missing at its end */
	bool http_below;    /* "HTTP, length: 213": the message stands on the lines below (-v) */
};

/*
 * Parses @line (one line, no newline). @ret_packet is filled as far as the line goes, in every
 * case; pointers in it point into @line.
 */
enum text_line text_packet_parse(const char *line, size_t bytes, struct text_packet *ret_packet);

/* Whether a packet line begins here, quote marks and bullets aside: a time, or "IP ". */
bool text_packet_starts(const char *line, size_t bytes);

/* The parts of a line, each in its own file. @cursor->end is the end of the line. */

/* What stands before the addresses: time, interface, link header, IP header (-v). */
void text_prefix_parse(const char *line, const char *end, struct text_packet *packet);
/* A time somewhere in [@line, @end): the first with a fraction, or else the first. */
bool text_prefix_find_time(const char *line, const char *end, struct text_time *ret_time,
			   const char **ret_after);
/* What stands behind them; @line only to compute packet->understood. */
enum text_line text_segment_parse(struct text_cursor *cursor, const char *line,
				  struct text_packet *packet);
/*
 * An option list up to @close (']' or '>'), which is stepped over. False if it is not there: then
 * the cursor is behind the last whole option.
 */
bool text_options_parse(struct text_cursor *cursor, char close, struct text_packet *packet);

/* Port of a service name as tcpdump without -n prints it, or -1. */
int text_service_port(const char *name, size_t bytes);

#endif
