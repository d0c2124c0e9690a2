/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/err.h"
#include "common/prefix.h"
#include "common/rng.h"
#include "tests/test.h"

static struct prefix
pfx(const char *text)
{
	struct prefix p;
	struct err err;

	assert_true(prefix_parse(text, &p, &err));
	return p;
}

static struct addr
ip(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

TEST(addresses_print_as_rfc_5952)
{
	static const char *const rows[][2] = {
		{ "10.0.0.1", "10.0.0.1" },
		{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
		{ "::", "::" },
		{ "::ffff:10.0.0.1", "10.0.0.1" },
		{ "fe80::1", "fe80::1" },
	};
	char text[ADDR_TEXT];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a = ip(rows[i][0]);
		assert_string_equal(addr_print(&a, text), rows[i][1]);
	}
	struct addr none = { 0 };
	assert_string_equal(addr_print(&none, text), "none");
}

TEST(what_is_no_address_is_refused)
{
	static const char *const rows[] = { "", "10", "10.0.0", "10.0.0.256",
		"010.0.0.1", " 10.0.0.1", "10.0.0.1 ", "1::2::3",
		"fe80::1%eth0", "::g", "10.0.0.1/8" };
	struct addr a;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_false(addr_parse(rows[i], &a));
		assert_int_equal(a.family, FAMILY_NONE);
	}
}

TEST(prefixes_are_parsed)
{
	static const char *const rows[][2] = {
		{ "10.1.2.3/8", "10.1.2.3/8" },
		{ "10.0.0.1", "10.0.0.1/32" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "2001:db8::/32", "2001:db8::/32" },
		{ "::1", "::1/128" },
		{ "::ffff:10.0.0.0/104", "10.0.0.0/8" },
	};
	char text[PREFIX_TEXT];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct prefix p = pfx(rows[i][0]);
		assert_string_equal(prefix_print(&p, text), rows[i][1]);
	}
}

TEST(what_is_no_prefix_is_refused)
{
	static const char *const rows[] = { "", "/8", "10.0.0.0/",
		"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/0008",
		"::/129", "::ffff:10.0.0.0/95", "10.0.0.0/ 8",
		"1234:1234:1234:1234:1234:1234:1234:1234:1234:1234/8" };
	struct prefix p;
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		err.text[0] = '\0';
		assert_false(prefix_parse(rows[i], &p, &err));
		assert_int_not_equal(err.text[0], '\0');
	}
}

TEST(canonical_clears_host_bits)
{
	static const char *const rows[][2] = {
		{ "10.1.2.3/8", "10.0.0.0/8" },
		{ "10.255.255.255/9", "10.128.0.0/9" },
		{ "10.1.2.3/32", "10.1.2.3/32" },
		{ "255.255.255.255/0", "0.0.0.0/0" },
		{ "2001:db8:ffff::1/33", "2001:db8:8000::/33" },
		{ "ffff::ffff/128", "ffff::ffff/128" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct prefix p = pfx(rows[i][0]), want = pfx(rows[i][1]);
		struct prefix c = prefix_canonical(&p);
		assert_true(prefix_eq(&c, &want));
		assert_true(prefix_is_canonical(&c));
		assert_int_equal(prefix_is_canonical(&p), prefix_eq(&p, &want));
	}
}

TEST(order_is_family_address_length)
{
	static const char *const rows[] = { "0.0.0.0/0", "10.0.0.0/8",
		"10.0.0.0/24", "10.0.0.0/32", "10.0.0.1/32", "11.0.0.0/8",
		"::/0", "2001:db8::/32" };
	size_t n = sizeof(rows) / sizeof(rows[0]);

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			struct prefix a = pfx(rows[i]), b = pfx(rows[j]);
			int c = prefix_cmp(&a, &b);
			assert_int_equal((c > 0) - (c < 0), (i > j) - (i < j));
		}
}

TEST(containing_goes_by_family_and_bits)
{
	struct prefix p = pfx("10.1.0.0/15"), v6 = pfx("::/0");
	struct prefix inner = pfx("10.0.128.0/17"), outer = pfx("10.0.0.0/8");
	struct addr in = ip("10.0.255.1"), out = ip("10.2.0.0");

	assert_true(prefix_contains(&p, &in));
	assert_false(prefix_contains(&p, &out));
	assert_false(prefix_contains(&v6, &in));
	assert_true(prefix_covers(&p, &inner));
	assert_true(prefix_covers(&p, &p));
	assert_false(prefix_covers(&p, &outer));
	assert_false(prefix_covers(&v6, &p));
}

/* A prefix is exactly the addresses from its first to its last. */
TEST(first_and_last_enclose_what_is_contained)
{
	struct rng r;

	rng_init(&r, 5);
	for (int i = 0; i < 2000; i++) {
		enum family family = FAMILY_V4 + rng_below(&r, 2);
		uint8_t bytes[16];
		for (unsigned j = 0; j < sizeof(bytes); j++)
			bytes[j] = (uint8_t)rng_u32(&r);
		struct addr a = addr_from(family, bytes);
		struct prefix p =
		    prefix_of(&a, rng_below(&r, family_bits(family) + 1));
		struct addr last = prefix_last(&p), past = last;

		assert_true(prefix_contains(&p, &a));
		assert_true(prefix_contains(&p, &last));
		assert_true(addr_cmp(&p.addr, &a) <= 0);
		assert_true(addr_cmp(&a, &last) <= 0);
		if (addr_next(&past))
			assert_false(prefix_contains(&p, &past));
	}
}

TEST(next_address_carries_and_ends)
{
	static const char *const rows[][2] = {
		{ "10.0.0.255", "10.0.1.0" },
		{ "10.255.255.255", "11.0.0.0" },
		{ "2001:db8::ffff", "2001:db8::1:0" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a = ip(rows[i][0]), want = ip(rows[i][1]);
		assert_true(addr_next(&a));
		assert_true(addr_eq(&a, &want));
		want = ip(rows[i][0]);
		assert_true(addr_prev(&a));
		assert_true(addr_eq(&a, &want));
	}
	struct addr last = ip("255.255.255.255"), same = last;
	assert_false(addr_next(&last));
	assert_true(addr_eq(&last, &same));
	last = same = ip("::");
	assert_false(addr_prev(&last));
	assert_true(addr_eq(&last, &same));
}

TEST(kinds_of_addresses_are_known)
{
	struct addr ll6 = ip("fe80::1"), ll4 = ip("169.254.1.1");
	struct addr any = ip("::"), other = ip("fec0::1");
	struct addr made = addr_v4(0x0a000001), same = ip("10.0.0.1");

	assert_true(addr_is_link_local(&ll6));
	assert_true(addr_is_link_local(&ll4));
	assert_false(addr_is_link_local(&other));
	assert_true(addr_is_zero(&any));
	assert_false(addr_is_zero(&ll6));
	assert_true(addr_eq(&made, &same));
	assert_string_equal(family_name(FAMILY_V6), "IPv6");
	assert_int_equal(family_bits(FAMILY_NONE), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_print_as_rfc_5952),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(prefixes_are_parsed),
		cmocka_unit_test(what_is_no_prefix_is_refused),
		cmocka_unit_test(canonical_clears_host_bits),
		cmocka_unit_test(order_is_family_address_length),
		cmocka_unit_test(containing_goes_by_family_and_bits),
		cmocka_unit_test(first_and_last_enclose_what_is_contained),
		cmocka_unit_test(next_address_carries_and_ends),
		cmocka_unit_test(kinds_of_addresses_are_known),
	};

	return cmocka_run_group_tests_name("prefix", tests, NULL, NULL);
}
