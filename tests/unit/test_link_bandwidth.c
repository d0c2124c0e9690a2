/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/link_bandwidth.h"

#include <stdio.h>

#include "tests/test.h"
#include "tests/unit/hex.h"

/* 1 gigabit a second is 125,000,000 bytes: 0x4cee6b28. */
#define GIGABIT "0004 fde9 4cee6b28 "
#define GIGABIT_ONE_AS "4004 fde9 4cee6b28 "
#define FOUR "0004 fde9 4dee6b28 "
#define WIDE(type, value) type "06 0000 " value " 0000fde9 00000000 "
#define TEN "00000000 4a817c80" /* gigabit a second, as 64 bits */

static float
of(const char *communities, const char *ipv6)
{
	struct rbuf r = hex(communities);

	return link_bandwidth_of(r, hex(ipv6));
}

TEST(both_types_are_read)
{
	assert_true(of("", "") == LINK_BANDWIDTH_NONE);
	assert_true(of(GIGABIT, "") == 125e6f);
	assert_true(of(GIGABIT_ONE_AS, "") == 125e6f);
}

TEST(other_communities_say_nothing_of_it)
{
	assert_true(of("0002 fde9 4cee6b28", "") == LINK_BANDWIDTH_NONE);
	assert_true(of("8004 fde9 4cee6b28", "") == LINK_BANDWIDTH_NONE);
	assert_true(of("0204 fde9 4cee6b28", "") == LINK_BANDWIDTH_NONE);
	assert_true(of("", WIDE("00", TEN)) == LINK_BANDWIDTH_NONE);
	assert_true(of("", "0204 0000 " TEN " 0000fde9 00000000") ==
	    LINK_BANDWIDTH_NONE);
}

/* RFC 10005: whether transitive or not. */
TEST(lowest_counts)
{
	assert_true(of(FOUR GIGABIT_ONE_AS, "") == 125e6f);
	assert_true(of(GIGABIT_ONE_AS FOUR, "") == 125e6f);
	assert_true(of(GIGABIT "0004 fde9 00000000", "") == 0);
}

/* Row 40 of doc/bgp.md */
TEST(what_is_no_bandwidth_is_ignored)
{
	static const char *const odd[] = { "7fc00000", "ffc00000", "7f800000",
		"ff800000", "cdee6b28" };
	char text[64];

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		snprintf(text, sizeof(text), "4004 fde9 %s", odd[i]);
		assert_true(of(text, "") == LINK_BANDWIDTH_NONE);
		snprintf(text, sizeof(text), "4004 fde9 %s" FOUR, odd[i]);
		assert_true(of(text, "") == 5e8f);
	}
}

TEST(wide_form_is_read)
{
	assert_true(of("", WIDE("02", TEN)) == 1.25e9f);
	assert_true(of("", WIDE("42", TEN)) == 1.25e9f);
	assert_true(of("", WIDE("02", "00000001 00000000")) == 4294967296.0f);
	assert_true(of("", WIDE("02", "0000000b a43b7400")) == 5e10f);
	assert_true(of(GIGABIT, WIDE("02", TEN)) == 125e6f);
	assert_true(of(GIGABIT, WIDE("42", "00000000 00000001")) == 1.0f);
}

/* The parser of the attribute has refused them; nothing is read behind the end. */
TEST(cut_ones_are_not_read)
{
	assert_true(of("0004 fde9 4cee6b", "") == LINK_BANDWIDTH_NONE);
	assert_true(
	    of("", "0206 0000 " TEN " 0000fde9 000000") == LINK_BANDWIDTH_NONE);
}

static void
built(const char *as, uint32_t asn, bool transitive, float bytes)
{
	uint8_t community[LINK_BANDWIDTH_OCTETS];

	link_bandwidth_build(community, asn, transitive, bytes);
	struct rbuf all = rbuf_of(community, sizeof(community));

	assert_true(rbuf_eq(all, hex(as)));
	assert_true(link_bandwidth_of(all, hex("")) == bytes);
}

TEST(what_is_built_is_read)
{
	built("0004 fde9 4cee6b28", 65001, true, 125e6f);
	built("4004 fde9 4cee6b28", 65001, false, 125e6f);
	built("0004 ffff 00000000", 65535, true, 0);
	built("0004 fde9 513a43b7", 65001, true, 5e10f); /* 400 Gbit/s */
	built("4004 5ba0 4dee6b28", 65536, false, 5e8f); /* AS_TRANS */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_types_are_read),
		cmocka_unit_test(other_communities_say_nothing_of_it),
		cmocka_unit_test(lowest_counts),
		cmocka_unit_test(what_is_no_bandwidth_is_ignored),
		cmocka_unit_test(wide_form_is_read),
		cmocka_unit_test(cut_ones_are_not_read),
		cmocka_unit_test(what_is_built_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
