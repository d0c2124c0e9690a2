/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <jansson.h>

#include "common/err.h"
#include "common/json.h"
#include "tests/test.h"

static json_t *
parse(const char *text)
{
	struct err err;
	json_t *v = json_parse(text, strlen(text), &err);

	assert_non_null(v);
	return v;
}

TEST(typed_fields_are_read)
{
	json_t *v = parse("{\"spec\":{\"s\":\"x\",\"n\":7,\"b\":true}}");
	struct json_at root = json_at_root(v), spec;
	struct err err;
	const char *s = NULL;
	int64_t n = 0;
	bool b = false;

	assert_true(json_get_object(&root, "spec", &spec, &err));
	assert_true(json_get_string(&spec, "s", &s, &err));
	assert_true(json_get_int(&spec, "n", 0, 7, &n, &err));
	assert_true(json_get_bool(&spec, "b", &b, &err));
	assert_string_equal(s, "x");
	assert_int_equal(n, 7);
	assert_true(b);
	json_decref(v);
}

TEST(absent_and_null_leave_the_default)
{
	json_t *v = parse("{\"nil\":null}");
	struct json_at root = json_at_root(v), in, list;
	struct err err;
	const char *s = "default";
	uint32_t n = 5;

	assert_true(json_get_object(&root, "gone", &in, &err));
	assert_null(in.v);
	assert_true(json_get_string(&in, "s", &s, &err));
	assert_true(json_get_string(&root, "nil", &s, &err));
	assert_true(json_get_uint32(&in, "n", 10, 20, &n, &err));
	assert_true(json_get_array(&in, "list", &list, &err));
	assert_string_equal(s, "default");
	assert_int_equal(n, 5);
	assert_int_equal(json_at_count(&list), 0);
	json_decref(v);
}

TEST(refusals_carry_the_path)
{
	json_t *v = parse("{\"spec\":{\"peers\":[{},{\"asn\":\"x\",\"b\":1,"
			  "\"f\":1.5,\"o\":{},\"m\":\"z\"}],\"l\":3}}");
	struct json_at root = json_at_root(v), spec, peers, list;
	static const char *const modes[] = { "a", "b", "c", NULL };
	const char *s;
	uint32_t n = 0;
	unsigned mode = 0;
	bool b;
	struct err err;

	assert_true(json_get_object(&root, "spec", &spec, &err));
	assert_true(json_get_array(&spec, "peers", &peers, &err));
	assert_int_equal(json_at_count(&peers), 2);
	struct json_at peer = json_at_item(&peers, 1);

	assert_false(json_get_uint32(&peer, "asn", 1, 9, &n, &err));
	assert_string_equal(err.text, "spec.peers[1].asn: \"x\": not a number");
	assert_false(json_get_uint32(&peer, "b", 2, 9, &n, &err));
	assert_string_equal(err.text, "spec.peers[1].b: 1: not in 2..9");
	assert_false(json_get_uint32(&peer, "f", 1, 9, &n, &err));
	assert_string_equal(
	    err.text, "spec.peers[1].f: 1.5: not a whole number");
	assert_false(json_get_bool(&peer, "b", &b, &err));
	assert_string_equal(err.text, "spec.peers[1].b: 1: not true or false");
	assert_false(json_get_string(&peer, "o", &s, &err));
	assert_string_equal(err.text, "spec.peers[1].o: not a string");
	assert_false(json_get_array(&spec, "l", &list, &err));
	assert_string_equal(err.text, "spec.l: 3: not a list");
	assert_false(json_get_object(&spec, "l", &list, &err));
	assert_string_equal(err.text, "spec.l: 3: not an object");
	assert_false(json_get_enum(&peer, "m", modes, &mode, &err));
	assert_string_equal(
	    err.text, "spec.peers[1].m: \"z\": not one of a, b or c");
	assert_false(json_refuse(&peer, NULL, &err, "%s", "no good"));
	assert_string_equal(err.text, "spec.peers[1]: no good");
	assert_false(json_refuse(&root, NULL, &err, "no good"));
	assert_string_equal(err.text, "no good");
	json_decref(v);
}

