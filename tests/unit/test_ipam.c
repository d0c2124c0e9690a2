/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/ipam/ipam.h"
#include "allocator/pool/bitset.h"
#include "common/rng.h"
#include "tests/test.h"
#include "tests/unit/addresses.h"

static struct tenant alice, bob;
static struct bitset changed; /* pools */

struct fixture {
	struct ipam *ipam;
	struct pool *pools[2];
};

static struct fixture
two_pools(const char *first, const char *second)
{
	struct fixture f = { ipam_new(),
		{ pool_of(first, "", false), pool_of(second, "", false) } };

	bitset_init(&changed, 2);
	ipam_set_pools(
	    f.ipam, (const struct pool *const *)f.pools, 2, &changed);
	alice = bob = (struct tenant){ 0 };
	return f;
}

static void
end(struct fixture *f)
{
	ipam_free(f->ipam);
	bitset_fini(&changed);
	pool_free(f->pools[0]);
	pool_free(f->pools[1]);
}

static bool
hold(struct fixture *f, const char *text, struct tenant *owner)
{
	struct addr a = ip(text);

	return ipam_hold(f->ipam, &a, owner);
}

static bool
release(struct fixture *f, const char *text, struct tenant *owner)
{
	struct addr a = ip(text);

	return ipam_release(f->ipam, &a, owner);
}

static const char *
lowest_of(const struct fixture *f, size_t pool, enum family family)
{
	static char text[ADDR_TEXT];
	struct addr a;

	return ipam_lowest_free(f->ipam, pool, family, &a)
	    ? addr_print(&a, text)
	    : "none";
}

static const char *
lowest(const struct fixture *f, size_t pool)
{
	return lowest_of(f, pool, FAMILY_V4);
}

TEST(the_lowest_free_address_goes_first)
{
	struct fixture f = two_pools("10.0.0.0/30", "10.1.0.0/30");

	assert_string_equal(lowest(&f, 0), "10.0.0.0");
	hold(&f, "10.0.0.0", &alice);
	hold(&f, "10.0.0.2", &alice);
	assert_string_equal(lowest(&f, 0), "10.0.0.1");
	hold(&f, "10.0.0.1", &bob);
	assert_string_equal(lowest(&f, 0), "10.0.0.3");
	hold(&f, "10.0.0.3", &bob);
	assert_string_equal(lowest(&f, 0), "none");
	assert_string_equal(lowest(&f, 1), "10.1.0.0");
	assert_int_equal(ipam_used(f.ipam, 0, FAMILY_V4), 4);
	assert_int_equal(ipam_available(f.ipam, 0, FAMILY_V4), 0);
	end(&f);
}

TEST(an_address_is_free_when_its_last_holder_goes)
{
	struct fixture f = two_pools("10.0.0.0/30", "10.1.0.0/30");
	struct addr a = ip("10.0.0.0");

	assert_true(hold(&f, "10.0.0.0", &alice));
	assert_true(hold(&f, "10.0.0.0", &bob));
	assert_false(hold(&f, "10.0.0.0", &bob));
	assert_int_equal(ipam_used(f.ipam, 0, FAMILY_V4), 1);
	assert_true(release(&f, "10.0.0.0", &alice));
	assert_false(release(&f, "10.0.0.0", &alice));
	assert_ptr_equal(ipam_holders(f.ipam, &a)->owner, &bob);
	assert_true(release(&f, "10.0.0.0", &bob));
	assert_null(ipam_holders(f.ipam, &a));
	end(&f);
}

TEST(holders_stay_when_pools_change)
{
	struct fixture f = two_pools("10.0.0.0/30", "10.1.0.0/30");
	struct addr a = ip("10.0.0.1");

	hold(&f, "10.0.0.1", &alice);
	hold(&f, "192.0.2.1", &bob);
	pool_free(f.pools[0]);
	f.pools[0] = pool_of("192.0.2.0/30", "", false);
	ipam_set_pools(
	    f.ipam, (const struct pool *const *)f.pools, 2, &changed);
	assert_int_equal(ipam_pool_of(f.ipam, &a), IPAM_NO_POOL);
	assert_ptr_equal(ipam_holders(f.ipam, &a)->owner, &alice);
	assert_int_equal(ipam_used(f.ipam, 0, FAMILY_V4), 1);
	assert_string_equal(lowest(&f, 0), "192.0.2.0");
	hold(&f, "192.0.2.0", &alice);
	assert_string_equal(lowest(&f, 0), "192.0.2.2");
	assert_true(release(&f, "192.0.2.1", &bob));
	end(&f);
}

