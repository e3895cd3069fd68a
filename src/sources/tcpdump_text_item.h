/* SPDX-License-Identifier: MIT */
/*
 * A packet on its way out: until the next packet line begins, lines below it may add to it.
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_TCPDUMP_TEXT_ITEM_H
#define WHYRST_SOURCES_TCPDUMP_TEXT_ITEM_H

#include "sources/tcpdump_text_numbers.h"
#include "wire/text_packet.h"

enum {
	TEXT_REASON_MAX = 64, /* tcpdump prints 30 bytes at most */
	TEXT_DUMP_MAX = 256,  /* all headers and the start of the payload */
};

struct text_item {
	struct observation obs; /* obs.reason is not set here */
	uint8_t reason[TEXT_REASON_MAX];
};

/* The last packet, and what stood below it. */
struct text_held {
	struct text_item item;
	bool any;
	bool closed; /* something else stood below it: nothing more belongs to it */
	bool http_below;
	uint16_t dump_bytes; /* of the hex dump, as far as it is without gaps */
	uint8_t dump[TEXT_DUMP_MAX];
};

/* A line below the packet that is no packet line. */
void text_held_add_line(struct text_held *held, const char *line, size_t bytes);

/* No more lines belong to it: takes over what a hex dump shows. */
void text_held_finish(struct text_held *held, struct text_numbers *numbers);

#endif
