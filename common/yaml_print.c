/* SPDX-License-Identifier: Apache-2.0 */
#include "common/yaml_print.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/yaml.h"

#define STEP 2

static void value_print(FILE *, const json_t *, unsigned indent);

/* Does it stay a string without quotes, also for parsers of older YAML? */
static bool
is_plain(const char *text)
{
	struct err err;
	size_t n = strlen(text);

	if (n == 0 || text[0] == '-' || text[0] == '.' ||
	    strspn(text,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789./-_") != n)
		return false;
	json_t *read = yaml_parse(text, n, 1, &err);
	bool same =
	    json_is_string(read) && strcmp(json_string_value(read), text) == 0;

	json_decref(read);
	return same;
}

/* Strings of JSON are strings of YAML. */
static void
scalar_print(FILE *to, const json_t *v)
{
	if (json_is_string(v) && is_plain(json_string_value(v)) &&
	    json_string_length(v) == strlen(json_string_value(v)))
		fputs(json_string_value(v), to);
	else
		json_dumpf(v, to, JSON_ENCODE_ANY | JSON_COMPACT);
	fputc('\n', to);
}

static void
key_print(FILE *to, const char *key)
{
	json_t *text = json_string(key);

	if (is_plain(key))
		fputs(key, to);
	else
		json_dumpf(text, to, JSON_ENCODE_ANY);
	fputc(':', to);
	json_decref(text);
}

/*
 * The first line goes on where the printer is: behind "- ", or at the left
 * edge.
 */
static void
fields_print(FILE *to, const json_t *object, unsigned indent)
{
	bool first = true;
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)object, key, v) {
		fprintf(to, "%*s", first ? 0 : (int)indent, "");
		first = false;
		key_print(to, key);
		value_print(to, v, indent + STEP);
	}
}

static void
items_print(FILE *to, const json_t *array, unsigned indent)
{
	size_t i;
	json_t *v;

	json_array_foreach (array, i, v) {
		fprintf(to, "%*s- ", (int)indent, "");
		if (json_object_size(v) > 0)
			fields_print(to, v, indent + STEP);
		else
			scalar_print(to, v); /* a list in a list, as JSON */
	}
}

/* What follows "key:". Lists stand as far left as their key. */
static void
value_print(FILE *to, const json_t *v, unsigned indent)
{
	if (json_object_size(v) > 0) {
		fprintf(to, "\n%*s", (int)indent, "");
		fields_print(to, v, indent);
	} else if (json_array_size(v) > 0) {
		fputc('\n', to);
		items_print(to, v, indent - STEP);
	} else {
		fputc(' ', to);
		scalar_print(to, v);
	}
}

void
yaml_print(FILE *to, const json_t *object)
{
	fields_print(to, object, 0);
}
