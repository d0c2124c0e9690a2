/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/yaml.h"
#include "tests/test.h"

static void
assert_means(const char *yaml, const char *json)
{
	struct err err = { "" };
	json_t *got = yaml_parse(yaml, strlen(yaml), 1, &err);

	assert_string_equal(err.text, "");
	assert_non_null(got);
	char *text = json_dumps(got, JSON_COMPACT | JSON_ENCODE_ANY);
	assert_string_equal(text, json);
	free(text);
	json_decref(got);
}

static void
assert_refused(const char *yaml, const char *why)
{
	struct err err = { "" };

	assert_null(yaml_parse(yaml, strlen(yaml), 1, &err));
	assert_string_equal(err.text, why);
}

TEST(manifest_becomes_an_object)
{
	assert_means("apiVersion: v1\n"
		     "kind: Service # a comment\n"
		     "spec:\n"
		     "  ports:\n"
		     "  - port: 80\n"
		     "    name: \"http\"\n"
		     "  - {port: 443}\n",
	    "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"spec\":{\"ports\":"
	    "[{\"port\":80,\"name\":\"http\"},{\"port\":443}]}}");
}

TEST(empty_document_is_null)
{
	assert_means("", "null");
	assert_means("---\n", "null");
	assert_means("---\n# nothing here\n...\n", "null");
}

TEST(byte_order_mark_is_no_indentation)
{
	assert_means(
	    "\xef\xbb\xbfkind: A\nspec: {}\n", "{\"kind\":\"A\",\"spec\":{}}");
	assert_means("\xef\xbb\xbf", "null");
}

