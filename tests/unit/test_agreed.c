/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bgpd/session/agreed.h"
#include "bgpd/session/session_config.h"
#include "bgpd/wire/open.h"
#include "bgpd/wire/update.h"
#include "tests/test.h"

static struct session_config
config_of(uint16_t hold_time, uint16_t keepalive_time)
{
	return (struct session_config){
		.local_as = 65001,
		.remote_as = 65002,
		.router_id = 1,
		.hold_time = hold_time,
		.keepalive_time = keepalive_time,
		.families = { [FAMILY_V4] = true, [FAMILY_V6] = true },
	};
}

static struct bgp_open
peer_of(uint32_t asn, uint16_t hold_time)
{
	struct bgp_open o = { .asn = asn,
		.hold_time = hold_time,
		.router_id = 2,
		.has_caps = true };

	o.caps.family[FAMILY_V4] = true;
	return o;
}

static bool
agree(const struct session_config *config, struct bgp_open theirs,
    struct agreed *a, struct bgp_err *err)
{
	struct bgp_open ours = agreed_offer(config, false);

	memset(a, 0, sizeof(*a));
	return agreed_make(a, config, &ours, &theirs, err);
}

/* RFC 7705 3. */
TEST(a_local_as_is_hidden_or_not_as_it_is_said)
{
	struct session_config c = config_of(90, 0);
	struct agreed a;
	struct bgp_err err;

	assert_true(agree(&c, peer_of(65002, 90), &a, &err));
	assert_int_equal(a.prepend_as, 0);
	assert_int_equal(a.behind_as, 0);
	c.node_as = 64517;
	c.prepend_as = c.keep_as = true;
	assert_true(agree(&c, peer_of(65002, 90), &a, &err));
	assert_int_equal(a.local_as, 65001);
	assert_int_equal(a.prepend_as, 65001);
	assert_int_equal(a.behind_as, 64517);
	c.remote_as = 65001; /* inside one AS there is nothing in front */
	assert_true(agree(&c, peer_of(65001, 90), &a, &err));
	assert_int_equal(a.prepend_as, 0);
	assert_int_equal(a.behind_as, 0);
}

/* RFC 9494 3.1: of no meaning without that of RFC 4724. Ours may be off. */
TEST(who_knows_of_long_lived_stale_routes_says_so)
{
	struct session_config c = config_of(90, 0);
	struct bgp_open theirs = peer_of(65002, 90);
	struct agreed a;
	struct bgp_err err;

	theirs.caps.long_lived.present = true;
	assert_true(agree(&c, theirs, &a, &err));
	assert_false(a.knows_long_lived);
	theirs.caps.restart.present = true;
	assert_true(agree(&c, theirs, &a, &err));
	assert_true(a.knows_long_lived);
	assert_false(a.caps.long_lived.present);
}

TEST(who_is_known_by_the_other_as_is_what_that_makes_of_it)
{
	struct session_config c = config_of(90, 0);
	struct bgp_open ours = agreed_offer(&c, false);
	struct bgp_open theirs = peer_of(65002, 90);
	struct agreed a = { 0 };
	struct bgp_err err;

	c.node_as = 65002;
	c.keep_as = c.prepend_as = true;
	agreed_offer_node_as(&ours, &c);
	assert_int_equal(ours.asn, 65001); /* it is not asked for */
	assert_true(session_config_external(&c));
	c.dual_as = true;
	agreed_offer_node_as(&ours, &c);
	assert_int_equal(ours.asn, 65002);
	assert_true(agreed_make(&a, &c, &ours, &theirs, &err));
	assert_true(a.internal);
	assert_int_equal(a.local_as, 65002);
	assert_int_equal(a.prepend_as, 0);
	assert_int_equal(a.behind_as, 0);
	assert_false(
	    session_config_external(&c)); /* so it goes out with TTL 255 */
}

