/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <libsmartcols.h>
#include <stdlib.h>

#include "cli/wrap.h"
#include "common/alloc.h"

struct table {
	struct libscols_table *scols; /* ref */
	struct libscols_line *line;   /* the last one; borrowed */
	size_t cells;                 /* in it */
};

struct table *
table_new(void)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->scols = scols_new_table();
	if (t->scols == NULL)
		abort();
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	scols_unref_table(t->scols);
	free(t);
}

void
table_column(struct table *t, const char *title, unsigned flags)
{
	scols_table_new_column(t->scols, title, 0,
	    (flags & TABLE_RIGHT ? SCOLS_FL_RIGHT : 0) |
		(flags & TABLE_WRAP ? SCOLS_FL_WRAP : 0));
}

void
table_row(struct table *t)
{
	t->line = scols_table_new_line(t->scols, NULL);
	t->cells = 0;
}

void
table_cell(struct table *t, const char *text)
{
	scols_line_set_data(t->line, t->cells++, text);
}

void
table_color(struct table *t, const char *sequence)
{
	struct libscols_cell *cell = scols_line_get_cell(t->line, t->cells - 1);

	if (cell != NULL)
		scols_cell_set_color(cell, sequence);
}

#define COLUMNS_MOST 16
#define ROOM_LEAST 16 /* for a text; else libsmartcols cuts where it likes */

/* The widest text of a column, its title among them. */
static size_t
column_width(struct table *t, size_t column)
{
	struct libscols_column *c = scols_table_get_column(t->scols, column);
	size_t width =
	    wrap_width(scols_cell_get_data(scols_column_get_header(c)));

	for (size_t i = 0; i < scols_table_get_nlines(t->scols); i++) {
		const char *text = scols_cell_get_data(scols_line_get_cell(
		    scols_table_get_line(t->scols, i), column));
		size_t its = text != NULL ? wrap_width(text) : 0;

		width = its > width ? its : width;
	}
	return width;
}

static void
column_wrap(struct table *t, size_t column, size_t width)
{
	struct libscols_column *c = scols_table_get_column(t->scols, column);

	scols_column_set_safechars(c, "\n");
	scols_column_set_wrapfunc(
	    c, scols_wrapnl_chunksize, scols_wrapnl_nextchunk, NULL);
	for (size_t i = 0; i < scols_table_get_nlines(t->scols); i++) {
		struct libscols_cell *cell = scols_line_get_cell(
		    scols_table_get_line(t->scols, i), column);
		const char *text = scols_cell_get_data(cell);
		char *lines = wrap_text(text != NULL ? text : "", width);

		scols_cell_set_data(cell, lines);
		free(lines);
	}
}

/* When the terminal is too narrow, the widest column that may is broken. */
static void
table_fit(struct table *t, size_t width)
{
	size_t n = scols_table_get_ncols(t->scols), all = n - 1, widest = n;
	size_t widths[COLUMNS_MOST];

	for (size_t i = 0; i < n && i < COLUMNS_MOST; i++) {
		widths[i] = column_width(t, i);
		all += widths[i];
		if (scols_column_is_wrap(scols_table_get_column(t->scols, i)) &&
		    (widest == n || widths[i] > widths[widest]))
			widest = i;
	}
	if (all <= width || widest == n)
		return;
	size_t others = all - widths[widest];

	if (others + ROOM_LEAST <= width)
		column_wrap(t, widest, width - others);
}

/* libsmartcols would look at what standard output is, wherever it writes to. */
void
table_print(struct table *t, const struct table_paper *paper)
{
	if (scols_table_is_empty(t->scols))
		return;
	if (paper->width > 0) {
		scols_table_set_termforce(t->scols, SCOLS_TERMFORCE_ALWAYS);
		scols_table_set_termwidth(t->scols, paper->width);
		table_fit(t, paper->width);
	} else {
		scols_table_set_termforce(t->scols, SCOLS_TERMFORCE_NEVER);
	}
	scols_table_enable_colors(t->scols, paper->colored);
	scols_table_enable_noheadings(t->scols, !paper->titles);
	scols_table_set_stream(t->scols, paper->to);
	scols_print_table(t->scols);
}
