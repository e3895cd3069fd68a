/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_max_requests = {
	.id = "max-requests",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = -2,
	.base_source = "servers close after 100 (Apache httpd, Tomcat) or 1000 (nginx) requests; "
		       "the survey counts it with the 9 keep-alive races",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(LATE)),
		FITS(RST_ANSWERS, IN, ONE_OF(TRIGGER_DATA) | ONE_OF(TRIGGER_UNSEEN)),
		FITS(FIN_AFTER_RESPONSE, IS, 1),
		SIGN(18, FIN_AFTER_RESPONSE, IS, 1),
		FITS(FIN_CROSSED, IS, 1),
		SIGN(8, FIN_CROSSED, IS, 1),
		FITS(ANSWERED_EARLY, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(10, HTTP_CLOSE, IS, 1),
		SIGN(6, REQUESTS_ANSWERED, AT_LEAST, 100),
		HINT(-10, TRIGGER_FAREWELL, IS, 1),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		FITS(HOST_VICTIM_CLOSED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "max-requests",
		.summary = "max-requests",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "max-requests",
		.summary = "max-requests",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
