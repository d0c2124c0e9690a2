/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/link_bandwidth.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

TEST(equal_attributes_are_one_path)
{
	struct path_table *t = path_table_new(1);
	struct attrs a = heard(VIA_65001, "10.0.0.1");
	struct attrs b = heard(VIA_65001, "10.0.0.1");
	struct path *p = path_intern(t, &a), *q = path_intern(t, &b);

	assert_ptr_equal(p, q);
	assert_int_equal(p->refs, 2);
	assert_int_equal(path_table_count(t), 1);
	path_unref(p);
	path_unref(q);
	assert_int_equal(path_table_count(t), 0);
	path_table_free(t);
}

TEST(every_attribute_makes_another_path)
{
	struct path_table *t = path_table_new(1);
	struct attrs a[15];
	struct path *paths[15];

	for (size_t i = 0; i < 15; i++)
		a[i] = heard(VIA_65001, "10.0.0.1");
	a[1].origin = ORIGIN_INCOMPLETE;
	a[2].as_path = hex(VIA_65002);
	a[3].next_hop.addr = ip("10.0.0.2");
	a[4].has |= ATTR_BIT(ATTR_MED); /* 0 is not absent */
	a[5].communities = hex("fde90001");
	a[6].large_communities = hex("fde90001 fde90001 fde90001");
	a[7].ext_communities = hex("0002fde900000001");
	a[8].unknown = hex("c0630101");
	a[9].has |= ATTR_BIT(ATTR_ATOMIC_AGGREGATE);
	a[10].has |= ATTR_BIT(ATTR_AGGREGATOR);
	a[10].aggregator_as = 1;
	a[11].has |= ATTR_BIT(ATTR_ORIGINATOR_ID);
	a[11].originator_id = 1;
	a[12].cluster_list = hex("00000001");
	a[13].next_hop.link_local = ip("fe80::1");
	a[14].communities = hex("fde90001");
	a[14].partial = ATTR_BIT(ATTR_COMMUNITIES);
	for (size_t i = 0; i < 15; i++)
		paths[i] = path_intern(t, &a[i]);
	assert_int_equal(path_table_count(t), 15);
	for (size_t i = 0; i < 15; i++)
		path_unref(paths[i]);
	path_table_free(t);
}

TEST(attributes_come_back_as_they_went_in)
{
	struct path_table *t = path_table_new(1);
	struct attrs a = heard(VIA_65002_65001, "2001:db8::1"), b;

	a.has |= ATTR_BIT(ATTR_MED) | ATTR_BIT(ATTR_COMMUNITIES) |
	    ATTR_BIT(ATTR_LARGE_COMMUNITIES);
	a.med = 7;
	a.communities = hex("fde90001 fde90002");
	a.large_communities = hex("fde90001 fde90001 fde90001");
	a.unknown = hex("c0630101");
	a.partial = ATTR_BIT(ATTR_COMMUNITIES);
	struct path *p = path_intern(t, &a);

	path_attrs(p, &b);
	assert_int_equal(b.has, a.has);
	assert_int_equal(b.partial, a.partial);
	assert_int_equal(b.med, 7);
	assert_true(rbuf_eq(a.as_path, b.as_path));
	assert_true(rbuf_eq(a.communities, b.communities));
	assert_true(rbuf_eq(a.large_communities, b.large_communities));
	assert_true(rbuf_eq(a.unknown, b.unknown));
	assert_true(addr_eq(&a.next_hop.addr, &b.next_hop.addr));
	path_unref(p);
	path_table_free(t);
}

TEST(the_decision_finds_its_facts)
{
	struct path_table *t = path_table_new(1);
	struct attrs a = heard(VIA_65002_65001, "10.0.0.1");
	struct path *p = path_intern(t, &a);

	assert_int_equal(p->as_len, 2);
	assert_int_equal(p->neighbor_as, 65002);
	assert_int_equal(p->local_pref, LOCAL_PREF_DEFAULT);
	assert_int_equal(p->med, 0);
	path_unref(p);
	path_table_free(t);
}

TEST(an_id_is_given_again_only_when_its_path_has_gone)
{
	struct path_table *t = path_table_new(1);
	struct path *p = local_path(t, 1), *q = local_path(t, 2);
	uint32_t id = p->id;

	assert_int_not_equal(id, q->id);
	assert_ptr_equal(path_by_id(t, id), p);
	path_unref(p);
	struct path *r = local_path(t, 3);

	assert_int_equal(r->id, id);
	path_unref(q);
	path_unref(r);
	path_table_free(t);
}

