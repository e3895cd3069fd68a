/* SPDX-License-Identifier: MIT */
/*
 * Foreign text (process names, paths, log lines, the text of a reset) made safe to print: whatever
 * a terminal would obey, a reader could be misled by, or a JSON parser would refuse, is written
 * out.
 *
 * What is escaped: C0 and C1 controls, DEL, the bidirectional controls (U+061C, U+200E, U+200F,
 * U+202A-202E, U+2066-2069), line and paragraph separators (U+2028, U+2029), invisible characters
 * (U+200B-200D, U+2060, U+FEFF), tag and interlinear characters, and every byte that is not valid
 * UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF), as \xNN byte by byte.
 *
 * Floor 0. No I/O, no locale.
 */
#ifndef WHYRST_BASE_ESCAPE_H
#define WHYRST_BASE_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * The character at @bytes: returns its length in bytes (1-4) and its value, or 0 where the bytes
 * are no valid UTF-8 (then step over one byte). @count must be at least 1.
 */
size_t escape_decode(const void *bytes, size_t count, uint32_t *ret_character);

/*
 * For a terminal: \n, \r and \t as these two letters, the rest as \xNN for each of its bytes;
 * a backslash is doubled, so that nobody can fake an escape.
 */
void escape_terminal(struct buf *buf, const void *bytes, size_t count);

/*
 * For the inside of a JSON string (without the quotes): valid UTF-8 always. Controls become \u00NN;
 * bytes that are not UTF-8, and characters that could mislead, become the text "\xNN" (written
 * \\xNN in JSON): it says which bytes there were.
 */
void escape_json(struct buf *buf, const void *bytes, size_t count);

#endif
