/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_parallel_connect_loser = {
	.id = "parallel-connect-loser",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_OWNER_ABORT,
	.base = -10,
	.base_source = "Sundara Raman et al. (SIGCOMM 2023) name it a steady source of benign "
		       "resets: the losing half starts 250 to 300 ms after the other",
	.expected = true,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(ABORT) | SHOWS(LATE) | SHOWS(SYNACK)),
		FITS(RESETTER_IS_CLIENT, IS, 1),
		FITS(RESETTER_NEVER_SENT, IS, 1),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(35, PARALLEL_SIBLING, NOT, PARALLEL_NONE),
		SIGN(8, REQUEST_ACKED_UNANSWERED, AT_LEAST, 1),
		PROOF(HOST_SIBLING, IS, 1),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		FITS(HOST_PAST, IN, ONE_OF(PAST_CLOSED) | ONE_OF(PAST_CONNECT_GIVEN_UP)),
		FITS(HOST_PROXY, IS, 0),
		OWNER_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "parallel-connect-loser",
		.summary = "parallel-connect-loser",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "parallel-connect-loser",
		.summary = "parallel-connect-loser",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
