/* SPDX-License-Identifier: MIT */
/*
 * From a line of a page to a line of text: HTML entities and tags, full-width punctuation, terminal
 * colours. Bytes of prose in any encoding pass through and do not matter.
 *
 * Floor 1. No allocation, no I/O.
 */
#ifndef WHYRST_WIRE_TEXT_MARKUP_H
#define WHYRST_WIRE_TEXT_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

/* Whether text_markup_clean() would change anything that matters. */
bool text_markup_is(const char *line, size_t bytes);

/*
 * Cleans @line up to its end or to a tag that ends a line (<br>, </p>, ...), into @clean of @bytes
 * bytes at least, which may not overlap. Returns the length; *ret_used says how much of @line it
 * was (0 only for an empty line).
 */
size_t text_markup_clean(const char *line, size_t bytes, char *clean, size_t *ret_used);

#endif
