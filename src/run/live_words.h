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

/*
 * A port and a host that every matching connection must have: only where the words are joined by
 * "and" and say nothing else. *ret_port 0: none.
 */
void live_words_simple(const char *words, uint16_t *ret_port, bool *ret_has_host,
		       struct endpoint *ret_host);

#endif
