/* SPDX-License-Identifier: MIT */
/*
 * Lines out of an input: as they are where they are plain, cleaned of markup where they are not.
 * One line of a page may give several (<br>). Lines longer than 64 KiB come in pieces.
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_TCPDUMP_TEXT_LINES_H
#define WHYRST_SOURCES_TCPDUMP_TEXT_LINES_H

#include "sources/input.h"

#define TEXT_LINE_MAX 65536

struct text_lines {
	struct input *input;
	const char *window;
	size_t window_bytes;
	size_t at; /* in window */
	bool last_window;
	bool cut;	  /* the line goes on */
	const char *rest; /* of a line with markup, within window */
	size_t rest_bytes;
	uint64_t number; /* of the current line, from 1 */
	char clean[TEXT_LINE_MAX];
};

void text_lines_init(struct text_lines *lines, struct input *input);

/* False at the end. The line is without its end and valid until the next call. */
bool text_lines_next(struct text_lines *lines, const char **ret_line, size_t *ret_bytes);

#endif
