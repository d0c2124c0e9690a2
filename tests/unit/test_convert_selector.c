/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/label_selector.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

struct row {
	const char *from, *to;
};

static void
assert_selector(json_t *got, const char *want, const char *from)
{
	json_t *selector = manifest(want);

	if (!json_equal(got, selector)) {
		char *text = json_dumps(got, JSON_ENCODE_ANY);

		fail_msg("%s: %s", from, text);
	}
	json_decref(selector);
	json_decref(got);
}

/* ---- Calico's language ---- */

#define IN(k, v) "{key: " k ", operator: In, values: [" v "]}"
#define NOT_IN(k, v) "{key: " k ", operator: NotIn, values: [" v "]}"

static const struct row said[] = {
	{ "all()", "{}" },
	{ " all( ) ", NULL },
	{ "rack == 'a'", "{matchLabels: {rack: a}}" },
	{ "rack==\"a\"", "{matchLabels: {rack: a}}" },
	{ "rack != 'a'", "{matchExpressions: [" NOT_IN("rack", "a") "]}" },
	{ "!(rack != 'a')", "{matchLabels: {rack: a}}" },
	{ "! ! rack == 'a'", "{matchLabels: {rack: a}}" },
	{ "has(example.com/ed_1)",
	    "{matchExpressions: [{key: example.com/ed_1, operator: Exists}]}" },
	{ "!has(x)", "{matchExpressions: [{key: x, operator: DoesNotExist}]}" },
	{ "x in {'a','b'}", "{matchExpressions: [" IN("x", "a, b") "]}" },
	{ "x not in { 'a' , \"b\" }",
	    "{matchExpressions: [" NOT_IN("x", "a, b") "]}" },
	{ "in in {'in'}", "{matchLabels: {in: in}}" },
	{ "hash == 'x' && allow == 'z'", "{matchLabels: {hash: x, allow: z}}" },
	{ "x == 'a' && x == 'b'",
	    "{matchLabels: {x: a}, matchExpressions: [" IN("x", "b") "]}" },
	{ "(x == 'a' || x in {'b', 'a'}) && (all())",
	    "{matchExpressions: [" IN("x", "a, b") "]}" },
	{ "x == 'a' || all()", "{}" },
	{ "x == 'a' || x == 'a'", "{matchLabels: {x: a}}" },
};

static const char *const unsaid[] = { "", "x", "x ==", "x == a", "x == 'a",
	"x in 'a'", "x in {'a'", "x in {}", "has(x", "(x == 'a'", "x == 'a' y",
	"x == 'a' &&", "x == 'a' || y == 'a'", "x != 'a' || x != 'b'",
	"!(x == 'a' && y == 'b')", "!all()", "x starts with 'a'",
	"x contains 'a'", "x not 'a'", "global()", "&& x == 'a'" };

TEST(calicos_selectors_become_label_selectors)
{
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct err err = { "" };
		json_t *got = calico_selector_parse(said[i].from, &err);

		if (said[i].to != NULL)
			assert_selector(got, said[i].to, said[i].from);
		else
			assert_null(got);
	}
}

TEST(what_no_label_selector_says_is_refused)
{
	for (size_t i = 0; i < sizeof(unsaid) / sizeof(unsaid[0]); i++) {
		struct err err = { "" };
		json_t *got = calico_selector_parse(unsaid[i], &err);

		if (got != NULL || err.text[0] == '\0')
			fail_msg("\"%s\" is accepted", unsaid[i]);
	}
}

TEST(deep_nesting_is_refused)
{
	char text[4096];
	struct err err;

	for (const char *mark = "(!"; *mark != '\0'; mark++) {
		memset(text, *mark, sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		assert_null(calico_selector_parse(text, &err));
		assert_non_null(strstr(err.text, "nested too deep"));
	}
}

/* ---- several label selectors ---- */

static const struct row lists[] = {
	{ "[]", "{}" },
	{ "[{}]", "{}" },
	{ "[{matchLabels: {a: x, b: z}}]", "{matchLabels: {a: x, b: z}}" },
	{ "[{matchLabels: {a: x}}, {matchLabels: {a: z}}]",
	    "{matchExpressions: [" IN("a", "x, z") "]}" },
	{ "[{matchLabels: {a: x}}, {matchExpressions: [" IN("a", "x, z") "]}]",
	    "{matchExpressions: [" IN("a", "x, z") "]}" },
	{ "[{matchLabels: {a: x}}, {matchLabels: {}}]", "{}" },
	{ "[{matchLabels: {a: x, b: z}}, {matchLabels: {a: x, b: z}}]",
	    "{matchLabels: {a: x, b: z}}" },
};

static const char *const bad_lists[] = { "x", "[x]", "[null]",
	"[{matchLabels: {a: 7}}]", "[{labels: {}}]",
	"[{matchExpressions: [{key: a, operator: In}]}]",
	"[{matchExpressions: [{key: a, operator: Is, values: [b]}]}]",
	"[{matchLabels: {a: x}}, {matchLabels: {b: x}}]",
	"[{matchLabels: {a: x, b: z}}, {matchLabels: {a: x}}]",
	"[{matchLabels: {a: x}}, {matchExpressions: [" NOT_IN("a", "z") "]}]" };

TEST(one_of_several_selectors_is_said_by_one)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		json_t *list = manifest(lists[i].from);
		struct err err = { "" };

		assert_selector(
		    label_selector_any(list, &err), lists[i].to, lists[i].from);
		json_decref(list);
	}
}

TEST(what_one_can_not_say_is_refused)
{
	for (size_t i = 0; i < sizeof(bad_lists) / sizeof(bad_lists[0]); i++) {
		json_t *list = manifest(bad_lists[i]);
		struct err err = { "" };

		if (label_selector_any(list, &err) != NULL ||
		    err.text[0] == '\0')
			fail_msg("%s is accepted", bad_lists[i]);
		json_decref(list);
	}
}

TEST(what_is_wrong_with_a_selector_is_told_without_its_wrapping)
{
	json_t *odd = manifest("{matchLabels: [a]}");
	struct err err;

	assert_null(label_selector_clean(odd, &err));
	assert_string_equal(err.text, "matchLabels: not an object");
	json_decref(odd);
	odd = json_integer(7);
	assert_null(label_selector_clean(odd, &err));
	assert_string_equal(err.text, "7: not an object");
	json_decref(odd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calicos_selectors_become_label_selectors),
		cmocka_unit_test(what_no_label_selector_says_is_refused),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(one_of_several_selectors_is_said_by_one),
		cmocka_unit_test(what_one_can_not_say_is_refused),
		cmocka_unit_test(
		    what_is_wrong_with_a_selector_is_told_without_its_wrapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
