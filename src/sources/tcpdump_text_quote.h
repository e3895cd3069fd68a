/* SPDX-License-Identifier: MIT */
/*
 * Quotations: in a thread people repeat lines of a post above. A packet was sent once all the same.
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_TCPDUMP_TEXT_QUOTE_H
#define WHYRST_SOURCES_TCPDUMP_TEXT_QUOTE_H

#include "wire/text_packet.h"

#define TEXT_QUOTES_MAX                                                                            \
	65536 /* packet lines remembered: threads are short, and the first come first */

struct text_quotes {
	uint64_t key[2];
	uint64_t *slots; /* keyed hashes, 0 free; NULL until the first line */
	size_t count;
	int64_t last_ns; /* the latest time so far */
	bool prose;	 /* other lines stood since the last packet line */
	uint64_t repeated;
};

/*
 * Whether @packet stood above already: the same numbers at the same time, and time has gone back,
 * or prose stands between. Remembers it otherwise.
 */
bool text_quotes_has(struct text_quotes *quotes, const struct text_packet *packet);

void text_quotes_release(struct text_quotes *quotes);

#endif
