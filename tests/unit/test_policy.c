/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One path in, and what becomes of it for a group of peers: told or not, and with which
 * attributes. Groups differ by what they are keyed by (external or internal, next hop,
 * AS); paths by where they come from and what they carry.
 */
#include <stdbool.h>

#include "bgpd/rib/path_match.h"
#include "bgpd/rib/policy_index.h"
#include "bgpd/rib/verdict.h"
#include "common/rng.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

static const struct rib_source local_source = { .kind = PEER_LOCAL };

static struct path *export(struct path_table *t, const struct group_key *key,
    const struct rib_source *source, const struct attrs *a, struct attrs *out)
{
	struct path *in = path_intern(t, a);
	struct path *p = policy_export(key, FAMILY_V4, source, in, 0);

	if (p != NULL)
		path_attrs(p, out);
	path_unref(in);
	return p;
}

/* Is a path with these attributes told at all? */
static bool
told(const struct group_key *key, const struct rib_source *source,
    const struct attrs *a)
{
	struct path_table *t = path_table_new(1);
	struct attrs out;
	struct path *p = export(t, key, source, a, &out);
	struct path *in = path_intern(t, a);
	bool is_told = p != NULL && !policy_is_forbidden(key, source, in);

	path_unref(in);
	path_unref(p);
	path_table_free(t);
	return is_told;
}

static struct group_key
passing(struct group_key key)
{
	key.pass_received = true;
	return key;
}

TEST(own_as_and_next_hop_go_to_ebgp)
{
	struct path_table *t = path_table_new(1);
	struct path *in = local_path(t, 5);
	struct path *p =
	    policy_export(&ebgp_key, FAMILY_V4, &local_source, in, 0);
	struct attrs a;

	path_attrs(p, &a);
	assert_true(rbuf_eq(a.as_path, hex("02 01 0000fde8")));
	assert_true(addr_eq(&a.next_hop.addr, &ebgp_key.next_hop[FAMILY_V4]));
	assert_false(attrs_has(&a, ATTR_LOCAL_PREF));
	assert_true(attrs_has_community(&a, 5));
	path_unref(in);
	path_unref(p);
	path_table_free(t);
}

/* RFC 7705 3.3: what really is ours stands behind what we are to the peer. */
TEST(an_as_that_is_not_replaced_stands_behind_that_of_the_session)
{
	struct path_table *t = path_table_new(1);
	struct path *in = path_local(
	    t, &(struct path_local){ .prepends = 1, .local_pref = 100 });
	struct group_key key = ebgp_key;

	key.behind_as = 64517;
	struct path *p = policy_export(&key, FAMILY_V4, &local_source, in, 0);

	assert_true(rbuf_eq(path_list(p, LIST_AS_PATH),
	    hex("02 03 0000fde8 0000fde8 0000fc05")));
	path_unref(in);
	path_unref(p);
	assert_int_equal(path_table_count(t), 0);
	path_table_free(t);
}

TEST(local_preference_goes_to_ibgp_and_no_as)
{
	struct path_table *t = path_table_new(1);
	struct group_key key = ibgp_key();
	struct path *in =
	    path_local(t, &(struct path_local){ .local_pref = 7 });
	struct path *p = policy_export(&key, FAMILY_V4, &local_source, in, 0);
	struct attrs a;

	path_attrs(p, &a);
	assert_int_equal(a.as_path.left, 0);
	assert_true(attrs_has(&a, ATTR_LOCAL_PREF));
	assert_int_equal(a.local_pref, 7);
	path_unref(in);
	path_unref(p);
	path_table_free(t);
}

TEST(received_paths_stay_with_us_unless_passed_on)
{
	struct attrs a = heard(VIA_65001, "10.0.0.1");
	struct group_key key = passing(ebgp_key);

	assert_false(told(&ebgp_key, &ebgp_source, &a));
	assert_true(told(&key, &ebgp_source, &a));
}

TEST(what_an_internal_peer_said_goes_to_no_other)
{
	struct attrs a = heard(VIA_65001, "10.0.0.1");
	struct group_key internal = passing(ibgp_key());
	struct group_key external = passing(ebgp_key);

	assert_false(told(&internal, &ibgp_source, &a));
	assert_true(told(&external, &ibgp_source, &a));
	assert_true(told(&internal, &ebgp_source, &a));
}

