/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/selector.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

static bool
matches(const char *selector, const char *labels)
{
	json_t *s_json = manifest(selector), *l_json = manifest(labels);
	struct labels l;
	struct selector s;
	struct err err;

	selector_decode(&s, s_json);
	assert_true(labels_decode(&l, l_json, "labels", &err));
	bool yes = selector_matches(&s, &l);

	selector_fini(&s);
	labels_fini(&l);
	json_decref(s_json);
	json_decref(l_json);
	return yes;
}

TEST(absent_selector_matches_everything)
{
	struct selector s;
	struct labels none = { 0 };

	selector_decode(&s, NULL);
	assert_false(s.present);
	assert_true(selector_matches(&s, &none));
	selector_fini(&s);
	assert_true(matches("{}", "{a: b}"));
}

TEST(all_labels_have_to_be_there)
{
	static const char *s = "{matchLabels: {a: \"1\", b: \"\"}}";

	assert_true(matches(s, "{a: \"1\", b: \"\", c: x}"));
	assert_false(matches(s, "{a: \"1\"}"));
	assert_false(matches(s, "{a: \"2\", b: \"\"}"));
}

#define EXPRESSION(op) "{matchExpressions: [{key: a, operator: " op "}]}"

TEST(operators_mean_what_kubernetes_says)
{
	static const struct {
		const char *selector;
		bool absent, one, two; /* is a absent, "1", "2" a match? */
	} rows[] = {
		{ EXPRESSION("In, values: [\"1\", \"3\"]"), false, true,
		    false },
		{ EXPRESSION("NotIn, values: [\"1\", \"3\"]"), true, false,
		    true },
		{ EXPRESSION("Exists"), false, true, true },
		{ EXPRESSION("DoesNotExist"), true, false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    matches(rows[i].selector, "{}"), rows[i].absent);
		assert_int_equal(
		    matches(rows[i].selector, "{a: \"1\"}"), rows[i].one);
		assert_int_equal(
		    matches(rows[i].selector, "{a: \"2\"}"), rows[i].two);
	}
}

TEST(label_is_found_by_its_key_only)
{
	json_t *map = manifest("{b: c, a: \"\", d: a}");
	struct labels l;
	struct err err;

	assert_true(labels_decode(&l, map, "labels", &err));
	assert_int_equal(labels_bytes(&l), sizeof("a\0\0b\0c\0d\0a\0"));
	assert_string_equal(labels_get(&l, "a"), "");
	assert_string_equal(labels_get(&l, "b"), "c");
	assert_string_equal(labels_get(&l, "d"), "a");
	assert_null(labels_get(&l, "c"));
	assert_null(labels_get(&l, ""));
	labels_fini(&l);
	assert_int_equal(labels_bytes(&l), 0);
	assert_null(labels_get(&l, "a"));
	json_decref(map);
}

TEST(labels_are_strings_with_names)
{
	static const struct {
		const char *map, *why, *a; /* of which one may be good */
	} rows[] = {
		{ "[a]", "labels: not an object", NULL },
		{ "{a: b, c: 1}", "labels.c: not a string", "b" },
		{ "{\"\": b}", "labels.: not a name", NULL },
		{ "{a: \"b\\0\"}", "labels.a: contains a zero byte", NULL },
	};
	struct labels l;
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *map = manifest(rows[i].map);

		assert_false(labels_decode(&l, map, "labels", &err));
		assert_string_equal(err.text, rows[i].why);
		if (rows[i].a == NULL)
			assert_null(l.text);
		else
			assert_string_equal(labels_get(&l, "a"), rows[i].a);
		labels_fini(&l);
		json_decref(map);
	}
}

TEST(labels_are_equal_whatever_their_order)
{
	json_t *one = manifest("{a: x, b: v}"), *two = manifest("{b: v, a: x}");
	json_t *three = manifest("{b: v, a: z}");
	struct labels a, b, c;
	struct err err;

	assert_true(labels_decode(&a, one, "labels", &err));
	assert_true(labels_decode(&b, two, "labels", &err));
	assert_true(labels_decode(&c, three, "labels", &err));
	assert_true(labels_eq(&a, &b));
	assert_false(labels_eq(&a, &c));
	labels_fini(&a);
	labels_fini(&b);
	labels_fini(&c);
	json_decref(one);
	json_decref(two);
	json_decref(three);
}

TEST(a_copy_is_equal_until_something_differs)
{
	static const char *const texts[] = {
		"{matchLabels: {a: b}}", "{matchLabels: {a: c}}", "{}",
		"{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}",
		"{matchExpressions: [{key: a, operator: In, values: [b, c]}]}"
	};
	struct selector first, copy, other;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *one = manifest(texts[0]), *two = manifest(texts[i]);

		selector_decode(&first, one);
		selector_decode(&other, two);
		selector_copy(&copy, &first);
		selector_fini(&first);
		assert_int_equal(selector_eq(&copy, &other), i == 0);
		selector_fini(&copy);
		selector_fini(&other);
		json_decref(one);
		json_decref(two);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_selector_matches_everything),
		cmocka_unit_test(all_labels_have_to_be_there),
		cmocka_unit_test(operators_mean_what_kubernetes_says),
		cmocka_unit_test(label_is_found_by_its_key_only),
		cmocka_unit_test(labels_are_strings_with_names),
		cmocka_unit_test(labels_are_equal_whatever_their_order),
		cmocka_unit_test(a_copy_is_equal_until_something_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
