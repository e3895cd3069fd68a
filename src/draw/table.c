/* SPDX-License-Identifier: MIT */
#include "draw/table.h"

#include <stdlib.h>

#include "draw/width.h"

#define GAP 2
#define LAST_MIN 20 /* with less than this left for the last column, wrapping would only hurt */

void table_init(struct table *table, int columns)
{
	*table = (struct table){ .columns = columns > TABLE_COLUMNS_MAX ? TABLE_COLUMNS_MAX
									: columns };
}

void table_release(struct table *table)
{
	for (int i = 0; i < table->cells; i++)
		free(table->cell[i]);
	free(table->cell);
	table_init(table, table->columns);
}

void table_add(struct table *table, const char *text)
{
	char *copy;

	if (table->failed)
		return;
	if (table->cells == table->capacity) {
		int capacity = table->capacity ? table->capacity * 2 : 32;
		char **cell = realloc(table->cell, (size_t)capacity * sizeof(*cell));

		if (!cell) {
			table->failed = true;
			return;
		}
		table->cell = cell;
		table->capacity = capacity;
	}
	copy = strdup(text);
	if (!copy) {
		table->failed = true;
		return;
	}
	table->cell[table->cells++] = copy;
}

static void draw_row(const struct table *table, const int *wide, int row, int indent, int width,
		     struct buf *out)
{
	int column = indent;

	buf_add_repeated(out, ' ', (size_t)indent);
	for (int i = 0; i < table->columns; i++) {
		const char *text = table->cell[row * table->columns + i];
		int pad = wide[i] - width_of(text);

		if (i + 1 == table->columns && !table->right[i]) {
			width_wrap(out, text, column, column,
				   width - column >= LAST_MIN ? width : 0);
			break;
		}
		if (table->right[i] && pad > 0)
			buf_add_repeated(out, ' ', (size_t)pad);
		buf_add_text(out, text);
		if (!table->right[i] && pad > 0)
			buf_add_repeated(out, ' ', (size_t)pad);
		if (i + 1 < table->columns)
			buf_add_repeated(out, ' ', GAP);
		column += wide[i] + GAP;
	}
	buf_add_char(out, '\n');
}

void table_draw(const struct table *table, int indent, int width, struct buf *out)
{
	int wide[TABLE_COLUMNS_MAX] = { 0 };
	int rows = table->columns > 0 ? table->cells / table->columns : 0;

	for (int i = 0; i < rows * table->columns; i++) {
		int columns = width_of(table->cell[i]);

		if (columns > wide[i % table->columns])
			wide[i % table->columns] = columns;
	}
	for (int row = 0; row < rows; row++)
		draw_row(table, wide, row, indent, width, out);
}
