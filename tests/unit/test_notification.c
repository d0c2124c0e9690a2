/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/msg.h"
#include "bgpd/wire/notification.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

static struct notification n;

/* Builds into w, takes the header off and parses what is left. */
static void
parse_built(const struct wbuf *w)
{
	struct rbuf stream = wbuf_read(w, 0);
	struct bgp_err err;
	struct msg msg;

	assert_int_equal(msg_cut(&stream, MSG_MAX, &msg, &err), MSG_WHOLE);
	assert_int_equal(msg.type, MSG_NOTIFICATION);
	assert_true(notification_parse(msg.body, &n));
}

TEST(an_error_goes_out_with_its_data)
{
	uint8_t bytes[MSG_MAX];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));
	struct bgp_err err = { ERR_HEADER, HEADER_LENGTH, "", hex("0012") };

	assert_true(notification_build(&w, &err));
	parse_built(&w);
	assert_int_equal(n.code, ERR_HEADER);
	assert_int_equal(n.subcode, HEADER_LENGTH);
	assert_true(rbuf_eq(n.data, hex("0012")));
	assert_int_equal(n.text.left, 0);
}

TEST(data_that_is_too_long_stays_out)
{
	uint8_t bytes[MSG_MAX_EXTENDED], big[MSG_MAX - MSG_HEADER - 1] = { 0 };
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));
	struct bgp_err err = { 3, 9, "", rbuf_of(big, sizeof(big)) };

	assert_true(notification_build(&w, &err));
	assert_int_equal(w.len, MSG_HEADER + 2);
	err.data.left--;
	assert_true(notification_build(&w, &err));
	assert_int_equal(w.len, MSG_HEADER + 2 + MSG_MAX);
}

TEST(a_shutdown_text_is_read_again)
{
	uint8_t bytes[MSG_MAX];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	assert_true(
	    notification_build_cease(&w, CEASE_SHUTDOWN, "node drains"));
	parse_built(&w);
	assert_int_equal(n.code, ERR_CEASE);
	assert_int_equal(n.subcode, CEASE_SHUTDOWN);
	assert_true(
	    rbuf_eq(n.text, rbuf_of((const uint8_t *)"node drains", 11)));
}

TEST(a_cease_without_text_has_no_data)
{
	uint8_t bytes[MSG_MAX];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	assert_true(notification_build_cease(&w, CEASE_SHUTDOWN, NULL));
	assert_true(notification_build_cease(&w, CEASE_SHUTDOWN, ""));
	assert_true(notification_build_cease(&w, CEASE_COLLISION, "not here"));
	assert_int_equal(w.len, 3 * (MSG_HEADER + 2));
}

/* RFC 8538 3.1 */
TEST(hard_reset_says_what_it_carries)
{
	uint8_t bytes[MSG_MAX];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	assert_true(notification_build_hard(&w, CEASE_SHUTDOWN, "node drains"));
	assert_memory_equal(bytes + MSG_HEADER, "\6\11\6\2\13", 5);
	parse_built(&w);
	assert_true(n.hard);
	assert_int_equal(n.code, ERR_CEASE);
	assert_int_equal(n.subcode, CEASE_SHUTDOWN);
	assert_true(
	    rbuf_eq(n.text, rbuf_of((const uint8_t *)"node drains", 11)));
}

TEST(hard_reset_that_carries_nothing_is_one)
{
	static const char *const rows[] = { "06 09", "06 09 06" };

	for (size_t i = 0; i < 2; i++) {
		assert_true(notification_parse(hex(rows[i]), &n));
		assert_true(n.hard);
		assert_int_equal(n.code, ERR_CEASE);
		assert_int_equal(n.subcode, CEASE_HARD_RESET);
	}
	assert_true(notification_parse(hex("03 09 06 02"), &n));
	assert_false(n.hard);
}

/* doc/bgp.md 44, RFC 9003 2 */
TEST(a_long_text_is_cut_between_characters)
{
	uint8_t bytes[MSG_MAX];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));
	char text[201];

	memset(text, 'x', sizeof(text) - 1);
	text[200] = '\0';
	memcpy(text + 126, "\xe2\x82\xac", 3); /* the euro sign, over 128 */
	assert_true(notification_build_cease(&w, CEASE_RESET, text));
	parse_built(&w);
	assert_int_equal(n.text.left, 126);
}

/* doc/bgp.md 44 */
TEST(a_text_longer_than_the_message_is_cut)
{
	assert_true(notification_parse(hex("06 02 ff 6162"), &n));
	assert_true(rbuf_eq(n.text, hex("6162")));
	assert_true(notification_parse(hex("06 04 01 ff00"), &n));
	assert_true(rbuf_eq(n.text, hex("ff"))); /* not UTF-8: still no error */
	assert_true(notification_parse(hex("06 02"), &n));
	assert_int_equal(n.text.left, 0);
	assert_true(notification_parse(hex("06 03 02 6162"), &n));
	assert_int_equal(n.text.left, 0); /* RFC 9003 is about 2 and 4 */
}

/* doc/bgp.md 43 */
TEST(a_notification_without_a_subcode_is_malformed)
{
	assert_false(notification_parse(hex(""), &n));
	assert_false(notification_parse(hex("06"), &n));
	assert_true(notification_parse(hex("c8 c8 00"), &n)); /* unknown */
	assert_int_equal(n.code, 0xc8);
}

TEST(codes_have_names)
{
	assert_string_equal(notification_code_name(ERR_CEASE), "Cease");
	assert_string_equal(
	    notification_subcode_name(ERR_CEASE, CEASE_SHUTDOWN),
	    "Administrative Shutdown");
	assert_string_equal(
	    notification_subcode_name(ERR_HOLD_TIMER, 0), "unspecific");
	for (unsigned code = 0; code < 256; code++) {
		assert_non_null(notification_code_name((uint8_t)code));
		for (unsigned sub = 0; sub < 256; sub++)
			assert_non_null(notification_subcode_name(
			    (uint8_t)code, (uint8_t)sub));
	}
	assert_string_equal(notification_code_name(200), "unknown");
	assert_string_equal(notification_subcode_name(6, 200), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_goes_out_with_its_data),
		cmocka_unit_test(data_that_is_too_long_stays_out),
		cmocka_unit_test(a_shutdown_text_is_read_again),
		cmocka_unit_test(a_cease_without_text_has_no_data),
		cmocka_unit_test(hard_reset_says_what_it_carries),
		cmocka_unit_test(hard_reset_that_carries_nothing_is_one),
		cmocka_unit_test(a_long_text_is_cut_between_characters),
		cmocka_unit_test(a_text_longer_than_the_message_is_cut),
		cmocka_unit_test(a_notification_without_a_subcode_is_malformed),
		cmocka_unit_test(codes_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
