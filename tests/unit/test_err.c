/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/err.h"
#include "tests/test.h"

TEST(refusal_is_one_line)
{
	struct err err;

	assert_false(err_set(&err, "%s: %d", "asn", 0));
	assert_string_equal(err.text, "asn: 0");
}

TEST(prefix_comes_in_front)
{
	struct err err;

	err_set(&err, "not a number");
	assert_false(err_prefix(&err, "peers[%d].", 2));
	assert_string_equal(err.text, "peers[2].not a number");
}

TEST(long_text_is_cut)
{
	struct err err;
	char text[2000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&err, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	err_prefix(&err, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	err_set(&err, "b");
	err_prefix(&err, "%.*s", (int)sizeof(err.text) - 2, text);
	assert_int_equal(err.text[sizeof(err.text) - 2], 'b');
}

TEST(cut_text_says_so)
{
	struct err err;
	char text[2000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&err, "%s", text);
	assert_string_equal(err.text + sizeof(err.text) - 5, "x...");
	err_set(&err, "%.500s", text);
	err_prefix(&err, "%.100s", text);
	assert_string_equal(err.text + sizeof(err.text) - 5, "x...");
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa4", 2);
	for (int n = 0; n < 3; n++) { /* never within a character */
		err_set(&err, "%.*s%s", n, "abc", text);
		const char *end = err.text + strlen(err.text) - 5;

		assert_string_equal(end, "\xc3\xa4...");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusal_is_one_line),
		cmocka_unit_test(prefix_comes_in_front),
		cmocka_unit_test(long_text_is_cut),
		cmocka_unit_test(cut_text_says_so),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
