/* SPDX-License-Identifier: MIT */
#include "sources/tcpdump_text_lines.h"

#include <string.h>

#include "wire/text_markup.h"

enum {
	WINDOW_BYTES = 1 << 20,
};

void text_lines_init(struct text_lines *lines, struct input *input)
{
	lines->input = input;
	lines->window = "";
	lines->window_bytes = lines->at = 0;
	lines->last_window = lines->cut = false;
	lines->rest_bytes = 0;
	lines->number = 0;
}

/* Moves the window on. False if that gives nothing new. */
static bool refill(struct text_lines *lines)
{
	size_t left = lines->window_bytes - lines->at;

	if (lines->last_window)
		return false;
	input_skip(lines->input, lines->at);
	lines->at = 0;
	lines->window = (const char *)input_peek(lines->input, WINDOW_BYTES, &lines->window_bytes);
	if (!lines->window)
		lines->window = "";
	if (lines->window_bytes < WINDOW_BYTES)
		lines->last_window = true;
	return lines->window_bytes > left;
}

/* A line without its end as it stands in the input. */
static bool next_raw(struct text_lines *lines, const char **ret_line, size_t *ret_bytes)
{
	const char *line, *end;
	size_t left;

	for (;;) {
		left = lines->window_bytes - lines->at;
		line = lines->window + lines->at;
		end = left ? memchr(line, '\n', left < TEXT_LINE_MAX ? left : TEXT_LINE_MAX) : NULL;
		if (end) {
			lines->at += (size_t)(end - line) + 1;
			break;
		}
		if (left >= TEXT_LINE_MAX) {
			/* A whole page in one line: cut it where a tag begins. */
			end = memrchr(line + 1, '<', TEXT_LINE_MAX - 1);
			if (!end)
				end = line + TEXT_LINE_MAX;
			lines->at += (size_t)(end - line);
			lines->number += !lines->cut;
			lines->cut = true;
			*ret_line = line;
			*ret_bytes = (size_t)(end - line);
			return true;
		}
		if (refill(lines))
			continue;
		left = lines->window_bytes - lines->at;
		if (!left)
			return false;
		line = lines->window + lines->at;
		end = line + left;
		lines->at += left;
		break;
	}
	lines->number += !lines->cut;
	lines->cut = false;
	while (end > line && end[-1] == '\r')
		end--;
	*ret_line = line;
	*ret_bytes = (size_t)(end - line);
	return true;
}

bool text_lines_next(struct text_lines *lines, const char **ret_line, size_t *ret_bytes)
{
	size_t used;

	if (!lines->rest_bytes) {
		if (!next_raw(lines, &lines->rest, &lines->rest_bytes))
			return false;
		if (!text_markup_is(lines->rest, lines->rest_bytes)) {
			*ret_line = lines->rest;
			*ret_bytes = lines->rest_bytes;
			lines->rest_bytes = 0;
			return true;
		}
	}
	*ret_bytes = text_markup_clean(lines->rest, lines->rest_bytes, lines->clean, &used);
	*ret_line = lines->clean;
	lines->rest += used;
	lines->rest_bytes -= used;
	return true;
}