#define CLUSTER 0x0a090909
#define OTHER_CLUSTER 0x0a080808

static struct group_key
reflecting(bool to_client)
{
	struct group_key key = ibgp_key();

	key.cluster_id = CLUSTER;
	key.client = to_client;
	return key;
}

static struct rib_source
reflected(bool from_client)
{
	struct rib_source source = ibgp_source;

	source.reflected = true;
	source.client = from_client;
	return source;
}

/* RFC 4456 6. */
TEST(routes_are_reflected_from_clients_and_to_clients)
{
	struct attrs a = heard(VIA_65001, "10.0.0.1");

	for (unsigned i = 0; i < 4; i++) {
		struct group_key key = reflecting(i & 1);
		struct rib_source source = reflected(i & 2);

		assert_int_equal(told(&key, &source, &a), i != 0);
		source.reflected = false; /* it came before that */
		assert_false(told(&key, &source, &a));
		source.reflected = true;
		key.cluster_id = 0;
		assert_false(told(&key, &source, &a));
	}
}

TEST(reflector_asks_for_filters_as_anybody_towards_other_ases)
{
	struct attrs a = heard(VIA_65001, "10.0.0.1");
	struct group_key key = reflecting(true);
	struct rib_source client = reflected(true);

	assert_false(told(&ebgp_key, &client, &a));
	assert_false(told(&key, &ebgp_source, &a));
}

/* RFC 4456 8 and 10. */
TEST(reflected_route_tells_whose_it_is_and_where_it_came_through)
{
	struct path_table *t = path_table_new(1);
	struct attrs a = heard(VIA_65001, "10.0.0.1"), out;
	struct group_key key = reflecting(true);
	struct rib_source source = reflected(true);
	struct path *p = export(t, &key, &source, &a, &out);

	assert_true(attrs_has(&out, ATTR_ORIGINATOR_ID));
	assert_int_equal(out.originator_id, ibgp_source.router_id);
	assert_true(attrs_has(&out, ATTR_CLUSTER_LIST));
	assert_int_equal(out.cluster_list.left, 4);
	assert_int_equal(rbuf_u32(&out.cluster_list), CLUSTER);
	assert_true(addr_eq(&out.next_hop.addr, &a.next_hop.addr));
	assert_memory_equal(out.as_path.p, a.as_path.p, a.as_path.left);
	path_unref(p);
	path_table_free(t);
}

TEST(route_that_was_reflected_keeps_its_originator)
{
	struct path_table *t = path_table_new(1);
	struct attrs a = heard(VIA_65001, "10.0.0.1"), out;
	struct group_key key = reflecting(true);
	struct rib_source source = reflected(false);

	a.has |= ATTR_BIT(ATTR_ORIGINATOR_ID) | ATTR_BIT(ATTR_CLUSTER_LIST);
	a.originator_id = 7;
	a.cluster_list = hex("0a080808");
	struct path *p = export(t, &key, &source, &a, &out);

	assert_int_equal(out.originator_id, 7);
	assert_int_equal(out.cluster_list.left, 8);
	assert_int_equal(rbuf_u32(&out.cluster_list), CLUSTER);
	assert_int_equal(rbuf_u32(&out.cluster_list), OTHER_CLUSTER);
	path_unref(p);
	path_table_free(t);
}

TEST(own_routes_of_a_reflector_are_not_reflected)
{
	struct path_table *t = path_table_new(1);
	struct attrs a = heard("", "10.0.0.1"), out;
	struct group_key key = reflecting(true);
	struct path *p = export(t, &key, &local_source, &a, &out);

	assert_false(attrs_has(&out, ATTR_ORIGINATOR_ID));
	assert_false(attrs_has(&out, ATTR_CLUSTER_LIST));
	path_unref(p);
	path_table_free(t);
}

