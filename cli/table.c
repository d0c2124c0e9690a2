/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <libsmartcols.h>
#include <stdlib.h>

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

/* libsmartcols would look at what standard output is, wherever it writes to. */
void
table_print(struct table *t, const struct table_paper *paper)
{
	if (scols_table_is_empty(t->scols))
		return;
	if (paper->width > 0) {
		scols_table_set_termforce(t->scols, SCOLS_TERMFORCE_ALWAYS);
		scols_table_set_termwidth(t->scols, paper->width);
	} else {
		scols_table_set_termforce(t->scols, SCOLS_TERMFORCE_NEVER);
	}
	scols_table_enable_colors(t->scols, paper->colored);
	scols_table_enable_noheadings(t->scols, !paper->titles);
	scols_table_set_stream(t->scols, paper->to);
	scols_print_table(t->scols);
}
