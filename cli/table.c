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
table_column(struct table *t, const char *title, bool right)
{
	scols_table_new_column(t->scols, title, 0, right ? SCOLS_FL_RIGHT : 0);
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
table_print(struct table *t, FILE *to, bool titles)
{
	if (scols_table_is_empty(t->scols))
		return;
	scols_table_enable_noheadings(t->scols, !titles);
	scols_table_set_stream(t->scols, to);
	scols_print_table(t->scols);
}