TEST(well_known_communities_hold_received_paths_back)
{
	static const struct {
		const char *community;
		bool to_ebgp, to_ibgp;
	} rows[] = {
		{ "ffffff01", false, true },  /* NO_EXPORT */
		{ "ffffff02", false, false }, /* NO_ADVERTISE */
		{ "ffffff03", false, true },  /* NO_EXPORT_SUBCONFED */
		{ "ffff0000", true, true },
	};
	struct group_key internal = passing(ibgp_key());
	struct group_key external = passing(ebgp_key);

	for (size_t i = 0; i < 4; i++) {
		struct attrs a = heard(VIA_65001, "10.0.0.1");

		a.communities = hex(rows[i].community);
		assert_int_equal(
		    told(&external, &ebgp_source, &a), rows[i].to_ebgp);
		assert_int_equal(
		    told(&internal, &ebgp_source, &a), rows[i].to_ibgp);
		assert_true(told(&external, &local_source, &a));
	}
}

/* RFC 9494 4.3; who does not say it of a route is held to nothing by it. */
TEST(long_lived_stale_routes_go_to_whoever_knows_of_such)
{
	struct attrs stale = heard(VIA_65001, "10.0.0.1"), plain = stale;
	struct rib_source knows = ebgp_source;
	struct group_key key = passing(ebgp_key);

	stale.communities = hex("ffff0006");
	knows.long_lived = true;
	assert_false(told(&key, &knows, &stale));
	assert_true(told(&key, &knows, &plain));
	assert_true(told(&key, &ebgp_source, &stale));
	key.long_lived = true;
	assert_true(told(&key, &knows, &stale));
}

TEST(what_is_for_one_as_only_is_not_passed_on)
{
	struct path_table *t = path_table_new(1);
	struct group_key key = passing(ebgp_key);
	struct attrs a = heard(VIA_65001, "10.0.0.1"), out;

	a.has |= ATTR_BIT(ATTR_MED) | ATTR_BIT(ATTR_LOCAL_PREF) |
	    ATTR_BIT(ATTR_ORIGINATOR_ID);
	a.cluster_list = hex("00000001");
	struct path *p = export(t, &key, &ibgp_source, &a, &out);

	assert_false(attrs_has(&out, ATTR_MED));
	assert_false(attrs_has(&out, ATTR_LOCAL_PREF));
	assert_false(attrs_has(&out, ATTR_ORIGINATOR_ID));
	assert_int_equal(out.cluster_list.left, 0);
	assert_true(rbuf_eq(out.as_path, hex("02 02 0000fde8 0000fde9")));
	path_unref(p);
	path_table_free(t);
}

#define EXT_TRANSITIVE "0004 fde9 4cee6b28 "
#define EXT_ENDS_HERE "4004 fde9 4dee6b28 4300 0000 00000001 "
#define EXT_IPV6 " 06 0000 00000000 4a817c80 0000fde9 00000000 "

/* RFC 4360 6, RFC 5701 2. */
TEST(what_is_not_transitive_ends_at_the_edge_of_the_as)
{
	struct attrs a = heard(VIA_65001, "10.0.0.1"), out;
	struct group_key other = passing(ebgp_key), own = passing(ibgp_key());

	a.ext_communities = hex(EXT_ENDS_HERE EXT_TRANSITIVE);
	a.ipv6_ext_communities = hex("42" EXT_IPV6 "02" EXT_IPV6);
	struct path_table *t = path_table_new(1);
	struct path *p = export(t, &other, &ebgp_source, &a, &out);
	struct path *q;

	assert_true(rbuf_eq(out.ext_communities, hex(EXT_TRANSITIVE)));
	assert_true(rbuf_eq(out.ipv6_ext_communities, hex("02" EXT_IPV6)));
	a.ext_communities = hex(EXT_ENDS_HERE);
	q = export(t, &other, &ebgp_source, &a, &out);
	assert_false(attrs_has(&out, ATTR_EXT_COMMUNITIES));
	path_unref(q);
	q = export(t, &own, &ebgp_source, &a, &out);
	assert_true(rbuf_eq(out.ext_communities, hex(EXT_ENDS_HERE)));
	path_unref(q);
	path_unref(p);
	path_table_free(t);
}

TEST(our_own_med_goes_out)
{
	struct path_table *t = path_table_new(1);
	struct path *in =
	    path_local(t, &(struct path_local){ .has_med = true, .med = 9 });
	struct path *p =
	    policy_export(&ebgp_key, FAMILY_V4, &local_source, in, 0);

	assert_int_equal(p->med, 9);
	path_unref(in);
	path_unref(p);
	path_table_free(t);
}