TEST(the_smaller_hold_time_holds_and_keepalives_go_at_a_third)
{
	static const struct {
		uint16_t ours, keepalive, theirs, hold, every;
	} rows[] = {
		{ 90, 0, 180, 90, 30 },
		{ 90, 0, 9, 9, 3 },
		{ 90, 10, 180, 90, 10 },
		{ 90, 60, 180, 90, 30 }, /* never above a third */
		{ 0, 10, 180, 0, 0 },
		{ 90, 0, 0, 0, 0 },
		{ 3, 0, 3, 3, 1 },
	};
	struct agreed a;
	struct bgp_err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session_config c =
		    config_of(rows[i].ours, rows[i].keepalive);

		assert_true(
		    agree(&c, peer_of(65002, rows[i].theirs), &a, &err));
		assert_int_equal(a.hold_time, rows[i].hold);
		assert_int_equal(a.keepalive_time, rows[i].every);
	}
}

TEST(the_peer_must_be_of_the_as_that_was_asked_for)
{
	static const struct {
		enum remote_as_rule rule;
		uint32_t asn;
		bool good, internal;
	} rows[] = {
		{ REMOTE_AS_NUMBER, 65002, true, false },
		{ REMOTE_AS_NUMBER, 65001, false, false },
		{ REMOTE_AS_EXTERNAL, 4200000000, true, false },
		{ REMOTE_AS_EXTERNAL, 65001, false, false },
		{ REMOTE_AS_INTERNAL, 65001, true, true },
		{ REMOTE_AS_INTERNAL, 65002, false, false },
		{ REMOTE_AS_RANGES, 64999, false, false },
		{ REMOTE_AS_RANGES, 65000, true, false },
		{ REMOTE_AS_RANGES, 65001, false, false }, /* ours */
		{ REMOTE_AS_RANGES, 65009, true, false },
		{ REMOTE_AS_RANGES, 65010, false, false },
		{ REMOTE_AS_RANGES, 4200000000, true, false },
	};
	static const struct as_range ranges[] = { { 65000, 65009 },
		{ 4200000000, 4200000000 } };
	struct agreed a;
	struct bgp_err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session_config c = config_of(90, 0);

		c.remote_as_rule = rows[i].rule;
		c.remote_ranges = ranges;
		c.n_remote_ranges = 2;
		assert_int_equal(agree(&c, peer_of(rows[i].asn, 90), &a, &err),
		    rows[i].good);
		assert_int_equal(a.internal, rows[i].internal);
		if (!rows[i].good)
			assert_int_equal(err.subcode, OPEN_PEER_AS);
	}
}

TEST(a_missing_family_is_named_in_the_data) /* RFC 5492 5 */
{
	struct session_config c = config_of(90, 0);
	struct bgp_open theirs = peer_of(65002, 90);
	struct agreed a;
	struct bgp_err err;

	c.families[FAMILY_V4] = false;
	assert_false(agree(&c, theirs, &a, &err));
	assert_int_equal(err.subcode, OPEN_CAPABILITY);
	assert_int_equal(err.data.left, 6);
	assert_memory_equal(err.data.p, "\1\4\0\2\0\1", 6);
}

/* RFC 7911 4: what one side sends the other has to be ready to receive. */
TEST(path_ids_are_read_only_where_both_have_agreed)
{
	struct session_config c = config_of(90, 0);
	struct bgp_open theirs = peer_of(65002, 90);
	struct agreed a;
	struct bgp_err err;

	theirs.caps.family[FAMILY_V6] = true;
	theirs.caps.add_path[FAMILY_V4] = ADD_PATH_SEND;
	theirs.caps.add_path[FAMILY_V6] = ADD_PATH_RECEIVE;
	assert_true(agree(&c, theirs, &a, &err));
	assert_false(agreed_update_ctx(&a).add_path[FAMILY_V4]);
	c.add_path_receive = true;
	assert_true(agree(&c, theirs, &a, &err));
	assert_true(agreed_update_ctx(&a).add_path[FAMILY_V4]);
	assert_false(agreed_update_ctx(&a).add_path[FAMILY_V6]);
	c.families[FAMILY_V4] = false;
	assert_int_equal(agreed_offer(&c, false).caps.add_path[FAMILY_V4], 0);
}

