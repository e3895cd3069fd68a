/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_listener_restarted = {
	.id = "listener-restarted",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = 2,
	.base_source =
		SURVEY "deploys and restarts are named beside lost connections, never counted",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY),
		FITS(RESETTER_IS_CLIENT, IS, 0),
		FITS(REFUSES_AFTER, IS, 0),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NAT_REMAPPED, IS, 0),
		FITS(IDENTITY_CHANGED, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(30, REFUSED_BEFORE, IS, 1),
		SIGN(4, ACCEPTS_AFTER, IS, 1),
		SIGN(6, RESETS_SAME_INSTANT, AT_LEAST, 1),
		HINT(-20, SYNACK_REPEATED, AT_LEAST, 1),
		FITS(HOST_PAST, IN, ONE_OF(PAST_NONE) | ONE_OF(PAST_CLOSED)),
		FITS(HOST_ACCEPT_QUEUE_FULL, IS, 0),
		PROOF(HOST_LISTENER_NEWER, IS, 1),
		FITS(HOST_COOKIE_FAILED, IS, 0),
		PATH_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "listener-restarted",
		.summary = "listener-restarted",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "listener-restarted",
		.summary = "listener-restarted",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
