/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conversions - manifests of other systems through cli/convert, for its tests.
 */
#ifndef TESTS_UNIT_CONVERSIONS_H
#define TESTS_UNIT_CONVERSIONS_H

#include "cli/convert/convert.h"
#include "common/yaml_print.h"
#include "tests/unit/manifests.h"

/* The documents of a text, which is cut up; an array, owned. */
static inline json_t *
documents(char *text)
{
	json_t *list = json_array();
	char *next;

	for (; text != NULL; text = next) {
		next = strstr(text, "\n---\n");
		if (next != NULL) {
			next[1] = '\0';
			next += strlen("\n---\n");
		}
		json_array_append_new(list, manifest(text));
	}
	return list;
}

static inline json_t *
documents_of(const char *path)
{
	char *text = file_text(path);
	json_t *list = documents(text);

	free(text);
	return list;
}

static inline struct convert *
converted(const json_t *docs)
{
	struct convert *c = convert_new();
	json_t *doc;
	size_t i;

	json_array_foreach (docs, i, doc)
		convert_give(c, doc, "file");
	convert_run(c);
	return c;
}

/* What the command prints on standard output; owned. */
static inline char *
printed(const struct convert *c)
{
	const json_t *obj;
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	for (size_t i = 0; (obj = convert_object(c, i)) != NULL; i++) {
		if (i > 0)
			fputs("---\n", to);
		yaml_print(to, obj);
	}
	fclose(to);
	return text;
}

static inline char *
remarks(const struct convert *c)
{
	const char *line;
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	for (size_t i = 0; (line = convert_remark(c, i)) != NULL; i++)
		fprintf(to, "%s\n", line);
	fclose(to);
	return text;
}
#endif
