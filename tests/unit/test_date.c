/* SPDX-License-Identifier: Apache-2.0 */
#include "common/date.h"
#include "tests/test.h"

static const struct {
	const char *text;
	int64_t seconds;
} rows[] = {
	{ "0001-01-01T00:00:00Z", -62135596800 },
	{ "1969-12-31T23:59:59Z", -1 },
	{ "1970-01-01T00:00:00Z", 0 },
	{ "2000-02-29T23:59:59Z", 951868799 },
	{ "2024-03-01T00:00:00Z", 1709251200 },
	{ "2100-03-01T00:00:00Z", 4107542400 },
};

TEST(what_is_printed_is_what_was_parsed)
{
	char text[DATE_TEXT];
	int64_t seconds;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(date_parse(rows[i].text, &seconds));
		assert_int_equal(seconds, rows[i].seconds);
		assert_string_equal(date_print(seconds, text), rows[i].text);
	}
}

TEST(fraction_is_cut_off)
{
	int64_t seconds;

	assert_true(date_parse("2024-03-01T00:00:00.987654Z", &seconds));
	assert_int_equal(seconds, 1709251200);
}

TEST(other_zones_and_nonsense_are_refused)
{
	static const char *const texts[] = { "", "yesterday", "2024-03-01",
		"2024-03-01T00:00:00", "2024-03-01T00:00:00+01:00",
		"2024-13-01T00:00:00Z", "2024-03-01T00:00:00.5",
		"2026-02-29T00:00:00Z", "2024-02-30T00:00:00Z",
		"2026-04-31T00:00:00Z", "2024-03-00T00:00:00Z",
		"2024-03-01T24:00:00Z", "2024-03-01T00:60:00Z",
		"2024-03-01T00:00:61Z", "2024-03-01T00:00:-1Z",
		"2024-03-01T00:00:00Z and Z", "2024-03-01T00:00:00.Z",
		"2024-03-01T00:00:00.5 Z", "2024-03-01T00:00:00ZZ" };
	int64_t seconds;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(date_parse(texts[i], &seconds));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_is_what_was_parsed),
		cmocka_unit_test(fraction_is_cut_off),
		cmocka_unit_test(other_zones_and_nonsense_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
