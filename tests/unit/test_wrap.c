/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "cli/wrap.h"
#include "tests/test.h"

static void
assert_wrapped(const char *text, size_t width, const char *want)
{
	char *lines = wrap_text(text, width);

	assert_string_equal(lines, want);
	free(lines);
}

TEST(lines_end_between_words)
{
	assert_wrapped("", 5, "");
	assert_wrapped("one", 5, "one");
	assert_wrapped("one two", 7, "one two");
	assert_wrapped("one two", 6, "one\ntwo");
	assert_wrapped("a bc def gh", 4, "a bc\ndef\ngh");
}

TEST(a_long_word_is_cut)
{
	assert_wrapped("abcdefgh", 3, "abc\ndef\ngh");
	assert_wrapped("a bcdefgh", 3, "a\nbcd\nefg\nh");
	assert_wrapped("ab", 0, "a\nb");
}

TEST(no_character_is_cut)
{
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		fail();
	assert_int_equal(wrap_width("h\xc3\xa4h"), 3);
	assert_wrapped(
	    "\xc3\xa4\xc3\xa4\xc3\xa4", 2, "\xc3\xa4\xc3\xa4\n\xc3\xa4");
	assert_wrapped("\xff\xfe", 4, "\xff\n\xfe");
}

TEST(line_ends_of_others_are_escaped)
{
	assert_wrapped("a\nb", 9, "a\\x0ab");
	assert_int_equal(wrap_width("a\nb"), 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_between_words),
		cmocka_unit_test(a_long_word_is_cut),
		cmocka_unit_test(no_character_is_cut),
		cmocka_unit_test(line_ends_of_others_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
