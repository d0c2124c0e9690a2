/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/session/admission.h"
#include "bgpd/session/session_config.h"
#include "tests/test.h"

enum { PEERS = 300, HOME = 0x0a000001, VIRTUAL = 0x0a0000fe };

static struct admission *admission;
static struct keys *keys;
static struct ao_table *ao;
static struct gate gate;
static struct admission_peer peer_a, peer_b;
static struct session_config config_a, config_b;
static char said[256];
static const struct scoped_addr any_v4 = { .addr = { .family = FAMILY_V4 } };
static const struct scoped_addr any_v6 = { .addr = { .family = FAMILY_V6 } };

static int
setup(void **state)
{
	(void)state;
	admission = admission_new();
	keys = keys_new();
	ao = ao_table_new();
	gate = (struct gate){ keys, ao, true };
	said[0] = '\0';
	config_a = (struct session_config){ .name = "a", .remote = addr_v4(1) };
	config_b = (struct session_config){ .name = "b", .remote = addr_v4(2) };
	admission_add(admission, &peer_a, &config_a, 1000);
	admission_add(admission, &peer_b, &config_b, 1000);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	admission_free(admission);
	keys_free(keys);
	ao_table_free(ao);
	return 0;
}

static bool
on_set(void *arg, const struct prefix *from, const char *key)
{
	size_t used = strlen(said);

	(void)arg;
	snprintf(said + used, sizeof(said) - used, "%s%u=%s",
	    used > 0 ? " " : "", from->addr.bytes[3], key != NULL ? key : "-");
	return true;
}

static const char *
rekeyed(void)
{
	static const struct keys_ops ops = { on_set };

	said[0] = '\0';
	admission_update_keys(admission, &any_v4, keys, &ops, NULL);
	return said;
}

static enum arrival
comes_from(uint32_t remote, uint64_t now, struct admission_peer **peer)
{
	struct caller caller = { { addr_v4(remote), "" }, addr_v4(HOME) };

	return admission_judge(admission, &caller, &gate, now, peer);
}

/* Who connects has any port: it may be the other one. */
TEST(connection_of_two_that_differ_by_port_is_for_none)
{
	static struct admission_peer peer_c;
	static struct session_config config_c;
	struct admission_peer *peer;

	config_c = (struct session_config){
		.name = "c", .remote = addr_v4(1), .port = 1790
	};
	admission_add(admission, &peer_c, &config_c, 1000);
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_SHARED);
	assert_ptr_equal(peer, &peer_a);
	config_c.port = 179; /* while peers swap their addresses */
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_TAKEN);
	config_c.port = 1790;
	config_a.source = addr_v4(VIRTUAL); /* only one of them is at home */
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_TAKEN);
	assert_ptr_equal(peer, &peer_c);
	config_c.source = addr_v4(VIRTUAL);
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_ELSEWHERE);
	admission_remove(admission, &peer_c);
}

TEST(connection_is_for_the_session_of_its_address)
{
	struct admission_peer *peer;

	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_TAKEN);
	assert_ptr_equal(peer, &peer_a);
	assert_int_equal(comes_from(2, 1000, &peer), ARRIVAL_TAKEN);
	assert_ptr_equal(peer, &peer_b);
	assert_int_equal(comes_from(3, 1000, &peer), ARRIVAL_STRANGER);
	assert_null(peer);
}

TEST(link_goes_where_its_configuration_goes)
{
	struct session_config moved = config_a;
	struct admission_peer *peer;

	moved.remote = addr_v4(9);
	admission_set(admission, &peer_a, &moved);
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_STRANGER);
	assert_int_equal(comes_from(9, 1000, &peer), ARRIVAL_TAKEN);
	admission_remove(admission, &peer_a);
	assert_int_equal(comes_from(9, 1000, &peer), ARRIVAL_STRANGER);
}

TEST(swapped_addresses_are_found)
{
	struct session_config a = config_a, b = config_b;
	struct admission_peer *peer;

	a.remote = config_b.remote;
	b.remote = config_a.remote;
	admission_set(admission, &peer_a, &a);
	admission_set(admission, &peer_b, &b);
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_TAKEN);
	assert_ptr_equal(peer, &peer_b);
	assert_int_equal(comes_from(2, 1000, &peer), ARRIVAL_TAKEN);
	assert_ptr_equal(peer, &peer_a);
}

TEST(peer_has_to_come_to_the_address_of_its_session)
{
	struct caller caller = { { addr_v4(1), "" }, addr_v4(VIRTUAL) };
	struct admission_peer *peer;

	config_a.source = addr_v4(HOME);
	assert_int_equal(
	    admission_judge(admission, &caller, &gate, 1000, &peer),
	    ARRIVAL_ELSEWHERE);
	assert_ptr_equal(peer, &peer_a);
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_TAKEN);
	config_a.source = addr_v4(VIRTUAL);
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_ELSEWHERE);
	assert_int_equal(
	    admission_judge(admission, &caller, &gate, 1000, &peer),
	    ARRIVAL_TAKEN);
}

