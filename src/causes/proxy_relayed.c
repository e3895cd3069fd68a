/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_proxy_relayed = {
	.id = "proxy-relayed",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = -10,
	.base_source = "proxies reset one side for the reset of the other where they can; the "
		       "survey holds one such report (sozu#434)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT),
		NEED(OTHER_SIDE_RESET, IS, 1),
		SIGN(25, OTHER_SIDE_RESET, IS, 1),
		SIGN(10, OTHER_SIDE_RESET_DELAY, AT_MOST, 50 * 1000),
		PROOF(HOST_PROXY, IS, 1),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		FITS(HOST_SIBLING, IS, 0),
		FITS(UNREAD_TLS_FAREWELL, IS, 0),
		OWNER_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "proxy-relayed",
		.summary = "proxy-relayed",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "proxy-relayed",
		.summary = "proxy-relayed",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
