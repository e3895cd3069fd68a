/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_mptcp_abort = {
	.id = "mptcp-abort",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET) | CLASS_BIT(REFUSED),
	.usual = CLASS_OWNER_ABORT,
	.base = 0,
	.base_source = "decided by an option of the reset itself",
	/* clang-format off */
	CAUSE_RULES(
		MUST(MPTCP_RESET, IS, 1),
		SIGN(60, MPTCP_RESET, IS, 1),
		SIGN(5, MPTCP_JOIN_REFUSED, IS, 1),
		SIGN(5, MPTCP_REASON, AT_LEAST, 1),
		FITS(HOST_ACTION, IS, ACTION_MPTCP),
		FITS(HOST_TCP_SENT, IS, 1),
		FITS(HOST_FILTER_SENT, IS, 0),
		FITS(HOST_RAW_SENT, IS, 0)),
	/* clang-format on */
	.en = { .title = "mptcp-abort",
		.summary = "mptcp-abort",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "mptcp-abort",
		.summary = "mptcp-abort",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
