/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/dashboard/rows.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

void
rows_add(struct table_rows *rows, const struct table_row *row)
{
	if (rows->n == rows->room) {
		rows->room = rows->room > 0 ? rows->room * 2 : 64;
		rows->at = xrealloc(rows->at, rows->room, sizeof(*rows->at));
	}
	rows->at[rows->n++] = *row;
}

static int
row_cmp(const void *a, const void *b)
{
	const struct table_row *x = a, *y = b;

	if (x->shade != y->shade)
		return x->shade > y->shade ? -1 : 1;
	int ns = strcmp(x->ns, y->ns);

	return ns != 0 ? ns : strcmp(x->name, y->name);
}

void
rows_sort(struct table_rows *rows)
{
	if (rows->n > 0)
		qsort(rows->at, rows->n, sizeof(*rows->at), row_cmp);
}

void
rows_fini(struct table_rows *rows)
{
	free(rows->at);
	*rows = (struct table_rows){ 0 };
}