static bool
on_ao_step(void *arg, const struct prefix *from, enum ao_step step,
    const struct ao_key *key, const struct ao_key *next)
{
	static const char signs[] = { '+', '!', '-' };
	size_t used = strlen(said);

	(void)arg;
	(void)next;
	snprintf(said + used, sizeof(said) - used, "%s%c%u@%u",
	    used > 0 ? " " : "", signs[step], key->send_id,
	    from->addr.bytes[3]);
	return true;
}

static const char *
ao_rekeyed(void)
{
	static const struct ao_ops ops = { on_ao_step };
	size_t n;
	struct ao_wanted *wanted = admission_ao_wanted(admission, &any_v4, &n);

	said[0] = '\0';
	ao_table_update(ao, wanted, n, &ops, NULL);
	free(wanted);
	return said;
}

static const struct ao_key ao_one = { 1, 1, AO_HMAC_SHA_1_96, "one" };
static const struct ao_key ao_both[] = {
	{ 2, 2, AO_HMAC_SHA_1_96, "two" },
	{ 1, 1, AO_HMAC_SHA_1_96, "one" },
};

TEST(nobody_is_taken_before_all_keys_of_tcp_ao_are_in_force)
{
	struct admission_peer *peer;

	config_a.ao = (struct ao_keys){ &ao_one, 1 };
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_UNKEYED);
	assert_string_equal(ao_rekeyed(), "+1@1");
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_TAKEN);
	config_a.ao = (struct ao_keys){ ao_both, 2 };
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_UNKEYED);
	assert_string_equal(ao_rekeyed(), "+2@1");
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_TAKEN);
	assert_int_equal(comes_from(2, 1000, &peer), ARRIVAL_TAKEN);
}

TEST(keys_of_tcp_ao_that_a_range_has_its_peers_need_not_have)
{
	struct session_config guests = { .name = "guests",
		.ao = { &ao_one, 1 } };
	struct addr from = addr_v4(0);
	struct admission_range range = {
		.config = &guests, .from = prefix_of(&from, 24), .burst = 1
	};
	struct admission_peer *peer;

	admission_add_range(admission, &range, 1000);
	config_a.ao = (struct ao_keys){ &ao_one, 1 };
	assert_string_equal(ao_rekeyed(), "+1@0");
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_TAKEN);
	admission_remove_range(admission, &range);
}

TEST(nobody_is_taken_before_the_password_is_in_force)
{
	struct admission_peer *peer;

	config_a.password = "one";
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_UNKEYED);
	assert_string_equal(rekeyed(), "1=one");
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_TAKEN);
	config_a.password = "another";
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_UNKEYED);
	assert_string_equal(rekeyed(), "1=another");
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_TAKEN);
	config_a.password = NULL;
	assert_string_equal(rekeyed(), "1=-");
}

TEST(nobody_is_taken_who_might_come_from_afar)
{
	struct ttl_rule *rules;
	struct admission_peer *peer;
	size_t n;

	config_b.ttl_security = 2;
	rules = admission_ttl_rules(admission, &any_v4, &n);
	assert_int_equal(n, 1);
	assert_true(addr_eq(&rules[0].from.addr, &config_b.remote));
	assert_int_equal(rules[0].least, 254);
	free(rules);
	free(admission_ttl_rules(admission, &any_v6, &n));
	assert_int_equal(n, 0);
	gate.filtered = false;
	assert_int_equal(comes_from(2, 1000, &peer), ARRIVAL_UNFILTERED);
	assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_TAKEN);
	gate.filtered = true;
	assert_int_equal(comes_from(2, 1000, &peer), ARRIVAL_TAKEN);
}

static enum arrival
comes_by(const char *remote, const char *local, struct admission_peer **peer)
{
	struct caller caller;

	assert_true(scoped_addr_parse(remote, &caller.remote));
	assert_true(addr_parse(local, &caller.local));
	return admission_judge(admission, &caller, &gate, 1000, peer);
}

TEST(link_local_address_is_another_on_each_link)
{
	struct session_config c0 = { .name = "c0", .zone = "eth0" };
	struct session_config c1 = { .name = "c1", .zone = "eth1" };
	struct admission_peer p0, p1, *peer;

	assert_true(addr_parse("fe80::1", &c0.remote));
	c1.remote = c0.remote;
	admission_add(admission, &p1, &c1, 0);
	admission_add(admission, &p0, &c0, 0);
	assert_int_equal(
	    comes_by("fe80::1%eth0", "fe80::9", &peer), ARRIVAL_TAKEN);
	assert_ptr_equal(peer, &p0);
	assert_int_equal(
	    comes_by("fe80::1%eth1", "fe80::9", &peer), ARRIVAL_TAKEN);
	assert_ptr_equal(peer, &p1);
	assert_int_equal(
	    comes_by("fe80::1%eth2", "fe80::9", &peer), ARRIVAL_ASTRAY);
	assert_int_equal(
	    comes_by("fe80::2%eth0", "fe80::9", &peer), ARRIVAL_STRANGER);
	/* An address of ours that may be a virtual one. */
	assert_int_equal(
	    comes_by("fe80::1%eth0", "2001:db8::9", &peer), ARRIVAL_ELSEWHERE);
	c1 = c0;
	admission_set(admission, &p1, &c1);
	assert_int_equal(
	    comes_by("fe80::1%eth1", "fe80::9", &peer), ARRIVAL_ASTRAY);
	admission_remove(admission, &p0);
	assert_int_equal(
	    comes_by("fe80::1%eth0", "fe80::9", &peer), ARRIVAL_TAKEN);
	assert_ptr_equal(peer, &p1);
	admission_remove(admission, &p1);
}

