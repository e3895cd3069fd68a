/* SPDX-License-Identifier: MIT */
/*
 * A walk through the headers of one packet: the bounds-checked cursor that every header's file of
 * this folder takes and hands on. Private to wire/.
 *
 * Each X_decode() stands at the first byte of its header and ends in what the packet as a whole is.
 * They call each other in tail position; WALK_LAYERS_MAX bounds how deep headers can nest.
 */
#ifndef WHYRST_WIRE_WALK_H
#define WHYRST_WIRE_WALK_H

#include "base/bytes.h"
#include "wire/packet.h"

#define WALK_LAYERS_MAX 24

enum ip_protocol {
	IP_PROTOCOL_IP4 = 4,
	IP_PROTOCOL_TCP = 6,
	IP_PROTOCOL_UDP = 17,
	IP_PROTOCOL_IP6 = 41,
	IP_PROTOCOL_GRE = 47,
	IP_PROTOCOL_AH = 51,
	IP_PROTOCOL_ETHERIP = 97,
	IP_PROTOCOL_MPLS = 137,
};

enum ether_type {
	ETHER_TYPE_IP4 = 0x0800,
	ETHER_TYPE_TRANSPARENT = 0x6558,
	ETHER_TYPE_ERSPAN2 = 0x88be,
	ETHER_TYPE_ERSPAN3 = 0x22eb,
	ETHER_TYPE_VLAN = 0x8100,
	ETHER_TYPE_IP6 = 0x86dd,
	ETHER_TYPE_PPP = 0x880b,
	ETHER_TYPE_MPLS = 0x8847,
	ETHER_TYPE_MPLS_MULTICAST = 0x8848,
	ETHER_TYPE_PPPOE = 0x8864,
	ETHER_TYPE_QINQ = 0x88a8,
};

struct walk {
	const uint8_t *at;
	const uint8_t *end; /* of what was captured and belongs to the current layer */
	uint32_t beyond;    /* bytes of the current layer that were not captured */
	uint8_t layers;
	uint8_t address_bytes; /* of each address at `addresses`: 4 or 16 */
	bool hints;
	bool no_checksum;	  /* cannot be computed: fragment, or source-routed */
	const uint8_t *addresses; /* source and destination in the innermost IP header */
	struct observation *obs;
};

static inline bool walk_has(const struct walk *walk, size_t bytes)
{
	return (size_t)(walk->end - walk->at) >= bytes;
}

/* What a packet is that ends before a header does. */
static inline enum packet_result walk_short(const struct walk *walk)
{
	return walk->beyond ? PACKET_CUT_SHORT : PACKET_UNDECODABLE;
}

/* Bytes of the current layer, captured or not. */
static inline uint32_t walk_length(const struct walk *walk)
{
	return (uint32_t)(walk->end - walk->at) + walk->beyond;
}

enum packet_result ethernet_decode(struct walk *walk);
enum packet_result ether_type_decode(struct walk *walk, uint16_t type);
enum packet_result mpls_decode(struct walk *walk);
enum packet_result pppoe_decode(struct walk *walk);
enum packet_result ppp_decode(struct walk *walk);

enum packet_result null_decode(struct walk *walk);
enum packet_result raw_decode(struct walk *walk);
enum packet_result c_hdlc_decode(struct walk *walk);
enum packet_result sll_decode(struct walk *walk);
enum packet_result sll2_decode(struct walk *walk);
enum packet_result nflog_decode(struct walk *walk);

enum packet_result ip4_decode(struct walk *walk);
enum packet_result ip6_decode(struct walk *walk);
enum packet_result ip_protocol_decode(struct walk *walk, uint8_t protocol);

enum packet_result gre_decode(struct walk *walk);
enum packet_result udp_decode(struct walk *walk);

enum packet_result tcp_decode(struct walk *walk);
void tcp_options_decode(const uint8_t *at, const uint8_t *end, struct observation *obs);
void payload_decode(const uint8_t *at, const uint8_t *end, struct observation *obs);

#endif