TEST(path_ids_are_sent_only_where_both_have_agreed) /* RFC 7911 4 */
{
	struct session_config c = config_of(90, 0);
	struct bgp_open theirs = peer_of(65002, 90);
	struct agreed a;
	struct bgp_err err;

	theirs.caps.add_path[FAMILY_V4] = ADD_PATH_RECEIVE;
	c.add_path_receive = true;
	assert_true(agree(&c, theirs, &a, &err));
	assert_int_equal(a.caps.add_path[FAMILY_V4], 0);
	c.add_path_send = true;
	assert_true(agree(&c, theirs, &a, &err));
	assert_int_equal(a.caps.add_path[FAMILY_V4], ADD_PATH_SEND);
	assert_int_equal(a.caps.add_path[FAMILY_V6], 0);
}

/* RFC 9234 4.2, table 2; doc/bgp.md 12. */
TEST(roles_have_to_go_with_each_other)
{
	static const enum role goes_with[ROLES] = {
		[ROLE_PROVIDER] = ROLE_CUSTOMER,
		[ROLE_RS] = ROLE_RS_CLIENT,
		[ROLE_RS_CLIENT] = ROLE_RS,
		[ROLE_CUSTOMER] = ROLE_PROVIDER,
		[ROLE_PEER] = ROLE_PEER,
	};
	struct session_config c = config_of(90, 0);
	struct bgp_open theirs = peer_of(65002, 90);
	struct agreed a;
	struct bgp_err err;

	theirs.caps.has_role = true;
	for (c.role = ROLE_PROVIDER; c.role < ROLES; c.role++)
		for (unsigned wire = 0; wire < 256; wire++) {
			bool good = wire + 1 == goes_with[c.role];

			theirs.caps.role = (uint8_t)wire;
			assert_int_equal(agree(&c, theirs, &a, &err), good);
			if (good)
				assert_int_equal(a.role, c.role);
			else
				assert_int_equal(err.subcode, OPEN_ROLE);
		}
}

TEST(a_role_holds_for_a_peer_that_says_none) /* RFC 9234 4.2 */
{
	struct session_config c = config_of(90, 0);
	struct bgp_open theirs = peer_of(65002, 90);
	struct agreed a;
	struct bgp_err err;

	c.role = ROLE_CUSTOMER;
	assert_true(agree(&c, theirs, &a, &err));
	assert_int_equal(a.role, ROLE_CUSTOMER);
	assert_true(agreed_offer(&c, false).caps.has_role);
	assert_int_equal(agreed_offer(&c, false).caps.role, 3);
	theirs.caps.has_role = true;
	c.role = ROLE_NONE; /* ours says none: the peer's does not matter */
	assert_true(agree(&c, theirs, &a, &err));
	assert_int_equal(a.role, ROLE_NONE);
}

TEST(strict_about_a_role_nobody_comes_without_one) /* RFC 9234 4.2 */
{
	struct session_config c = config_of(90, 0);
	struct bgp_open theirs = peer_of(65002, 90);
	struct agreed a;
	struct bgp_err err;

	c.role_strict = true;
	for (c.role = ROLE_PROVIDER; c.role < ROLES; c.role++) {
		assert_false(agree(&c, theirs, &a, &err));
		assert_int_equal(err.code, ERR_OPEN);
		assert_int_equal(err.subcode, OPEN_ROLE);
		assert_non_null(strstr(err.what, "says no role"));
	}
	c.role = ROLE_CUSTOMER;
	theirs.caps.has_role = true; /* a provider's */
	assert_true(agree(&c, theirs, &a, &err));
	theirs.caps.role = 1;
	assert_false(agree(&c, theirs, &a, &err));
	assert_null(strstr(err.what, "says no role"));
	c.remote_as = 65001; /* inside one AS there are none */
	assert_true(agree(&c, peer_of(65001, 90), &a, &err));
}

TEST(two_roles_that_differ_are_refused) /* RFC 9234 4.2 */
{
	struct session_config c = config_of(90, 0);
	struct bgp_open theirs = peer_of(65002, 90);
	struct agreed a;
	struct bgp_err err;

	c.role = ROLE_CUSTOMER;
	theirs.caps.has_role = theirs.seen.roles_differ = true;
	assert_false(agree(&c, theirs, &a, &err));
	assert_int_equal(err.subcode, OPEN_ROLE);
}

