/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_forged_reset = {
	.id = "forged-reset",
	.classes = CLASS_BIT(NETWORK) | CLASS_BIT(REFUSED),
	.usual = CLASS_NETWORK,
	.base = -12,
	.base_source = "9 of 744 public captures show a reset with another TTL, 3 of 896 one with "
		       "a reflected IP id; censors make a small share of what operators report",
	.from_between = true,
	/* clang-format off */
	CAUSE_RULES(
		SIGN(25, RST_FORM, IS, FORM_FOREIGN),
		SIGN(15, TTL_DELTA, OUTSIDE, -2, 2),
		SIGN(30, RST_BOTH_ENDS, IS, 1),
		SIGN(25, RESETTER_CONTINUES, IS, 1),
		SIGN(25, RST_IP_ID, IS, RST_ID_REFLECTED),
		SIGN(20, RST_BURST, AT_LEAST, 1),
		HINT(3, RST_IP_ID, IS, RST_ID_FAR),
		SIGN(8, RST_ANSWERS, IS, TRIGGER_NOTHING),
		SIGN(6, CHALLENGED, IS, 1),
		HINT(6, SENDER, IS, SENDER_BOX),
		FITS(MPTCP_RESET, IS, 0),
		SIGN(35, RST_LEFT_RESETTER, IS, 0),
		FITS(RST_LEFT_RESETTER, IS, 0),
		SIGN(20, RESETTER_ALIVE_AT_HOME, IS, 1),
		PROOF(HOST_RAW_SENT, IS, 1),
		FITS(HOST_TCP_SENT, IS, 0),
		FITS(HOST_FILTER_SENT, IS, 0)),
	/* clang-format on */
	.en = { .title = "forged-reset",
		.summary = "forged-reset",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "forged-reset",
		.summary = "forged-reset",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
