/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/as_path.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

#define TWO "02 02 0000fde9 0000fdea "

TEST(good_paths_pass)
{
	assert_null(as_path_check(hex(""), AS_4_OCTETS));
	assert_null(as_path_check(hex(TWO), AS_4_OCTETS));
	assert_null(as_path_check(hex(TWO "02 01 00000001"), AS_4_OCTETS));
	assert_null(as_path_check(hex("02 02 fde9 5ba0"), AS_2_OCTETS));
}

/* doc/bgp.md 24 and 59 */
TEST(bad_paths_do_not)
{
	static const char *const bad[] = {
		"02",
		"02 00",
		TWO "02 00",
		"02 01 00000000",
		"02 03 0000fde9 0000fdea",
		"02 01 0000fd",
		"00 01 0000fde9",
		"05 01 0000fde9",
		"01 01 0000fde9",
		"04 01 0000fde9",
		"03 01 0000fde9",
	};

	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++)
		assert_non_null(as_path_check(hex(bad[n]), AS_4_OCTETS));
	assert_non_null(as_path_check(hex("02 02 fde9 0000"), AS_2_OCTETS));
	assert_non_null(as_path_check(hex("02 02 fde9"), AS_2_OCTETS));
}

TEST(sets_are_found_in_bad_paths_too)
{
	assert_true(as_path_has_set(hex(TWO "01 01 00000001"), AS_4_OCTETS));
	assert_true(as_path_has_set(hex("04 ff"), AS_4_OCTETS));
	assert_false(as_path_has_set(hex(TWO "02 09 01"), AS_4_OCTETS));
}

TEST(questions_are_answered)
{
	struct rbuf path = hex(TWO "02 01 0000fde9");

	assert_int_equal(as_path_length(path), 3);
	assert_int_equal(as_path_first(path), 65001);
	assert_int_equal(as_path_count(path, 65001), 2);
	assert_int_equal(as_path_count(path, 1), 0);
	assert_int_equal(as_path_length(hex("")), 0);
	assert_int_equal(as_path_first(hex("")), 0);
}

TEST(an_as_is_put_in_front)
{
	uint8_t bytes[2048];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	assert_true(as_path_prepend(&w, hex(TWO), 65000, 2));
	assert_true(rbuf_eq(wbuf_read(&w, 0),
	    hex("02 04 0000fde8 0000fde8 0000fde9 0000fdea")));
	wbuf_rewind(&w, 0);
	assert_true(as_path_prepend(&w, hex(""), 65000, 300));
	assert_int_equal(as_path_length(wbuf_read(&w, 0)), 300);
	assert_null(as_path_check(wbuf_read(&w, 0), AS_4_OCTETS));
}

TEST(what_was_put_in_front_is_dropped)
{
	uint8_t bytes[64];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	assert_true(as_path_drop_first(&w, hex("02 01 0000fde8" TWO)));
	assert_true(rbuf_eq(wbuf_read(&w, 0), hex(TWO)));
	wbuf_rewind(&w, 0);
	assert_true(as_path_drop_first(&w, hex("02 01 0000fde8")));
	assert_true(as_path_drop_first(&w, hex("")));
	assert_int_equal(w.len, 0);
}

TEST(what_does_not_fit_is_not_written)
{
	uint8_t bytes[9];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	assert_false(as_path_prepend(&w, hex("02 01 00000001"), 2, 1));
	assert_int_equal(w.len, 0);
}

TEST(large_numbers_become_as_trans)
{
	uint8_t bytes[64];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	assert_true(as_path_is_narrow(hex(TWO)));
	assert_false(as_path_is_narrow(hex("02 01 00010000")));
	assert_true(as_path_narrow(&w, hex("02 02 00010000 0000fde9")));
	assert_true(rbuf_eq(wbuf_read(&w, 0), hex("02 02 5ba0 fde9")));
}

static void
merged(const char *narrow, const char *as4_path, const char *want)
{
	uint8_t bytes[2048];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	assert_true(as_path_merge(&w, hex(narrow), hex(as4_path)));
	assert_true(rbuf_eq(wbuf_read(&w, 0), hex(want)));
}

/* RFC 6793 4.2.3 */
TEST(the_real_path_is_put_together)
{
	merged("02 02 fde9 5ba0", "02 01 00010000", "02 02 0000fde9 00010000");
	merged("02 02 fde9 5ba0", "", "02 02 0000fde9 00005ba0");
	merged("02 01 fde9 02 01 5ba0", "02 02 00010001 00010000",
	    "02 02 00010001 00010000");
	merged("02 01 5ba0", "02 02 00010001 00010000", /* longer: ignored */
	    "02 01 00005ba0");
	merged("", "", "");
}

TEST(a_path_of_thousands_is_merged)
{
	static uint8_t narrow[64 * 512], out[4 * 64 * 512];
	struct wbuf n = wbuf_of(narrow, sizeof(narrow));
	struct wbuf w = wbuf_of(out, sizeof(out));

	for (int i = 0; i < 5000; i++)
		wbuf_copy(&n, hex("02 01 fde9"));
	assert_null(as_path_check(wbuf_read(&n, 0), AS_2_OCTETS));
	assert_true(as_path_merge(&w, wbuf_read(&n, 0), hex("")));
	assert_int_equal(as_path_length(wbuf_read(&w, 0)), 5000);
	assert_null(as_path_check(wbuf_read(&w, 0), AS_4_OCTETS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_paths_pass),
		cmocka_unit_test(bad_paths_do_not),
		cmocka_unit_test(sets_are_found_in_bad_paths_too),
		cmocka_unit_test(questions_are_answered),
		cmocka_unit_test(an_as_is_put_in_front),
		cmocka_unit_test(what_was_put_in_front_is_dropped),
		cmocka_unit_test(what_does_not_fit_is_not_written),
		cmocka_unit_test(large_numbers_become_as_trans),
		cmocka_unit_test(the_real_path_is_put_together),
		cmocka_unit_test(a_path_of_thousands_is_merged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
