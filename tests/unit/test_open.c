/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OPEN messages as hex, each with what it is refused with or what is read from it, then
 * round trips of what is built. Rows of doc/bgp.md and sections of RFCs stand at their
 * tests; each OPEN is cut at every byte as well, in memory of exactly that size.
 */
#include "bgpd/wire/msg.h"
#include "bgpd/wire/open.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

#define OPEN_FIXED "04 fde9 00b4 0a000001 " /* v4, AS 65001, 180 s, 10.0.0.1 */

static struct bgp_open o;
static struct bgp_err err;

static bool
parse(const char *text)
{
	err = (struct bgp_err){ 0 };
	return open_parse(hex(text), &o, &err);
}

static void
refused(const char *text, uint8_t subcode)
{
	assert_false(parse(text));
	assert_int_equal(err.code, ERR_OPEN);
	assert_int_equal(err.subcode, subcode);
	assert_non_null(err.what);
}

TEST(an_open_built_is_parsed_again)
{
	uint8_t bytes[MSG_MAX];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));
	struct bgp_open sent = {
		.asn = 4200000001,
		.hold_time = 9,
		.router_id = 0xc0000201,
		.has_caps = true,
		.caps = { .family = { false, true, true },
		    .as4 = true,
		    .route_refresh = true },
	};
	struct msg msg;

	assert_true(open_build(&w, &sent));
	struct rbuf stream = wbuf_read(&w, 0);

	assert_int_equal(msg_cut(&stream, MSG_MAX, &msg, &err), MSG_WHOLE);
	assert_true(open_parse(msg.body, &o, &err));
	assert_int_equal(o.asn, 4200000001);
	assert_int_equal(o.hold_time, 9);
	assert_int_equal(o.router_id, 0xc0000201);
	assert_true(o.caps.family[FAMILY_V4] && o.caps.family[FAMILY_V6]);
	assert_true(o.caps.as4 && o.caps.route_refresh && o.has_caps);
	assert_false(o.caps.extended_message || o.caps.enhanced_refresh);
	assert_int_equal(o.seen.ignored, 0);
}

TEST(an_open_without_capabilities_means_ipv4)
{
	uint8_t bytes[MSG_MAX];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));
	struct bgp_open sent = {
		.asn = 65001, .hold_time = 90, .router_id = 1
	};

	assert_true(open_build(&w, &sent));
	assert_int_equal(w.len, 29);
	assert_true(parse(OPEN_FIXED "00"));
	assert_false(o.has_caps);
	assert_true(o.caps.family[FAMILY_V4]);
	assert_false(o.caps.family[FAMILY_V6]);
}

TEST(open_cut_anywhere_is_refused)
{
	struct rbuf whole =
	    hex(OPEN_FIXED "10 020e 0104 0001 00 01 0200 4104 0000fde9");

	assert_true(open_parse(whole, &o, &err));
	for (size_t n = 0; n < whole.left; n++) {
		assert_false(open_parse(exact_copy(whole.p, n), &o, &err));
		assert_int_equal(err.code, ERR_OPEN);
	}
}

TEST(bytes_behind_the_parameters_are_refused)
{
	refused(OPEN_FIXED "00 00", 0);
	refused(OPEN_FIXED "02 0200 00", 0);
}

/* doc/bgp.md 5 */
TEST(another_version_is_told_ours)
{
	refused("05 fde9 00b4 0a000001 00", OPEN_VERSION);
	assert_true(rbuf_eq(err.data, hex("0004")));
	refused("03 fde9 00b4 0a000001 00", OPEN_VERSION);
}

/* RFC 4271 6.2: what follows may have another layout there. */
TEST(another_version_is_told_before_any_length)
{
	static const char *const bodies[] = { "05 fde9 00b4 0a000001 ff 00",
		"05 fde9 00b4 0a000001 00 00", "05 fde9 00b4",
		"05 fde9 0001 00000000 00" };

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		refused(bodies[i], OPEN_VERSION);
		assert_true(rbuf_eq(err.data, hex("0004")));
	}
}