TEST(next_hop_is_kept_as_the_mode_says)
{
	static const struct {
		enum peer_kind to;
		enum next_hop_mode mode;
		bool kept;
	} rows[] = {
		{ PEER_EBGP, NEXT_HOP_AUTO, false },
		{ PEER_EBGP, NEXT_HOP_KEEP, true },
		{ PEER_EBGP, NEXT_HOP_SELF, false },
		{ PEER_IBGP, NEXT_HOP_AUTO, true },
		{ PEER_IBGP, NEXT_HOP_SELF, false },
	};
	struct path_table *t = path_table_new(1);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct attrs a = heard(VIA_65001, "10.0.0.1"), out;
		struct group_key key = passing(ebgp_key);

		key.kind = rows[i].to;
		key.next_hop_mode = rows[i].mode;
		struct path *p = export(t, &key, &ebgp_source, &a, &out);

		assert_int_equal(addr_eq(&out.next_hop.addr, &a.next_hop.addr),
		    rows[i].kept);
		path_unref(p);
	}
	path_table_free(t);
}

TEST(what_a_filter_sets_goes_out)
{
	struct path_table *t = path_table_new(1);
	struct attrs a = heard(VIA_65001, "10.0.0.9"), out;
	struct group_key key = passing(ebgp_key);

	a.has |= ATTR_BIT(ATTR_MED);
	a.med = 7;
	struct path *in = path_intern(t, &a);
	struct path *p = policy_export(&key, FAMILY_V4, &ebgp_source, in,
	    ATTR_BIT(ATTR_MED) | ATTR_BIT(ATTR_NEXT_HOP));

	path_attrs(p, &out);
	assert_true(attrs_has(&out, ATTR_MED));
	assert_true(addr_eq(&out.next_hop.addr, &a.next_hop.addr));
	path_unref(p);
	path_unref(in);
	path_table_free(t);
}

/* RFC 2545 3 */
TEST(a_link_local_next_hop_stays_on_its_link)
{
	struct path_table *t = path_table_new(1);
	struct attrs a = heard(VIA_65001, "2001:db8::9"), out;
	struct group_key key = passing(ibgp_key());

	key.next_hop_mode = NEXT_HOP_KEEP;
	a.next_hop.link_local = ip("fe80::9");
	struct path *in = path_intern(t, &a);
	struct path *p = policy_export(&key, FAMILY_V6, &ebgp_source, in, 0);

	path_attrs(p, &out);
	assert_true(addr_eq(&out.next_hop.addr, &a.next_hop.addr));
	assert_int_equal(out.next_hop.link_local.family, FAMILY_NONE);
	path_unref(p);
	path_unref(in);
	a.next_hop.addr = a.next_hop.link_local; /* nothing else */
	in = path_intern(t, &a);
	p = policy_export(&key, FAMILY_V6, &ebgp_source, in, 0);
	path_attrs(p, &out);
	assert_true(addr_eq(&out.next_hop.addr, &key.next_hop[FAMILY_V6]));
	path_unref(p);
	path_unref(in);
	path_table_free(t);
}

/* RFC 8950: kept or ours, an IPv6 next hop is for who reads it with IPv4. */
TEST(ipv4_goes_by_an_ipv6_next_hop_only_where_that_is_agreed)
{
	struct path_table *t = path_table_new(1);
	struct attrs a = heard(VIA_65001, "2001:db8::9"), out;
	struct group_key key = passing(ibgp_key());
	struct path *p = export(t, &key, &ebgp_source, &a, &out);

	assert_true(addr_eq(&out.next_hop.addr, &key.next_hop[FAMILY_V4]));
	path_unref(p);
	key.extended_next_hop = true;
	p = export(t, &key, &ebgp_source, &a, &out);
	assert_true(addr_eq(&out.next_hop.addr, &a.next_hop.addr));
	path_unref(p);
	path_table_free(t);
}

