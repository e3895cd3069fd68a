/* SPDX-License-Identifier: MIT */
/*
 * A pcap-filter expression over captured packets. It selects connections: from the first packet
 * that matches, both directions of its connection pass. (Whoever can read an input twice gets whole
 * connections by remembering what passed the first time: run/.)
 *
 * Floor 6. The set of connections is keyed and bounded.
 */
#ifndef WHYRST_SOURCES_FILTER_H
#define WHYRST_SOURCES_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/observation.h"

struct filter;

struct filter_packet {
	const uint8_t *bytes;
	uint32_t captured;
	uint32_t length;
	uint16_t link;
	bool swapped; /* the capturing host had the other byte order */
};

/* 0 or -ENOMEM. @words must stay valid. */
int filter_new(const char *words, struct filter **ret_filter);
void filter_free(struct filter *filter);

/* Whether the words are a filter for @link. 0, or -EINVAL with libpcap's words in @problem. */
int filter_compile(struct filter *filter, uint16_t link, char problem[160]);

/*
 * @obs is what was decoded from @packet. The words are about the connection: inside VLAN tags, MPLS
 * and PPPoE they mean the headers behind those, inside a tunnel the outer or the inner headers.
 * Words that speak of such wrapping themselves ("vlan 5 and port 80") mean what libpcap says.
 */
bool filter_pass(struct filter *filter, const struct filter_packet *packet,
		 const struct observation *obs);
/*
 * The same for a packet that is only text. Headers are as far as they are known: what a line does
 * not show is 0. Options and payload are not there, their lengths are.
 */
bool filter_pass_text(struct filter *filter, const struct observation *obs);

/*
 * One line about what the filter could not do (link types it means nothing to, more connections
 * than it can remember), or false.
 */
bool filter_note(const struct filter *filter, char note[160]);

#endif