/* doc/bgp.md 6 */
TEST(as_0_and_a_contradiction_are_refused)
{
	refused("04 0000 00b4 0a000001 00", OPEN_PEER_AS);
	refused(OPEN_FIXED "08 0206 4104 00000000", OPEN_PEER_AS);
	refused(OPEN_FIXED "08 0206 4104 0000fdea", OPEN_PEER_AS);
	refused(OPEN_FIXED "08 0206 4104 00010000", OPEN_PEER_AS);
	refused("04 5ba0 00b4 0a000001 00", OPEN_PEER_AS); /* AS_TRANS alone */
	refused("04 5ba0 00b4 0a000001 08 0206 4104 00005ba0", OPEN_PEER_AS);
	refused("04 fde9 00b4 0a000001 08 0206 4104 00010000", OPEN_PEER_AS);
}

/* RFC 6793 9: it says nothing, the capability says which AS. */
TEST(as_trans_goes_with_any_as_of_the_capability)
{
	assert_true(parse("04 5ba0 00b4 0a000001 08 0206 4104 00010000"));
	assert_int_equal(o.asn, 65536);
	assert_true(parse("04 5ba0 00b4 0a000001 08 0206 4104 0000fde9"));
	assert_int_equal(o.asn, 65001);
}

/* doc/bgp.md 7; that it equals ours is the session's to say */
TEST(router_id_0_is_refused)
{
	refused("04 fde9 00b4 00000000 00", OPEN_ROUTER_ID);
}

/* doc/bgp.md 8 */
TEST(hold_time_below_3_is_refused)
{
	refused("04 fde9 0001 0a000001 00", OPEN_HOLD_TIME);
	refused("04 fde9 0002 0a000001 00", OPEN_HOLD_TIME);
	assert_true(parse("04 fde9 0000 0a000001 00"));
	assert_true(parse("04 fde9 0003 0a000001 00"));
}

/* doc/bgp.md 9 */
TEST(a_parameter_that_overruns_is_refused)
{
	refused(OPEN_FIXED "08 0207 4104 0000fde9", 0); /* parameter */
	refused(OPEN_FIXED "08 0206 4105 0000fde9", 0); /* capability */
	refused(OPEN_FIXED "01 02", 0);                 /* ends mid-TLV */
	refused(OPEN_FIXED "03 0201 41", 0);
}

/* doc/bgp.md 9, RFC 9072 2 */
TEST(extended_parameters_are_parsed)
{
	assert_true(parse(OPEN_FIXED "ff ff 0009 02 0006 4104 0000fde9"));
	assert_true(o.caps.as4);
	/* the one-octet length does not count … */
	assert_true(parse(OPEN_FIXED "04 ff 0009 02 0006 4104 0000fde9"));
	assert_true(o.caps.as4);
	assert_true(parse(OPEN_FIXED "ff ff 0000"));
	/* … unless it is 0 */
	refused(OPEN_FIXED "00 ff 0009 02 0006 4104 0000fde9", 0);
	refused(OPEN_FIXED "ff ff 00", 0);
	refused(OPEN_FIXED "ff ff 000a 02 0006 4104 0000fde9", 0);
	refused(OPEN_FIXED "ff ff 0009 02 0007 4104 0000fde9", 0);
	refused(OPEN_FIXED "ff ff 0002 02 00", 0);
	refused(OPEN_FIXED "ff ff 0003 ff 0000", OPEN_PARAMETER);
}

TEST(extended_parameters_may_be_longer_than_255)
{
	uint8_t bytes[600];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	wbuf_copy(&w, hex(OPEN_FIXED "ff ff 01fd 02 01fa 4104 0000fde9"));
	for (int n = 0; n < 100; n++)
		wbuf_copy(&w, hex("f0 03 000000")); /* unknown */
	assert_true(open_parse(wbuf_read(&w, 0), &o, &err));
	assert_true(o.caps.as4);
}

/* doc/bgp.md 10 */
TEST(an_unknown_parameter_is_refused)
{
	refused(OPEN_FIXED "03 0101 00", OPEN_PARAMETER);
	refused(OPEN_FIXED "0b 0206 4104 0000fde9 0301 00", OPEN_PARAMETER);
	refused(OPEN_FIXED "05 0200 ff01 00", OPEN_PARAMETER);
}