TEST(an_ipv4_next_hop_is_never_one_of_ipv6)
{
	struct path_table *t = path_table_new(1);
	struct attrs a = heard(VIA_65001, "10.0.0.9"), out;
	struct group_key key = passing(ibgp_key());

	key.extended_next_hop = true;
	struct path *in = path_intern(t, &a);
	struct path *p = policy_export(&key, FAMILY_V6, &ebgp_source, in, 0);

	path_attrs(p, &out);
	assert_true(addr_eq(&out.next_hop.addr, &key.next_hop[FAMILY_V6]));
	path_unref(p);
	path_unref(in);
	path_table_free(t);
}

/* RFC 2545 3: beside our own address on the link, never beside one of IPv4. */
TEST(our_link_local_next_hop_stands_beside_our_own_of_ipv6)
{
	struct path_table *t = path_table_new(1);
	struct group_key key = ebgp_key;
	struct path *in = local_path(t, 0);

	key.link_local = ip("fe80::1");
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		struct path *p = policy_export(&key, f, &local_source, in, 0);
		struct attrs out;

		path_attrs(p, &out);
		assert_true(addr_eq(&out.next_hop.addr, &key.next_hop[f]));
		assert_int_equal(
		    addr_eq(&out.next_hop.link_local, &key.link_local),
		    f == FAMILY_V6);
		path_unref(p);
	}
	path_unref(in);
	path_table_free(t);
}

TEST(without_a_next_hop_nothing_goes_out)
{
	struct attrs a = { .has = 0 };
	struct group_key key = ebgp_key;

	assert_true(told(&key, &local_source, &a));
	key.next_hop[FAMILY_V4] = (struct addr){ 0 };
	assert_false(told(&key, &local_source, &a));
}

TEST(a_path_goes_to_its_audiences_only)
{
	struct path_table *t = path_table_new(1);
	uint32_t audience = 3;
	struct path *in = path_local(t,
	    &(struct path_local){ .audiences = &audience, .n_audiences = 1 });
	struct group_key key = ebgp_key;

	assert_null(policy_export(&key, FAMILY_V4, &local_source, in, 0));
	key.audience = 3;
	struct path *p = policy_export(&key, FAMILY_V4, &local_source, in, 0);

	assert_non_null(p);
	path_unref(in);
	path_unref(p);
	path_table_free(t);
}

TEST(the_first_rule_that_a_prefix_falls_under_counts)
{
	const struct policy_rule rules[] = {
		{ pfx("10.1.0.0/16"), 24, 32, 5, 0, 0 },
		{ pfx("10.0.0.0/8"), 8, 24, 6, 0, 1 },
		{ pfx("2001:db8::/32"), 32, 128, 7, 0, 1 },
	};
	uint64_t hits[3] = { 0 };
	const struct policy policy = { rules, 3, VERDICT_REFUSE, .hits = hits,
		.n_counters = 2 };
	struct policy_case of, none;
	struct group_key a = ebgp_key, b = ebgp_key;
	static const struct {
		const char *prefix;
		uint32_t verdict;
	} rows[] = {
		{ "10.1.2.0/24", 5 },
		{ "10.1.2.3/32", 5 },
		{ "10.1.0.0/16", 6 },
		{ "10.0.0.0/8", 6 },
		{ "10.2.0.0/25", VERDICT_REFUSE },
		{ "8.0.0.0/7", VERDICT_REFUSE },
		{ "2001:db8::1/128", 7 },
		{ "2001::/16", VERDICT_REFUSE },
	};

	policy_case_init(&of, &policy, NULL, NULL);
	policy_case_init(&none, NULL, NULL, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct prefix p = pfx(rows[i].prefix);

		assert_int_equal(policy_judge(&of, &p), rows[i].verdict);
		assert_int_equal(policy_judge(&none, &p), VERDICT_ACCEPT);
	}
	assert_int_equal(hits[0], 2);
	assert_int_equal(hits[1], 3);
	assert_int_equal(hits[2], 3); /* others */
	b.policy = &policy;
	assert_false(group_key_eq(&a, &b));
}

