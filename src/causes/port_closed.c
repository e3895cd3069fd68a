/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_port_closed = {
	.id = "port-closed",
	.classes = CLASS_BIT(REFUSED),
	.usual = CLASS_REFUSED,
	.base = 20,
	.base_source = "RFC 9293 section 3.10.7.1 demands this answer of every host; the others "
		       "that answer a SYN so were set up to do it",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(REFUSED)),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(SYN_MEETS_OLD, IN, ONE_OF(SYN_MEETS_NOTHING) | ONE_OF(SYN_MEETS_TIME_WAIT)),
		FITS(MPTCP_JOIN_REFUSED, IS, 0),
		FITS(RST_TOS, IN, ONE_OF(RST_TOS_COPIED) | ONE_OF(RST_TOS_OWN)),
		HINT(-25, TTL_DELTA, NOT, 0),
		PROOF(HOST_LISTENING, IS, 0),
		FITS(HOST_PAST, IN, ONE_OF(PAST_NONE) | ONE_OF(PAST_CLOSED)),
		BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "port-closed",
		.summary = "port-closed",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "port-closed",
		.summary = "port-closed",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
