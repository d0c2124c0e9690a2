/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows - what a table is about, in the order in which it is shown: trouble first.
 */
#ifndef ALLOCATOR_DASHBOARD_ROWS_H
#define ALLOCATOR_DASHBOARD_ROWS_H

#include <stddef.h>

#include "allocator/dashboard/html.h"

struct table_row {
	const char *ns, *name; /* borrowed, as the item */
	const void *item;      /* NULL: nothing is known but its name */
	enum shade shade;
};

struct table_rows {           /* all zero: none */
	struct table_row *at; /* owned */
	size_t n, room;
};

void rows_add(struct table_rows *, const struct table_row *);
/* The worse shade first, then by namespace and name. */
void rows_sort(struct table_rows *);
void rows_fini(struct table_rows *);
#endif
