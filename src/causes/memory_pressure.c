/* SPDX-License-Identifier: MIT */
#include "causes/rules.h"

const struct cause cause_memory_pressure = {
	.id = "memory-pressure",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = -25,
	.base_source = "needs tcp_mem or tcp_max_orphans exhausted; the kernel logs it",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT),
		SIGN(8, RESETTER_UNACKED, AT_LEAST, 1),
		SIGN(5, VICTIM_WINDOW_ZERO, IS, 1),
		SIGN(4, RESETS_SAME_INSTANT, AT_LEAST, 1),
		FITS(UNREAD_TLS_FAREWELL, IS, 0),
		FITS(ANSWERED_EARLY, IS, 0),
		PROOF(HOST_ACTION, IS, ACTION_MEMORY),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = { .title = "memory-pressure",
		.summary = "memory-pressure",
		.story = "",
		.decide = "",
		.fix = { "" } },
	.zh = { .title = "memory-pressure",
		.summary = "memory-pressure",
		.story = "",
		.decide = "",
		.fix = { "" } },
};