/* The kernel has one key for an address: nobody is let in by another's. */
TEST(one_address_on_two_links_has_one_password_at_a_listener)
{
	struct session_config c0 = { .zone = "eth0", .password = "zero" };
	struct session_config c1 = { .zone = "eth1", .password = "one" };
	struct admission_peer p0, p1, *peer;
	static const struct keys_ops any = { on_set };

	assert_true(addr_parse("fe80::1", &c0.remote));
	c1.remote = c0.remote;
	admission_add(admission, &p1, &c1, 0);
	admission_add(admission, &p0, &c0, 0);
	admission_update_keys(admission, &any_v6, keys, &any, NULL);
	assert_int_equal(
	    comes_by("fe80::1%eth0", "fe80::9", &peer), ARRIVAL_TAKEN);
	assert_int_equal(
	    comes_by("fe80::1%eth1", "fe80::9", &peer), ARRIVAL_UNKEYED);
	/* A listener on a link has but the keys of that link. */
	admission_update_keys(admission,
	    &(struct scoped_addr){ any_v6.addr, "eth1" }, keys, &any, NULL);
	assert_int_equal(
	    comes_by("fe80::1%eth1", "fe80::9", &peer), ARRIVAL_TAKEN);
	admission_remove(admission, &p0);
	admission_remove(admission, &p1);
}

TEST(keys_are_those_of_the_listeners_family)
{
	struct session_config six = { .name = "c", .password = "six" };
	struct admission_peer peer;

	assert_true(addr_parse("2001:db8::1", &six.remote));
	admission_add(admission, &peer, &six, 0);
	config_a.password = "one";
	assert_string_equal(rekeyed(), "1=one");
	admission_remove(admission, &peer);
}

TEST(peer_that_comes_too_fast_waits) /* row 48 */
{
	struct admission_peer *peer;

	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(comes_from(1, 1000, &peer), ARRIVAL_TAKEN);
	assert_int_equal(comes_from(1, 1999, &peer), ARRIVAL_TOO_FAST);
	assert_int_equal(comes_from(2, 1999, &peer), ARRIVAL_TAKEN);
	assert_int_equal(comes_from(1, 2000, &peer), ARRIVAL_TAKEN);
	assert_int_equal(comes_from(1, 2000, &peer), ARRIVAL_TOO_FAST);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(comes_from(1, 900000, &peer), ARRIVAL_TAKEN);
	assert_int_equal(comes_from(1, 900000, &peer), ARRIVAL_TOO_FAST);
}

TEST(many_are_found_in_whatever_order_they_came)
{
	static struct session_config configs[PEERS];
	static struct admission_peer at[PEERS];
	struct admission_peer *peer;

	for (uint32_t i = 0; i < PEERS; i++) {
		configs[i].remote = addr_v4(1000 + i * 7 % PEERS);
		admission_add(admission, &at[i], &configs[i], 0);
	}
	for (uint32_t i = 0; i < PEERS; i += 2)
		admission_remove(admission, &at[i]);
	for (uint32_t i = 0; i < PEERS; i++) {
		struct prefix from = prefix_host(&configs[i].remote);

		peer = admission_key_peer(admission, &any_v4, &from);
		assert_ptr_equal(peer, i % 2 == 0 ? NULL : &at[i]);
	}
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(connection_is_for_the_session_of_its_address),
		T(connection_of_two_that_differ_by_port_is_for_none),
		T(link_goes_where_its_configuration_goes),
		T(swapped_addresses_are_found),
		T(peer_has_to_come_to_the_address_of_its_session),
		T(nobody_is_taken_before_all_keys_of_tcp_ao_are_in_force),
		T(keys_of_tcp_ao_that_a_range_has_its_peers_need_not_have),
		T(nobody_is_taken_before_the_password_is_in_force),
		T(nobody_is_taken_who_might_come_from_afar),
		T(link_local_address_is_another_on_each_link),
		T(one_address_on_two_links_has_one_password_at_a_listener),
		T(keys_are_those_of_the_listeners_family),
		T(peer_that_comes_too_fast_waits),
		T(many_are_found_in_whatever_order_they_came),
	};
#undef T

	return cmocka_run_group_tests_name("admission", tests, NULL, NULL);
}
