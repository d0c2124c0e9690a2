/* SPDX-License-Identifier: Apache-2.0 */
#include "common/scoped_addr.h"
#include "tests/test.h"

static struct scoped_addr
parsed(const char *text)
{
	struct scoped_addr a;

	assert_true(scoped_addr_parse(text, &a));
	return a;
}

TEST(what_is_printed_is_read_again)
{
	static const char *const rows[] = { "10.0.0.1", "2001:db8::1",
		"fe80::1", "fe80::1%eth0", "febf::1%bond0.4094",
		"fe80::a:b%abcdefghijklmno" };
	char text[SCOPED_ADDR_TEXT];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scoped_addr a = parsed(rows[i]);

		assert_string_equal(scoped_addr_print(&a, text), rows[i]);
	}
}

TEST(only_a_link_local_address_has_a_zone)
{
	static const char *const bad[] = { "10.0.0.1%eth0", "169.254.0.1%eth0",
		"2001:db8::1%eth0", "::%eth0", "fe80::1%", "fe80::1% eth0",
		"fe80::1%eth0/64", "fe80::1%abcdefghijklmnop", "%eth0",
		"fe80::1%eth0%eth0", "fe80::g%eth0",
		"fe80:0000:0000:0000:0000:0000:0000:0000:0000:0001%eth0" };
	struct scoped_addr a;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(scoped_addr_parse(bad[i], &a));
		assert_int_equal(a.addr.family, FAMILY_NONE);
	}
}

TEST(zones_tell_equal_addresses_apart)
{
	struct scoped_addr none = parsed("fe80::1"), a = parsed("fe80::1%eth0"),
			   b = parsed("fe80::1%eth1"), c = parsed("fe80::2");

	assert_true(scoped_addr_cmp(&none, &a) < 0);
	assert_true(scoped_addr_cmp(&a, &b) < 0);
	assert_true(scoped_addr_cmp(&b, &c) < 0);
	assert_int_equal(scoped_addr_cmp(&a, &a), 0);
	b = scoped_addr(&a.addr, "eth0");
	assert_int_equal(scoped_addr_cmp(&a, &b), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_is_read_again),
		cmocka_unit_test(only_a_link_local_address_has_a_zone),
		cmocka_unit_test(zones_tell_equal_addresses_apart),
	};

	return cmocka_run_group_tests_name("scoped_addr", tests, NULL, NULL);
}
