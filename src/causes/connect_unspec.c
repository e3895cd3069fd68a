/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_connect_unspec = {
	.id = "connect-unspec",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = -22,
	.base_source = "no report of it in the survey; few programs call connect(AF_UNSPEC) on TCP",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT),
		FITS(UNREAD_TLS_FAREWELL, IS, 0),
		FITS(ANSWERED_EARLY, IS, 0),
		HINT(8, REQUEST_ACKED_UNANSWERED, IS, 0),
		PROOF(HOST_ACTION, IS, ACTION_CONNECT_UNSPEC),
		FITS(HOST_NEVER_ACCEPTED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "connect-unspec",
		.summary = "connect-unspec",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "connect-unspec",
		.summary = "connect-unspec",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
