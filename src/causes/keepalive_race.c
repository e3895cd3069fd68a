/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_keepalive_race = {
	.id = "keepalive-race",
	.classes = CLASS_BIT(NO_SOCKET) | CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_NO_SOCKET,
	.base = 11,
	.base_source = SURVEY "9 (istio#55138, hyper#3553, node#27363 and others)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(LATE) | SHOWS(ABORT)),
		FITS(RST_ANSWERS, IN, ONE_OF(TRIGGER_DATA) | ONE_OF(TRIGGER_UNSEEN) | ONE_OF(TRIGGER_NOTHING)),
		FITS(FIN_CROSSED, IS, 1),
		FITS(FIN_AFTER_RESPONSE, IS, 0),
		FITS(ANSWERED_EARLY, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		FITS(UNREAD_TLS_FAREWELL, IS, 0),
		SIGN(10, FIN_CROSSED, IS, 1),
		SIGN(8, REQUESTS_ANSWERED, AT_LEAST, 1),
		HINT(-20, REQUESTS_ANSWERED, IS, 0),
		SIGN(6, DATA_TO_FIN, AT_LEAST, 1000000),
		HINT(-45, RST_ANSWERS, IS, TRIGGER_NOTHING),
		SIGN(40, IDLE_BEFORE_REQUEST, AT_LEAST, 1000000),
		HINT(-15, REQUEST_ACKED_UNANSWERED, IS, 0),
		HINT(-15, TRIGGER_FAREWELL, IS, 1),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		PROOF(HOST_IDLE_CLOSE, IS, 1),
		FITS(HOST_VICTIM_CLOSED, IS, 0),
		FITS(HOST_NEVER_ACCEPTED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "keepalive-race",
		.summary = "keepalive-race",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "keepalive-race",
		.summary = "keepalive-race",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