TEST(items_are_read_by_themselves)
{
	json_t *v = parse("{\"l\":[\"a\",2]}");
	struct json_at root = json_at_root(v), list;
	const char *s = NULL;
	struct err err;

	assert_true(json_get_array(&root, "l", &list, &err));
	struct json_at first = json_at_item(&list, 0);
	struct json_at second = json_at_item(&list, 1);
	assert_true(json_get_string(&first, NULL, &s, &err));
	assert_string_equal(s, "a");
	assert_false(json_get_string(&second, NULL, &s, &err));
	assert_string_equal(err.text, "l[1]: 2: not a string");
	json_decref(v);
}

TEST(names_become_indices)
{
	static const char *const modes[] = { "a", "b", NULL };
	json_t *v = parse("{\"m\":\"b\"}");
	struct json_at root = json_at_root(v);
	unsigned mode = 0;
	struct err err;

	assert_true(json_get_enum(&root, "m", modes, &mode, &err));
	assert_int_equal(mode, 1);
	mode = 7;
	assert_true(json_get_enum(&root, "gone", modes, &mode, &err));
	assert_int_equal(mode, 7);
	json_decref(v);
}

TEST(long_path_is_cut)
{
	char name[200], text[JSON_PATH];
	struct json_at root = json_at_root(NULL);

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	struct json_at one = { .up = &root, .field = name };
	struct json_at two = { .up = &one, .field = name };
	struct json_at three = { .up = &two, .field = name };
	assert_int_equal(
	    strlen(json_at_path(&three, "end", text)), JSON_PATH - 1);
}

TEST(bad_text_is_refused_with_its_line)
{
	struct err err;

	assert_null(json_parse("{\n\"a\":}", 7, &err));
	assert_string_equal(err.text, "line 2, column 5: not JSON");
	assert_null(json_parse("{\"a\":1,\"a\":2}", 13, &err));
	assert_null(json_parse("{} x", 4, &err));
	assert_null(json_parse("", 0, &err));
}

/* Every byte of it may be of a password. */
TEST(what_is_wrong_with_a_text_is_said_without_it)
{
	static const char *const texts[] = { "hunter2", "{hunter2",
		"[1 hunter2]", "\"hunter2", "{\"a\":hunter2}",
		"{\"a\":\"hunter2\\q\"}", "{\"a\":\"\x01hunter2\"}",
		"{\"hunter2\":1,\"hunter2\":2}", "{} hunter2",
		"{\"a\":\"hunter2\xff\"}", "-hunter2" };
	struct err err;
	size_t used;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_null(json_parse(texts[i], strlen(texts[i]), &err));
		assert_null(strstr(err.text, "hunter"));
		assert_memory_equal(err.text, "line 1, column ", 15);
	}
	assert_null(json_parse_first("hunter2", 7, 4, &used, &err));
	assert_memory_equal(err.text, "line 4, column ", 15);
	assert_null(strstr(err.text, "hunter"));
}

TEST(secret_value_is_refused_without_it)
{
	static const char *const names[] = { "a", "b", NULL };
	json_t *v = json_pack(
	    "{s:{s:s, s:i}}", "in", "text", "hunter2", "number", 12345);
	struct json_at root = json_at_secret(v), in, out;
	struct err err;
	unsigned index;
	uint32_t n;
	bool b;
	const char *text;

	assert_true(json_get_object(&root, "in", &in, &err));
	assert_false(json_get_object(&in, "text", &out, &err));
	assert_string_equal(err.text, "in.text: not an object");
	assert_false(json_get_string(&in, "number", &text, &err));
	assert_string_equal(err.text, "in.number: not a string");
	assert_false(json_get_bool(&in, "text", &b, &err));
	assert_string_equal(err.text, "in.text: not true or false");
	assert_false(json_get_uint32(&in, "number", 1, 9, &n, &err));
	assert_string_equal(err.text, "in.number: not in 1..9");
	assert_false(json_get_enum(&in, "text", names, &index, &err));
	assert_string_equal(err.text, "in.text: not one of a or b");
	json_decref(v);
}

