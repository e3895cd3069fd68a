/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_early_response = {
	.id = "early-response",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_OWNER_ABORT,
	.base = -8,
	.base_source = SURVEY "1 of 11 in applications (dotnet/runtime#57186)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT | SHOWS(LATE)),
		FITS(RESETTER_NEVER_SENT, IS, 0),
		NEED(ANSWERED_EARLY, IS, 1),
		SIGN(10, VICTIM_STILL_SENDING, IS, 1),
		HINT(25, ANSWERED_EARLY, IS, 1),
		SIGN(15, HTTP_STATUS, BETWEEN, 400, 599),
		SIGN(5, HTTP_CLOSE, IS, 1),
		FITS(HOST_UNREAD, AT_LEAST, 1),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		FITS(HOST_NEVER_ACCEPTED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "early-response",
		.summary = "early-response",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "early-response",
		.summary = "early-response",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