/* doc/bgp.md 11, from here on */
TEST(unknown_capabilities_are_passed_over)
{
	assert_true(parse(OPEN_FIXED "06 0204 0000 fd00"));
	assert_int_equal(o.seen.ignored, 0);
	assert_true(o.has_caps);
}

TEST(families_add_up_over_capabilities_and_parameters)
{
	assert_true(parse(OPEN_FIXED
	    "16 020c 0104 0001 00 01 0104 0001 00 01 0206 0104 0002 00 01"));
	assert_true(o.caps.family[FAMILY_V4]);
	assert_true(o.caps.family[FAMILY_V6]);
	assert_int_equal(o.seen.ignored, 0);
}

TEST(a_family_that_is_not_ours_says_that_ipv4_is_not_meant)
{
	assert_true(parse(OPEN_FIXED "08 0206 0104 0001 00 80"));
	assert_false(o.caps.family[FAMILY_V4]);
	assert_true(parse(OPEN_FIXED "08 0206 0104 0019 00 41"));
	assert_false(o.caps.family[FAMILY_V4]);
}

TEST(malformed_capabilities_are_left_out_and_counted)
{
	static const char *const bad[] = {
		"0103 000100",       /* multiprotocol */
		"0201 00",           /* route refresh */
		"0505 0001 0001 00", /* extended next hop */
		"0601 00",           /* extended message */
		"0900",              /* role */
		"4001 00",           /* graceful restart */
		"4003 0000 00",
		"4103 000000",        /* 4-octet AS */
		"4505 0001 01 03 00", /* add-path */
		"4601 00",            /* enhanced refresh */
		"4902 02 61",         /* FQDN */
		"4900",
		"4903 00 00 00",
		"4b00", /* software version */
		"4b01 00",
		"4b02 02 61",
	};
	uint8_t bytes[64];

	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		struct wbuf w = wbuf_of(bytes, sizeof(bytes));
		struct rbuf cap = hex(bad[n]);

		wbuf_copy(&w, hex(OPEN_FIXED));
		wbuf_u8(&w, (uint8_t)(cap.left + 2));
		wbuf_u8(&w, 2);
		wbuf_u8(&w, (uint8_t)cap.left);
		wbuf_copy(&w, cap);
		assert_true(open_parse(wbuf_read(&w, 0), &o, &err));
		assert_int_equal(o.seen.ignored, 1);
		assert_int_equal(o.seen.ignored_code, cap.p[0]);
		assert_false(o.caps.as4 || o.caps.restart.present);
	}
}

TEST(the_first_of_single_valued_capabilities_wins)
{
	assert_true(parse(OPEN_FIXED "0e 020c 4104 0000fde9 4104 0000fdea"));
	assert_int_equal(o.asn, 65001);
	assert_int_equal(o.seen.ignored, 1);
	assert_true(parse(OPEN_FIXED "08 0206 090101 090102"));
	assert_int_equal(o.caps.role, 1);
	assert_int_equal(o.seen.ignored, 1);
	assert_true(o.seen.roles_differ); /* RFC 9234 4.2 */
	assert_true(
	    parse(OPEN_FIXED "0e 020c 4b02 01 61 4b02 01 62 4902 00 00"));
	assert_true(rbuf_eq(o.seen.software, hex("61")));
	assert_int_equal(o.seen.ignored, 1);
}

TEST(identical_copies_have_no_effect)
{
	assert_true(parse(OPEN_FIXED "0e 020c 4104 0000fde9 4104 0000fde9"));
	assert_int_equal(o.seen.ignored, 0);
	assert_true(parse(OPEN_FIXED "0c 020a 090101 090101 0200 0200"));
	assert_int_equal(o.seen.ignored, 0);
	assert_false(o.seen.roles_differ);
}

