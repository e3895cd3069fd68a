/* SPDX-License-Identifier: MIT */
/* IPv6 (RFC 8200) and its extension headers. */
#include "wire/walk.h"

enum {
	IP6_HEADER = 40,
	EXTENSION_HOP_BY_HOP = 0,
	EXTENSION_ROUTING = 43,
	EXTENSION_FRAGMENT = 44,
	EXTENSION_AH = 51,
	EXTENSION_DESTINATION = 60,
	EXTENSION_MOBILITY = 135,
	EXTENSION_HIP = 139,
	EXTENSION_SHIM6 = 140,
};

static bool is_extension(uint8_t next)
{
	switch (next) {
	case EXTENSION_HOP_BY_HOP:
	case EXTENSION_ROUTING:
	case EXTENSION_FRAGMENT:
	case EXTENSION_AH:
	case EXTENSION_DESTINATION:
	case EXTENSION_MOBILITY:
	case EXTENSION_HIP:
	case EXTENSION_SHIM6:
		return true;
	default:
		return false;
	}
}

static enum packet_result extensions_decode(struct walk *walk, uint8_t next)
{
	while (is_extension(next)) {
		const uint8_t *h = walk->at;
		uint32_t bytes;

		if (++walk->layers > WALK_LAYERS_MAX)
			return PACKET_UNDECODABLE;
		if (!walk_has(walk, 8))
			return walk_short(walk);
		bytes = (h[1] + 1u) * 8;
		if (next == EXTENSION_AH)
			bytes = (h[1] + 2u) * 4; /* RFC 4302 section 2.2 */
		if (next == EXTENSION_FRAGMENT) {
			bytes = 8;
			if (load_be16(h + 2) & 0xfff8)
				return h[0] == IP_PROTOCOL_TCP ? PACKET_FRAGMENT : PACKET_NOT_TCP;
			if (h[3] & 1)
				walk->no_checksum = true;
		}
		/* While segments are left, the header does not hold the final destination. */
		if (next == EXTENSION_ROUTING && h[3])
			walk->no_checksum = true;
		if (!walk_has(walk, bytes))
			return walk_short(walk);
		next = h[0];
		walk->at += bytes;
	}
	return ip_protocol_decode(walk, next);
}

enum packet_result ip6_decode(struct walk *walk)
{
	const uint8_t *ip = walk->at;
	uint32_t captured = (uint32_t)(walk->end - ip);
	struct observation *obs = walk->obs;
	uint32_t total;

	if (captured < IP6_HEADER)
		return walk_short(walk);
	if (ip[0] >> 4 != 6 || ++walk->layers > WALK_LAYERS_MAX)
		return PACKET_UNDECODABLE;
	total = load_be16(ip + 4);
	/* 0: a jumbogram (RFC 2675), or not filled in yet before segmentation offload. */
	total = total ? total + IP6_HEADER : captured + walk->beyond;
	if (total < captured)
		walk->end = ip + total;
	walk->beyond = total > captured ? total - captured : 0;

	obs->tos = (uint8_t)(load_be16(ip) >> 4);
	obs->ttl = ip[7];
	obs->seen = (uint16_t)((obs->seen & ~SEEN_IP_ID) | SEEN_TTL | SEEN_TOS);
	obs->ip_id = 0;
	obs->dont_fragment = false;
	memcpy(obs->source.ip, ip + 8, 16);
	memcpy(obs->destination.ip, ip + 24, 16);
	obs->source.family = ADDR_IP6;
	obs->destination.family = ADDR_IP6;
	walk->addresses = ip + 8;
	walk->address_bytes = 16;
	walk->no_checksum = false;
	walk->at += IP6_HEADER;
	return extensions_decode(walk, ip[6]);
}
