/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/buf.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

TEST(numbers_are_read_in_network_order)
{
	struct rbuf r = hex("01 0203 04050607");

	assert_int_equal(rbuf_u8(&r), 1);
	assert_int_equal(rbuf_u16(&r), 0x0203);
	assert_int_equal(rbuf_u32(&r), 0x04050607);
	assert_true(rbuf_done(&r));
}

TEST(a_read_past_the_end_is_bad_for_good)
{
	struct rbuf r = hex("01 02 03");

	assert_int_equal(rbuf_u32(&r), 0);
	assert_true(r.bad);
	assert_int_equal(rbuf_u8(&r), 0);
	assert_false(rbuf_done(&r));
}

TEST(an_inner_length_cannot_reach_outer_bytes)
{
	struct rbuf r = hex("02 aabb cc");
	struct rbuf inner = rbuf_cut(&r, rbuf_u8(&r));

	assert_int_equal(inner.left, 2);
	assert_int_equal(rbuf_u32(&inner), 0);
	assert_true(inner.bad);
	assert_int_equal(rbuf_u8(&r), 0xcc);
	assert_true(rbuf_done(&r));
}

TEST(a_cut_that_is_too_long_makes_both_bad)
{
	struct rbuf r = hex("aabb");
	struct rbuf inner = rbuf_cut(&r, 3);

	assert_true(inner.bad);
	assert_true(r.bad);
	assert_false(rbuf_done(&inner));
}

TEST(an_empty_cursor_is_done)
{
	struct rbuf r = { 0 };

	assert_true(rbuf_done(&r));
	assert_true(rbuf_eq(r, hex("")));
}

TEST(a_length_is_filled_in_behind)
{
	uint8_t bytes[8];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));
	size_t outer = wbuf_mark16(&w);
	size_t inner = wbuf_mark8(&w);

	wbuf_u16(&w, 0xabcd);
	wbuf_fill8(&w, inner);
	wbuf_fill16(&w, outer);
	assert_true(rbuf_eq(wbuf_read(&w, 0), hex("0003 02 abcd")));
}

TEST(a_length_too_large_for_its_field_is_bad)
{
	uint8_t bytes[300];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));
	size_t at = wbuf_mark8(&w);

	for (int n = 0; n < 256; n++)
		wbuf_u8(&w, 0);
	wbuf_fill8(&w, at);
	assert_false(wbuf_end(&w, 0));
}

TEST(what_does_not_fit_is_taken_back)
{
	uint8_t bytes[5];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	wbuf_u16(&w, 1);
	wbuf_u32(&w, 2);
	wbuf_u8(&w, 3); /* would fit, but comes behind what did not */
	assert_false(wbuf_end(&w, 2));
	assert_int_equal(w.len, 2);
	wbuf_u8(&w, 4);
	assert_true(wbuf_end(&w, 2));
	assert_true(rbuf_eq(wbuf_read(&w, 0), hex("0001 04")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_in_network_order),
		cmocka_unit_test(a_read_past_the_end_is_bad_for_good),
		cmocka_unit_test(an_inner_length_cannot_reach_outer_bytes),
		cmocka_unit_test(a_cut_that_is_too_long_makes_both_bad),
		cmocka_unit_test(an_empty_cursor_is_done),
		cmocka_unit_test(a_length_is_filled_in_behind),
		cmocka_unit_test(a_length_too_large_for_its_field_is_bad),
		cmocka_unit_test(what_does_not_fit_is_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
