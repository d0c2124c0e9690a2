/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the next leader makes of what it has seen while another one led: doc/rules.md
 * 1, 2, 3, 6.
 */
#include "common/log.h"
#include "tests/unit/allocator_cases.h"

/* The leader stops, and the other one has won by the end. */
static void
change_leader(struct cluster *c)
{
	int leader = cluster_leader(c);

	assert_true(leader >= 0);
	cluster_set_away(c, (unsigned)leader, 60000);
	cluster_run(c, 20000);
	assert_int_equal(cluster_leader(c), 1 - leader);
}

/* It hears of nothing that happens from now on. */
static void
cut_leader(struct cluster *c)
{
	int leader = cluster_leader(c);

	assert_true(leader >= 0);
	cluster_set_cut(c, (unsigned)leader, 60000);
}

/* There is one address. */
static struct cluster *
pair_with_one_address(uint64_t seed)
{
	struct cluster *c = cluster_new_pair(seed);

	group(c, "one", "10.0.0.0/24", "10.0.0.0/32");
	cluster_run(c, 3000);
	return c;
}

static void
put_of_age(struct cluster *c, const char *where, unsigned age, const char *text)
{
	cluster_set_age(c, age);
	cluster_put(c, "Service", where, text);
	cluster_run(c, 1000);
}

#define SHARES(port)                                                \
	"{'metadata':{'annotations':{'lbbgp.io/sharing-key':'k'}}," \
	"'spec':{'ports':[{'port':" port "}]}}"

TEST(who_lost_its_address_has_it_not_back_from_the_next_leader)
{
	struct cluster *c = pair_with_one_address(12);

	put_of_age(c, "web/old", 1, SHARES("80"));
	put_of_age(c, "web/young", 2, SHARES("81"));
	put_of_age(c, "web/old", 1, SHARES("81"));
	assert_has(c, "web/old", "");
	assert_has(c, "web/young", "10.0.0.0");
	change_leader(c);
	assert_has(c, "web/old", "");
	assert_has(c, "web/young", "10.0.0.0");
	cluster_free(c);
}

TEST(who_was_no_balancer_meanwhile_has_it_not_back_either)
{
	struct cluster *c = pair_with_one_address(13);

	put_of_age(c, "web/old", 1, NULL);
	put_of_age(c, "web/old", 1, "{'spec':{'type':'ClusterIP'}}");
	put_of_age(c, "web/young", 2, NULL);
	put_of_age(c, "web/old", 1, "{'spec':{'type':'LoadBalancer'}}");
	assert_has(c, "web/old", "");
	assert_has(c, "web/young", "10.0.0.0");
	change_leader(c);
	assert_has(c, "web/old", "");
	assert_has(c, "web/young", "10.0.0.0");
	cluster_free(c);
}

/* Nobody says why its status is empty, and the one in whose status it is has it. */
TEST(what_a_status_shows_counts_more_than_what_one_showed)
{
	struct cluster *c = pair_with_one_address(14);

	put_of_age(c, "web/old", 1, NULL);
	cut_leader(c);
	put_of_age(
	    c, "web/old", 1, "{'status':null,'metadata':{'annotations':null}}");
	put_of_age(c, "web/young", 2,
	    "{'metadata':{'annotations':{'lbbgp.io/allocated-from':'one',"
	    "'lbbgp.io/allocated-addresses':'10.0.0.0'}},"
	    "'status':{'loadBalancer':{'ingress':[{'ip':'10.0.0.0'}]}}}");
	cluster_run(c, 20000);
	assert_has(c, "web/old", "");
	assert_has(c, "web/young", "10.0.0.0");
	cluster_free(c);
}

/* It had asked for another one. */
TEST(a_refused_service_whose_status_is_wiped_has_its_address_back)
{
	struct cluster *c = pair_with_one_address(15);

	put_of_age(c, "web/a", 1, NULL);
	put_of_age(c, "web/a", 1, ASKS("192.0.2.1"));
	assert_says(c, "web/a", "False AddressOutsidePools");
	cut_leader(c);
	put_of_age(c, "web/a", 1, "{'status':{'loadBalancer':null}}");
	assert_has(c, "web/a", "");
	cluster_run(c, 20000);
	assert_has(c, "web/a", "10.0.0.0");
	cluster_free(c);
}

/* Nobody remembers it for a while, and then the one who led at the time leads again. */
TEST(who_is_gone_is_remembered_over_a_lost_lease)
{
	struct cluster *c = cluster_new_pair(16);

	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	cluster_run(c, 3000);
	put_of_age(c, "web/gone", 1, NULL);
	assert_has(c, "web/gone", "10.0.0.0");
	cluster_delete(c, "Service", "web/gone");
	cluster_run(c, 1000);
	change_leader(c);
	put_of_age(c, "web/b", 2, NULL);
	assert_has(c, "web/b", "10.0.0.1");
	cluster_run(c, 60000);
	change_leader(c);
	put_of_age(c, "web/c", 3, NULL);
	assert_has(c, "web/c", "10.0.0.2");
	put_of_age(c, "web/gone", 4, NULL);
	assert_has(c, "web/gone", "10.0.0.0");
	cluster_free(c);
}

static void
quiet(enum log_level level, const char *line)
{
	(void)level;
	(void)line;
}

/* In the pool is the address of a node, which nobody may be given. */
TEST(nodes_are_known_to_new_books)
{
	struct cluster *c = cluster_new_pair(17);

	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	cluster_put(c, "Node", "n1",
	    "{'status':{'addresses':[{'type':'InternalIP',"
	    "'address':'10.0.0.0'}]}}");
	cluster_run(c, 3000);
	put_of_age(c, "web/a", 1, NULL);
	assert_has(c, "web/a", "10.0.0.1");
	change_leader(c);
	cluster_run(c, 60000);
	change_leader(c);
	put_of_age(c, "web/b", 2, NULL);
	assert_has(c, "web/b", "10.0.0.2");
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    who_lost_its_address_has_it_not_back_from_the_next_leader),
		cmocka_unit_test(
		    who_was_no_balancer_meanwhile_has_it_not_back_either),
		cmocka_unit_test(
		    what_a_status_shows_counts_more_than_what_one_showed),
		cmocka_unit_test(
		    a_refused_service_whose_status_is_wiped_has_its_address_back),
		cmocka_unit_test(who_is_gone_is_remembered_over_a_lost_lease),
		cmocka_unit_test(nodes_are_known_to_new_books),
	};

	log_set_sink(quiet);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
