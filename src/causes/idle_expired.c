/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_idle_expired = {
	.id = "idle-expired",
	.classes = CLASS_BIT(NETWORK) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NETWORK,
	.base = 7,
	.base_source = SURVEY "6 (ingress-nginx#5695, Kong#5220, librdkafka#3109 and others)",
	.from_between = true,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY | SHOWS(ALIEN)),
		FITS(RST_ANSWERS, IN, ONE_OF(TRIGGER_DATA) | ONE_OF(TRIGGER_PROBE) | ONE_OF(TRIGGER_ACK) | ONE_OF(TRIGGER_FIN) | ONE_OF(TRIGGER_UNSEEN)),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(FIRST_CONTACT, IS, 0),
		SIGN(14, SILENCE, AT_LEAST, 60 * 1000000LL),
		HINT(-16, SILENCE, AT_MOST, 5 * 1000000LL),
		SIGN(10, TTL_DELTA, NOT, 0),
		HINT(-10, VICTIM_RETRANSMITS, AT_LEAST, 1),
		SIGN(6, RECONNECTED, IS, 1),
		HINT(-20, SYNACK_REPEATED, AT_LEAST, 1),
		HINT(-10, RESETTER_ONLY_SYNACK, IS, 1),
		FITS(MPTCP_RESET, IS, 0),
		PROOF(HOST_CONNTRACK_GONE, IS, 1),
		FITS(HOST_TCP_SENT, IS, 0),
		FITS(HOST_RAW_SENT, IS, 0),
		FITS(RST_LEFT_RESETTER, IS, 0)),
	/* clang-format on */
	.en = { .title = "idle-expired",
		.summary = "idle-expired",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "idle-expired",
		.summary = "idle-expired",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
