/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_accept_overflow = {
	.id = "accept-overflow",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = -6,
	.base_source = SURVEY "2 tell of a full accept queue (agentmail-mcp#46, "
			      "ai-dynamo/dynamo#15080), most such clients time out instead",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(UNBORN)),
		FITS(RESETTER_IS_CLIENT, IS, 0),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(45, SYNACK_REPEATED, AT_LEAST, 1),
		HINT(-10, SYNACK_REPEATED, IS, 0),
		SIGN(10, SYNS_UNANSWERED, AT_LEAST, 1),
		SIGN(4, VICTIM_RETRANSMITS, AT_LEAST, 1),
		PROOF(HOST_ACCEPT_QUEUE_FULL, IS, 1),
		FITS(HOST_PAST, IN, ONE_OF(PAST_NONE) | ONE_OF(PAST_OVERFLOWED)),
		FITS(HOST_LISTENER_NEWER, IS, 0),
		FITS(HOST_COOKIE_FAILED, IS, 0),
		PATH_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "accept-overflow",
		.summary = "accept-overflow",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "accept-overflow",
		.summary = "accept-overflow",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
