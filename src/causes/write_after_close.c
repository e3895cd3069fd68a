/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_write_after_close = {
	.id = "write-after-close",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = 0,
	.base_source = "the survey counts it with the keep-alive races; measured: the usual end of "
		       "nginx connections reused after its close",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(LATE)),
		FITS(RST_ANSWERS, IN, ONE_OF(TRIGGER_DATA) | ONE_OF(TRIGGER_FIN) | ONE_OF(TRIGGER_PROBE) | ONE_OF(TRIGGER_UNSEEN)),
		FITS(FIN_CROSSED, IS, 0),
		FITS(ANSWERED_EARLY, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(10, TRIGGER_ACKS_FIN, IS, 1),
		SIGN(8, FIN_TO_TRIGGER, AT_LEAST, 1000000),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		FITS(HOST_ACTION, IN, ONE_OF(ACTION_CLOSE) | ONE_OF(ACTION_SHUTDOWN)),
		FITS(HOST_VICTIM_CLOSED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "write-after-close",
		.summary = "write-after-close",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "write-after-close",
		.summary = "write-after-close",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
