/* SPDX-License-Identifier: MIT */
/*
 * How many columns text takes on a terminal: Chinese and other wide characters take two, combining
 * ones none, colour sequences (ESC [ ... m) none. And lines broken to fit.
 *
 * Floor 5. No I/O, no locale.
 */
#ifndef WHYRST_DRAW_WIDTH_H
#define WHYRST_DRAW_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Columns of one character: 0, 1 or 2 (Unicode UAX #11: wide and fullwidth). */
int width_of_character(uint32_t character);
int width_of(const char *text);
int width_of_bytes(const char *text, size_t count);

/* Adds @text and spaces up to @columns in all. */
void width_pad(struct buf *out, const char *text, int columns);

/*
 * Adds @text broken into lines of at most @width columns, of which @column are already taken in the
 * first; the following lines begin with @indent spaces. Breaks at spaces and between wide
 * characters, never before closing punctuation. A word longer than a line stays whole: it may be a
 * command to copy. @width 0: no breaking. No newline at the end. Returns the column it ended in.
 */
int width_wrap(struct buf *out, const char *text, int column, int indent, int width);

/*
 * What a terminal without UTF-8 can show: arrows, dots and signs become ASCII, any other character
 * '?'. In place.
 */
void width_to_ascii(struct buf *buf);

#endif
