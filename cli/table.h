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

enum table_flag {
	TABLE_RIGHT = 1,
	TABLE_WRAP =
	    2, /* goes on in the next line where the width is too small */
};

/* All columns come before the first row. */
void table_column(struct table *, const char *title, unsigned flags);
void table_row(struct table *);                    /* begins a new one */
void table_cell(struct table *, const char *text); /* its next cell; copied */
void table_color(struct table *, const char *sequence); /* of the last cell */

struct table_paper {
	FILE *to;
	unsigned width; /* of a terminal; 0: it is none */
	bool titles, colored;
};

/* Without rows nothing is printed. */
void table_print(struct table *, const struct table_paper *);
#endif
