/* SPDX-License-Identifier: MIT */
/* Ethernet and what stands between it and IP: VLAN tags, MPLS labels, PPPoE, LLC/SNAP. */
#include "base/hash.h"
#include "wire/walk.h"

enum {
	ETHERNET_HEADER = 14,
	/* Below this the type field is the length of an 802.3 frame (IEEE 802.3 clause 3.2.6). */
	ETHER_TYPE_MIN = 1536,
};

/* RFC 1042: destination and source SAP 0xaa, unnumbered information, then OUI 0 and the type. */
static enum packet_result snap_decode(struct walk *walk)
{
	static const uint8_t snap[6] = { 0xaa, 0xaa, 0x03 };

	if (!walk_has(walk, 8))
		return walk->beyond ? PACKET_CUT_SHORT : PACKET_NOT_TCP;
	if (memcmp(walk->at, snap, sizeof(snap)) != 0)
		return PACKET_NOT_TCP;
	walk->at += 8;
	return ether_type_decode(walk, load_be16(walk->at - 2));
}

enum packet_result ether_type_decode(struct walk *walk, uint16_t type)
{
	switch (type) {
	case ETHER_TYPE_IP4:
		return ip4_decode(walk);
	case ETHER_TYPE_IP6:
		return ip6_decode(walk);
	case ETHER_TYPE_VLAN:
	case ETHER_TYPE_QINQ:
	case 0x9100: /* tags of before 802.1ad, still the default of much equipment */
	case 0x9200:
	case 0x9300:
		if (++walk->layers > WALK_LAYERS_MAX)
			return PACKET_UNDECODABLE;
		if (!walk_has(walk, 4))
			return walk_short(walk);
		walk->at += 4;
		return ether_type_decode(walk, load_be16(walk->at - 2));
	case ETHER_TYPE_MPLS:
	case ETHER_TYPE_MPLS_MULTICAST:
		return mpls_decode(walk);
	case ETHER_TYPE_PPPOE:
		return pppoe_decode(walk);
	default:
		return type < ETHER_TYPE_MIN ? snap_decode(walk) : PACKET_NOT_TCP;
	}
}

enum packet_result ethernet_decode(struct walk *walk)
{
	const uint8_t *source = walk->at + 6;

	if (!walk_has(walk, ETHERNET_HEADER))
		return walk_short(walk);
	if (++walk->layers > WALK_LAYERS_MAX)
		return PACKET_UNDECODABLE;
	/* The loopback interface has address 0, which tells nothing. */
	if (load_be32(source) || load_be16(source + 4)) {
		walk->obs->link_source = hash_mac(source);
		walk->obs->seen |= SEEN_MAC;
	}
	walk->at += ETHERNET_HEADER;
	return ether_type_decode(walk, load_be16(walk->at - 2));
}

/*
 * Labels do not say what follows the last one. IP does by its version; 0 begins the control word
 * of an Ethernet pseudowire (RFC 4385 section 2, RFC 4448 section 4.6).
 */
enum packet_result mpls_decode(struct walk *walk)
{
	bool bottom;

	do {
		if (++walk->layers > WALK_LAYERS_MAX)
			return PACKET_UNDECODABLE;
		if (!walk_has(walk, 4))
			return walk_short(walk);
		bottom = walk->at[2] & 1;
		walk->at += 4;
	} while (!bottom);
	if (!walk_has(walk, 4))
		return walk_short(walk);
	switch (walk->at[0] >> 4) {
	case 4:
		return ip4_decode(walk);
	case 6:
		return ip6_decode(walk);
	case 0:
		walk->at += 4;
		return ethernet_decode(walk);
	default:
		return PACKET_NOT_TCP;
	}
}

/* PPP protocol numbers, with or without the HDLC address and control bytes (RFC 1662 section 3.1),
 * the first byte of the number left out where it is 0 (RFC 1661 section 6.5). */
enum packet_result ppp_decode(struct walk *walk)
{
	uint16_t protocol;

	if (walk_has(walk, 2) && walk->at[0] == 0xff && walk->at[1] == 0x03)
		walk->at += 2;
	if (!walk_has(walk, 2))
		return walk_short(walk);
	protocol = walk->at[0];
	walk->at++;
	if (!(protocol & 1)) {
		protocol = (uint16_t)(protocol << 8 | walk->at[0]);
		walk->at++;
	}
	switch (protocol) {
	case 0x0021:
		return ip4_decode(walk);
	case 0x0057:
		return ip6_decode(walk);
	case 0x0281:
	case 0x0283:
		return mpls_decode(walk);
	default:
		return PACKET_NOT_TCP;
	}
}

/* RFC 2516 section 4: version and type 1, code 0 in a session, session id, length. */
enum packet_result pppoe_decode(struct walk *walk)
{
	if (!walk_has(walk, 6))
		return walk_short(walk);
	if (walk->at[0] != 0x11)
		return PACKET_UNDECODABLE;
	if (walk->at[1] != 0)
		return PACKET_NOT_TCP;
	walk->at += 6;
	return ppp_decode(walk);
}
