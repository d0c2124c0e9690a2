/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table - rows of text, aligned, with or without a line of titles.
 *
 * Control characters in a cell come out escaped, whoever put them there.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stdio.h>

struct table;

struct table *table_new(void);
void table_free(struct table *);

/* All columns come before the first row. */
void table_column(struct table *, const char *title, bool right);
void table_row(struct table *);                    /* begins a new one */
void table_cell(struct table *, const char *text); /* its next cell; copied */
/* Without rows nothing is printed. */
void table_print(struct table *, FILE *, bool titles);
#endif
