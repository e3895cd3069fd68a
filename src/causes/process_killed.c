/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_process_killed = {
	.id = "process-killed",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_OWNER_ABORT,
	.base = -6,
	.base_source = SURVEY "1 of 11 in applications (gunicorn#630, WORKER TIMEOUT)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT | SHOWS(LATE)),
		SIGN(8, REQUEST_ACKED_UNANSWERED, AT_LEAST, 1),
		HINT(-9, REQUEST_ACKED_UNANSWERED, IS, 0),
		HINT(-5, VICTIM_BYTES, IS, 0),
		SIGN(10, RESETS_SAME_INSTANT, AT_LEAST, 1),
		SIGN(10, REFUSES_AFTER, IS, 1),
		FITS(UNREAD_TLS_FAREWELL, IS, 0),
		PROOF(HOST_ENDED_BY, IS, END_SIGNAL),
		FITS(HOST_ACTION, IN, ONE_OF(ACTION_EXIT) | ONE_OF(ACTION_LISTENER_CLOSE) | ONE_OF(ACTION_CLOSE)),
		FITS(HOST_PAST, IS, PAST_KILLED),
		NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "process-killed",
		.summary = "process-killed",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "process-killed",
		.summary = "process-killed",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