TEST(the_last_graceful_restart_wins)
{
	assert_true(parse(OPEN_FIXED "10 020e 4006 8078 0001 01 80"
				     "4004 003c 0001" /* malformed */));
	assert_int_equal(o.seen.ignored, 1);
	assert_true(o.caps.restart.restarting);
	assert_true(o.caps.restart.forwarding[FAMILY_V4]);
	assert_true(parse(OPEN_FIXED "0e 020c 4006 8078 0001 01 80 4002 403c"));
	assert_int_equal(o.caps.restart.time, 60);
	assert_true(o.caps.restart.notification);
	assert_false(o.caps.restart.restarting);
	assert_false(o.caps.restart.family[FAMILY_V4]);
}

/* RFC 4724 3, RFC 8538 2, RFC 9494 3.1. */
TEST(graceful_restart_is_built_as_it_is_parsed)
{
	uint8_t room[MSG_MAX];
	struct wbuf w = wbuf_of(room, sizeof(room));
	struct bgp_open sent = {
		.asn = 65001, .hold_time = 90, .router_id = 1, .has_caps = true
	};
	struct msg m;
	struct caps *c = &sent.caps;

	c->family[FAMILY_V4] = c->family[FAMILY_V6] = c->as4 = true;
	c->restart = (struct caps_restart){ .present = true,
		.restarting = true,
		.notification = true,
		.time = 4095,
		.family = { false, true, true },
		.forwarding = { false, false, true } };
	c->long_lived = (struct caps_long_lived){ .present = true,
		.family = { false, true, true },
		.forwarding = { false, true, false },
		.time = { 0, LONG_LIVED_MOST, 3600 } };
	assert_true(open_build(&w, &sent));

	struct rbuf stream = wbuf_read(&w, 0);

	assert_int_equal(msg_cut(&stream, MSG_MAX, &m, &err), MSG_WHOLE);
	assert_true(open_parse(m.body, &o, &err));
	assert_memory_equal(&o.caps.restart, &c->restart, sizeof(c->restart));
	assert_memory_equal(
	    &o.caps.long_lived, &c->long_lived, sizeof(c->long_lived));
}

TEST(long_lived_times_are_read_by_family)
{
	assert_true(parse(OPEN_FIXED "12 0210 470e 0001 01 80 010203"
				     "0002 01 00 000009"));
	assert_true(o.caps.long_lived.present);
	assert_true(o.caps.long_lived.forwarding[FAMILY_V4]);
	assert_false(o.caps.long_lived.forwarding[FAMILY_V6]);
	assert_int_equal(o.caps.long_lived.time[FAMILY_V4], 0x010203);
	assert_int_equal(o.caps.long_lived.time[FAMILY_V6], 9);
	/* Six octets for a family that is not ours; then cut by one. */
	assert_true(parse(OPEN_FIXED "0b 0209 4707 0019 46 80 000009"));
	assert_false(o.caps.long_lived.family[FAMILY_V4]);
	assert_true(parse(OPEN_FIXED "0a 0208 4706 0001 01 80 0009"));
	assert_false(o.caps.long_lived.present);
	assert_int_equal(o.seen.ignored, 1);
}

TEST(add_path_and_extended_next_hop_are_read_by_family)
{
	assert_true(parse(
	    OPEN_FIXED "16 0214 4508 0001 01 03 0002 01 04 0506 0001 0001 0002"
		       "0600"));
	assert_int_equal(
	    o.caps.add_path[FAMILY_V4], ADD_PATH_RECEIVE | ADD_PATH_SEND);
	assert_int_equal(o.caps.add_path[FAMILY_V6], 0); /* 4: no such mode */
	assert_true(o.caps.extended_next_hop);
	assert_true(o.caps.extended_message);
}

