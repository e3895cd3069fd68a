/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_unread_close_notify = {
	.id = "unread-close-notify",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = -5,
	.base_source = SURVEY "2 of 11 in applications (caddy#6477, dotnet/runtime#44764)",
	.expected = true,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT),
		FITS(RESETTER_NEVER_SENT, IS, 0),
		NEED(UNREAD_TLS_FAREWELL, IS, 1),
		SIGN(25, UNREAD_TLS_FAREWELL, IS, 1),
		HINT(5, VICTIM_FIN, IS, 1),
		FITS(ANSWERED_EARLY, IS, 0),
		FITS(HOST_UNREAD, AT_LEAST, 1),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		FITS(HOST_NEVER_ACCEPTED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "unread-close-notify",
		.summary = "unread-close-notify",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "unread-close-notify",
		.summary = "unread-close-notify",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
