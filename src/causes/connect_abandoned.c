/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_connect_abandoned = {
	.id = "connect-abandoned",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = 0,
	.base_source = "Sundara Raman et al. (SIGCOMM 2023): SYN, then RST of the client is among "
		       "the commonest of all patterns",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(SYNACK)),
		FITS(RESETTER_IS_CLIENT, IS, 1),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		FITS(SYNACK_OTHER_ADDRESS, IS, 0),
		SIGN(15, SYNACK_DELAY, AT_LEAST, 1000000),
		SIGN(5, SYN_REPEATED, AT_LEAST, 1),
		PROOF(HOST_PAST, IS, PAST_CONNECT_GIVEN_UP),
		FITS(HOST_SIBLING, IS, 0),
		FITS(HOST_NAT_GONE, IS, 0),
		BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "connect-abandoned",
		.summary = "connect-abandoned",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "connect-abandoned",
		.summary = "connect-abandoned",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
