/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of those who are gone: doc/rules.md 7, and 6 and 8 after a restart. */
#include "allocator/ipam/addrs.h"
#include "allocator/ipam/cooldown.h"
#include "allocator/ipam/ipam.h"
#include "allocator/pool/bitset.h"
#include "tests/unit/addresses.h"
#include "tests/unit/allocator_cases.h"

#include <stdlib.h>
#include <string.h>

#define RECORD(address)                                                 \
	"{'metadata':{'annotations':{'lbbgp.io/allocated-from':'four'," \
	"'lbbgp.io/allocated-addresses':'" address "'}}}"

TEST(created_again_soon_it_gets_the_same_address)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	service(c, "web/b", NULL);
	remove_service(c, "web/b");
	remove_service(c, "web/a");
	service(c, "web/b", NULL);
	assert_has(c, "web/b", "10.0.0.1");
	service(c, "web/a", NULL);
	assert_has(c, "web/a", "10.0.0.0");
	cluster_free(c);
}

TEST(others_prefer_other_addresses_meanwhile)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	remove_service(c, "web/a");
	service(c, "web/b", NULL);
	assert_has(c, "web/b", "10.0.0.1");
	service(c, "web/a", NULL);
	assert_has(c, "web/a", "10.0.0.0");
	cluster_free(c);
}

TEST(when_nothing_else_is_free_it_is_given)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/gone", NULL);
	remove_service(c, "web/gone");
	annotate(
	    c, "web/all", "lbbgp.io/addresses", "10.0.0.1,10.0.0.2,10.0.0.3");
	service(c, "web/b", NULL);
	assert_has(c, "web/b", "10.0.0.0");
	service(c, "web/gone", NULL);
	assert_says(c, "web/gone", "False PoolExhausted");
	cluster_free(c);
}

TEST(who_asks_for_it_gets_it)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/gone", NULL);
	remove_service(c, "web/gone");
	service(c, "web/b", ASKS("10.0.0.0"));
	assert_has(c, "web/b", "10.0.0.0");
	cluster_free(c);
}

TEST(after_the_cooldown_it_is_free_like_any_other)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/gone", NULL);
	remove_service(c, "web/gone");
	cluster_wait(c, 3600 * 1000);
	service(c, "web/b", NULL);
	assert_has(c, "web/b", "10.0.0.0");
	cluster_free(c);
}

TEST(a_spared_address_counts_as_free)
{
	struct cluster *c = cluster_with_four();
	char *text;

	service(c, "web/gone", NULL);
	remove_service(c, "web/gone");
	text = cluster_metrics(c);
	assert_non_null(strstr(
	    text, "lbbgp_group_used{group=\"four\",family=\"IPv4\"} 0\n"));
	free(text);
	cluster_free(c);
}

TEST(a_restart_forgets_who_is_gone)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/gone", NULL);
	remove_service(c, "web/gone");
	cluster_restart(c);
	service(c, "web/b", NULL);
	assert_has(c, "web/b", "10.0.0.0");
	cluster_free(c);
}

TEST(a_spared_address_stays_so_when_pools_change)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/gone", NULL);
	remove_service(c, "web/gone");
	group(c, "four", "10.0.0.0/24", "10.0.0.0/29");
	service(c, "web/b", NULL);
	assert_has(c, "web/b", "10.0.0.1");
	service(c, "web/gone", NULL);
	assert_has(c, "web/gone", "10.0.0.0");
	cluster_free(c);
}

TEST(a_record_goes_before_an_older_service_that_asks_for_nothing)
{
	struct cluster *c = cluster_new(1);

	cluster_stop(c);
	cluster_set_age(c, 100);
	cluster_put(c, "Service", "web/older", NULL);
	cluster_set_age(c, 200);
	cluster_put(c, "Service", "web/recorded", RECORD("10.0.0.0"));
	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/recorded", "10.0.0.0");
	assert_has(c, "web/older", "10.0.0.1");
	cluster_free(c);
}

TEST(a_record_goes_before_those_who_wait_for_the_first_group)
{
	struct cluster *c = cluster_new(1);

	service(c, "web/older", NULL);
	service(c, "web/recorded", RECORD("10.0.0.0"));
	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	cluster_settle(c);
	assert_has(c, "web/recorded", "10.0.0.0");
	assert_has(c, "web/older", "10.0.0.1");
	cluster_free(c);
}

TEST(an_older_service_that_asks_for_a_recorded_address_gets_it)
{
	struct cluster *c = cluster_new(1);

	cluster_stop(c);
	cluster_set_age(c, 100);
	cluster_put(c, "Service", "web/older", ASKS("10.0.0.0"));
	cluster_set_age(c, 200);
	cluster_put(c, "Service", "web/recorded", RECORD("10.0.0.0"));
	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/older", "10.0.0.0");
	assert_has(c, "web/recorded", "10.0.0.1");
	assert_says(c, "web/recorded", "True Assigned");
	cluster_free(c);
}

