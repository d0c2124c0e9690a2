/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/print.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cells.h"
#include "cli/print_table.h"
#include "cli/table.h"
#include "common/json.h"

/* What the last one says beside its rows holds for all of them. */
static void
json_end(const struct output *o, const json_t *reply)
{
	const char *key;
	json_t *value;

	fputc(']', o->to);
	json_object_foreach ((json_t *)reply, key, value) {
		if (strcmp(key, "version") == 0 || strcmp(key, o->rows) == 0)
			continue;
		fprintf(o->to, ",\"%s\":", key);
		json_dumpf(value, o->to, JSON_COMPACT | JSON_ENCODE_ANY);
	}
	fputs("}\n", o->to);
}

/* {"version":1,"routes":[ … , … ],"cursor":null} out of many of its kind. */
static void
json_part(struct output *o, const json_t *reply, bool more)
{
	const json_t *rows = json_object_get(reply, o->rows);
	json_t *row;
	size_t i;

	if (o->parts == 0)
		fprintf(o->to, "{\"version\":%" JSON_INTEGER_FORMAT ",\"%s\":[",
		    json_integer_value(json_object_get(reply, "version")),
		    o->rows);
	json_array_foreach (rows, i, row) {
		if (i > 0 || o->parts > 0)
			fputc(',', o->to);
		json_dumpf(row, o->to, JSON_COMPACT);
	}
	if (!more)
		json_end(o, reply);
}

void
print_reply(struct output *o, const struct json_at *reply, bool more)
{
	if (!o->json) {
		o->print(o, reply);
		if (!more && json_is_array(json_object_get(reply->v, "cursor")))
			fputs("More may follow: that is the limit.\n", o->to);
	} else if (more || o->parts > 0) {
		json_part(o, reply->v, more);
	} else {
		json_dumpf(reply->v, o->to, JSON_COMPACT);
		fputc('\n', o->to);
	}
	o->parts++;
}

static void
add_cell(struct table *t, const struct column *c, const struct json_at *row,
    int64_t now)
{
	char *text = cell_text(c, row, now);

	table_cell(t, text);
	if (c->color != NULL && c->color(text) != NULL)
		table_color(t, c->color(text));
	free(text);
}

static void
paper_print(const struct output *o, struct table *t, bool titles)
{
	const struct table_paper paper = { o->to, o->width, titles,
		o->colored };

	table_print(t, &paper);
}

void
print_rows(struct output *o, const struct column *columns, size_t n,
    const json_t *rows)
{
	struct table *t = table_new();
	json_t *item;
	size_t i;

	for (size_t c = 0; c < n; c++)
		table_column(t, columns[c].title, columns[c].flags);
	json_array_foreach (rows, i, item) {
		struct json_at row = json_at_root(item);

		table_row(t);
		for (size_t c = 0; c < n; c++)
			add_cell(t, &columns[c], &row, o->now);
	}
	paper_print(o, t, o->parts == 0 || o->columns != columns);
	o->columns = columns;
	table_free(t);
}

void
print_card(struct output *o, const struct column *columns, size_t n,
    const struct json_at *row)
{
	struct table *t = table_new();

	table_column(t, "", 0);
	table_column(t, "", TABLE_WRAP);
	for (size_t c = 0; c < n; c++) {
		table_row(t);
		table_cell(t, columns[c].title);
		add_cell(t, &columns[c], row, o->now);
	}
	paper_print(o, t, false);
	table_free(t);
}

const json_t *
print_rows_of(const struct json_at *reply, const char *key)
{
	return json_object_get(reply->v, key);
}

bool
print_nothing(struct output *o, const json_t *rows, const char *what)
{
	if (o->parts == 0 && json_array_size(rows) == 0)
		fprintf(o->to, "No %s.\n", what);
	return json_array_size(rows) == 0;
}

void
print_by_key(struct output *o, const struct column *columns, size_t n,
    const json_t *object)
{
	json_t *rows = json_array(), *value;
	const char *key;

	json_object_foreach ((json_t *)object, key, value) {
		json_t *row = json_copy(value);

		json_object_set_new(row, "key", json_string(key));
		json_array_append_new(rows, row);
	}
	if (json_array_size(rows) > 0)
		fputc('\n', o->to);
	print_rows(o, columns, n, rows);
	json_decref(rows);
}

bool
print_is_drained(const struct json_at *reply)
{
	const char *state = json_string_value(
	    json_object_get(json_object_get(reply->v, "drain"), "state"));

	return state != NULL && strcmp(state, "Active") != 0;
}
