/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_stray_packet = {
	.id = "stray-packet",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = 0,
	.base_source = "a host with a public address gets such packets all day; Sundara Raman et "
		       "al. (SIGCOMM 2023) on scanners and floods",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY | SHOWS(SYNACK) | SHOWS(LATE)),
		FITS(HANDSHAKE_WRONG, IS, 0),
		NEED(NO_CONNECTION, IS, 1),
		FITS(NAT_REMAPPED, IS, 0),
		SIGN(30, SYNACK_UNASKED, IS, 1),
		SIGN(20, LOOKS_LIKE_SCAN, IS, 1),
		SIGN(12, RST_ANSWERS, IS, TRIGGER_ACK),
		HINT(-5, RST_ANSWERS, IS, TRIGGER_DATA),
		HINT(-10, SYNACK_OTHER_ADDRESS, IS, 1),
		FITS(HOST_TRIGGER_SOCKET, IS, 0),
		FITS(HOST_PAST, IS, PAST_NONE),
		FITS(HOST_COOKIE_FAILED, IS, 0),
		FITS(HOST_ACCEPT_QUEUE_FULL, IS, 0),
		PATH_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "stray-packet",
		.summary = "stray-packet",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "stray-packet",
		.summary = "stray-packet",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
