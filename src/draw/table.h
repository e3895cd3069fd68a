/* SPDX-License-Identifier: MIT */
/*
 * A table: columns as wide as their widest cell, Chinese characters counted as two; the last column
 * is wrapped to the width.
 *
 * Floor 5. Into buffers, no I/O.
 */
#ifndef WHYRST_DRAW_TABLE_H
#define WHYRST_DRAW_TABLE_H

#include "base/buf.h"

#define TABLE_COLUMNS_MAX 8

struct table {
	int columns;
	bool right[TABLE_COLUMNS_MAX]; /* numbers stand at the right */
	int cells;
	int capacity;
	char **cell; /* by row, then by column */
	bool failed; /* without memory rows are left out, and this says so */
};

void table_init(struct table *table, int columns);
void table_release(struct table *table);

/* The next cell, rows filled one after the other. */
void table_add(struct table *table, const char *text);

/* Draws the rows, each behind @indent spaces. @width 0: no wrapping. */
void table_draw(const struct table *table, int indent, int width, struct buf *out);

#endif
