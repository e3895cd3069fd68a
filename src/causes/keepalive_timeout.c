/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_keepalive_timeout = {
	.id = "keepalive-timeout",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = -12,
	.base_source =
		"TCP keepalive is off unless the program asks for it (RFC 1122 section 4.2.3.6)",
	.owner_error = CAUSE_ETIMEDOUT,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(ABORT)),
		FITS(RESETTER_PROBES, AT_LEAST, 1),
		SIGN(12, RESETTER_PROBES, AT_LEAST, 1),
		SIGN(25, RESETTER_PROBES_PACED, IS, 1),
		HINT(-25, RESETTER_PROBES_PACED, IS, 0),
		FITS(ANSWERED_EARLY, IS, 0),
		PROOF(HOST_ACTION, IS, ACTION_KEEPALIVE_TIMER),
		FITS(HOST_NEVER_ACCEPTED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "keepalive-timeout",
		.summary = "keepalive-timeout",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "keepalive-timeout",
		.summary = "keepalive-timeout",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
