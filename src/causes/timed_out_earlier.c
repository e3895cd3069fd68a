/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_timed_out_earlier = {
	.id = "timed-out-earlier",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = -12,
	.base_source = "gives up after tcp_retries2, about 15 minutes, or TCP_USER_TIMEOUT, "
		       "without a word (net/ipv4/tcp_timer.c: tcp_write_err)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY | SHOWS(LATE)),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		FITS(NAT_REMAPPED, IS, 0),
		SIGN(45, RESETTER_RETRANSMITS, AT_LEAST, 1),
		HINT(-10, RESETTER_RETRANSMITS, IS, 0),
		SIGN(8, SILENCE, AT_LEAST, 924 * 1000000LL),
		PROOF(HOST_PAST, IS, PAST_TIMED_OUT),
		FITS(HOST_ACCEPT_QUEUE_FULL, IS, 0),
		FITS(HOST_LISTENER_NEWER, IS, 0),
		OWNER_WELL, NOT_PAIRED, PATH_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "timed-out-earlier",
		.summary = "timed-out-earlier",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "timed-out-earlier",
		.summary = "timed-out-earlier",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
