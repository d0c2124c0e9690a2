/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/base64.h"
#include "tests/test.h"

static void
assert_decoded(const char *text, const char *bytes, size_t n)
{
	size_t len;
	char *got = base64_decode(text, &len);

	assert_non_null(got);
	assert_int_equal(len, n);
	assert_memory_equal(got, bytes, n + 1);
	free(got);
}

TEST(examples_of_the_rfc_are_decoded)
{
	/* RFC 4648 10. */
	assert_decoded("", "", 0);
	assert_decoded("Zg==", "f", 1);
	assert_decoded("Zm8=", "fo", 2);
	assert_decoded("Zm9v", "foo", 3);
	assert_decoded("Zm9vYg==", "foob", 4);
	assert_decoded("Zm9vYmE=", "fooba", 5);
	assert_decoded("Zm9vYmFy", "foobar", 6);
}

TEST(all_bits_come_through)
{
	assert_decoded("AP/+fw==", "\0\xff\xfe\x7f", 4);
}

TEST(line_ends_are_skipped)
{
	assert_decoded("\nZm9v\r\nYm\nE=\n", "fooba", 5);
}

TEST(other_text_is_refused)
{
	static const char *const texts[] = { "Zg", "Zg=", "Z", "Z===", "=",
		"Zm9v=", "Zm 9v", "Zm9v!", "Zg==Zg==", "Zm-_" };
	size_t n;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_null(base64_decode(texts[i], &n));
}

TEST(encoded_is_decoded_again)
{
	char bytes[256], *text, *back;
	size_t n;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		text = base64_encode(bytes, length);
		back = base64_decode(text, &n);
		assert_non_null(back);
		assert_int_equal(n, length);
		assert_memory_equal(back, bytes, length);
		free(text);
		free(back);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_the_rfc_are_decoded),
		cmocka_unit_test(all_bits_come_through),
		cmocka_unit_test(line_ends_are_skipped),
		cmocka_unit_test(other_text_is_refused),
		cmocka_unit_test(encoded_is_decoded_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
