/* SPDX-License-Identifier: MIT */
/*
 * An input: bytes of a file or of standard input, decompressed (gzip, zstd, xz) where needed,
 * through a bounded window.
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_INPUT_H
#define WHYRST_SOURCES_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct input;

/*
 * @path "-" is standard input. Returns 0, or -errno with one line in @problem ("FILE: is a
 * directory: name a capture file"). An empty file is no failure: there is nothing to peek at.
 */
int input_open(const char *path, struct input **ret_input, char problem[160]);
/* Reads from memory, for tests and fuzzing. @bytes must stay valid. */
int input_open_memory(const uint8_t *bytes, size_t count, struct input **ret_input);
void input_close(struct input *input);

/*
 * At least @want bytes (at most 16 MiB) from the current position if there are so many;
 * *ret_available tells how many there are. The pointer is valid until the next call.
 */
const uint8_t *input_peek(struct input *input, size_t want, size_t *ret_available);
/* Moves on by @bytes, which must have been available. */
void input_skip(struct input *input, size_t bytes);
/* Position in the decompressed stream. */
uint64_t input_offset(const struct input *input);
const char *input_name(const struct input *input);
/* NULL, or why the stream ended early (corrupt compression, read error, growth beyond all measure).
 */
const char *input_problem(const struct input *input);
/* Whether that is because a compressed input grows beyond all measure. */
bool input_too_large(const struct input *input);
/* Whether it passes only once: a pipe, a terminal, a device. */
bool input_is_stream(const struct input *input);

#endif
