/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_handshake_mismatch = {
	.id = "handshake-mismatch",
	.classes = CLASS_BIT(NO_SOCKET) | CLASS_BIT(REFUSED),
	.usual = CLASS_NO_SOCKET,
	.base = 0,
	.base_source = "old duplicates and mixed-up translations are rare, and a wrong number is "
		       "plain to see",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY | SHOWS(SYNACK) | SHOWS(OLD) | SHOWS(REFUSED)),
		NEED(HANDSHAKE_WRONG, IS, 1),
		SIGN(10, TRIGGER_ACK_WRONG, IS, 1),
		SIGN(25, SYNACK_ACK_WRONG, IS, 1),
		SIGN(25, SYNACK_TS_WRONG, IS, 1),
		FITS(SYN_MEETS_OLD, IN, ONE_OF(SYN_MEETS_NOTHING) | ONE_OF(SYN_MEETS_SYN_RECV) | ONE_OF(SYN_MEETS_ESTABLISHED)),
		SIGN(40, SYN_MEETS_OLD, IS, SYN_MEETS_SYN_RECV),
		FITS(HOST_COOKIE_FAILED, IS, 0),
		FITS(HOST_PAST, IS, PAST_NONE),
		FITS(MPTCP_JOIN_REFUSED, IS, 0),
		BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "handshake-mismatch",
		.summary = "handshake-mismatch",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "handshake-mismatch",
		.summary = "handshake-mismatch",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
