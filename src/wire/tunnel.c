/* SPDX-License-Identifier: MIT */
/* Tunnels that carry Ethernet or IP: GRE, ERSPAN, PPTP, VXLAN, GENEVE. */
#include "wire/walk.h"

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACK = 0x0080, /* version 1 only */
	GRE_VERSION = 0x0007,
};

enum {
	PORT_VXLAN = 4789,
	PORT_VXLAN_LINUX = 8472, /* the kernel's default, older than the assignment */
	PORT_GENEVE = 6081,
};

static enum packet_result skip_to_ethernet(struct walk *walk, uint32_t bytes)
{
	if (!walk_has(walk, bytes))
		return walk_short(walk);
	walk->at += bytes;
	return ethernet_decode(walk);
}

/* draft-foschiano-erspan: 12 bytes, and 8 more if the last bit (O) is set. */
static enum packet_result erspan3_decode(struct walk *walk)
{
	if (!walk_has(walk, 12))
		return walk_short(walk);
	return skip_to_ethernet(walk, walk->at[11] & 1 ? 20 : 12);
}

/* RFC 2784, 2890; version 1 is that of PPTP (RFC 2637 section 4.1). */
enum packet_result gre_decode(struct walk *walk)
{
	uint32_t bytes = 4;
	uint16_t flags, type;

	if (!walk_has(walk, 4))
		return walk_short(walk);
	flags = load_be16(walk->at);
	type = load_be16(walk->at + 2);
	if ((flags & GRE_VERSION) > 1 || flags & GRE_ROUTING)
		return PACKET_NOT_TCP;
	bytes += flags & GRE_CHECKSUM ? 4 : 0;
	bytes += flags & GRE_KEY ? 4 : 0;
	bytes += flags & GRE_SEQUENCE ? 4 : 0;
	if ((flags & GRE_VERSION) == 1)
		bytes += flags & GRE_ACK ? 4 : 0;
	if (!walk_has(walk, bytes))
		return walk_short(walk);
	walk->at += bytes;
	walk->obs->tunnelled = true;
	switch (type) {
	case ETHER_TYPE_TRANSPARENT:
		return ethernet_decode(walk);
	case ETHER_TYPE_ERSPAN2:
		/* Type I has neither sequence number nor header of its own. */
		return skip_to_ethernet(walk, flags & GRE_SEQUENCE ? 8 : 0);
	case ETHER_TYPE_ERSPAN3:
		return erspan3_decode(walk);
	case ETHER_TYPE_PPP:
		/* A PPTP packet without payload is a bare acknowledgement. */
		return walk_length(walk) ? ppp_decode(walk) : PACKET_NOT_TCP;
	default:
		return ether_type_decode(walk, type);
	}
}

/* RFC 7348 section 5: the I flag, and the rest of the first byte reserved. */
static enum packet_result vxlan_decode(struct walk *walk)
{
	if (!walk_has(walk, 8))
		return walk->beyond ? PACKET_CUT_SHORT : PACKET_NOT_TCP;
	if (!(walk->at[0] & 0x08))
		return PACKET_NOT_TCP;
	walk->obs->tunnelled = true;
	return skip_to_ethernet(walk, 8);
}

/* RFC 8926 section 3.4: version 0, option length in words of 4 bytes. */
static enum packet_result geneve_decode(struct walk *walk)
{
	uint32_t bytes;
	uint16_t type;

	if (!walk_has(walk, 8))
		return walk->beyond ? PACKET_CUT_SHORT : PACKET_NOT_TCP;
	if (walk->at[0] >> 6)
		return PACKET_NOT_TCP;
	bytes = 8 + (walk->at[0] & 0x3fu) * 4;
	type = load_be16(walk->at + 2);
	if (!walk_has(walk, bytes))
		return walk_short(walk);
	walk->obs->tunnelled = true;
	if (type == ETHER_TYPE_TRANSPARENT)
		return skip_to_ethernet(walk, bytes);
	walk->at += bytes;
	return ether_type_decode(walk, type);
}

enum packet_result udp_decode(struct walk *walk)
{
	uint16_t port;

	if (!walk_has(walk, 4))
		return PACKET_NOT_TCP;
	port = load_be16(walk->at + 2);
	if (port != PORT_VXLAN && port != PORT_VXLAN_LINUX && port != PORT_GENEVE)
		return PACKET_NOT_TCP;
	if (!walk_has(walk, 8))
		return walk_short(walk);
	walk->at += 8;
	return port == PORT_GENEVE ? geneve_decode(walk) : vxlan_decode(walk);
}
