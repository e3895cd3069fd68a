/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_linger_zero = {
	.id = "linger-zero",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = -2,
	.base_source =
		"Arlitt and Williamson (ACM CCR 35(1), 2005): 15 to 25 % of connections end in a "
		"reset, most often of a client that has what it wanted; RFC 1122 section 4.2.2.13",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT),
		SIGN(12, REQUEST_ACKED_UNANSWERED, IS, 0),
		HINT(-14, REQUEST_ACKED_UNANSWERED, AT_LEAST, 1),
		SIGN(6, VICTIM_WINDOW_ZERO, IS, 1),
		SIGN(6, RESETTER_UNACKED, AT_LEAST, 1),
		HINT(4, RESETTER_IS_CLIENT, IS, 1),
		FITS(UNREAD_TLS_FAREWELL, IS, 0),
		PROOF(HOST_LINGER_ZERO, IS, 1),
		FITS(HOST_UNREAD, IS, 0),
		FITS(HOST_IDLE_CLOSE, IS, 0),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		FITS(HOST_NEVER_ACCEPTED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "linger-zero",
		.summary = "linger-zero",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "linger-zero",
		.summary = "linger-zero",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
