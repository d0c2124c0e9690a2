/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/nlri.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

static struct nlri
nlri_of(enum family family, bool add_path, const char *text)
{
	return (struct nlri){ hex(text), (uint8_t)family, add_path, 0 };
}

/* The next prefix is text; a NULL text is the end. */
static void
next_is(struct nlri *n, const char *text, uint32_t path_id)
{
	char got[PREFIX_TEXT];
	struct prefix p;
	uint32_t id;

	assert_int_equal(nlri_next(n, &p, &id), text != NULL);
	if (text == NULL)
		return;
	assert_string_equal(prefix_print(&p, got), text);
	assert_true(prefix_is_canonical(&p));
	assert_int_equal(id, path_id);
}

TEST(prefixes_come_one_by_one)
{
	struct nlri n = nlri_of(
	    FAMILY_V4, false, "18 0a0100 00 20 c0000201 08 0a 11 0a0180");

	assert_true(nlri_check(&n));
	assert_int_equal(n.count, 5);
	next_is(&n, "10.1.0.0/24", 0);
	next_is(&n, "0.0.0.0/0", 0);
	next_is(&n, "192.0.2.1/32", 0);
	next_is(&n, "10.0.0.0/8", 0);
	next_is(&n, "10.1.128.0/17", 0);
	next_is(&n, NULL, 0);
}

TEST(host_bits_are_cleared)
{
	struct nlri v4 = nlri_of(FAMILY_V4, false, "0c 0aff 01 ff");
	struct nlri v6 =
	    nlri_of(FAMILY_V6, false, "21 20010db8ff 40 20010db800010002 00");

	assert_true(nlri_check(&v4) && nlri_check(&v6));
	next_is(&v4, "10.240.0.0/12", 0);
	next_is(&v4, "128.0.0.0/1", 0);
	next_is(&v6, "2001:db8:8000::/33", 0);
	next_is(&v6, "2001:db8:1:2::/64", 0);
	next_is(&v6, "::/0", 0);
}

TEST(path_ids_stand_before_prefixes)
{
	struct nlri n =
	    nlri_of(FAMILY_V4, true, "00000001 18 0a0100 ffffffff 18 0a0100");

	assert_true(nlri_check(&n));
	assert_int_equal(n.count, 2);
	next_is(&n, "10.1.0.0/24", 1);
	next_is(&n, "10.1.0.0/24", UINT32_MAX);
	next_is(&n, NULL, 0);
}

/* doc/bgp.md 35 */
TEST(lengths_that_no_prefix_has_are_refused)
{
	struct nlri n = nlri_of(FAMILY_V4, false, "21 0a000000 00");

	assert_false(nlri_check(&n));
	n = nlri_of(
	    FAMILY_V6, false, "81 20010db8 00000000 00000000 00000000 00");
	assert_false(nlri_check(&n));
	n = nlri_of(FAMILY_V4, false, "18 0a01");
	assert_false(nlri_check(&n));
	n = nlri_of(FAMILY_V4, true, "000000");
	assert_false(nlri_check(&n));
	n = nlri_of(FAMILY_V4, true, "00000001");
	assert_false(nlri_check(&n));
}

/* doc/bgp.md 51 */
TEST(path_ids_that_are_not_agreed_are_refused_by_syntax)
{
	struct nlri n =
	    nlri_of(FAMILY_V4, true, "18 0a0100 18 0a0200 18 0a0300");

	assert_false(nlri_check(&n));
}

TEST(a_prefix_cut_anywhere_is_refused)
{
	struct rbuf whole =
	    hex("00000007 80 20010db8 00000000 00000000 00000001");

	for (size_t i = 1; i < whole.left; i++) {
		struct nlri n = { exact_copy(whole.p, i), FAMILY_V6, true, 0 };

		assert_false(nlri_check(&n));
	}
}

/* doc/bgp.md 36 */
TEST(martians_are_known)
{
	static const struct {
		const char *prefix;
		bool martian;
	} rows[] = {
		{ "0.0.0.0/0", false },
		{ "0.0.0.0/8", true },
		{ "0.1.0.0/16", true },
		{ "127.0.0.0/8", true },
		{ "127.0.0.1/32", true },
		{ "126.0.0.0/7", false },
		{ "224.0.0.0/4", true },
		{ "239.1.1.1/32", true },
		{ "240.0.0.0/4", true },
		{ "10.0.0.0/8", false },
		{ "::/0", false },
		{ "::1/128", true },
		{ "ff02::/16", true },
		{ "fe80::/10", true },
		{ "fe80::1/128", true },
		{ "::5/128", true },
		{ "64:ff9b::/96", false },
		{ "2001:db8::/32", false },
		{ "fc00::/7", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct prefix p;

		assert_true(prefix_parse(rows[i].prefix, &p, NULL));
		assert_int_equal(nlri_is_martian(&p), rows[i].martian);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_come_one_by_one),
		cmocka_unit_test(host_bits_are_cleared),
		cmocka_unit_test(path_ids_stand_before_prefixes),
		cmocka_unit_test(lengths_that_no_prefix_has_are_refused),
		cmocka_unit_test(
		    path_ids_that_are_not_agreed_are_refused_by_syntax),
		cmocka_unit_test(a_prefix_cut_anywhere_is_refused),
		cmocka_unit_test(martians_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
