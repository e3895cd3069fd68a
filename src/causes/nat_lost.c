/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_nat_lost = {
	.id = "nat-lost",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = 5,
	.base_source =
		SURVEY "5 (kubernetes#74839, kubernetes#117924, kubernetes#122174 and others)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY | SHOWS(SYNACK)),
		FITS(HANDSHAKE_WRONG, IS, 0),
		SIGN(50, NAT_REMAPPED, IS, 1),
		HINT(-7, NAT_REMAPPED, IS, 0),
		SIGN(45, SYNACK_OTHER_ADDRESS, IS, 1),
		HINT(-30, RST_ANSWERS, IS, TRIGGER_SYNACK),
		HINT(-4, RESETTER_ONLY_SYNACK, IS, 1),
		HINT(-10, LOOKS_LIKE_SCAN, IS, 1),
		HINT(-6, RST_ANSWERS, IS, TRIGGER_ACK),
		HINT(-20, SYNACK_REPEATED, AT_LEAST, 1),
		PROOF(HOST_NAT_GONE, IS, 1),
		FITS(HOST_ADDRESS_MOVED, IS, 0),
		FITS(HOST_ROUTE_CHANGED, IS, 0),
		FITS(HOST_PAST, IS, PAST_NONE),
		FITS(HOST_TRIGGER_SOCKET, IS, 1),
		FITS(HOST_TCP_SENT, IS, 1),
		FITS(HOST_FILTER_SENT, IS, 0),
		FITS(HOST_RAW_SENT, IS, 0),
		FITS(MPTCP_RESET, IS, 0)),
	/* clang-format on */
	.en = { .title = "nat-lost",
		.summary = "nat-lost",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "nat-lost",
		.summary = "nat-lost",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
