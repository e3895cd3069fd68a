/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_fd_exhausted = {
	.id = "fd-exhausted",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_OWNER_ABORT,
	.base = -8,
	.base_source = "measured: node 20 under ulimit -n 40 reset 20 of 40 clients; kernels since "
		       "2.6.18 reset none by themselves",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(ABORT) | SHOWS(LATE)),
		FITS(RESETTER_IS_CLIENT, IS, 0),
		FITS(RESETTER_NEVER_SENT, IS, 1),
		FITS(VICTIM_BYTES, AT_LEAST, 1),
		SIGN(20, STARVED_NEIGHBOURS, AT_LEAST, 2),
		SIGN(8, OPEN_TO_SERVER, AT_LEAST, 900),
		SIGN(5, SYNS_UNANSWERED, AT_LEAST, 1),
		HINT(5, REQUEST_ACKED_UNANSWERED, AT_LEAST, 1),
		PROOF(HOST_FD_EXHAUSTED, IS, 1),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		FITS(HOST_ENDED_BY, IS, END_RUNNING),
		NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "fd-exhausted",
		.summary = "fd-exhausted",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "fd-exhausted",
		.summary = "fd-exhausted",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
