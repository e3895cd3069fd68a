/* SPDX-License-Identifier: MIT */
/* IPv4 (RFC 791), and what an IP protocol number leads to. */
#include "wire/walk.h"

enum {
	IP4_HEADER = 20,
	AH_HEADER = 12,
	IP4_DONT_FRAGMENT = 0x4000,
	IP4_MORE_FRAGMENTS = 0x2000,
	IP4_OFFSET = 0x1fff,
};

/* RFC 4302 section 2: what follows is in the clear. */
static enum packet_result ah_decode(struct walk *walk)
{
	const uint8_t *h = walk->at;
	uint32_t bytes;

	if (!walk_has(walk, AH_HEADER))
		return walk_short(walk);
	bytes = (h[1] + 2u) * 4;
	if (bytes < AH_HEADER || ++walk->layers > WALK_LAYERS_MAX)
		return PACKET_UNDECODABLE;
	if (!walk_has(walk, bytes))
		return walk_short(walk);
	walk->at += bytes;
	return ip_protocol_decode(walk, h[0]);
}

enum packet_result ip_protocol_decode(struct walk *walk, uint8_t protocol)
{
	if (protocol == IP_PROTOCOL_TCP)
		return tcp_decode(walk);
	switch (protocol) {
	case IP_PROTOCOL_IP4:
		walk->obs->tunnelled = true;
		return ip4_decode(walk);
	case IP_PROTOCOL_IP6:
		walk->obs->tunnelled = true;
		return ip6_decode(walk);
	case IP_PROTOCOL_MPLS: /* RFC 4023 */
		walk->obs->tunnelled = true;
		return mpls_decode(walk);
	case IP_PROTOCOL_ETHERIP: /* RFC 3378: version 3 in two bytes */
		if (!walk_has(walk, 2))
			return walk_short(walk);
		walk->at += 2;
		walk->obs->tunnelled = true;
		return ethernet_decode(walk);
	case IP_PROTOCOL_GRE:
		return gre_decode(walk);
	case IP_PROTOCOL_UDP:
		return udp_decode(walk);
	case IP_PROTOCOL_AH:
		return ah_decode(walk);
	default:
		return PACKET_NOT_TCP;
	}
}

static void endpoint_set(struct endpoint *endpoint, const uint8_t ip[4])
{
	memcpy(endpoint->ip, ip, 4);
	memset(endpoint->ip + 4, 0, 12);
	endpoint->family = ADDR_IP4;
}

enum packet_result ip4_decode(struct walk *walk)
{
	const uint8_t *ip = walk->at;
	uint32_t captured = (uint32_t)(walk->end - ip);
	struct observation *obs = walk->obs;
	uint32_t header, total;
	uint16_t offset;

	if (captured < IP4_HEADER)
		return walk_short(walk);
	header = (ip[0] & 15u) * 4;
	if (ip[0] >> 4 != 4 || header < IP4_HEADER || ++walk->layers > WALK_LAYERS_MAX)
		return PACKET_UNDECODABLE;
	total = load_be16(ip + 2);
	/* Before segmentation offload the length may not be filled in yet. */
	if (!total)
		total = captured + walk->beyond;
	if (total < header)
		return PACKET_UNDECODABLE;
	/* What follows the total length is padding of the link, not payload. */
	if (total < captured)
		walk->end = ip + total;
	walk->beyond = total > captured ? total - captured : 0;
	if (captured < header)
		return walk_short(walk);

	offset = load_be16(ip + 6);
	if (offset & IP4_OFFSET)
		return ip[9] == IP_PROTOCOL_TCP ? PACKET_FRAGMENT : PACKET_NOT_TCP;
	obs->tos = ip[1];
	obs->ip_id = load_be16(ip + 4);
	obs->dont_fragment = offset & IP4_DONT_FRAGMENT;
	obs->ttl = ip[8];
	obs->seen |= SEEN_TTL | SEEN_TOS | SEEN_IP_ID;
	endpoint_set(&obs->source, ip + 12);
	endpoint_set(&obs->destination, ip + 16);
	walk->addresses = ip + 12;
	walk->address_bytes = 4;
	walk->no_checksum = offset & IP4_MORE_FRAGMENTS;
	walk->at += header;
	return ip_protocol_decode(walk, ip[9]);
}