TEST(interleaved_pools_do_not_mix)
{
	struct fixture f =
	    two_pools("10.0.0.0-10.0.0.1,10.0.0.4-10.0.0.5", "10.0.0.2/31");

	hold(&f, "10.0.0.0", &alice);
	hold(&f, "10.0.0.1", &alice);
	hold(&f, "10.0.0.2", &alice);
	assert_string_equal(lowest(&f, 0), "10.0.0.4");
	assert_string_equal(lowest(&f, 1), "10.0.0.3");
	end(&f);
}

TEST(a_pool_of_ipv6_of_any_size_works_alike)
{
	struct fixture f = two_pools("2001:db8::/32", "fd00::/64");

	hold(&f, "2001:db8::", &alice);
	hold(&f, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", &alice);
	assert_string_equal(lowest_of(&f, 0, FAMILY_V6), "2001:db8::1");
	release(&f, "2001:db8::", &alice);
	assert_string_equal(lowest_of(&f, 0, FAMILY_V6), "2001:db8::");
	assert_string_equal(lowest(&f, 0), "none");
	assert_true(ipam_available(f.ipam, 1, FAMILY_V6) == UINT64_MAX);
	end(&f);
}

TEST(a_resting_address_goes_last)
{
	struct fixture f = two_pools("10.0.0.0/31", "10.1.0.0/30");
	struct addr a = ip("10.0.0.0");

	ipam_rest(f.ipam, &a, &alice);
	assert_int_equal(ipam_used(f.ipam, 0, FAMILY_V4), 0);
	assert_string_equal(lowest(&f, 0), "10.0.0.1");
	hold(&f, "10.0.0.1", &alice);
	assert_string_equal(lowest(&f, 0), "10.0.0.0");
	hold(&f, "10.0.0.0", &bob);
	assert_string_equal(lowest(&f, 0), "none");
	assert_int_equal(ipam_used(f.ipam, 0, FAMILY_V4), 2);
	ipam_wake(f.ipam, &a, &alice);
	assert_ptr_equal(ipam_holders(f.ipam, &a)->owner, &bob);
	end(&f);
}

TEST(a_resting_address_stays_so_when_pools_change)
{
	struct fixture f = two_pools("10.0.0.0/31", "10.1.0.0/30");
	struct addr a = ip("10.0.0.0"), b = ip("192.0.2.0");

	ipam_rest(f.ipam, &a, &alice);
	ipam_rest(f.ipam, &b, &alice);
	pool_free(f.pools[0]);
	f.pools[0] = pool_of("192.0.2.0/31", "", false);
	ipam_set_pools(
	    f.ipam, (const struct pool *const *)f.pools, 2, &changed);
	assert_string_equal(lowest(&f, 0), "192.0.2.1");
	ipam_wake(f.ipam, &b, &alice);
	assert_string_equal(lowest(&f, 0), "192.0.2.0");
	end(&f);
}

TEST(what_an_owner_holds_is_known_from_either_side)
{
	struct fixture f = two_pools("10.0.0.0/30", "10.1.0.0/30");
	struct addr first = ip("10.0.0.1"), second = ip("192.0.2.1");

	hold(&f, "10.0.0.1", &alice);
	hold(&f, "10.0.0.1", &bob);
	hold(&f, "192.0.2.1", &bob);
	assert_true(ipam_holds(&bob, &first));
	assert_false(ipam_holds(&alice, &second));
	assert_true(addr_eq(bob.first->addr, &first)); /* in their order */
	assert_true(addr_eq(bob.first->more->addr, &second));
	release(&f, "10.0.0.1", &bob);
	assert_ptr_equal(ipam_holders(f.ipam, &first)->owner, &alice);
	assert_true(addr_eq(bob.first->addr, &second));
	release(&f, "192.0.2.1", &bob);
	assert_null(bob.first);
	end(&f);
}

TEST(a_resting_address_can_be_had)
{
	struct fixture f = two_pools("10.0.0.0/31", "10.1.0.0/32");
	struct addr a = ip("10.1.0.0");

	ipam_rest(f.ipam, &a, &alice); /* better than nothing */
	assert_int_equal(ipam_available(f.ipam, 1, FAMILY_V4), 1);
	hold(&f, "10.1.0.0", &alice);
	assert_int_equal(ipam_available(f.ipam, 1, FAMILY_V4), 0);
	assert_int_equal(ipam_available(f.ipam, 1, FAMILY_V6), 0);
	assert_int_equal(ipam_available(f.ipam, 0, FAMILY_V4), 2);
	end(&f);
}

TEST(a_pool_is_given_once_after_a_change)
{
	struct fixture f = two_pools("10.0.0.0/30", "10.1.0.0/30");

	assert_int_equal(bitset_take(&changed), 0);
	assert_int_equal(bitset_take(&changed), 1);
	hold(&f, "10.1.0.0", &alice);
	hold(&f, "10.1.0.1", &alice);
	hold(&f, "192.0.2.1", &alice);
	assert_int_equal(bitset_take(&changed), 1);
	release(&f, "10.1.0.0", &bob); /* who does not hold it */
	assert_int_equal(bitset_take(&changed), BITSET_NONE);
	release(&f, "10.1.0.0", &alice);
	assert_int_equal(bitset_take(&changed), 1);
	assert_int_equal(bitset_take(&changed), BITSET_NONE);
	end(&f);
}

/* Random holding and releasing; the answer is compared with a walk over all. */
TEST(the_lowest_free_is_what_a_walk_finds)
{
	struct fixture f =
	    two_pools("10.0.0.0-10.0.0.99,10.0.1.0-10.0.1.99", "10.9.0.0/30");
	const struct addr from = ip("10.0.0.0"), end_addr = ip("10.0.2.0");
	struct rng rng;

	rng_init(&rng, 2);
	for (unsigned step = 0; step < 5000; step++) {
		struct addr a = addr_v4(0x0a000000 + rng_below(&rng, 2) * 256 +
		    rng_below(&rng, 100));

		if (!ipam_hold(f.ipam, &a, &alice) && rng_below(&rng, 4) == 0)
			ipam_release(f.ipam, &a, &alice);
		struct addr want = from, got;

		while (!addr_eq(&want, &end_addr) &&
		    (ipam_pool_of(f.ipam, &want) != 0 ||
			ipam_holders(f.ipam, &want) != NULL))
			addr_next(&want);
		assert_int_equal(ipam_lowest_free(f.ipam, 0, FAMILY_V4, &got),
		    !addr_eq(&want, &end_addr));
		if (!addr_eq(&want, &end_addr))
			assert_true(addr_eq(&want, &got));
	}
	end(&f);
}

TEST(what_is_reserved_is_neither_free_nor_used)
{
	struct fixture f = two_pools("10.0.0.0/30", "10.1.0.0/30");
	struct addr a = ip("10.0.0.0"), b = ip("10.0.0.1");

	hold(&f, "10.0.0.1", &alice);
	assert_true(ipam_reserve(f.ipam, &a, "api"));
	assert_true(ipam_reserve(f.ipam, &b, "api"));
	assert_false(ipam_reserve(f.ipam, &b, "api"));
	assert_string_equal(lowest(&f, 0), "10.0.0.2");
	assert_int_equal(ipam_reserved(f.ipam, 0, FAMILY_V4), 2);
	assert_int_equal(ipam_used(f.ipam, 0, FAMILY_V4), 0);
	assert_int_equal(ipam_available(f.ipam, 0, FAMILY_V4), 2);
	assert_int_equal(ipam_pool_of(f.ipam, &b), IPAM_NO_POOL);
	assert_int_equal(ipam_pool_with(f.ipam, &b), 0);
	assert_true(ipam_unreserve(f.ipam, &a, "api"));
	assert_true(ipam_unreserve(f.ipam, &b, "api"));
	assert_false(ipam_unreserve(f.ipam, &b, "api"));
	assert_string_equal(lowest(&f, 0), "10.0.0.0");
	assert_int_equal(ipam_reserved(f.ipam, 0, FAMILY_V4), 0);
	assert_int_equal(ipam_used(f.ipam, 0, FAMILY_V4), 1);
	assert_int_equal(ipam_available(f.ipam, 0, FAMILY_V4), 3);
	release(&f, "10.0.0.1", &alice);
	end(&f);
}

TEST(what_becomes_of_a_reserved_address_counts_when_it_is_so_no_more)
{
	struct fixture f = two_pools("10.0.0.0/30", "10.1.0.0/30");
	struct addr a = ip("10.0.0.0"), b = ip("10.0.0.1"), c = ip("10.0.0.2");

	hold(&f, "10.0.0.0", &alice);
	ipam_reserve(f.ipam, &a, "api");
	ipam_reserve(f.ipam, &b, "api");
	ipam_reserve(f.ipam, &c, "api");
	release(&f, "10.0.0.0", &alice);
	hold(&f, "10.0.0.1", &bob);
	ipam_rest(f.ipam, &c, &f);
	assert_string_equal(lowest(&f, 0), "10.0.0.3");
	ipam_unreserve(f.ipam, &c, "api");
	ipam_unreserve(f.ipam, &b, "api");
	assert_string_equal(lowest(&f, 0), "10.0.0.3"); /* that rests, yet */
	ipam_wake(f.ipam, &c, &f);
	assert_string_equal(lowest(&f, 0), "10.0.0.2");
	ipam_unreserve(f.ipam, &a, "api");
	assert_string_equal(lowest(&f, 0), "10.0.0.0");
	assert_int_equal(ipam_used(f.ipam, 0, FAMILY_V4), 1);
	release(&f, "10.0.0.1", &bob);
	end(&f);
}

TEST(what_is_reserved_is_so_in_pools_that_come_later)
{
	struct fixture f = two_pools("10.0.0.0/30", "10.1.0.0/30");
	struct addr a = ip("10.1.0.0"), b = ip("192.0.2.1");

	ipam_reserve(f.ipam, &a, "api");
	ipam_reserve(f.ipam, &b, "api");
	hold(&f, "10.1.0.0", &alice);
	ipam_set_pools(
	    f.ipam, (const struct pool *const[]){ f.pools[1] }, 1, &changed);
	assert_string_equal(lowest(&f, 0), "10.1.0.1");
	assert_int_equal(ipam_reserved(f.ipam, 0, FAMILY_V4), 1);
	assert_int_equal(ipam_used(f.ipam, 0, FAMILY_V4), 0);
	assert_int_equal(ipam_pool_with(f.ipam, &b), IPAM_NO_POOL);
	release(&f, "10.1.0.0", &alice);
	end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lowest_free_address_goes_first),
		cmocka_unit_test(an_address_is_free_when_its_last_holder_goes),
		cmocka_unit_test(holders_stay_when_pools_change),
		cmocka_unit_test(interleaved_pools_do_not_mix),
		cmocka_unit_test(a_pool_of_ipv6_of_any_size_works_alike),
		cmocka_unit_test(a_resting_address_goes_last),
		cmocka_unit_test(a_resting_address_stays_so_when_pools_change),
		cmocka_unit_test(what_an_owner_holds_is_known_from_either_side),
		cmocka_unit_test(a_resting_address_can_be_had),
		cmocka_unit_test(a_pool_is_given_once_after_a_change),
		cmocka_unit_test(the_lowest_free_is_what_a_walk_finds),
		cmocka_unit_test(what_is_reserved_is_neither_free_nor_used),
		cmocka_unit_test(
		    what_becomes_of_a_reserved_address_counts_when_it_is_so_no_more),
		cmocka_unit_test(
		    what_is_reserved_is_so_in_pools_that_come_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
