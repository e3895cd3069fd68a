/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_fin_wait_abort = {
	.id = "fin-wait-abort",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_OWNER_ABORT,
	.base = -14,
	.base_source = "few programs set TCP_LINGER2; the timer acts only while a closed end waits "
		       "for a peer that never closes",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(ABORT_AFTER_FIN) | SHOWS(LATE)),
		FITS(RST_ANSWERS, IN, ONE_OF(TRIGGER_NOTHING) | ONE_OF(TRIGGER_ACK)),
		FITS(VICTIM_FIN, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(25, RST_ANSWERS, IS, TRIGGER_ACK),
		SIGN(15, SILENCE, BETWEEN, 59 * 1000000LL, 63 * 1000000LL),
		HINT(-10, REQUEST_ACKED_UNANSWERED, AT_LEAST, 1),
		FITS(RESETTER_FIN_ACKED, IS, 1),
		PROOF(HOST_ACTION, IS, ACTION_FIN_WAIT_TIMER),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "fin-wait-abort",
		.summary = "fin-wait-abort",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "fin-wait-abort",
		.summary = "fin-wait-abort",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
