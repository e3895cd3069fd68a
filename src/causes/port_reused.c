/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_port_reused = {
	.id = "port-reused",
	.classes = CLASS_BIT(NO_SOCKET) | CLASS_BIT(REFUSED),
	.usual = CLASS_NO_SOCKET,
	.base = 5,
	.base_source = "decided by the old connection being in sight; clients with few ports, or "
		       "behind NAT, reuse theirs soon",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(OLD) | SHOWS(REFUSED)),
		MUST(SYN_MEETS_OLD, IN, ONE_OF(SYN_MEETS_FIN_WAIT2) | ONE_OF(SYN_MEETS_TIME_WAIT)),
		SIGN(40, SYN_MEETS_OLD, IS, SYN_MEETS_FIN_WAIT2),
		HINT(-8, SYN_MEETS_OLD, IS, SYN_MEETS_TIME_WAIT),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(HOST_PAST, IN, ONE_OF(PAST_CLOSED) | ONE_OF(PAST_NONE)),
		FITS(HOST_LISTENING, IS, 1),
		BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "port-reused",
		.summary = "port-reused",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "port-reused",
		.summary = "port-reused",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