TEST(an_internal_peer_has_no_role) /* RFC 9234 4.1 */
{
	struct session_config c = config_of(90, 0);
	struct bgp_open theirs = peer_of(65001, 90);
	struct agreed a;
	struct bgp_err err;

	c.remote_as = 65001;
	c.role = ROLE_CUSTOMER;
	theirs.caps.has_role = true; /* a provider's */
	assert_false(agreed_offer(&c, false).caps.has_role);
	assert_true(agree(&c, theirs, &a, &err));
	assert_int_equal(a.role, ROLE_NONE);
}

/* RFC 8950 4: of a session without IPv4 there is nothing to say. */
TEST(ipv6_next_hops_of_ipv4_are_taken_only_where_both_have_agreed)
{
	struct session_config c = config_of(90, 0);
	struct bgp_open theirs = peer_of(65002, 90);
	struct agreed a;
	struct bgp_err err;

	theirs.caps.extended_next_hop = true;
	assert_true(agree(&c, theirs, &a, &err));
	assert_false(agreed_update_ctx(&a).extended_next_hop);
	c.extended_next_hop = true;
	assert_true(agree(&c, theirs, &a, &err));
	assert_true(agreed_update_ctx(&a).extended_next_hop);
	theirs.caps.extended_next_hop = false;
	assert_true(agree(&c, theirs, &a, &err));
	assert_false(agreed_update_ctx(&a).extended_next_hop);
	c.families[FAMILY_V4] = false;
	assert_false(agreed_offer(&c, false).caps.extended_next_hop);
}

TEST(a_plain_open_offers_ipv4_alone) /* RFC 5492 3 */
{
	struct session_config c = config_of(90, 0);
	struct bgp_open o = agreed_offer(&c, true);

	assert_false(o.has_caps);
	assert_true(o.caps.family[FAMILY_V4]);
	assert_false(o.caps.family[FAMILY_V6]);
	assert_false(o.caps.as4);
}

static struct session_config
restarting_of(bool notification, uint32_t long_lived)
{
	struct session_config c = config_of(90, 0);

	c.restart =
	    (struct restart_config){ true, 60, long_lived, notification };
	return c;
}

TEST(graceful_restart_is_offered_for_all_families_of_the_session)
{
	struct session_config c = restarting_of(true, 3600);
	struct bgp_open o = agreed_offer(&c, false);
	const struct caps_restart *r = &o.caps.restart;

	assert_true(r->present && r->notification);
	assert_int_equal(r->time, 60);
	assert_true(r->family[FAMILY_V4] && r->family[FAMILY_V6]);
	assert_false(r->restarting || r->forwarding[FAMILY_V4]);
	assert_int_equal(o.caps.long_lived.time[FAMILY_V6], 3600);
	agreed_offer_state(&o, true, true);
	assert_true(r->restarting && r->forwarding[FAMILY_V4]);
	assert_true(o.caps.long_lived.forwarding[FAMILY_V6]);
	c.families[FAMILY_V6] = false;
	o = agreed_offer(&c, false);
	agreed_offer_state(&o, true, true);
	assert_false(r->family[FAMILY_V6] || r->forwarding[FAMILY_V6]);
	assert_false(o.caps.long_lived.forwarding[FAMILY_V6]);
}

TEST(without_graceful_restart_nothing_is_said_of_it)
{
	struct session_config c = config_of(90, 0);
	struct bgp_open o = agreed_offer(&c, false);

	agreed_offer_state(&o, true, true);
	assert_false(o.caps.restart.present || o.caps.restart.restarting);
	assert_false(o.caps.long_lived.present);
	c = restarting_of(false, 0);
	o = agreed_offer(&c, false);
	assert_true(o.caps.restart.present);
	assert_false(o.caps.long_lived.present);
}

