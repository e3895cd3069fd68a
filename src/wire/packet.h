/* SPDX-License-Identifier: MIT */
/*
 * A packet as captured: link layer, tunnels, IP, TCP, down to one observation.
 *
 * Floor 1. No allocation, no I/O, no globals. Every read is bounded by what was captured.
 */
#ifndef WHYRST_WIRE_PACKET_H
#define WHYRST_WIRE_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/observation.h"

/* Link types as files number them (https://www.tcpdump.org/linktypes.html). */
enum link_type {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW_BSD = 12, /* DLT_RAW of most systems, found in files of old writers */
	LINK_RAW_OPENBSD = 14,
	LINK_PPP_HDLC = 50,
	LINK_PPPOE = 51,
	LINK_RAW = 101,
	LINK_C_HDLC = 104,
	LINK_LOOP = 108,
	LINK_SLL = 113,
	LINK_IP4 = 228,
	LINK_IP6 = 229,
	LINK_NFLOG = 239,
	LINK_SLL2 = 276,
};

enum packet_result {
	PACKET_TCP, /* the observation is filled */
	PACKET_NOT_TCP,
	PACKET_FRAGMENT,    /* a later fragment of a TCP segment: no TCP header in it */
	PACKET_CUT_SHORT,   /* captured too short to reach the TCP header */
	PACKET_UNDECODABLE, /* headers contradict themselves or each other */
	PACKET_UNKNOWN_LINK,
};

bool packet_link_known(uint16_t link);

/*
 * Decodes @captured bytes of a packet that had @length bytes on the wire. @hints: whether payload
 * bytes may be looked at. Only PACKET_TCP fills @ret_obs: all of it but time_ns, file and frame,
 * which are zero; `interface` is that of the packet itself where it has one (SLL2), else 0.
 * The checksum is computed where it is cheap or matters: resets, and segments with little payload.
 */
enum packet_result packet_decode(uint16_t link, const uint8_t *bytes, uint32_t captured,
				 uint32_t length, bool hints, struct observation *ret_obs);

#endif
