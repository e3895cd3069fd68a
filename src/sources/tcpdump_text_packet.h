/* SPDX-License-Identifier: MIT */
/*
 * A small IP packet out of an observation, so that libpcap's compiled filters run over packets that
 * are only text.
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_TCPDUMP_TEXT_PACKET_H
#define WHYRST_SOURCES_TCPDUMP_TEXT_PACKET_H

#include "sources/filter.h"

/*
 * Whether @filter lets the connection of @obs pass. Headers are as far as they are known: what a
 * line does not show is 0. Options and payload are not there, their lengths are.
 */
bool text_packet_pass(struct filter *filter, const struct observation *obs);

#endif
