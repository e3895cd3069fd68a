/* SPDX-License-Identifier: MIT */
/*
 * What of FILTER the kernel can sort out by itself.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_LIVE_WORDS_H
#define WHYRST_RUN_LIVE_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

/* What every matching connection must have. */
struct live_words {
	uint16_t first_port, last_port; /* at one end, from and to; 0: any */
	bool has_host;
	struct endpoint host; /* at one end */
};

/* Only where the words are joined by "and" and say nothing else; zeroed otherwise. */
struct live_words live_words_simple(const char *words);

#endif
