/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_listener_closed = {
	.id = "listener-closed",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_OWNER_ABORT,
	.base = -8,
	.base_source = SURVEY "1 of 11 in applications (gunicorn#2409)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(ABORT) | SHOWS(UNBORN)),
		FITS(RESETTER_IS_CLIENT, IS, 0),
		FITS(RESETTER_NEVER_SENT, IS, 1),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(25, RESETS_SAME_INSTANT, AT_LEAST, 1),
		SIGN(15, REFUSES_AFTER, IS, 1),
		SIGN(8, RESETTER_ONLY_SYNACK, IS, 1),
		HINT(-15, SYNACK_REPEATED, AT_LEAST, 1),
		PROOF(HOST_ACTION, IN, ONE_OF(ACTION_LISTENER_CLOSE) | ONE_OF(ACTION_SHUTDOWN)),
		FITS(HOST_NEVER_ACCEPTED, IS, 1),
		PROOF(HOST_PAST, IS, PAST_LISTENER_CLOSED),
		FITS(HOST_ENDED_BY, IS, END_RUNNING),
		NOT_PAIRED, PATH_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "listener-closed",
		.summary = "listener-closed",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "listener-closed",
		.summary = "listener-closed",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
