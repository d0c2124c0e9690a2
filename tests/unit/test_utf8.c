/* SPDX-License-Identifier: Apache-2.0 */
/* Characters, and what is left of those that were cut. */
#include <string.h>

#include "common/err.h"
#include "common/utf8.h"
#include "tests/test.h"

TEST(characters_of_each_length_are_read)
{
	uint32_t c;

	assert_int_equal(utf8_read("a", &c), 1);
	assert_int_equal(c, 'a');
	assert_int_equal(utf8_read("\xc3\xa9", &c), 2);
	assert_int_equal(c, 0xe9);
	assert_int_equal(utf8_read("\xe2\x82\xac", &c), 3);
	assert_int_equal(c, 0x20ac);
	assert_int_equal(utf8_read("\xf0\x9f\x98\x80", &c), 4);
	assert_int_equal(c, 0x1f600);
}

TEST(what_is_no_character_is_mended)
{
	static const struct {
		const char *bad, *mended;
	} rows[] = {
		{ "", "" },
		{ "a\xc3", "a?" },              /* cut */
		{ "\xe2\x82", "??" },           /* cut */
		{ "\xc0\xaf", "??" },           /* longer than need be */
		{ "\xed\xa0\x80", "???" },      /* a surrogate */
		{ "\xf4\x90\x80\x80", "????" }, /* beyond the last one */
		{ "\x80\xc3\xa9\xff", "?\xc3\xa9?" },
	};
	char text[8];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strcpy(text, rows[i].bad);
		utf8_mend(text, sizeof(text));
		assert_string_equal(text, rows[i].mended);
	}
}

TEST(what_is_not_plain_is_escaped)
{
	static const struct {
		const char *is, *mended;
		size_t room;
	} rows[] = {
		{ "\x1b[2J", "\\x1b[2J", 16 },
		{ "a\xe2\x80\xae"
		  "b",
		    "a\\u202eb", 16 },
		{ "\xe2\x81\xa6\xe2\x80\x8f", "\\u2066\\u200f", 16 },
		{ "\n\x7f\xc2\x85", "\\x0a\\x7f\\x85", 16 },
		{ "\xc3\xa9 \xe2\x82\xac", "\xc3\xa9 \xe2\x82\xac", 16 },
		{ "ab\ncd", "ab\\x0ac", 8 },
		{ "ab\n\xc3\xa9", "ab\\x0a?", 8 },
		{ "abcd\n", "abcd", 8 },
		{ "abc\n", "abc\\x0a", 8 },
	};
	char text[16];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strcpy(text, rows[i].is);
		utf8_mend(text, rows[i].room);
		assert_string_equal(text, rows[i].mended);
	}
}

TEST(an_error_that_is_cut_is_still_text)
{
	struct err err;

	err_set(&err, "%.2s: not a name", "a\xc3\xa9");
	assert_string_equal(err.text, "a?: not a name");
	err_set(&err, "%*s\xc3\xa9", (int)sizeof(err.text) - 2, "x");
	assert_string_equal(&err.text[sizeof(err.text) - 5], " ...");
	err_set(&err, "\xc3\xa9");
	err_prefix(&err, "%*s", (int)sizeof(err.text) - 2, "x");
	assert_string_equal(&err.text[sizeof(err.text) - 5], " ...");
}

TEST(a_text_is_cut_between_characters)
{
	assert_int_equal(utf8_cut("", 0), 0);
	assert_int_equal(utf8_cut("abc", 3), 3);
	assert_int_equal(utf8_cut("abc", 2), 2);
	assert_int_equal(utf8_cut("a\xc3\xa9", 3), 3);
	assert_int_equal(utf8_cut("a\xc3\xa9", 2), 1);
	assert_int_equal(utf8_cut("\xf0\x9f\x98\x80", 3), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_of_each_length_are_read),
		cmocka_unit_test(what_is_no_character_is_mended),
		cmocka_unit_test(what_is_not_plain_is_escaped),
		cmocka_unit_test(an_error_that_is_cut_is_still_text),
		cmocka_unit_test(a_text_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