/* Rules that a path does not meet are passed by; 70 of them, to see both words. */
TEST(a_rule_counts_for_paths_that_meet_its_conditions)
{
	struct path_match matches[70];
	struct policy_rule rules[70];
	const struct policy policy = { rules, 70, VERDICT_REFUSE,
		.matches = matches, .n_matches = 70 };
	struct path_table *t = path_table_new(1);
	struct prefix p = pfx("10.0.0.0/8");
	struct policy_case of;

	for (uint32_t i = 0; i < 70; i++) {
		matches[i] = (struct path_match){ .min_length = i + 1,
			.max_length = i + 1 };
		rules[i] = (struct policy_rule){ pfx("0.0.0.0/0"), 0, 32,
			100 + i, (uint16_t)(i + 1), 0 };
	}
	matches[69].max_length = 0;
	for (unsigned n = 1; n < 100; n++) {
		struct attrs a = heard(VIA_65001, "10.0.0.1");
		uint8_t bytes[1024];
		struct wbuf w = wbuf_of(bytes, sizeof(bytes));

		as_path_prepend(&w, a.as_path, 65001, n - 1);
		a.as_path = wbuf_read(&w, 0);
		struct path *path = path_intern(t, &a);

		policy_case_init(&of, &policy, path, &ebgp_source);
		for (unsigned twice = 0; twice < 2; twice++)
			assert_int_equal(
			    policy_judge(&of, &p), 100 + (n < 70 ? n - 1 : 69));
		path_unref(path);
	}
	path_table_free(t);
}

static bool
eligible(const struct attrs *a)
{
	const struct addr own[] = { ip("192.0.2.1"), ip("2001:db8::1") };
	const struct identity me = {
		.asn = 65000,
		.router_id = 0x0a0a0a0a,
		.addrs = own,
		.n_addrs = 2,
	};
	struct path_table *t = path_table_new(1);
	struct path *p = path_intern(t, a);
	bool good = policy_eligible(&me, &ebgp_source, p);

	path_unref(p);
	path_table_free(t);
	return good;
}

TEST(what_comes_back_to_us_is_not_eligible)
{
	struct attrs good = heard(VIA_65001, "10.0.0.1");
	struct attrs own_as = heard("02 02 0000fde9 0000fde8", "10.0.0.1");
	struct attrs own_hop = heard(VIA_65001, "192.0.2.1");
	struct attrs own_id = good;

	own_id.has |= ATTR_BIT(ATTR_ORIGINATOR_ID);
	own_id.originator_id = 0x0a0a0a0a;
	assert_true(eligible(&good));
	assert_false(eligible(&own_as));
	assert_false(eligible(&own_hop));
	assert_false(eligible(&own_id));
}

TEST(our_own_as_may_be_there_as_often_as_is_allowed)
{
	static const char *const paths[] = { "02 01 0000fde9",
		"02 02 0000fde9 0000fde8", "02 03 0000fde9 0000fde8 0000fde8",
		"02 04 0000fde8 0000fde9 0000fde8 0000fde8" };
	const struct identity me = { .asn = 65000, .router_id = 1 };
	struct rib_source source = ebgp_source;

	for (unsigned n = 0; n < 4; n++) {
		struct path_table *t = path_table_new(1);
		struct attrs a = heard(paths[n], "10.0.0.1");
		struct path *p = path_intern(t, &a);

		for (source.own_as = 0; source.own_as < 5; source.own_as++)
			assert_int_equal(policy_eligible(&me, &source, p),
			    source.own_as >= n);
		path_unref(p);
		path_table_free(t);
	}
}

/* What we are to the peer counts as ours; once more where we put it there. */
TEST(the_as_of_the_session_in_a_path_is_a_loop_as_well)
{
	const struct identity me = { .asn = 65000, .router_id = 1 };
	struct rib_source source = ebgp_source;
	struct path_table *t = path_table_new(1);
	struct attrs a = heard("02 02 0000fde9 0000fc05", "10.0.0.1");
	struct path *p = path_intern(t, &a);

	assert_true(policy_eligible(&me, &source, p));
	source.local_as = 64517;
	assert_false(policy_eligible(&me, &source, p));
	source.own_as = 1;
	assert_true(policy_eligible(&me, &source, p));
	source.own_as = 0;
	source.prepended = true;
	assert_true(policy_eligible(&me, &source, p));
	path_unref(p);
	path_table_free(t);
}

