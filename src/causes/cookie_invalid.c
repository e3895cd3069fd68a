/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_cookie_invalid = {
	.id = "cookie-invalid",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = -5,
	.base_source = "needs SYN cookies in use, and an acknowledgement that comes too late or "
		       "was made up (net/ipv4/syncookies.c)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY),
		FITS(RESETTER_IS_CLIENT, IS, 0),
		MUST(TRIGGER_ACK_WRONG, IS, 1),
		FITS(HANDSHAKE_WRONG, IS, 1),
		FITS(TFO_USED, IS, 0),
		FITS(RST_ANSWERS, IN, ONE_OF(TRIGGER_DATA) | ONE_OF(TRIGGER_ACK) | ONE_OF(TRIGGER_HANDSHAKE_ACK) | ONE_OF(TRIGGER_UNSEEN)),
		SIGN(20, RST_ANSWERS, IS, TRIGGER_DATA),
		SIGN(8, SYNS_UNANSWERED, AT_LEAST, 1),
		PROOF(HOST_COOKIE_FAILED, IS, 1),
		FITS(HOST_PAST, IS, PAST_NONE),
		BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "cookie-invalid",
		.summary = "cookie-invalid",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "cookie-invalid",
		.summary = "cookie-invalid",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
