/* SPDX-License-Identifier: MIT */
#include "wire/packet.h"

#include "wire/walk.h"

bool packet_link_known(uint16_t link)
{
	switch (link) {
	case LINK_NULL:
	case LINK_ETHERNET:
	case LINK_PPP:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_PPP_HDLC:
	case LINK_PPPOE:
	case LINK_RAW:
	case LINK_C_HDLC:
	case LINK_LOOP:
	case LINK_SLL:
	case LINK_IP4:
	case LINK_IP6:
	case LINK_NFLOG:
	case LINK_SLL2:
		return true;
	default:
		return false;
	}
}

static enum packet_result link_decode(struct walk *walk, uint16_t link)
{
	switch (link) {
	case LINK_NULL:
	case LINK_LOOP:
		return null_decode(walk);
	case LINK_PPP:
	case LINK_PPP_HDLC:
		return ppp_decode(walk);
	case LINK_PPPOE:
		return pppoe_decode(walk);
	case LINK_C_HDLC:
		return c_hdlc_decode(walk);
	case LINK_SLL:
		return sll_decode(walk);
	case LINK_SLL2:
		return sll2_decode(walk);
	case LINK_NFLOG:
		return nflog_decode(walk);
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_RAW:
	case LINK_IP4:
	case LINK_IP6:
		return raw_decode(walk);
	default:
		return PACKET_UNKNOWN_LINK;
	}
}

/*
 * In two halves, because compilers write each with a few wide stores, but the whole with a string
 * instruction that takes as long as all the decoding.
 */
static inline void observation_clear(struct observation *obs)
{
	const size_t half = sizeof(*obs) / 2;

	memset(obs, 0, half);
	memset((uint8_t *)obs + half, 0, sizeof(*obs) - half);
}

enum packet_result packet_decode(uint16_t link, const uint8_t *bytes, uint32_t captured,
				 uint32_t length, bool hints, struct observation *ret_obs)
{
	struct walk walk = {
		.at = bytes,
		.end = bytes + captured,
		.beyond = length > captured ? length - captured : 0,
		.hints = hints,
		.obs = ret_obs,
	};

	observation_clear(ret_obs);
	if (link == LINK_ETHERNET)
		return ethernet_decode(&walk);
	return link_decode(&walk, link);
}
