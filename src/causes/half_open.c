/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_half_open = {
	.id = "half-open",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = 9,
	.base_source = SURVEY "2 name it (Kong#2360, istio#36499); it is what remains of every "
			      "lost connection when nothing narrower is shown",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY | SHOWS(OLD)),
		FITS(SYN_MEETS_OLD, IN, ONE_OF(SYN_MEETS_NOTHING) | ONE_OF(SYN_MEETS_ESTABLISHED)),
		SIGN(25, SYN_MEETS_OLD, IS, SYN_MEETS_ESTABLISHED),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NAT_REMAPPED, IS, 0),
		FITS(IDENTITY_CHANGED, IS, 0),
		FITS(MPTCP_JOIN_REFUSED, IS, 0),
		SIGN(6, RST_TOS, IS, RST_TOS_COPIED),
		SIGN(4, RST_ANSWERS, IS, TRIGGER_PROBE),
		HINT(-20, SYNACK_REPEATED, AT_LEAST, 1),
		HINT(-12, LOOKS_LIKE_SCAN, IS, 1),
		FITS(HOST_PAST, IN, ONE_OF(PAST_NONE) | ONE_OF(PAST_DESTROYED)),
		FITS(HOST_ACCEPT_QUEUE_FULL, IS, 0),
		FITS(HOST_LISTENER_NEWER, IS, 0),
		FITS(HOST_COOKIE_FAILED, IS, 0),
		FITS(HOST_TRIGGER_SOCKET, IS, 1),
		PATH_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "half-open",
		.summary = "half-open",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "half-open",
		.summary = "half-open",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