/* RFC 4456 8. */
TEST(what_came_through_our_cluster_is_not_eligible)
{
	struct path_table *t = path_table_new(1);
	struct attrs a = heard(VIA_65001, "10.0.0.1");

	a.has |= ATTR_BIT(ATTR_CLUSTER_LIST);
	a.cluster_list = hex("0a080808 0a090909");
	struct path *p = path_intern(t, &a);
	struct identity me = { .asn = 65000, .router_id = 1 };

	assert_true(policy_eligible(&me, &ebgp_source, p));
	me.cluster_id = CLUSTER;
	assert_false(policy_eligible(&me, &ebgp_source, p));
	me.cluster_id = OTHER_CLUSTER;
	assert_false(policy_eligible(&me, &ebgp_source, p));
	me.cluster_id = 1;
	assert_true(policy_eligible(&me, &ebgp_source, p));
	path_unref(p);
	path_table_free(t);
}

TEST(keys_that_differ_in_anything_are_different)
{
	const struct policy policy = { 0 };
	struct group_key keys[19];

	for (size_t i = 0; i < 19; i++)
		keys[i] = ebgp_key;
	keys[1].kind = PEER_IBGP;
	keys[2].next_hop_mode = NEXT_HOP_KEEP;
	keys[3].as4 = false;
	keys[4].pass_received = true;
	keys[5].max_message = 65535;
	keys[6].local_as = 1;
	keys[7].audience = 1;
	keys[8].families[FAMILY_V6] = false;
	keys[9].next_hop[FAMILY_V6].bytes[15] = 2;
	keys[10].cluster_id = 1;
	keys[11].client = true;
	keys[12].behind_as = 1;
	keys[13].long_lived = true;
	keys[14].role = ROLE_PEER;
	keys[15].add_path[FAMILY_V4] = 2;
	keys[16].link_local.family = FAMILY_V6;
	keys[17].extended_next_hop = true;
	keys[18].policy = &policy;
	for (size_t i = 0; i < 19; i++)
		for (size_t j = 0; j < 19; j++)
			assert_int_equal(
			    group_key_eq(&keys[i], &keys[j]), i == j);
}

/* Of the AS that the session has, beside the one that each path gets. */
TEST(prepends_of_a_local_path_are_of_the_session)
{
	struct path_table *t = path_table_new(1);
	struct path *in = path_local(
	    t, &(struct path_local){ .prepends = 10, .local_pref = 100 });
	struct path *plain =
	    path_local(t, &(struct path_local){ .local_pref = 100 });
	struct path *p =
	    policy_export(&ebgp_key, FAMILY_V4, &local_source, in, 0);
	struct group_key own = ibgp_key();
	struct path *inside =
	    policy_export(&own, FAMILY_V4, &local_source, in, 0);

	assert_ptr_not_equal(in, plain);
	assert_int_equal(p->as_len, 11);
	assert_int_equal(
	    as_path_count(path_list(p, LIST_AS_PATH), ebgp_key.local_as), 11);
	assert_int_equal(inside->as_len, 0); /* it would be a loop there */
	path_unref(inside);
	path_unref(p);
	path_unref(plain);
	path_unref(in);
	path_table_free(t);
}

/* Few bits in few places, so that prefixes cover each other. */
static struct prefix
random_prefix(struct rng *rng)
{
	static const uint8_t lens[] = { 0, 1, 2, 8, 9, 10, 24, 31, 32, 64, 127,
		128 };
	bool v6 = rng_below(rng, 4) == 0;
	struct addr a = { .family = v6 ? FAMILY_V6 : FAMILY_V4 };
	uint8_t len;

	for (unsigned i = 0; i < (v6 ? 16 : 4); i++)
		a.bytes[i] = (uint8_t)(rng_below(rng, 4) << 6);
	do
		len = lens[rng_below(rng, sizeof(lens))];
	while (len > family_bits(a.family));
	return prefix_of(&a, len);
}

#define RULES 40

static void
random_rules(struct rng *rng, struct policy_rule rules[RULES], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct prefix p = random_prefix(rng);

		rules[i] = (struct policy_rule){ .prefix = p,
			.min_len = (uint8_t)(p.len + rng_below(rng, 10)),
			.max_len = (uint8_t)(p.len + rng_below(rng, 130)),
			.verdict = 1 + (uint32_t)i,
			.match = (uint16_t)rng_below(rng, 4),
			.counter = (uint16_t)i };
	}
}