TEST(a_record_goes_before_a_younger_service_that_asks_for_it)
{
	struct cluster *c = cluster_new(1);

	cluster_stop(c);
	cluster_set_age(c, 200);
	cluster_put(c, "Service", "web/asks", ASKS("10.0.0.0"));
	cluster_set_age(c, 100);
	cluster_put(c, "Service", "web/recorded", RECORD("10.0.0.0"));
	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/recorded", "10.0.0.0");
	assert_says(c, "web/asks", "False AddressInUse");
	cluster_free(c);
}

/* The lowest address of the pool that somebody is to get. */
static const char *
lowest(const struct ipam *ipam)
{
	static char text[ADDR_TEXT];
	struct addr a;

	return ipam_lowest_free(ipam, 0, FAMILY_V4, &a) ? addr_print(&a, text)
							: "none";
}

TEST(of_too_many_the_oldest_is_forgotten)
{
	struct pool *pool = pool_of("10.0.0.0-10.1.0.0", "", false);
	struct ipam *ipam = ipam_new();
	struct bitset changed;
	struct cooldown *cool = cooldown_new(1000);
	char name[32];

	bitset_init(&changed, 1);
	ipam_set_pools(ipam, (const struct pool *const[]){ pool }, 1, &changed);
	cooldown_move(cool, ipam);
	for (unsigned i = 0; i <= COOLDOWN_MOST; i++) {
		struct addr a = addr_v4(0x0a010000 - i);

		snprintf(name, sizeof(name), "%u", i);
		cooldown_add(cool, "web", name, &(struct addrs){ &a, 1 }, i);
	}
	assert_string_equal(lowest(ipam), "10.1.0.0"); /* the others rest */
	assert_int_equal(cooldown_find(cool, "web", "0").n, 0);
	assert_int_equal(cooldown_find(cool, "web", "1").n, 1);
	cooldown_free(cool);
	assert_string_equal(lowest(ipam), "10.0.0.0");
	ipam_free(ipam);
	bitset_fini(&changed);
	pool_free(pool);
}

TEST(the_last_who_had_it_has_the_better_claim)
{
	struct pool *pool = pool_of("10.0.0.0/31", "", false);
	struct ipam *ipam = ipam_new(), *other = ipam_new();
	struct bitset changed;
	struct cooldown *cool = cooldown_new(1000);
	struct addr a = addr_v4(0x0a000000);
	const struct addrs had = { &a, 1 };

	bitset_init(&changed, 1);
	ipam_set_pools(ipam, (const struct pool *const[]){ pool }, 1, &changed);
	ipam_set_pools(
	    other, (const struct pool *const[]){ pool }, 1, &changed);
	cooldown_move(cool, ipam);
	cooldown_add(cool, "web", "first", &had, 0);
	cooldown_add(cool, "web", "last", &had, 500);
	cooldown_move(cool, other);
	cooldown_expire(cool, 1000);
	assert_string_equal(lowest(other), "10.0.0.1");
	cooldown_expire(cool, 1500);
	assert_string_equal(lowest(other), "10.0.0.0");
	cooldown_free(cool);
	ipam_free(ipam);
	ipam_free(other);
	bitset_fini(&changed);
	pool_free(pool);
}

TEST(without_a_cooldown_nothing_is_remembered)
{
	struct cooldown *cool = cooldown_new(0);
	struct addr a = addr_v4(1);

	cooldown_add(cool, "web", "a", &(struct addrs){ &a, 1 }, 0);
	assert_int_equal(cooldown_find(cool, "web", "a").n, 0);
	cooldown_free(cool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(created_again_soon_it_gets_the_same_address),
		cmocka_unit_test(others_prefer_other_addresses_meanwhile),
		cmocka_unit_test(when_nothing_else_is_free_it_is_given),
		cmocka_unit_test(who_asks_for_it_gets_it),
		cmocka_unit_test(after_the_cooldown_it_is_free_like_any_other),
		cmocka_unit_test(a_spared_address_counts_as_free),
		cmocka_unit_test(a_restart_forgets_who_is_gone),
		cmocka_unit_test(a_spared_address_stays_so_when_pools_change),
		cmocka_unit_test(
		    a_record_goes_before_an_older_service_that_asks_for_nothing),
		cmocka_unit_test(
		    a_record_goes_before_those_who_wait_for_the_first_group),
		cmocka_unit_test(
		    an_older_service_that_asks_for_a_recorded_address_gets_it),
		cmocka_unit_test(
		    a_record_goes_before_a_younger_service_that_asks_for_it),
		cmocka_unit_test(of_too_many_the_oldest_is_forgotten),
		cmocka_unit_test(the_last_who_had_it_has_the_better_claim),
		cmocka_unit_test(without_a_cooldown_nothing_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
