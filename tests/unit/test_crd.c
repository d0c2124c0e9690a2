/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schemas in crd/ are what the field tables say, and the tables can be schemas.
 */
#include "common/api/fields.h"
#include "crd/crd.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

/* Calls each for every row of every kind. */
static void
each_row(void (*each)(const struct fields *, const struct field *))
{
	for (size_t k = 0; crd_kinds[k] != NULL; k++)
		for (size_t i = 0; i < crd_kinds[k]->n; i++)
			each(crd_kinds[k], &crd_kinds[k]->at[i]);
}

static void
assert_row(const struct fields *fields, const struct field *f, bool holds,
    const char *what)
{
	if (!holds)
		fail_msg("%s %s: %s", fields->kind, f->path, what);
}

TEST(files_are_what_make_crd_writes)
{
	for (size_t k = 0; crd_kinds[k] != NULL; k++) {
		char *name =
		    xasprintf("crd/lbbgp.io_%s.yaml", crd_kinds[k]->plural);
		char *path = source_path(name);
		char *text = crd_text(crd_kinds[k]), *there = file_text(path);

		assert_string_equal(there, text);
		free(there);
		free(text);
		free(path);
		free(name);
	}
}

TEST(what_is_printed_reads_back)
{
	for (size_t k = 0; crd_kinds[k] != NULL; k++) {
		char *text = crd_text(crd_kinds[k]);
		json_t *want = crd_make(crd_kinds[k]), *got = manifest(text);

		assert_true(json_equal(want, got));
		json_decref(got);
		json_decref(want);
		free(text);
	}
}

/* A row behind a mistyped parent would be in no schema. */
static void
parent_is_there(const struct fields *fields, const struct field *f)
{
	bool found = f->path[0] == '\0';

	for (size_t i = 0; i < fields->n && !found; i++) {
		const struct field *parent = &fields->at[i];
		size_t n = strlen(parent->path);

		found = parent->type == FIELD_OBJECT
		    ? fields_child_name(f, parent) != NULL
		    : strncmp(f->path, parent->path, n) == 0 &&
			strcmp(f->path + n,
			    parent->type == FIELD_LIST      ? "[]"
				: parent->type == FIELD_MAP ? "{}"
							    : "-") == 0;
	}
	assert_row(fields, f, found, "nothing has such a field");
	assert_row(fields, f, fields_find(fields, f->path) == f, "twice");
}

TEST(every_row_is_in_the_schema_once)
{
	each_row(parent_is_there);
}

/* Else CEL rules would cost more than an API server allows. */
static void
is_bounded(const struct fields *fields, const struct field *f)
{
	bool grows = f->type == FIELD_LIST || f->type == FIELD_MAP ||
	    (f->type == FIELD_STRING && f->one_of == NULL);

	assert_row(fields, f, !grows || f->max != 0, "has no maximum");
}

TEST(everything_has_a_limit)
{
	each_row(is_bounded);
}

static void
is_described(const struct fields *fields, const struct field *f)
{
	assert_row(fields, f, f->text != NULL && f->text[0] != '\0',
	    "has no description");
	assert_row(fields, f,
	    strstr(f->text, "he default is") == NULL &&
		strstr(f->text, "Changing it resets") == NULL,
	    "describes what the row says");
	assert_row(fields, f,
	    !(f->flags & FIELD_RESETS) || fields->sessions != NULL,
	    "resets sessions that have no name");
}

TEST(every_field_is_described)
{
	each_row(is_described);
}

TEST(columns_show_fields_or_conditions)
{
	for (size_t k = 0; crd_kinds[k] != NULL; k++) {
		const struct field_column *c = crd_kinds[k]->columns;

		for (; c->name != NULL; c++)
			if (fields_find(crd_kinds[k], c->path) == NULL &&
			    strstr(c->path, "conditions[?(@.") == NULL)
				fail_msg("%s: no such field", c->path);
	}
}

/* What a row implies is told by kubectl explain, too. */
TEST(descriptions_tell_limits_defaults_and_resets)
{
	static const struct field rows[] = {
		{ "", FIELD_OBJECT, .text = "A thing." },
		{ "n", FIELD_INT, FIELD_RESETS, .min = 1, .max = 9,
		    .initial = "5", .text = "N." },
		{ "m", FIELD_INT, .max = 7, .text = "M." },
		{ "s", FIELD_STRING, .max = 7, .initial = "\"x\"",
		    .text = "S." },
	};
	static const struct field_column none[] = { { .name = NULL } };
	static const struct fields things = { .api = "g/v1",
		.kind = "Thing",
		.plural = "things",
		.at = rows,
		.n = sizeof(rows) / sizeof(rows[0]),
		.short_name = "th",
		.sessions = "all",
		.columns = none };
	char *text = crd_text(&things);

	assert_non_null(strstr(
	    text, "\"N. Changing it resets all. 1 to 9; the default is 5.\""));
	assert_non_null(strstr(text, "\"M. 0 to 7.\""));
	assert_non_null(strstr(text, "\"S. The default is x.\""));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_what_make_crd_writes),
		cmocka_unit_test(what_is_printed_reads_back),
		cmocka_unit_test(every_row_is_in_the_schema_once),
		cmocka_unit_test(everything_has_a_limit),
		cmocka_unit_test(every_field_is_described),
		cmocka_unit_test(columns_show_fields_or_conditions),
		cmocka_unit_test(descriptions_tell_limits_defaults_and_resets),
	};

	return cmocka_run_group_tests_name("crd", tests, NULL, NULL);
}
