/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#define BUF_FIRST 256

void buf_init(struct buf *buf, size_t max)
{
	*buf = (struct buf){ .max = max };
}

void buf_release(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){ .max = buf->max };
}

/* Always leaves one byte more than asked for, for the NUL of buf_text(). */
bool buf_reserve(struct buf *buf, size_t bytes)
{
	size_t need, capacity;
	char *data;

	if (bytes > buf->max || buf->length > buf->max - bytes) {
		buf->overflow = true;
		return false;
	}
	need = buf->length + bytes + 1;
	if (need <= buf->capacity)
		return true;
	capacity = buf->capacity ? buf->capacity : BUF_FIRST;
	while (capacity < need)
		capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
	if (capacity > buf->max && buf->max + 1 >= need)
		capacity = buf->max + 1;
	data = realloc(buf->data, capacity);
	if (!data) {
		buf->overflow = true;
		return false;
	}
	buf->data = data;
	buf->capacity = capacity;
	return true;
}

void buf_add_u64(struct buf *buf, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	buf_add(buf, digits + at, sizeof(digits) - at);
}

void buf_add_i64(struct buf *buf, int64_t value)
{
	if (value < 0)
		buf_add_char(buf, '-');
	buf_add_u64(buf, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void buf_add_repeated(struct buf *buf, char c, size_t count)
{
	if (!buf_reserve(buf, count))
		return;
	memset(buf->data + buf->length, c, count);
	buf->length += count;
}

void buf_vprintf(struct buf *buf, const char *format, va_list arguments)
{
	va_list again;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0) {
		buf->overflow = true;
		return;
	}
	if (!buf_reserve(buf, (size_t)length))
		return;
	vsnprintf(buf->data + buf->length, (size_t)length + 1, format, arguments);
	buf->length += (size_t)length;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	buf_vprintf(buf, format, arguments);
	va_end(arguments);
}

const char *buf_text(struct buf *buf)
{
	bool overflow = buf->overflow;

	if (!buf->data && !buf_reserve(buf, 0)) {
		buf->overflow = overflow;
		return "";
	}
	buf->data[buf->length] = 0;
	return buf->data;
}
