/* SPDX-License-Identifier: Apache-2.0 */
#include "common/yaml_print.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

/* Owned. */
static char *
printed_within(const json_t *obj, size_t width)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	if (width > 0)
		yaml_print_folded(to, obj, width);
	else
		yaml_print(to, obj);
	fclose(to);
	return text;
}

static char *
printed(const json_t *obj)
{
	return printed_within(obj, 0);
}

TEST(objects_and_lists_are_indented)
{
	json_t *obj = manifest("{a: {b: [{c: 1, d: {e: x}}, {}, [7, [8]]], f: "
			       "[]}, g: null, h: [z]}");
	char *text = printed(obj);

	assert_string_equal(text,
	    "a:\n"
	    "  b:\n"
	    "  - c: 1\n"
	    "    d:\n"
	    "      e: x\n"
	    "  - {}\n"
	    "  - [7,[8]]\n"
	    "  f: []\n"
	    "g: null\n"
	    "h:\n"
	    "- z\n");
	free(text);
	json_decref(obj);
}

TEST(a_string_stays_one)
{
	static const char *const texts[] = { "", "x", "yes", "No", "y", "null",
		"~", "1", "0x1f", "1.5", "1e3", "-", "- x", "a: b", "a:b", "#x",
		"10.0.0.0/8", "10.0.0.1-10.0.0.9", "::1", "64500:1", "/32",
		"a\nb", "\"q\"", "'q'", "{x}", "[x]", "*x", "&x", "\xc3\xa4",
		"@x", "%x", "---", "...", "2026-01-01", " x ", "a\xc2\x85z",
		"a \xe2\x80\xa8z", "\xe2\x80\xa9", "a\x7fz", "\xc2\x80",
		"\xef\xbb\xbfz", "\xef\xbf\xbf", "\xf0\x9f\x98\x80",
		"\xf3\xa0\x80\xa1" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *obj = json_pack("{s:s, s:[s], s:{s:i}}", "k", texts[i],
		    "l", texts[i], "m", texts[i], 1);
		char *text = printed(obj);
		json_t *again = manifest(text);

		assert_true(json_equal(obj, again));
		json_decref(again);
		json_decref(obj);
		free(text);
	}
}

TEST(long_text_is_folded)
{
	json_t *obj = manifest("{a: {b: one two three four, c: five six}}");
	char *text = printed_within(obj, 16);

	assert_string_equal(text,
	    "a:\n"
	    "  b: >-\n"
	    "    one two\n"
	    "    three four\n"
	    "  c: \"five six\"\n");
	free(text);
	json_decref(obj);
}

TEST(folded_text_stays_one)
{
	static const char *const texts[] = { "aaaa bbbb cccc",
		"a  bbbbbbbbbb c", " aaaaaa bbbbbbb", "aaaaaa bbbbbbb ",
		"aaaaaa\nbbbbbbb c", "# aaaaaaa bbbbbb",
		"- a: bbbbbb 'c' \"d\"", "aaaaaaaaaaaaaaa",
		"a\tbbbbbbbbbb cccc", "aaaaaa bbbbbb\xc2\x85 c" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *obj = json_pack(
		    "{s:s, s:{s:s}}", "k", texts[i], "l", "m", texts[i]);
		char *text = printed_within(obj, 10);
		json_t *again = manifest(text);

		assert_true(json_equal(obj, again));
		json_decref(again);
		json_decref(obj);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_and_lists_are_indented),
		cmocka_unit_test(a_string_stays_one),
		cmocka_unit_test(long_text_is_folded),
		cmocka_unit_test(folded_text_stays_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
