/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_middlebox_reject = {
	.id = "middlebox-reject",
	.classes = CLASS_BIT(NETWORK) | CLASS_BIT(REFUSED),
	.usual = CLASS_NETWORK,
	.base = -6,
	.base_source = SURVEY
	"2 name a firewall between the ends; TTL of the reset differs in 12 of 744 public captures",
	.from_between = true,
	/* clang-format off */
	CAUSE_RULES(
		SIGN(22, TTL_DELTA, NOT, 0),
		SIGN(20, VICTIM_RETRANSMITS, AT_LEAST, 1),
		SIGN(10, RESETTER_CONTINUES, IS, 1),
		SIGN(12, RST_IP_ID, IS, RST_ID_REFLECTED),
		SIGN(8, RST_MAC_DIFFERS, IS, 1),
		HINT(8, SENDER, IS, SENDER_BOX),
		FITS(MPTCP_RESET, IS, 0),
		FITS(RST_TOS, IN, ONE_OF(RST_TOS_CLEARED) | ONE_OF(RST_TOS_OWN)),
		SIGN(30, RST_LEFT_RESETTER, IS, 0),
		FITS(RST_LEFT_RESETTER, IS, 0),
		SIGN(10, TRIGGER_REACHED_RESETTER, IS, 0),
		PROOF(HOST_FORWARDING, IS, 1),
		FITS(HOST_TCP_SENT, IS, 0),
		FITS(HOST_RAW_SENT, IS, 0),
		FITS(HOST_CONNTRACK_GONE, IS, 0)),
	/* clang-format on */
	.en = { .title = "middlebox-reject",
		.summary = "middlebox-reject",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "middlebox-reject",
		.summary = "middlebox-reject",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
