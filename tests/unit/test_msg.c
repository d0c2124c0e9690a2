/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/msg.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

#define ONES "ffffffff ffffffff ffffffff ffffffff "

static struct bgp_err err;
static struct msg msg;

static enum msg_cut
cut(const char *text, size_t max)
{
	struct rbuf stream = hex(text);

	err = (struct bgp_err){ 0 };
	return msg_cut(&stream, max, &msg, &err);
}

/* The message is refused by that NOTIFICATION, which echoes data. */
static void
refused(const char *text, size_t max, uint8_t code, uint8_t subcode,
    const char *data)
{
	assert_int_equal(cut(text, max), MSG_BAD);
	assert_int_equal(err.code, code);
	assert_int_equal(err.subcode, subcode);
	assert_true(rbuf_eq(err.data, hex(data)));
	assert_non_null(err.what);
}

TEST(messages_come_off_a_stream_one_by_one)
{
	struct rbuf stream = hex(ONES "0013 04" ONES "0017 02 00000000");

	assert_int_equal(msg_cut(&stream, MSG_MAX, &msg, &err), MSG_WHOLE);
	assert_int_equal(msg.type, MSG_KEEPALIVE);
	assert_int_equal(msg.body.left, 0);
	assert_int_equal(msg_cut(&stream, MSG_MAX, &msg, &err), MSG_WHOLE);
	assert_int_equal(msg.type, MSG_UPDATE);
	assert_int_equal(msg.body.left, 4);
	assert_int_equal(msg_cut(&stream, MSG_MAX, &msg, &err), MSG_MORE);
	assert_int_equal(stream.left, 0);
}

TEST(a_part_of_a_message_is_waited_for)
{
	struct rbuf whole = hex(ONES "0017 02 00000000");

	for (size_t n = 0; n < whole.left; n++) {
		struct rbuf part = exact_copy(whole.p, n);

		assert_int_equal(msg_cut(&part, MSG_MAX, &msg, &err), MSG_MORE);
		assert_int_equal(part.left, n);
	}
}

/* doc/bgp.md 1 */
TEST(a_marker_that_is_not_all_ones_resets)
{
	refused("ffffffff ffffffff ffffffff fffffffe 0013 04", MSG_MAX,
	    ERR_HEADER, HEADER_SYNC, "");
}

/* doc/bgp.md 2 */
TEST(a_bad_length_resets_and_is_echoed)
{
	refused(ONES "0012 04", MSG_MAX, 1, 2, "0012");
	refused(ONES "0000 02", MSG_MAX, 1, 2, "0000");
	refused(ONES "1001 02", MSG_MAX, 1, 2, "1001");
	refused(ONES "0014 04", MSG_MAX, 1, 2, "0014"); /* KEEPALIVE */
	refused(ONES "001c 01", MSG_MAX, 1, 2, "001c"); /* OPEN */
	refused(ONES "0016 02", MSG_MAX, 1, 2, "0016"); /* UPDATE */
}

/* doc/bgp.md 2 and 4, RFC 8654 4 */
TEST(only_open_and_keepalive_stay_small_with_extended_messages)
{
	refused(ONES "1001 01", MSG_MAX_EXTENDED, 1, 2, "1001");
	refused(ONES "1001 04", MSG_MAX_EXTENDED, 1, 2, "1001");
	assert_int_equal(cut(ONES "ffff 02", MSG_MAX_EXTENDED), MSG_MORE);
	assert_int_equal(cut(ONES "1001 05", MSG_MAX_EXTENDED), MSG_MORE);
	refused(ONES "1001 02", MSG_MAX, 1, 2, "1001");
}

/* doc/bgp.md 3 */
TEST(an_unknown_type_resets_and_is_echoed)
{
	refused(ONES "0013 00", MSG_MAX, ERR_HEADER, HEADER_TYPE, "00");
	refused(ONES "0013 06", MSG_MAX, ERR_HEADER, HEADER_TYPE, "06");
	refused(ONES "0013 ff", MSG_MAX, ERR_HEADER, HEADER_TYPE, "ff");
}

/* doc/bgp.md 42 */
TEST(a_short_route_refresh_resets)
{
	refused(ONES "0016 05", MSG_MAX, 1, 2, "0016");
}

/* doc/bgp.md 43 */
TEST(a_notification_of_bad_length_is_never_answered)
{
	refused(ONES "0013 03", MSG_MAX, ERR_SILENT, 0, "");
	refused(ONES "0014 03", MSG_MAX, ERR_SILENT, 0, "");
	refused(ONES "0001 03", MSG_MAX, ERR_SILENT, 0, "");
	refused(ONES "ffff 03", MSG_MAX, ERR_SILENT, 0, "");
}

TEST(a_keepalive_is_a_header_and_no_more)
{
	uint8_t bytes[MSG_HEADER];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	assert_true(keepalive_build(&w));
	assert_true(rbuf_eq(wbuf_read(&w, 0), hex(ONES "0013 04")));
	assert_false(keepalive_build(&w)); /* no room for another */
	assert_int_equal(w.len, MSG_HEADER);
}

TEST(types_have_names)
{
	assert_string_equal(msg_name(MSG_UPDATE), "UPDATE");
	assert_string_equal(msg_name(0), "unknown");
	assert_string_equal(msg_name(200), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_come_off_a_stream_one_by_one),
		cmocka_unit_test(a_part_of_a_message_is_waited_for),
		cmocka_unit_test(a_marker_that_is_not_all_ones_resets),
		cmocka_unit_test(a_bad_length_resets_and_is_echoed),
		cmocka_unit_test(
		    only_open_and_keepalive_stay_small_with_extended_messages),
		cmocka_unit_test(an_unknown_type_resets_and_is_echoed),
		cmocka_unit_test(a_short_route_refresh_resets),
		cmocka_unit_test(
		    a_notification_of_bad_length_is_never_answered),
		cmocka_unit_test(a_keepalive_is_a_header_and_no_more),
		cmocka_unit_test(types_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