/* RFC 4724 3: without families it keeps ours, and asks nothing of us. */
TEST(graceful_restart_holds_where_both_say_it)
{
	struct session_config off = config_of(90, 0),
			      on = restarting_of(true, 9);
	struct bgp_open theirs = peer_of(65002, 90);
	struct agreed a;
	struct bgp_err err;

	assert_true(agree(&on, theirs, &a, &err));
	assert_false(agreed_keeps_ours(&a));
	theirs.caps.restart =
	    (struct caps_restart){ .present = true, .time = 120 };
	assert_true(agree(&off, theirs, &a, &err));
	assert_false(agreed_keeps_ours(&a));
	assert_true(agree(&on, theirs, &a, &err));
	assert_true(agreed_keeps_ours(&a));
	assert_false(a.caps.restart.family[FAMILY_V4]);
	assert_int_equal(a.caps.restart.time, 120);
}

TEST(what_is_kept_is_of_families_that_both_have)
{
	struct session_config c = restarting_of(false, 9);
	struct bgp_open theirs = peer_of(65002, 90);
	struct agreed a;
	struct bgp_err err;

	theirs.caps.restart = (struct caps_restart){ .present = true,
		.family = { false, true, true },
		.notification = true };
	theirs.caps.long_lived = (struct caps_long_lived){ .present = true,
		.family = { false, true, true } };
	assert_true(agree(&c, theirs, &a, &err));
	assert_true(a.caps.restart.family[FAMILY_V4]);
	assert_false(a.caps.restart.family[FAMILY_V6]);
	assert_true(a.caps.long_lived.family[FAMILY_V4]);
	assert_false(a.caps.long_lived.family[FAMILY_V6]);
	assert_false(a.caps.restart.notification); /* RFC 8538 2: both */
	c.restart.long_lived = 0;
	assert_true(agree(&c, theirs, &a, &err));
	assert_false(a.caps.long_lived.present);
}

TEST(updates_are_read_as_it_was_agreed)
{
	struct session_config c = config_of(90, 0);
	struct agreed a;
	struct bgp_err err;

	assert_true(agree(&c, peer_of(65002, 90), &a, &err));

	struct update_ctx ctx = agreed_update_ctx(&a);

	assert_true(ctx.ebgp);
	assert_true(ctx.first_as);
	assert_false(ctx.as4);
	assert_int_equal(ctx.peer_as, 65002);
	assert_true(ctx.family[FAMILY_V4]);
	assert_false(ctx.family[FAMILY_V6]);
	assert_false(ctx.add_path[FAMILY_V4]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_local_as_is_hidden_or_not_as_it_is_said),
		cmocka_unit_test(who_knows_of_long_lived_stale_routes_says_so),
		cmocka_unit_test(
		    who_is_known_by_the_other_as_is_what_that_makes_of_it),
		cmocka_unit_test(
		    the_smaller_hold_time_holds_and_keepalives_go_at_a_third),
		cmocka_unit_test(the_peer_must_be_of_the_as_that_was_asked_for),
		cmocka_unit_test(a_missing_family_is_named_in_the_data),
		cmocka_unit_test(path_ids_are_read_only_where_both_have_agreed),
		cmocka_unit_test(path_ids_are_sent_only_where_both_have_agreed),
		cmocka_unit_test(roles_have_to_go_with_each_other),
		cmocka_unit_test(a_role_holds_for_a_peer_that_says_none),
		cmocka_unit_test(strict_about_a_role_nobody_comes_without_one),
		cmocka_unit_test(two_roles_that_differ_are_refused),
		cmocka_unit_test(an_internal_peer_has_no_role),
		cmocka_unit_test(
		    ipv6_next_hops_of_ipv4_are_taken_only_where_both_have_agreed),
		cmocka_unit_test(a_plain_open_offers_ipv4_alone),
		cmocka_unit_test(
		    graceful_restart_is_offered_for_all_families_of_the_session),
		cmocka_unit_test(
		    without_graceful_restart_nothing_is_said_of_it),
		cmocka_unit_test(graceful_restart_holds_where_both_say_it),
		cmocka_unit_test(what_is_kept_is_of_families_that_both_have),
		cmocka_unit_test(updates_are_read_as_it_was_agreed),
	};

	return cmocka_run_group_tests_name("agreed", tests, NULL, NULL);
}
