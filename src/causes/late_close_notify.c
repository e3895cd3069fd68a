/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_late_close_notify = {
	.id = "late-close-notify",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = -2,
	.base_source = "every TLS connection that both ends close orderly can end so; it harms "
		       "nobody, and few report it",
	.expected = true,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(LATE)),
		FITS(RST_ANSWERS, IN, ONE_OF(TRIGGER_DATA) | ONE_OF(TRIGGER_UNSEEN)),
		NEED(TRIGGER_FAREWELL, IS, 1),
		FITS(RESETTER_NEVER_SENT, IS, 0),
		FITS(ANSWERED_EARLY, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(20, TRIGGER_TLS_ALERT, IS, 1),
		SIGN(15, TRIGGER_SMALL, IS, 1),
		SIGN(8, TRIGGER_THEN_FIN, IS, 1),
		HINT(8, FIN_AFTER_RESPONSE, IS, 1),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		PROOF(HOST_VICTIM_CLOSED, IS, 1),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "late-close-notify",
		.summary = "late-close-notify",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "late-close-notify",
		.summary = "late-close-notify",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
