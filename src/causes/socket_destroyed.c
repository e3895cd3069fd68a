/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_socket_destroyed = {
	.id = "socket-destroyed",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = -15,
	.base_source = "no report of it in the survey; done by hand, or by agents that cut "
		       "connections to a removed back end",
	.owner_error = CAUSE_ECONNABORTED,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT),
		FITS(ANSWERED_EARLY, IS, 0),
		HINT(4, REQUEST_ACKED_UNANSWERED, IS, 0),
		SIGN(4, RESETS_SAME_INSTANT, AT_LEAST, 1),
		FITS(UNREAD_TLS_FAREWELL, IS, 0),
		PROOF(HOST_ACTION, IS, ACTION_DESTROY),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "socket-destroyed",
		.summary = "socket-destroyed",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "socket-destroyed",
		.summary = "socket-destroyed",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
