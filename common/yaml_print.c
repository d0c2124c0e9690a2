/* SPDX-License-Identifier: Apache-2.0 */
#include "common/yaml_print.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/utf8.h"
#include "common/yaml.h"

#define STEP 2

struct printer {
	FILE *to;
	size_t width; /* what would pass this column is folded; 0: nothing is */
};

static void
value_print(const struct printer *, const json_t *, unsigned indent);

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

/* YAML 1.2 5.1; and what it has in a text is what people see there. */
static bool
stays(uint32_t c)
{
	return utf8_is_plain(c) && c != 0xfffe && c != 0xffff;
}

/*
 * JSON is YAML but for some characters in its strings: of these YAML 1.1 takes
 * three for ends of lines, which it folds, and parsers refuse the others.
 */
static void
json_print(FILE *to, const json_t *v)
{
	char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
	uint32_t c;

	for (size_t at = 0, n; text[at] != '\0'; at += n) {
		n = utf8_read(text + at, &c);
		if (n == 0 || stays(c))
			fwrite(text + at, 1, n = n > 0 ? n : 1, to);
		else
			fprintf(to, c > 0xffff ? "\\U%08x" : "\\u%04x", c);
	}
	free(text);
}

static void
scalar_print(FILE *to, const json_t *v)
{
	if (json_is_string(v) && is_plain(json_string_value(v)) &&
	    json_string_length(v) == strlen(json_string_value(v)))
		fputs(json_string_value(v), to);
	else
		json_print(to, v);
	fputc('\n', to);
}

static void
key_print(FILE *to, const char *key)
{
	json_t *text = json_string(key);

	if (is_plain(key))
		fputs(key, to);
	else
		json_print(to, text);
	fputc(':', to);
	json_decref(text);
}

/* Words with one space between them, so that folding loses nothing. */
static bool
is_foldable(const char *text)
{
	uint32_t c;

	for (size_t at = 0, n; text[at] != '\0'; at += n)
		if ((n = utf8_read(text + at, &c)) == 0 || !stays(c))
			return false;
	return strchr(text, ' ') != NULL && text[0] != ' ' &&
	    text[strlen(text) - 1] != ' ' && strstr(text, "  ") == NULL &&
	    strchr(text, '\\') == NULL;
}

static void
folded_print(const struct printer *p, const char *text, unsigned indent)
{
	size_t column = SIZE_MAX;

	fputs(">-", p->to);
	for (size_t n; *text != '\0'; text += n + (text[n] == ' ')) {
		n = strcspn(text, " ");
		if (column >= p->width || column + 1 + n > p->width) {
			fprintf(p->to, "\n%*s", (int)indent, "");
			column = indent;
		} else {
			fputc(' ', p->to);
			column++;
		}
		fwrite(text, 1, n, p->to);
		column += n;
	}
	fputc('\n', p->to);
}

/*
 * The first line goes on where the printer is: behind "- ", or at the left
 * edge.
 */
static void
fields_print(const struct printer *p, const json_t *object, unsigned indent)
{
	bool first = true;
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)object, key, v) {
		fprintf(p->to, "%*s", first ? 0 : (int)indent, "");
		first = false;
		key_print(p->to, key);
		value_print(p, v, indent + STEP);
	}
}

static void
items_print(const struct printer *p, const json_t *array, unsigned indent)
{
	size_t i;
	json_t *v;

	json_array_foreach (array, i, v) {
		fprintf(p->to, "%*s- ", (int)indent, "");
		if (json_object_size(v) > 0)
			fields_print(p, v, indent + STEP);
		else
			scalar_print(p->to, v); /* a list in a list, as JSON */
	}
}

/* What follows "key:". Lists stand as far left as their key. */
static void
value_print(const struct printer *p, const json_t *v, unsigned indent)
{
	if (json_object_size(v) > 0) {
		fprintf(p->to, "\n%*s", (int)indent, "");
		fields_print(p, v, indent);
	} else if (json_array_size(v) > 0) {
		fputc('\n', p->to);
		items_print(p, v, indent - STEP);
	} else {
		const char *text = json_string_value(v);

		fputc(' ', p->to);
		if (text != NULL && p->width > 0 &&
		    indent + strlen(text) > p->width && is_foldable(text))
			folded_print(p, text, indent);
		else
			scalar_print(p->to, v);
	}
}

void
yaml_print(FILE *to, const json_t *object)
{
	fields_print(&(struct printer){ .to = to }, object, 0);
}

void
yaml_print_folded(FILE *to, const json_t *object, size_t width)
{
	fields_print(&(struct printer){ to, width }, object, 0);
}
