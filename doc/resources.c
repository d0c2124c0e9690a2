/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/resources.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/fields.h"
#include "common/text.h"
#include "crd/crd.h"

static const struct {
	const char *name;
	const char *counted; /* what its limits count; NULL: its value */
} types[] = {
	[FIELD_OBJECT] = { "object", NULL },
	[FIELD_LIST] = { "list", "items" },
	[FIELD_MAP] = { "map", "entries" },
	[FIELD_STRING] = { "string", "characters" },
	[FIELD_INT] = { "integer", NULL },
	[FIELD_BOOL] = { "boolean", NULL },
};

/* Text in a cell of a table. */
static void
put_cell(FILE *f, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '|' || *text == '<')
			fprintf(f, "\\%c", *text);
		else
			putc(*text, f);
}

/* The same as code, in which a bar alone has to be escaped. */
static void
put_code(FILE *f, const char *text)
{
	putc('`', f);
	for (; *text != '\0'; text++)
		fprintf(f, *text == '|' ? "\\%c" : "%c", *text);
	putc('`', f);
}

static void
put_limits(FILE *f, const struct field *row)
{
	const char *counted = types[row->type].counted;

	if (row->max != 0 && row->min == 0 && counted != NULL)
		fprintf(f, "at most %" PRId64, row->max);
	else if (row->max != 0)
		fprintf(f, "%" PRId64 " to %" PRId64, row->min, row->max);
	else if (row->min != 0)
		fprintf(f, "at least %" PRId64, row->min);
	else
		return;
	fprintf(f, "%s%s; ", counted != NULL ? " " : "",
	    counted != NULL ? counted : "");
}

static void
put_words(FILE *f, const struct field *row)
{
	for (size_t i = 0; row->one_of != NULL && row->one_of[i] != NULL; i++) {
		put_code(f, row->one_of[i]);
		fputs(row->one_of[i + 1] != NULL ? ", " : "; ", f);
	}
}

/* "integer; 1 to 254; default `1`" */
static void
put_allowed(FILE *f, const struct field *row)
{
	char *text = NULL;
	size_t n;
	FILE *to = xmemstream(&text, &n);

	fprintf(to, "%s; ", types[row->type].name);
	put_limits(to, row);
	put_words(to, row);
	if (row->initial != NULL) {
		fputs("default ", to);
		put_code(to, row->initial);
		fputs("; ", to);
	}
	if (row->flags & FIELD_REQUIRED)
		fputs("required; ", to);
	fclose(to);
	fprintf(f, "%.*s", (int)(n - strlen("; ")), text);
	free(text);
}

static void
put_row(FILE *f, const struct field *row)
{
	fputs("| ", f);
	put_code(f, row->path);
	fputs(" | ", f);
	put_allowed(f, row);
	fprintf(f, " | %s | ", row->flags & FIELD_RESETS ? "yes" : "");
	put_cell(f, row->text);
	for (size_t i = 0; row->rules != NULL && row->rules[i] != NULL; i++) {
		fputs(" Refused with \"", f);
		put_cell(f, row->rules[i]->message);
		fputs("\".", f);
	}
	fputs(" |\n", f);
}

static void
put_kind(FILE *f, const struct fields *kind)
{
	const struct field *whole = fields_find(kind, "");

	fprintf(f, "\n## %s\n\n`kubectl get %s`, or `%s`. ", kind->kind,
	    kind->plural, kind->short_name);
	put_cell(f, whole->text);
	if (kind->sessions != NULL)
		fprintf(f, " What is reset: %s.", kind->sessions);
	fputs("\n\n| field | what it may be | resets | what it is |\n"
	      "|---|---|---|---|\n",
	    f);
	for (size_t i = 0; i < kind->n; i++)
		if (&kind->at[i] != whole)
			put_row(f, &kind->at[i]);
}

char *
resources_page(void)
{
	char *text = NULL;
	size_t n;
	FILE *f = xmemstream(&text, &n);

	fputs("<!-- Made by `make reference`. -->\n"
	      "# Fields of the resources\n\n"
	      "What `kubectl explain` tells of them. All are of `lbbgp.io/v1`, "
	      "and of the cluster, not of a namespace. `[]` stands for each "
	      "item of a list, `{}` for each value of a map. *Resets*: a "
	      "change of the field ends sessions, which begin anew "
	      "([when](../sessions.md#changes)).\n",
	    f);
	for (size_t i = 0; crd_kinds[i] != NULL; i++)
		put_kind(f, crd_kinds[i]);
	fclose(f);
	return text;
}