/* RFC 7911 4, RFC 8654 3, RFC 8950 4, RFC 9234 4.1. */
TEST(add_path_extended_messages_and_a_role_are_built_as_they_are_parsed)
{
	uint8_t room[MSG_MAX];
	struct wbuf w = wbuf_of(room, sizeof(room));
	struct bgp_open sent = {
		.asn = 65001, .hold_time = 90, .router_id = 1, .has_caps = true
	};
	struct msg m;

	sent.caps = (struct caps){ .family = { false, true, true },
		.as4 = true,
		.extended_message = true,
		.extended_next_hop = true,
		.has_role = true,
		.role = 3,
		.add_path = {
		    0, ADD_PATH_RECEIVE | ADD_PATH_SEND, ADD_PATH_SEND } };
	assert_true(open_build(&w, &sent));

	struct rbuf stream = wbuf_read(&w, 0);

	assert_int_equal(msg_cut(&stream, MSG_MAX, &m, &err), MSG_WHOLE);
	assert_true(open_parse(m.body, &o, &err));
	assert_true(o.caps.extended_message && o.caps.has_role);
	assert_true(o.caps.extended_next_hop);
	assert_int_equal(o.caps.role, 3);
	assert_memory_equal(
	    o.caps.add_path, sent.caps.add_path, sizeof(o.caps.add_path));
	assert_int_equal(o.seen.ignored, 0);
}

TEST(names_are_any_bytes)
{
	assert_true(parse(OPEN_FIXED "0d 020b 4909 03 1b5b41 04 0aff0000"));
	assert_true(rbuf_eq(o.seen.hostname, hex("1b5b41")));
	assert_true(rbuf_eq(o.seen.domain, hex("0aff0000")));
}

TEST(what_both_can_is_agreed)
{
	struct caps ours = { .family = { false, true, true },
		.as4 = true,
		.route_refresh = true,
		.add_path = { 0, ADD_PATH_RECEIVE, ADD_PATH_SEND } };
	struct caps theirs = { .family = { false, false, true },
		.as4 = true,
		.extended_message = true,
		.add_path = { 0, ADD_PATH_SEND, ADD_PATH_SEND } };
	struct caps both = caps_agree(&ours, &theirs);

	assert_false(both.family[FAMILY_V4]);
	assert_true(both.family[FAMILY_V6]);
	assert_true(both.as4);
	assert_false(both.route_refresh || both.extended_message);
	assert_int_equal(both.add_path[FAMILY_V4], 0); /* not agreed */
	assert_int_equal(both.add_path[FAMILY_V6], 0);
	theirs.family[FAMILY_V4] = true;
	both = caps_agree(&ours, &theirs);
	assert_int_equal(both.add_path[FAMILY_V4], ADD_PATH_RECEIVE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_built_is_parsed_again),
		cmocka_unit_test(an_open_without_capabilities_means_ipv4),
		cmocka_unit_test(open_cut_anywhere_is_refused),
		cmocka_unit_test(bytes_behind_the_parameters_are_refused),
		cmocka_unit_test(another_version_is_told_ours),
		cmocka_unit_test(another_version_is_told_before_any_length),
		cmocka_unit_test(as_0_and_a_contradiction_are_refused),
		cmocka_unit_test(as_trans_goes_with_any_as_of_the_capability),
		cmocka_unit_test(router_id_0_is_refused),
		cmocka_unit_test(hold_time_below_3_is_refused),
		cmocka_unit_test(a_parameter_that_overruns_is_refused),
		cmocka_unit_test(extended_parameters_are_parsed),
		cmocka_unit_test(extended_parameters_may_be_longer_than_255),
		cmocka_unit_test(an_unknown_parameter_is_refused),
		cmocka_unit_test(unknown_capabilities_are_passed_over),
		cmocka_unit_test(
		    families_add_up_over_capabilities_and_parameters),
		cmocka_unit_test(
		    a_family_that_is_not_ours_says_that_ipv4_is_not_meant),
		cmocka_unit_test(
		    malformed_capabilities_are_left_out_and_counted),
		cmocka_unit_test(the_first_of_single_valued_capabilities_wins),
		cmocka_unit_test(identical_copies_have_no_effect),
		cmocka_unit_test(the_last_graceful_restart_wins),
		cmocka_unit_test(graceful_restart_is_built_as_it_is_parsed),
		cmocka_unit_test(long_lived_times_are_read_by_family),
		cmocka_unit_test(
		    add_path_and_extended_next_hop_are_read_by_family),
		cmocka_unit_test(
		    add_path_extended_messages_and_a_role_are_built_as_they_are_parsed),
		cmocka_unit_test(names_are_any_bytes),
		cmocka_unit_test(what_both_can_is_agreed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
