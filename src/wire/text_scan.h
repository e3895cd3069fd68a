/* SPDX-License-Identifier: MIT */
/*
 * A cursor over text that was written by anybody: every step checks the end. Bytes are compared as
 * bytes, no locale takes part.
 *
 * Floor 1. No allocation, no I/O.
 */
#ifndef WHYRST_WIRE_TEXT_SCAN_H
#define WHYRST_WIRE_TEXT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text_cursor {
	const char *at;
	const char *end;
};

static inline bool text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool text_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool text_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static inline size_t text_left(const struct text_cursor *cursor)
{
	return (size_t)(cursor->end - cursor->at);
}

/* The character at the cursor, 0 at the end. */
static inline char text_peek(const struct text_cursor *cursor)
{
	return cursor->at < cursor->end ? *cursor->at : 0;
}

static inline void text_skip_blanks(struct text_cursor *cursor)
{
	while (cursor->at < cursor->end && text_is_blank(*cursor->at))
		cursor->at++;
}

static inline bool text_starts(const struct text_cursor *cursor, const char *word)
{
	size_t length = strlen(word);

	return text_left(cursor) >= length && memcmp(cursor->at, word, length) == 0;
}

/* Steps over @word if it stands at the cursor. */
static inline bool text_take(struct text_cursor *cursor, const char *word)
{
	if (!text_starts(cursor, word))
		return false;
	cursor->at += strlen(word);
	return true;
}

/* A decimal number up to @max; the cursor stays where it is if there is none. */
static inline bool text_take_number(struct text_cursor *cursor, uint64_t max, uint64_t *ret_number)
{
	const char *at = cursor->at;
	uint64_t number = 0;

	if (at == cursor->end || !text_is_digit(*at))
		return false;
	for (; at < cursor->end && text_is_digit(*at); at++) {
		number = number * 10 + (uint64_t)(*at - '0');
		if (number > max)
			return false;
	}
	cursor->at = at;
	*ret_number = number;
	return true;
}

static inline bool text_take_u32(struct text_cursor *cursor, uint32_t *ret_number)
{
	uint64_t number;

	if (!text_take_number(cursor, UINT32_MAX, &number))
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

static inline bool text_take_u16(struct text_cursor *cursor, uint16_t *ret_number)
{
	uint64_t number;

	if (!text_take_number(cursor, UINT16_MAX, &number))
		return false;
	*ret_number = (uint16_t)number;
	return true;
}

static inline bool text_take_u8(struct text_cursor *cursor, uint8_t *ret_number)
{
	uint64_t number;

	if (!text_take_number(cursor, UINT8_MAX, &number))
		return false;
	*ret_number = (uint8_t)number;
	return true;
}

/* -1 if @c is no hexadecimal digit. */
static inline int text_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Hexadecimal digits without "0x", up to @max. */
static inline bool text_take_hex(struct text_cursor *cursor, uint64_t max, uint64_t *ret_number)
{
	const char *at = cursor->at;
	uint64_t number = 0;

	if (at == cursor->end || text_hex_value(*at) < 0)
		return false;
	for (; at < cursor->end && text_hex_value(*at) >= 0; at++) {
		number = number << 4 | (uint64_t)text_hex_value(*at);
		if (number > max)
			return false;
	}
	cursor->at = at;
	*ret_number = number;
	return true;
}

#endif