TEST(plain_scalars_have_types)
{
	static const char *const rows[][2] = {
		{ "null", "null" },
		{ "~", "null" },
		{ "Null", "null" },
		{ "nULL", "\"nULL\"" },
		{ "true", "true" },
		{ "True", "true" },
		{ "tRue", "\"tRue\"" },
		{ "yes", "true" },
		{ "off", "false" },
		{ "0", "0" },
		{ "-0", "0" },
		{ "+7", "7" },
		{ "-12", "-12" },
		{ "0x1F", "31" },
		{ "0o17", "15" },
		{ "017", "15" },
		{ "0b101", "5" },
		{ "089", "89" },
		{ "1_000", "1000" },
		{ "9223372036854775807", "9223372036854775807" },
		{ "1.5", "1.5" },
		{ ".5", "0.5" },
		{ "1e3", "1000" },
		{ "5.", "5" },
		{ "1e400", "\"1e400\"" },
		{ ".", "\".\"" },
		{ ".inf", "\".inf\"" },
		{ "0x", "\"0x\"" },
		{ "-", "[null]" },
		{ "1.2.3", "\"1.2.3\"" },
		{ "10.0.0.1", "\"10.0.0.1\"" },
		{ "10.0.0.0/8", "\"10.0.0.0/8\"" },
		{ "2001:db8::1", "\"2001:db8::1\"" },
		{ "64517:120", "\"64517:120\"" },
		{ "2024-01-31T00:00:00Z", "\"2024-01-31T00:00:00Z\"" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_means(rows[i][0], rows[i][1]);
}

TEST(quoted_scalars_stay_strings)
{
	assert_means("\"80\"", "\"80\"");
	assert_means("'true'", "\"true\"");
	assert_means("''", "\"\"");
	assert_means("!!str 80", "\"80\"");
	assert_means("|\n  80\n", "\"80\\n\"");
	assert_means(">-\n  a\n  b\n", "\"a b\"");
	assert_means("\"\\u00e9\"", "\"é\"");
}

TEST(keys_are_strings_whatever_they_look_like)
{
	assert_means("80: a\ntrue: b\n", "{\"80\":\"a\",\"true\":\"b\"}");
	assert_means("lbbgp.io/address: a\n", "{\"lbbgp.io/address\":\"a\"}");
}

TEST(json_is_yaml)
{
	assert_means("{\"a\": [1, \"2\", null, {\"b\": \"\\/\"}]}",
	    "{\"a\":[1,\"2\",null,{\"b\":\"/\"}]}");
}

TEST(alias_is_a_copy)
{
	assert_means(
	    "a: &x {k: 1}\nb: *x\n", "{\"a\":{\"k\":1},\"b\":{\"k\":1}}");
	assert_means("a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}");
}

TEST(alias_can_be_a_key)
{
	assert_means("a: &x k\n*x : 1\n", "{\"a\":\"k\",\"k\":1}");
	assert_means("&x k: 1\nb: {*x : 2}\nc: *x\n",
	    "{\"k\":1,\"b\":{\"k\":2},\"c\":\"k\"}");
	assert_means("a: &x 80\nb: {*x : 1}\n", "{\"a\":80,\"b\":{\"80\":1}}");
	assert_refused("a: &x {}\n*x : 1\n", "line 2: a key is not a string");
	assert_refused("a: &x a\n*x : 1\n", "line 2: key \"a\" is there twice");
	assert_refused("*x : 1\n", "line 1: alias of an unknown anchor");
}

#define BASE "base: &b {k: 1, l: 2}\n"
#define BASE_JSON "{\"base\":{\"k\":1,\"l\":2},"

TEST(merge_key_adds_what_is_not_there)
{
	assert_means(
	    BASE "a: {<<: *b}\n", BASE_JSON "\"a\":{\"k\":1,\"l\":2}}");
	assert_means(
	    BASE "a: {<<: *b, l: 3}\n", BASE_JSON "\"a\":{\"l\":3,\"k\":1}}");
	assert_means(
	    BASE "a: {l: 3, <<: *b}\n", BASE_JSON "\"a\":{\"l\":3,\"k\":1}}");
	assert_means("a: {<<: {k: 1}, !!merge <<: {k: 2, l: 2}}\n",
	    "{\"a\":{\"k\":1,\"l\":2}}");
	assert_means(BASE "a: {<<: [{k: 0}, *b]}\n",
	    BASE_JSON "\"a\":{\"k\":0,\"l\":2}}");
	assert_means(BASE "a: &a {<<: *b, m: 3}\nc: {<<: *a}\n",
	    BASE_JSON "\"a\":{\"m\":3,\"k\":1,\"l\":2},"
		      "\"c\":{\"m\":3,\"k\":1,\"l\":2}}");
	assert_means("a: {'<<': 1}\n", "{\"a\":{\"<<\":1}}");
}

TEST(only_mappings_can_be_merged)
{
	static const char why[] =
	    "line 1: a merge key (<<) takes a mapping or a list of them";

	assert_refused("<<: 1\n", why);
	assert_refused("<<:\n", why);
	assert_refused("<<: [{a: 1}, 2]\n", why);
	assert_refused("<<: *x\n", "line 1: alias of an unknown anchor");
}

TEST(refusals_name_the_line)
{
	assert_refused(
	    "a: 1\nb: 2\na: 3\n", "line 3: key \"a\" is there twice");
	assert_refused("a: *x\n", "line 1: alias of an unknown anchor");
	assert_refused("a: &x [*x]\n", "line 1: alias of an unknown anchor");
	assert_refused("a: !!binary Zg==\n", "line 1: tags are not supported");
	assert_refused("[1]: a\n", "line 1: a key is not a string");
	assert_refused("a: 1\n b: 2\n",
	    "line 2: mapping values are not allowed in this context");
	assert_refused("a\n--- b\n", "line 2: a second document");
	assert_refused("a: \"\xff\"\n", "line 1: invalid leading UTF-8 octet");
}

TEST(line_counts_from_the_start_of_the_file)
{
	struct err err;

	assert_null(yaml_parse("a: 1\na: 2\n", 10, 40, &err));
	assert_string_equal(err.text, "line 41: key \"a\" is there twice");
}

TEST(nesting_has_a_limit)
{
	char deep[202] = { 0 };

	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	struct err err;
	json_t *v = yaml_parse(deep, 200, 1, &err);
	assert_non_null(v);
	json_decref(v);
	memset(deep, '[', 101);
	memset(deep + 101, ']', 101);
	assert_null(yaml_parse(deep, 202, 1, &err));
	assert_string_equal(err.text, "line 1: nested too deep");
}

TEST(billion_laughs_are_not_funny)
{
	char *text = xstrdup("a0: &a0 [lol, lol, lol, lol, lol, lol, lol]\n");

	for (int i = 1; i < 12; i++) {
		char *more = xasprintf("%sa%d: &a%d [*a%d, *a%d, *a%d, *a%d, "
				       "*a%d, *a%d, *a%d]\n",
		    text, i, i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1,
		    i - 1);
		free(text);
		text = more;
	}
	assert_refused(text, "line 6: aliases expand too far");
	free(text);
}

TEST(merged_billion_laughs_are_not_funny_either)
{
	char *text = xstrdup("a0: &a0 {lol: 1, rofl: 2}\n");
	struct err err;

	for (int i = 1; i < 40; i++) {
		char *more = xasprintf("%sa%d: &a%d {<<: *a%d, x%d: *a%d}\n",
		    text, i, i, i - 1, i, i - 1);
		free(text);
		text = more;
	}
	assert_null(yaml_parse(text, strlen(text), 1, &err));
	assert_non_null(strstr(err.text, "aliases expand too far"));
	free(text);
}

TEST(cut_anywhere_never_crashes)
{
	static const char whole[] = "a: &x {k: \"v\\u00e9\", l: [1, 2]}\n"
				    "b:\n- *x\n- |\n  text\n- 'q'\n"
				    "c: {<<: [*x, {m: 1}], &y n: 2}\n*y : 3\n";
	struct err err;

	for (size_t n = 0; n < sizeof(whole); n++) {
		char *cut = xcalloc(1, n);
		memcpy(cut, whole, n);
		json_decref(yaml_parse(cut, n, 1, &err));
		free(cut);
	}
}

TEST(separator_is_three_dashes_alone)
{
	assert_true(yaml_is_separator("---"));
	assert_true(yaml_is_separator("---\n"));
	assert_true(yaml_is_separator("--- # next\n"));
	assert_true(yaml_is_separator("---\r\n"));
	assert_false(yaml_is_separator("----\n"));
	assert_false(yaml_is_separator(" ---\n"));
	assert_false(yaml_is_separator("---a\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(manifest_becomes_an_object),
		cmocka_unit_test(empty_document_is_null),
		cmocka_unit_test(byte_order_mark_is_no_indentation),
		cmocka_unit_test(plain_scalars_have_types),
		cmocka_unit_test(quoted_scalars_stay_strings),
		cmocka_unit_test(keys_are_strings_whatever_they_look_like),
		cmocka_unit_test(json_is_yaml),
		cmocka_unit_test(alias_is_a_copy),
		cmocka_unit_test(alias_can_be_a_key),
		cmocka_unit_test(merge_key_adds_what_is_not_there),
		cmocka_unit_test(only_mappings_can_be_merged),
		cmocka_unit_test(merged_billion_laughs_are_not_funny_either),
		cmocka_unit_test(refusals_name_the_line),
		cmocka_unit_test(line_counts_from_the_start_of_the_file),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(billion_laughs_are_not_funny),
		cmocka_unit_test(cut_anywhere_never_crashes),
		cmocka_unit_test(separator_is_three_dashes_alone),
	};

	return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
