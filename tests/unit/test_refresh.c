/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/msg.h"
#include "bgpd/wire/refresh.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

static struct refresh f;
static struct bgp_err err;

TEST(a_request_built_is_parsed_again)
{
	uint8_t bytes[MSG_MAX];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));
	struct refresh sent = { FAMILY_V6, REFRESH_REQUEST };
	struct msg msg;

	assert_true(refresh_build(&w, &sent));
	struct rbuf stream = wbuf_read(&w, 0);

	assert_int_equal(msg_cut(&stream, MSG_MAX, &msg, &err), MSG_WHOLE);
	assert_int_equal(msg.type, MSG_ROUTE_REFRESH);
	assert_true(refresh_parse(msg.body, false, &f, &err));
	assert_int_equal(f.family, FAMILY_V6);
	assert_int_equal(f.kind, REFRESH_REQUEST);
}

TEST(a_request_cut_anywhere_is_refused)
{
	struct rbuf whole = hex("0001 00 01");

	for (size_t n = 0; n < whole.left; n++)
		assert_false(
		    refresh_parse(exact_copy(whole.p, n), false, &f, &err));
}

/* doc/bgp.md 42 */
TEST(a_marker_of_bad_length_resets_when_enhanced)
{
	assert_false(refresh_parse(hex("0001 01 01 00"), true, &f, &err));
	assert_int_equal(err.code, ERR_ROUTE_REFRESH);
	assert_int_equal(err.subcode, REFRESH_LENGTH);
	assert_false(refresh_parse(hex("0001 02 01 00"), true, &f, &err));
	assert_true(refresh_parse(hex("0001 01 01"), true, &f, &err));
	assert_int_equal(f.kind, REFRESH_BEGIN);
	assert_true(refresh_parse(hex("0001 02 01"), true, &f, &err));
	assert_int_equal(f.kind, REFRESH_END);
}

/* RFC 2918 3: the octet is reserved, and ignored */
TEST(without_enhanced_every_subtype_is_a_request)
{
	assert_true(refresh_parse(hex("0001 01 01 00"), false, &f, &err));
	assert_int_equal(f.kind, REFRESH_REQUEST);
	assert_int_equal(f.family, FAMILY_V4);
}

/* doc/bgp.md 42 */
TEST(unknown_subtypes_and_families_are_told_as_such)
{
	assert_true(refresh_parse(hex("0001 03 01 00"), true, &f, &err));
	assert_int_equal(f.kind, REFRESH_UNKNOWN);
	assert_true(refresh_parse(hex("0001 ff 01"), true, &f, &err));
	assert_int_equal(f.kind, REFRESH_UNKNOWN);
	assert_true(refresh_parse(hex("0019 00 46"), true, &f, &err));
	assert_int_equal(f.family, FAMILY_NONE);
	assert_true(refresh_parse(hex("0001 00 80"), true, &f, &err));
	assert_int_equal(f.family, FAMILY_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_built_is_parsed_again),
		cmocka_unit_test(a_request_cut_anywhere_is_refused),
		cmocka_unit_test(a_marker_of_bad_length_resets_when_enhanced),
		cmocka_unit_test(without_enhanced_every_subtype_is_a_request),
		cmocka_unit_test(
		    unknown_subtypes_and_families_are_told_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
