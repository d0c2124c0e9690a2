/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print_table - how a reply becomes a table, for the lists of print_*.c.
 *
 * A list of columns has a title, a path into the row (or a function of cells.c), and
 * how the column behaves when the terminal is narrow. A new column is a row of such a
 * list. A long reply arrives in parts; titles are printed above the first, and where
 * the columns are others than above.
 *
 * One neighbour or one Service is shown as a card, a line for each field with something
 * in it; the same lists serve, turned.
 */
#ifndef CLI_PRINT_TABLE_H
#define CLI_PRINT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct column;
struct json_at;
struct output;
typedef struct json_t json_t;

#define COLUMNS(list) (list), sizeof(list) / sizeof((list)[0])

/* The member of the reply; borrowed. */
const json_t *print_rows_of(const struct json_at *reply, const char *key);
/* For what is no error but would leave an empty screen. */
bool print_nothing(struct output *, const json_t *rows, const char *what);
/* Is this node drained, or about to be? */
bool print_is_drained(const struct json_at *reply);
/* A line for each row; titles unless the same columns have them above. */
void print_rows(
    struct output *, const struct column *, size_t n, const json_t *rows);
/* One thing: a line for each column. */
void print_card(struct output *, const struct column *, size_t n,
    const struct json_at *row);
/* {"ipv4": {…}, …}: a row for each key. */
void print_by_key(
    struct output *, const struct column *, size_t n, const json_t *object);
#endif
