/* SPDX-License-Identifier: MIT */
/*
 * A growable run of bytes that is born with its limit. Adding never fails loudly: beyond the limit,
 *or without memory, the rest is dropped and `overflow` stays set, so that a writer may add a
 *hundred pieces and ask once. The content is NUL-terminated whenever buf_text() is asked for it.
 *
 *	struct buf line;
 *	buf_init(&line, 4096);
 *	buf_add_text(&line, "port ");
 *	buf_add_u64(&line, port);
 *	puts(buf_text(&line));
 *	buf_release(&line);
 *
 * Floor 0. No I/O.
 */
#ifndef WHYRST_BASE_BUF_H
#define WHYRST_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
	char *data;
	size_t length;
	size_t capacity;
	size_t max;    /* never more bytes than this */
	bool overflow; /* something did not fit, or there was no memory */
};

/* Empty, nothing allocated yet. @max is the most bytes it will ever hold. */
void buf_init(struct buf *buf, size_t max);
void buf_release(struct buf *buf);

/* Forgets the content and the overflow, keeps the memory. */
static inline void buf_clear(struct buf *buf)
{
	buf->length = 0;
	buf->overflow = false;
}

/* Room for @bytes more after the content; false (and overflow set) if there cannot be. */
bool buf_reserve(struct buf *buf, size_t bytes);

/* For hot paths: the caller has reserved. */
static inline void buf_put(struct buf *buf, const void *bytes, size_t count)
{
	memcpy(buf->data + buf->length, bytes, count);
	buf->length += count;
}

/* Adds all @count bytes or nothing. */
static inline void buf_add(struct buf *buf, const void *bytes, size_t count)
{
	if (!count || (buf->capacity - buf->length <= count && !buf_reserve(buf, count)))
		return;
	buf_put(buf, bytes, count);
}

static inline void buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

static inline void buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

/* "..." with its length known when compiling. */
#define buf_add_literal(buf, literal) buf_add((buf), "" literal "", sizeof(literal) - 1)

void buf_add_u64(struct buf *buf, uint64_t value);
void buf_add_i64(struct buf *buf, int64_t value);
void buf_add_repeated(struct buf *buf, char c, size_t count);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

/* The content, NUL-terminated; "" if nothing could be allocated. Valid until the next change. */
const char *buf_text(struct buf *buf);

#endif