/* By the index the same rule is found as one after the other. */
TEST(an_index_changes_no_verdict)
{
	static const uint32_t communities[] = { 1, 2, 3 };
	struct path_match matches[3];
	struct path_table *t = path_table_new(1);
	struct policy_rule rules[RULES];
	struct rng rng;

	rng_init(&rng, 20);
	for (size_t i = 0; i < 3; i++)
		matches[i] =
		    (struct path_match){ .communities = &communities[i],
			    .n_communities = 1 };
	for (unsigned round = 0; round < 500; round++) {
		size_t n = rng_below(&rng, RULES);
		struct path *path = path_local(t,
		    &(struct path_local){
			.communities = communities + rng_below(&rng, 3),
			.n_communities = rng_below(&rng, 2) });

		random_rules(&rng, rules, n);
		struct policy_index *index = policy_index_of(rules, n);
		struct policy plain = { .rules = rules,
			.n = n,
			.matches = matches,
			.n_matches = 3 };
		struct policy by_index = plain;
		struct policy_case a, b;

		by_index.index = index;
		policy_case_init(&a, &plain, path, &local_source);
		policy_case_init(&b, &by_index, path, &local_source);
		for (unsigned i = 0; i < 200; i++) {
			struct prefix p = random_prefix(&rng);

			assert_int_equal(
			    policy_judge(&a, &p), policy_judge(&b, &p));
		}
		policy_index_free(index);
		path_unref(path);
	}
	path_table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_as_and_next_hop_go_to_ebgp),
		cmocka_unit_test(
		    an_as_that_is_not_replaced_stands_behind_that_of_the_session),
		cmocka_unit_test(local_preference_goes_to_ibgp_and_no_as),
		cmocka_unit_test(received_paths_stay_with_us_unless_passed_on),
		cmocka_unit_test(what_an_internal_peer_said_goes_to_no_other),
		cmocka_unit_test(
		    routes_are_reflected_from_clients_and_to_clients),
		cmocka_unit_test(
		    reflector_asks_for_filters_as_anybody_towards_other_ases),
		cmocka_unit_test(
		    reflected_route_tells_whose_it_is_and_where_it_came_through),
		cmocka_unit_test(route_that_was_reflected_keeps_its_originator),
		cmocka_unit_test(own_routes_of_a_reflector_are_not_reflected),
		cmocka_unit_test(
		    well_known_communities_hold_received_paths_back),
		cmocka_unit_test(
		    long_lived_stale_routes_go_to_whoever_knows_of_such),
		cmocka_unit_test(what_is_for_one_as_only_is_not_passed_on),
		cmocka_unit_test(
		    what_is_not_transitive_ends_at_the_edge_of_the_as),
		cmocka_unit_test(our_own_med_goes_out),
		cmocka_unit_test(next_hop_is_kept_as_the_mode_says),
		cmocka_unit_test(what_a_filter_sets_goes_out),
		cmocka_unit_test(a_link_local_next_hop_stays_on_its_link),
		cmocka_unit_test(
		    ipv4_goes_by_an_ipv6_next_hop_only_where_that_is_agreed),
		cmocka_unit_test(an_ipv4_next_hop_is_never_one_of_ipv6),
		cmocka_unit_test(
		    our_link_local_next_hop_stands_beside_our_own_of_ipv6),
		cmocka_unit_test(without_a_next_hop_nothing_goes_out),
		cmocka_unit_test(a_path_goes_to_its_audiences_only),
		cmocka_unit_test(what_comes_back_to_us_is_not_eligible),
		cmocka_unit_test(
		    our_own_as_may_be_there_as_often_as_is_allowed),
		cmocka_unit_test(
		    the_as_of_the_session_in_a_path_is_a_loop_as_well),
		cmocka_unit_test(what_came_through_our_cluster_is_not_eligible),
		cmocka_unit_test(
		    the_first_rule_that_a_prefix_falls_under_counts),
		cmocka_unit_test(
		    a_rule_counts_for_paths_that_meet_its_conditions),
		cmocka_unit_test(keys_that_differ_in_anything_are_different),
		cmocka_unit_test(prepends_of_a_local_path_are_of_the_session),
		cmocka_unit_test(an_index_changes_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
