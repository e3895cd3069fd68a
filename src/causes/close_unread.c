/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_close_unread = {
	.id = "close-unread",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = 0,
	.base_source = "the measure of the others",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT),
		FITS(VICTIM_BYTES, AT_LEAST, 1),
		FITS(ANSWERED_EARLY, IS, 0),
		FITS(UNREAD_TLS_FAREWELL, IS, 0),
		SIGN(20, REQUEST_ACKED_UNANSWERED, AT_LEAST, 1),
		HINT(-9, REQUEST_ACKED_UNANSWERED, IS, 0),
		PROOF(HOST_UNREAD, AT_LEAST, 1),
		FITS(HOST_IDLE_CLOSE, IS, 0),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		FITS(HOST_NEVER_ACCEPTED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "close-unread",
		.summary = "close-unread",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "close-unread",
		.summary = "close-unread",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
