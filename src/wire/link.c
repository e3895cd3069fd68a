/* SPDX-License-Identifier: MIT */
/* Link layers other than Ethernet. */
#include "base/hash.h"
#include "wire/walk.h"

/* Packet types of the Linux "cooked" headers (if_packet.h). */
enum {
	PACKET_TYPE_HOST = 0,
	PACKET_TYPE_MULTICAST = 2,
	PACKET_TYPE_OTHERHOST = 3,
	PACKET_TYPE_OUTGOING = 4,
};

enum {
	NFLOG_TLV_PAYLOAD = 9, /* NFULA_PAYLOAD */
};

/* The IP version alone says what follows. */
enum packet_result raw_decode(struct walk *walk)
{
	if (!walk_has(walk, 1))
		return walk_short(walk);
	switch (walk->at[0] >> 4) {
	case 4:
		return ip4_decode(walk);
	case 6:
		return ip6_decode(walk);
	default:
		return PACKET_UNDECODABLE;
	}
}

/*
 * BSD loopback: an address family, in the byte order of the capturing host (NULL) or big endian
 * (LOOP). Families are small, so the order shows by itself. AF_INET6 differs between systems.
 */
enum packet_result null_decode(struct walk *walk)
{
	uint32_t family;

	if (!walk_has(walk, 4))
		return walk_short(walk);
	family = load_le32(walk->at);
	if (family > 0xffff)
		family = load_be32(walk->at);
	walk->at += 4;
	switch (family) {
	case 2:
		return ip4_decode(walk);
	case 10: /* Linux */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* Darwin */
		return ip6_decode(walk);
	default:
		return PACKET_NOT_TCP;
	}
}

/* Cisco HDLC: address, control, Ethernet type. */
enum packet_result c_hdlc_decode(struct walk *walk)
{
	if (!walk_has(walk, 4))
		return walk_short(walk);
	walk->at += 4;
	return ether_type_decode(walk, load_be16(walk->at - 2));
}

/* @address: the sender's, 8 bytes long of which @bytes are used. */
static void cooked_note(struct observation *obs, uint16_t type, const uint8_t *address,
			uint16_t bytes)
{
	/* "Other host" is what a promiscuous interface sees pass by: neither sent nor received. */
	if (type <= PACKET_TYPE_MULTICAST || type == PACKET_TYPE_OUTGOING) {
		obs->seen |= SEEN_DIRECTION;
		obs->outgoing = type == PACKET_TYPE_OUTGOING;
	}
	if (bytes == 6 && (load_be32(address) || load_be16(address + 4))) {
		obs->seen |= SEEN_MAC;
		obs->link_source = hash_mac(address);
	}
}

enum packet_result sll_decode(struct walk *walk)
{
	const uint8_t *h = walk->at;

	if (!walk_has(walk, 16))
		return walk_short(walk);
	cooked_note(walk->obs, load_be16(h), h + 6, load_be16(h + 4));
	walk->at += 16;
	return ether_type_decode(walk, load_be16(h + 14));
}

enum packet_result sll2_decode(struct walk *walk)
{
	const uint8_t *h = walk->at;

	if (!walk_has(walk, 20))
		return walk_short(walk);
	cooked_note(walk->obs, h[10], h + 12, h[11]);
	walk->obs->interface = (uint16_t)load_be32(h + 4);
	walk->at += 20;
	return ether_type_decode(walk, load_be16(h));
}

/*
 * NFLOG: family, version, resource id, then attributes of length and type in the byte order of the
 * capturing host, each padded to 4 bytes. Both fields are small, so the order shows by itself.
 */
enum packet_result nflog_decode(struct walk *walk)
{
	if (!walk_has(walk, 4))
		return walk_short(walk);
	if (walk->at[1] != 0)
		return PACKET_UNDECODABLE;
	walk->at += 4;
	while (walk_has(walk, 4)) {
		bool big = load_le16(walk->at + 2) > 0xff;
		uint16_t type = big ? load_be16(walk->at + 2) : load_le16(walk->at + 2);
		uint32_t bytes = big ? load_be16(walk->at) : load_le16(walk->at);
		uint32_t padded = (bytes + 3) & ~3u;

		if (bytes < 4)
			return PACKET_UNDECODABLE;
		if (type == NFLOG_TLV_PAYLOAD) {
			walk->at += 4;
			return raw_decode(walk);
		}
		if (!walk_has(walk, padded))
			return walk_short(walk);
		walk->at += padded;
	}
	return walk->beyond ? PACKET_CUT_SHORT : PACKET_NOT_TCP;
}
