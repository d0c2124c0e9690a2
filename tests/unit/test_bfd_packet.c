/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/bfd.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

/* Version 1, Up, detect mult 3, 24 bytes. */
#define FIXED "20 c0 03 18 00000007 00000009 000493e0 00030d40 00000000"

static struct bfd_packet p;
static uint8_t auth;

TEST(a_packet_built_is_parsed_again)
{
	uint8_t bytes[BFD_ROOM];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));
	struct bfd_packet sent = { .diag = BFD_DIAG_NEIGHBOR,
		.state = BFD_INIT,
		.poll = true,
		.demand = true,
		.own_path = true,
		.mult = 5,
		.mine = 0x01020304,
		.yours = 0xfffefdfc,
		.min_tx = 300000,
		.min_rx = 50000,
		.min_echo = 1 };

	assert_true(bfd_build(&w, &sent));
	assert_int_equal(w.len, BFD_LENGTH);
	assert_int_equal(
	    bfd_parse(exact_copy(bytes, w.len), &p, &auth), BFD_GOOD);
	assert_memory_equal(&p, &sent, sizeof(p));
}

TEST(it_is_read_as_the_rfc_draws_it)
{
	assert_int_equal(bfd_parse(hex(FIXED), &p, &auth), BFD_GOOD);
	assert_int_equal(p.state, BFD_UP);
	assert_int_equal(p.mult, 3);
	assert_int_equal(p.mine, 7);
	assert_int_equal(p.yours, 9);
	assert_int_equal(p.min_tx, 300000);
	assert_int_equal(p.min_rx, 200000);
	assert_false(p.poll || p.final || p.demand || p.own_path);
}

TEST(one_that_is_cut_anywhere_is_refused)
{
	struct rbuf whole = hex(FIXED);

	for (size_t n = 0; n < whole.left; n++)
		assert_int_equal(bfd_parse(exact_copy(whole.p, n), &p, &auth),
		    BFD_BAD_LENGTH);
}

/* RFC 5880 6.8.6: the payload may be longer than the packet says. */
TEST(what_is_behind_the_packet_does_not_count)
{
	assert_int_equal(bfd_parse(hex(FIXED "ffff"), &p, &auth), BFD_GOOD);
}

TEST(there_must_be_room_to_build_one)
{
	uint8_t bytes[BFD_LENGTH - 1];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	assert_false(bfd_build(&w, &(struct bfd_packet){ 0 }));
	assert_int_equal(w.len, 0);
}

/* doc/bgp.md 52 */
TEST(each_fault_is_told_by_name)
{
#define REST " 00000007 00000009 000493e0 00030d40 00000000"
	static const struct {
		const char *bytes;
		enum bfd_fault fault;
	} rows[] = {
		{ "00 c0 03 18" REST, BFD_BAD_VERSION },
		{ "40 c0 03 18" REST, BFD_BAD_VERSION },
		{ "20 c0 03 17" REST, BFD_BAD_LENGTH },
		{ "20 c0 03 19" REST, BFD_BAD_LENGTH },
		{ "20 c0 00 18" REST, BFD_BAD_MULT },
		{ "20 c1 03 18" REST, BFD_BAD_MULTIPOINT },
		{ "20 c0 03 18 00000000 00000009 00000001 00000001 00000000",
		    BFD_BAD_MINE },
		{ "20 80 03 18 00000007 00000000 00000001 00000001 00000000",
		    BFD_BAD_YOURS },
		{ "20 c0 03 18 00000007 00000000 00000001 00000001 00000000",
		    BFD_BAD_YOURS },
	};
#undef REST

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    bfd_parse(hex(rows[i].bytes), &p, &auth), rows[i].fault);
}

TEST(a_peer_that_is_down_need_not_know_us)
{
	assert_int_equal(
	    bfd_parse(
		hex("20 40 03 18 00000007 00000000 000f4240 000f4240 00000000"),
		&p, &auth),
	    BFD_GOOD);
	assert_int_equal(p.state, BFD_DOWN);
}

TEST(authentication_is_refused_by_its_type)
{
	assert_int_equal(
	    bfd_parse(hex("20 c4 03 1c 00000007 00000009 000493e0 00030d40 "
			  "00000000 04 04 01 00"),
		&p, &auth),
	    BFD_AUTHENTICATED);
	assert_string_equal(bfd_auth_name(auth), "Keyed SHA1");
	assert_int_equal(
	    bfd_parse(hex("20 c4 03 18 00000007 00000009 000493e0 00030d40 "
			  "00000000"),
		&p, &auth),
	    BFD_AUTHENTICATED);
	assert_int_equal(auth, 0);
	assert_string_equal(bfd_auth_name(77), "unknown type");
}

TEST(all_has_a_name)
{
	for (unsigned i = 0; i < BFD_STATES; i++)
		assert_non_null(bfd_state_name(i));
	for (unsigned i = 0; i < BFD_FAULTS; i++)
		assert_non_null(bfd_fault_name(i));
	for (unsigned i = 0; i < BFD_DIAGS; i++)
		assert_non_null(bfd_diag_name((uint8_t)i));
	assert_string_equal(bfd_diag_name(1), "Control Detection Time Expired");
	assert_string_equal(bfd_diag_name(31), "Unknown Diagnostic");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_built_is_parsed_again),
		cmocka_unit_test(it_is_read_as_the_rfc_draws_it),
		cmocka_unit_test(one_that_is_cut_anywhere_is_refused),
		cmocka_unit_test(what_is_behind_the_packet_does_not_count),
		cmocka_unit_test(there_must_be_room_to_build_one),
		cmocka_unit_test(each_fault_is_told_by_name),
		cmocka_unit_test(a_peer_that_is_down_need_not_know_us),
		cmocka_unit_test(authentication_is_refused_by_its_type),
		cmocka_unit_test(all_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
