/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/fields.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

static bool
even(const json_t *self)
{
	return json_integer_value(self) % 2 == 0;
}

static const struct field_rule rule_even = { "self % 2 == 0", "odd", even };
static const struct field_rule *const rules_even[] = { &rule_even, NULL };
static const char *const words[] = { "A", "B", NULL };

/* clang-format off */
static const struct field rows[] = {
	{ "", .type = FIELD_OBJECT },
	{ "spec", FIELD_OBJECT, .flags = FIELD_REQUIRED },
	{ "spec.n", FIELD_INT, .min = 1, .max = 9, .initial = "4",
	  .rules = rules_even },
	{ "spec.word", FIELD_STRING, .initial = "\"A\"", .one_of = words },
	{ "spec.text", FIELD_STRING, .min = 1, .max = 3, .pattern = "^[a-zé]+$" },
	{ "spec.inner", .type = FIELD_OBJECT },
	{ "spec.inner.on", FIELD_BOOL, .initial = "true" },
	{ "spec.map", FIELD_MAP, .max = 2 },
	{ "spec.map{}", FIELD_STRING, .max = 5 },
	{ "spec.set", FIELD_LIST, FIELD_SET, .max = 2 },
	{ "spec.set[]", .type = FIELD_INT },
	{ "spec.named", FIELD_LIST, .max = 2, .key = "name" },
	{ "spec.named[]", .type = FIELD_OBJECT },
	{ "spec.named[].name", FIELD_STRING, FIELD_REQUIRED, .max = 5 },
	{ "status", .type = FIELD_OBJECT },
	{ "status.n", .type = FIELD_INT },
};
/* clang-format on */

static const struct fields fields = {
	.api = "x/v1",
	.kind = "Thing",
	.plural = "things",
	.at = rows,
	.n = sizeof(rows) / sizeof(rows[0]),
};

static void
assert_becomes(const char *spec, const char *want)
{
	char *yaml = xasprintf("spec: %s\n", spec);
	json_t *obj = manifest(yaml);
	struct err err = { "" };
	json_t *applied = fields_apply(&fields, obj, &err);

	assert_string_equal(err.text, "");
	char *got = json_dumps(
	    json_object_get(applied, "spec"), JSON_COMPACT | JSON_SORT_KEYS);

	assert_string_equal(got, want);
	free(got);
	json_decref(applied);
	json_decref(obj);
	free(yaml);
}

static void
assert_refused(const char *spec, const char *why)
{
	char *yaml = xasprintf("spec: %s\n", spec);
	json_t *obj = manifest(yaml);
	struct err err = { "" };

	assert_null(fields_apply(&fields, obj, &err));
	assert_string_equal(err.text, why);
	json_decref(obj);
	free(yaml);
}

TEST(defaults_fill_what_is_absent_or_null)
{
	assert_becomes("{}", "{\"n\":4,\"word\":\"A\"}");
	assert_becomes("{n: null, word: B}", "{\"n\":4,\"word\":\"B\"}");
}

TEST(defaults_inside_an_object_need_the_object)
{
	assert_becomes(
	    "{inner: {}}", "{\"inner\":{\"on\":true},\"n\":4,\"word\":\"A\"}");
}

TEST(unknown_fields_are_dropped_unless_asked_for)
{
	json_t *obj = manifest("spec: {inner: {off: true}}\n");
	json_t *top = manifest("spec: {}\nspecs: {}\n");
	struct err err;

	assert_becomes("{what: 1}", "{\"n\":4,\"word\":\"A\"}");
	assert_false(fields_known(&fields, obj, &err));
	assert_string_equal(
	    err.text, "spec.inner.off: unknown field: not one of on");
	assert_false(fields_known(&fields, top, &err));
	assert_string_equal(err.text, "specs: unknown field");
	json_decref(obj);
	json_decref(top);
}

TEST(refusals_name_field_value_and_what_is_allowed)
{
	assert_refused("3", "spec: 3: not an object");
	assert_refused("{n: 10}", "spec.n: 10: not 1..9");
	assert_refused("{n: 3}", "spec.n: 3: odd");
	assert_refused("{n: \"4\"}", "spec.n: \"4\": not a whole number");
	assert_refused("{word: C}", "spec.word: \"C\": not one of A, B");
	assert_refused(
	    "{text: abcd}", "spec.text: \"abcd\": not 1..3 characters");
	assert_refused(
	    "{text: A}", "spec.text: \"A\": does not match ^[a-zé]+$");
	assert_refused(
	    "{inner: {on: 1}}", "spec.inner.on: 1: not true or false");
	assert_refused("{map: {a: x, b: y, c: z}}", "spec.map: not 0..2 items");
	assert_refused("{map: {a: toolong}}",
	    "spec.map.a: \"toolong\": not 0..5 characters");
	assert_refused("{set: [1, 1]}", "spec.set[1]: 1: stands there twice");
	assert_refused("{set: 1}", "spec.set: 1: not a list");
	assert_refused("{named: [{name: a}, {name: a}]}",
	    "spec.named[1].name: \"a\": stands there twice");
	assert_refused("{named: [{}]}", "spec.named[0].name: missing");
}

TEST(length_of_a_text_is_counted_in_characters)
{
	assert_becomes(
	    "{text: ééé}", "{\"n\":4,\"text\":\"ééé\",\"word\":\"A\"}");
}

TEST(long_value_is_cut_in_the_message)
{
	assert_refused("{text: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		       "aaaaaaaaaaaaaaaaaaaaaa}",
	    "spec.text: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaa...: not 1..3 characters");
}

TEST(object_without_a_spec_is_refused)
{
	json_t *obj = manifest("metadata: {name: a}\n");
	json_t *list = manifest("[1]");
	struct err err;

	assert_null(fields_apply(&fields, obj, &err));
	assert_string_equal(err.text, "spec: missing");
	assert_null(fields_apply(&fields, list, &err));
	assert_string_equal(err.text, "Thing: not an object");
	json_decref(obj);
	json_decref(list);
}

TEST(status_to_be_written_has_only_known_fields)
{
	json_t *good = manifest("{n: 1}"), *bad = manifest("{n: 1, m: 2}");
	struct err err;

	assert_true(fields_status_known(&fields, good, &err));
	assert_false(fields_status_known(&fields, bad, &err));
	assert_string_equal(err.text, "status.m: unknown field: not one of n");
	json_decref(good);
	json_decref(bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_fill_what_is_absent_or_null),
		cmocka_unit_test(defaults_inside_an_object_need_the_object),
		cmocka_unit_test(unknown_fields_are_dropped_unless_asked_for),
		cmocka_unit_test(refusals_name_field_value_and_what_is_allowed),
		cmocka_unit_test(length_of_a_text_is_counted_in_characters),
		cmocka_unit_test(long_value_is_cut_in_the_message),
		cmocka_unit_test(object_without_a_spec_is_refused),
		cmocka_unit_test(status_to_be_written_has_only_known_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