TEST(order_and_doubles_of_communities_do_not_matter)
{
	struct path_table *t = path_table_new(1);
	uint32_t c1[] = { 3, 1, 2, 3 }, c2[] = { 1, 2, 3 };
	struct large_community l1[] = { { 1, 2, 4 }, { 1, 2, 3 } };
	struct large_community l2[] = { { 1, 2, 3 }, { 1, 2, 4 }, { 1, 2, 3 } };
	struct path *p = path_local(t,
	    &(struct path_local){ .communities = c1,
		.n_communities = 4,
		.large = l1,
		.n_large = 2 });
	struct path *q = path_local(t,
	    &(struct path_local){ .communities = c2,
		.n_communities = 3,
		.large = l2,
		.n_large = 3 });
	struct attrs a;

	assert_ptr_equal(p, q);
	path_attrs(p, &a);
	assert_true(rbuf_eq(a.communities, hex("00000001 00000002 00000003")));
	assert_int_equal(a.large_communities.left, 24);
	path_unref(p);
	path_unref(q);
	path_table_free(t);
}

TEST(link_bandwidth_of_a_local_path_tells_it_apart)
{
	struct path_table *t = path_table_new(1);
	uint8_t one[LINK_BANDWIDTH_OCTETS], two[LINK_BANDWIDTH_OCTETS];

	link_bandwidth_build(one, 65001, true, 125e6f);
	link_bandwidth_build(two, 65001, true, 250e6f);
	struct path *none = path_local(t, &(struct path_local){ .med = 1 });
	struct path *p =
	    path_local(t, &(struct path_local){ .link_bandwidth = one });
	struct path *q =
	    path_local(t, &(struct path_local){ .link_bandwidth = two });
	struct attrs a;

	assert_ptr_not_equal(p, none);
	assert_ptr_not_equal(p, q);
	path_attrs(p, &a);
	assert_true(attrs_has(&a, ATTR_EXT_COMMUNITIES));
	assert_true(rbuf_eq(a.ext_communities, hex("0004 fde9 4cee6b28")));
	path_unref(none);
	path_unref(p);
	path_unref(q);
	path_table_free(t);
}

TEST(audiences_tell_paths_apart)
{
	struct path_table *t = path_table_new(1);
	uint32_t who[] = { 7, 3 };
	struct path *all = local_path(t, 0);
	struct path *few = path_local(t,
	    &(struct path_local){ .local_pref = LOCAL_PREF_DEFAULT,
		.audiences = who,
		.n_audiences = 2 });

	assert_ptr_not_equal(all, few);
	assert_true(path_for_audience(all, 9));
	assert_true(path_for_audience(few, 3));
	assert_true(path_for_audience(few, 7));
	assert_false(path_for_audience(few, 9));
	path_unref(all);
	path_unref(few);
	path_table_free(t);
}

/* Policies judge by them, what goes out does not have them. */
TEST(kinds_tell_paths_apart_and_are_no_attribute)
{
	struct path_table *t = path_table_new(1);
	struct path *pod =
	    path_local(t, &(struct path_local){ .kinds = PATH_KIND_POD });
	struct path *service =
	    path_local(t, &(struct path_local){ .kinds = PATH_KIND_SERVICE });
	struct attrs a;

	assert_ptr_not_equal(pod, service);
	assert_int_equal(service->kinds, PATH_KIND_SERVICE);
	path_attrs(pod, &a);
	struct path *like = path_like(service, &a);
	struct path *out = path_intern(t, &a);

	assert_ptr_equal(like, service);
	assert_int_equal(out->kinds, 0);
	path_unref(pod);
	path_unref(service);
	path_unref(like);
	path_unref(out);
	path_table_free(t);
}

TEST(what_is_made_of_a_path_keeps_it)
{
	struct path_table *t = path_table_new(1);
	struct attrs a = heard(VIA_65001, "10.0.0.1");
	struct attrs b = heard(VIA_65002, "10.0.0.1");
	struct path *p = path_intern(t, &a);
	struct path *same = path_like(p, &a);
	struct path *made = path_like(p, &b);
	struct path *again = path_like(p, &b);
	struct path *heard = path_intern(t, &b);

	assert_ptr_equal(same, p);
	assert_ptr_equal(made->from, p);
	assert_ptr_equal(again, made);
	/* As it came it is another, though it looks the same. */
	assert_ptr_not_equal(heard, made);
	path_unref(p);
	path_unref(same);
	path_unref(again);
	path_unref(heard);
	assert_int_equal(path_table_count(t), 2);
	assert_int_equal(made->from->neighbor_as, 65001);
	path_unref(made);
	assert_int_equal(path_table_count(t), 0);
	path_table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_attributes_are_one_path),
		cmocka_unit_test(every_attribute_makes_another_path),
		cmocka_unit_test(attributes_come_back_as_they_went_in),
		cmocka_unit_test(the_decision_finds_its_facts),
		cmocka_unit_test(
		    an_id_is_given_again_only_when_its_path_has_gone),
		cmocka_unit_test(
		    order_and_doubles_of_communities_do_not_matter),
		cmocka_unit_test(link_bandwidth_of_a_local_path_tells_it_apart),
		cmocka_unit_test(audiences_tell_paths_apart),
		cmocka_unit_test(what_is_made_of_a_path_keeps_it),
		cmocka_unit_test(kinds_tell_paths_apart_and_are_no_attribute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
