/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_firewall_reject = {
	.id = "firewall-reject",
	.classes = CLASS_BIT(NETWORK) | CLASS_BIT(REFUSED) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NETWORK,
	.base = 0,
	.base_source = SURVEY "2 of 11 beside the applications (csi2115/scripts#29, "
			      "SUSE/machinery#2128) ended at a filter",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(REFUSED) | PICTURES_NO_MEMORY),
		FITS(TTL_DELTA, BETWEEN, -2, 2),
		HINT(-15, TTL_DELTA, NOT, 0),
		FITS(RST_TOS, IN, ONE_OF(RST_TOS_CLEARED) | ONE_OF(RST_TOS_OWN)),
		SIGN(30, RST_TOS, IS, RST_TOS_CLEARED),
		FITS(MPTCP_RESET, IS, 0),
		SIGN(12, RESETTER_CONTINUES, IS, 1),
		HINT(-4, RESETTER_ACKED_VICTIM, IS, 1),
		HINT(-12, MIDSTREAM, IS, 1),
		HINT(-10, SYNACK_REPEATED, AT_LEAST, 1),
		HINT(-12, HANDSHAKE_WRONG, IS, 1),
		PROOF(HOST_FILTER_SENT, IS, 1),
		FITS(HOST_FORWARDING, IS, 0),
		FITS(HOST_TCP_SENT, IS, 0),
		FITS(HOST_RAW_SENT, IS, 0),
		FITS(HOST_CONNTRACK_GONE, IS, 0),
		FITS(RST_LEFT_RESETTER, IS, 1)),
	/* clang-format on */
	.en = { .title = "firewall-reject",
		.summary = "firewall-reject",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "firewall-reject",
		.summary = "firewall-reject",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