TEST(several_values_are_read_one_after_another)
{
	static const char text[] = "{\"a\":1} [2]";
	struct err err;
	size_t used;
	json_t *v = json_parse_first(text, strlen(text), 1, &used, &err);

	assert_true(json_is_object(v));
	assert_int_equal(used, 7);
	json_decref(v);
	v = json_parse_first(text + used, strlen(text) - used, 1, &used, &err);
	assert_true(json_is_array(v));
	json_decref(v);
}

TEST(zero_byte_in_a_string_is_refused)
{
	json_t *v = json_pack("{s:s%}", "s", "a\0b", (size_t)3);
	struct json_at root = json_at_root(v);
	const char *s = NULL;
	struct err err;

	assert_false(json_get_string(&root, "s", &s, &err));
	assert_string_equal(err.text, "s: contains a zero byte");
	json_decref(v);
}

TEST(any_value_can_be_made_visible)
{
	static const struct {
		const char *field, *text;
	} rows[] = {
		{ "a", "x" },
		{ "b", "\\x00y\\x00" },
		{ "c", "5" },
		{ "d", "[1,\"x\"]" },
		{ "e", "" },
	};
	json_t *v = json_loads("{\"a\":\"x\",\"b\":\"\\u0000y\\u0000\",\"c\":5,"
			       "\"d\":[1,\"x\"],\"e\":\"\",\"f\":null}",
	    JSON_ALLOW_NUL, NULL);
	struct json_at root = json_at_root(v);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = json_at_visible(&root, rows[i].field);

		assert_string_equal(text, rows[i].text);
		free(text);
	}
	assert_null(json_at_visible(&root, "f"));
	assert_null(json_at_visible(&root, "g"));
	json_decref(v);
}

TEST(texts_of_a_list_end_with_null)
{
	json_t *v = json_pack("{s:[s,s], s:s}", "l", "a", "b", "t", "c");
	size_t n;
	char **texts = json_texts(json_object_get(v, "l"), &n);
	char **none = json_texts(json_object_get(v, "x"), NULL);

	assert_int_equal(n, 2);
	assert_string_equal(texts[0], "a");
	assert_string_equal(texts[1], "b");
	assert_null(texts[2]);
	assert_null(none[0]);
	json_texts_free(texts);
	json_texts_free(none);
	json_texts_free(NULL);
	json_decref(v);
}

TEST(member_of_another_kind_is_none)
{
	json_t *v = json_pack("{s:s, s:i}", "t", "c", "i", 1);

	assert_string_equal(json_text(v, "t"), "c");
	assert_string_equal(json_text_or_null(v, "t"), "c");
	assert_string_equal(json_text(v, "i"), "");
	assert_null(json_text_or_null(v, "i"));
	assert_string_equal(json_text(NULL, "t"), "");
	assert_null(json_text_or_null(NULL, "t"));
	assert_int_equal(json_int(v, "i"), 1);
	assert_int_equal(json_int(v, "t"), 0);
	json_decref(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(typed_fields_are_read),
		cmocka_unit_test(absent_and_null_leave_the_default),
		cmocka_unit_test(refusals_carry_the_path),
		cmocka_unit_test(items_are_read_by_themselves),
		cmocka_unit_test(names_become_indices),
		cmocka_unit_test(long_path_is_cut),
		cmocka_unit_test(bad_text_is_refused_with_its_line),
		cmocka_unit_test(what_is_wrong_with_a_text_is_said_without_it),
		cmocka_unit_test(secret_value_is_refused_without_it),
		cmocka_unit_test(several_values_are_read_one_after_another),
		cmocka_unit_test(zero_byte_in_a_string_is_refused),
		cmocka_unit_test(any_value_can_be_made_visible),
		cmocka_unit_test(texts_of_a_list_end_with_null),
		cmocka_unit_test(member_of_another_kind_is_none),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
