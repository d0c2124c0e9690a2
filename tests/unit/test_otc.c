/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of RFC 9234 5, row by row. */
#include "bgpd/rib/otc.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

enum { NEIGHBOR = 65001, US = 65000, OTHER = 65009, UNMARKED = 0 };

struct row {
	enum role role; /* ours */
	uint32_t otc;
	bool good;
	uint32_t after;
};

static struct attrs
marked(uint32_t otc)
{
	return (struct attrs){ .has = otc != 0 ? ATTR_BIT(ATTR_OTC) : 0,
		.otc = otc };
}

static void
assert_mark(const struct attrs *a, uint32_t otc)
{
	assert_int_equal(attrs_has(a, ATTR_OTC), otc != UNMARKED);
	assert_int_equal(a->otc, otc);
}

static bool
takes(enum role role, const struct attrs *a)
{
	struct path_table *paths = path_table_new(1);
	struct path *path = path_intern(paths, a);
	bool good = otc_takes(role, NEIGHBOR, path);

	path_unref(path);
	path_table_free(paths);
	return good;
}

TEST(what_is_received_is_refused_or_marked_by_role)
{
	static const struct row rows[] = {
		{ ROLE_NONE, UNMARKED, true, UNMARKED },
		{ ROLE_NONE, OTHER, true, OTHER },
		{ ROLE_PROVIDER, UNMARKED, true, UNMARKED },
		{ ROLE_PROVIDER, NEIGHBOR, false, NEIGHBOR },
		{ ROLE_RS, UNMARKED, true, UNMARKED },
		{ ROLE_RS, OTHER, false, OTHER },
		{ ROLE_PEER, UNMARKED, true, NEIGHBOR },
		{ ROLE_PEER, NEIGHBOR, true, NEIGHBOR },
		{ ROLE_PEER, OTHER, false, OTHER },
		{ ROLE_CUSTOMER, UNMARKED, true, NEIGHBOR },
		{ ROLE_CUSTOMER, OTHER, true, OTHER },
		{ ROLE_RS_CLIENT, UNMARKED, true, NEIGHBOR },
		{ ROLE_RS_CLIENT, OTHER, true, OTHER },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct attrs a = marked(rows[i].otc);

		assert_int_equal(takes(rows[i].role, &a), rows[i].good);
		otc_mark_received(rows[i].role, NEIGHBOR, &a);
		assert_mark(&a, rows[i].after);
		/* … when a filter that has changed looks again, too. */
		assert_int_equal(takes(rows[i].role, &a), rows[i].good);
	}
}

TEST(what_is_told_is_held_back_or_marked_by_role)
{
	static const struct row rows[] = {
		{ ROLE_NONE, UNMARKED, true, UNMARKED },
		{ ROLE_NONE, OTHER, true, OTHER },
		{ ROLE_PROVIDER, UNMARKED, true, US },
		{ ROLE_PROVIDER, OTHER, true, OTHER },
		{ ROLE_RS, UNMARKED, true, US },
		{ ROLE_RS, OTHER, true, OTHER },
		{ ROLE_PEER, UNMARKED, true, US },
		{ ROLE_PEER, OTHER, false, OTHER },
		{ ROLE_CUSTOMER, UNMARKED, true, UNMARKED },
		{ ROLE_CUSTOMER, OTHER, false, OTHER },
		{ ROLE_RS_CLIENT, UNMARKED, true, UNMARKED },
		{ ROLE_RS_CLIENT, OTHER, false, OTHER },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct attrs a = marked(rows[i].otc);

		assert_int_equal(otc_told(rows[i].role, US, &a), rows[i].good);
		assert_mark(&a, rows[i].after);
	}
}

/* From an UPDATE to the path of a group. */
TEST(a_route_of_a_provider_goes_to_no_other_provider)
{
	struct path_table *paths = path_table_new(1);
	struct rib_source from = ebgp_source;
	struct group_key to = ebgp_key;
	struct attrs a = heard(VIA_65001, "10.0.0.1");

	otc_mark_received(ROLE_CUSTOMER, NEIGHBOR, &a);
	struct path *path = path_intern(paths, &a);

	to.pass_received = true;
	to.role = ROLE_CUSTOMER;
	assert_null(policy_export(&to, FAMILY_V4, &from, path, 0));
	to.role = ROLE_PROVIDER;
	struct path *out = policy_export(&to, FAMILY_V4, &from, path, 0);

	assert_int_equal(out->otc, NEIGHBOR);
	path_unref(out);
	path_unref(path);
	path_table_free(paths);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_received_is_refused_or_marked_by_role),
		cmocka_unit_test(what_is_told_is_held_back_or_marked_by_role),
		cmocka_unit_test(
		    a_route_of_a_provider_goes_to_no_other_provider),
	};

	return cmocka_run_group_tests_name("otc", tests, NULL, NULL);
}
