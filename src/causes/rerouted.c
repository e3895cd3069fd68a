/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_rerouted = {
	.id = "rerouted",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = -8,
	.base_source = "no settled report in the survey; needs a balancer without connection "
		       "tracking, or ECMP, that changes its mind",
	.from_third = true,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NAT_REMAPPED, IS, 0),
		SIGN(20, IDENTITY_CHANGED, IS, 1),
		SIGN(6, FIRST_CONTACT, IS, 1),
		HINT(-4, RESETTER_ONLY_SYNACK, IS, 1),
		HINT(-10, LOOKS_LIKE_SCAN, IS, 1),
		HINT(-6, RST_ANSWERS, IS, TRIGGER_ACK),
		HINT(-20, SYNACK_REPEATED, AT_LEAST, 1),
		PROOF(HOST_ROUTE_CHANGED, IS, 1),
		FITS(HOST_ADDRESS_MOVED, IS, 0),
		FITS(HOST_NAT_GONE, IS, 0),
		FITS(HOST_CONNTRACK_GONE, IS, 0),
		FITS(HOST_PAST, IS, PAST_NONE),
		FITS(HOST_TRIGGER_SOCKET, IS, 1),
		FITS(HOST_TCP_SENT, IS, 1),
		FITS(HOST_FILTER_SENT, IS, 0),
		FITS(HOST_RAW_SENT, IS, 0),
		FITS(MPTCP_RESET, IS, 0)),
	/* clang-format on */
	.en = { .title = "rerouted",
		.summary = "rerouted",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "rerouted",
		.summary = "rerouted",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
