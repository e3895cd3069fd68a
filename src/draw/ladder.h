/* SPDX-License-Identifier: MIT */
/*
 * The ladder diagram: the packets of one connection in order of time, client at the left, server at
 * the right, the judged reset marked.
 *
 *	           client                                    server
 *	      0 µs |---------------- SYN ------------------->|
 *	     81 µs |<--------------- SYN-ACK ----------------|
 *
 * It takes its words from the caller: drawing knows no language. sinks/diagram.h joins the two.
 *
 * Floor 5. Into buffers, no I/O.
 */
#ifndef WHYRST_DRAW_LADDER_H
#define WHYRST_DRAW_LADDER_H

#include "base/buf.h"
#include "flow/evidence.h"

struct ladder_words {
	const char *client;
	const char *server;
	const char *again;    /* a retransmission */
	const char *probe;    /* a keepalive or window probe */
	const char *left_out; /* packets between two rungs were left out */
	const char *silence;  /* around its {time}, where nothing passed for a second or more */
	const char *this_reset;
	const char *answered; /* the packet that the reset answers */
	void (*add_bytes)(const struct ladder_words *words, uint32_t bytes, struct buf *out);
	void (*add_duration)(const struct ladder_words *words, int64_t us, struct buf *out);
};

struct ladder_style {
	bool ascii; /* no box drawing */
	bool color;
	int indent;
	int width; /* columns; 0: 80 */
};

/* Draws nothing if @ev has no rungs. */
void ladder_draw(const struct evidence *ev, const struct ladder_words *words,
		 const struct ladder_style *style, struct buf *out);

#endif
