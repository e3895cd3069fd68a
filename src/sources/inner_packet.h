/* SPDX-License-Identifier: MIT */
/*
 * IP and TCP headers made from an observation, for filters: of packets that were read as text, or
 * that stand behind headers at which pcap-filter words do not look.
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_INNER_PACKET_H
#define WHYRST_SOURCES_INNER_PACKET_H

#include "sources/filter.h"

#define INNER_PACKET_MAX 60

/* @ret_packet is valid as long as @bytes. */
void inner_packet_make(const struct observation *obs, uint8_t bytes[INNER_PACKET_MAX],
		       struct filter_packet *ret_packet);

#endif
