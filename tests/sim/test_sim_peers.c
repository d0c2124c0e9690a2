/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Peers of a whole daemon: which sessions there are, and what ends them.
 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/bgpd.h"
#include "bgpd/control/peer_view.h"
#include "bgpd/control/views.h"
#include "bgpd/rib/rib.h"
#include "common/alloc.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define PEER(name, spec)                                                       \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: " name "}\n" \
	"spec: {" spec "}\n"
#define A "peerIP: 192.0.2.2, asNumber: 65002"
#define PASSWORD ", password: {secretKeyRef: {name: bgp, key: password}}"
#define WITH_PASSWORD A PASSWORD
#define SECRET(value)                                      \
	"apiVersion: v1\nkind: Secret\n"                   \
	"metadata: {name: bgp, namespace: lbbgp-system}\n" \
	"data: {password: " value "}\n"
#define GEHEIM "Z2VoZWlt"
#define ANDERS "YW5kZXJz"

/* Changes gather for a moment. */
static void
put(struct sim *s, const char *yaml)
{
	sim_put(s, yaml);
	sim_sleep(s, 50);
}

/* Established with a password. */
static struct sim *
with_password(void)
{
	struct sim *s = sim_started();

	sim_put(s, SECRET(GEHEIM));
	put(s, PEER("a", WITH_PASSWORD));
	sim_sleep(s, 1000); /* it dials again */
	sim_establish(s, "a");
	return s;
}

/* Resets are told before they come, and are spread over nodes. */
static void
wait_for_reset(struct sim *s, const char *peer)
{
	unsigned ms = 0;

	while (sim_is_up(s, peer) && ms < 15000) {
		assert_non_null(strstr(sim_condition(s, "ResetPending"), peer));
		sim_sleep(s, 100);
		ms += 100;
	}
	assert_false(sim_is_up(s, peer));
	assert_true(ms >= 5000);
	assert_string_equal(sim_condition(s, "ResetPending"), "");
}

static const char *
password_of(struct sim *s, const char *peer)
{
	const char *password =
	    session_config(sim_peer(s, peer)->session)->password;

	return password != NULL ? password : "";
}

TEST(nothing_begins_before_every_kind_is_listed)
{
	static const char *const kinds[] = { "Node", "BGPConfiguration",
		"BGPPeer", "Secret", "ServiceGroup", "Service", "EndpointSlice",
		"BlockAffinity", "ServiceCIDR", "BGPNodeStatus", "VirtualIP",
		"BGPFilter", "DaemonSet" };
	struct sim *s = sim_new();

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		sim_list(s, kinds[i]);
		sim_sleep(s, 1000);
		assert_null(sim_peer(s, "a"));
		assert_int_equal(s->listen.port, 0);
		assert_int_equal(s->statuses, 0);
	}
	sim_list(s, "Namespace");
	assert_non_null(sim_peer(s, "a"));
	assert_int_equal(s->listen.port, 179);
}

TEST(missing_secret_blocks_until_it_is_there)
{
	struct sim *s = sim_new();

	sim_put(s, PEER("a", WITH_PASSWORD));
	sim_list_all(s);
	sim_sleep(s, 120000);
	assert_int_equal(sim_peer(s, "a")->tcps, 0);
	assert_non_null(strstr(sim_condition(s, "PeerBlocked"), "Secret bgp"));
	put(s, SECRET(GEHEIM));
	assert_string_equal(sim_condition(s, "PeerBlocked"), "");
	assert_string_equal(password_of(s, "a"), "geheim");
	sim_establish(s, "a");
}

TEST(removed_secret_ends_no_session_but_none_comes_back)
{
	struct sim *s = with_password();
	struct fake_peer *p = sim_peer(s, "a");

	sim_drop(s, "Secret", "bgp");
	sim_sleep(s, 5000);
	assert_true(sim_is_up(s, "a"));
	assert_non_null(strstr(sim_condition(s, "PeerBlocked"), "Secret bgp"));
	fake_hangs_up(p);
	unsigned dials = p->tcps;

	sim_sleep(s, 300000);
	assert_int_equal(p->tcps, dials);
	assert_false(fake_arrives(p));
	put(s, SECRET(GEHEIM));
	sim_establish(s, "a");
}

/* There is nothing that it could come back with. */
TEST(secret_that_goes_takes_the_reset_along)
{
	struct sim *s = with_password();

	put(s, SECRET(ANDERS));
	assert_non_null(strstr(sim_condition(s, "ResetPending"), "a"));
	sim_drop(s, "Secret", "bgp");
	sim_sleep(s, 60000);
	assert_true(sim_is_up(s, "a"));
	assert_string_equal(sim_condition(s, "ResetPending"), "");
	put(s, SECRET(ANDERS));
	wait_for_reset(s, "a");
}

/* What counts is what it came up with. */
TEST(session_that_was_to_get_a_password_outlives_its_secret)
{
	struct sim *s = sim_started();

	sim_establish(s, "a");
	sim_put(s, SECRET(GEHEIM));
	put(s, PEER("a", WITH_PASSWORD));
	assert_non_null(strstr(sim_condition(s, "ResetPending"), "a"));
	sim_drop(s, "Secret", "bgp");
	sim_sleep(s, 60000);
	assert_true(sim_is_up(s, "a"));
	assert_string_equal(sim_condition(s, "ResetPending"), "");
	assert_non_null(strstr(sim_condition(s, "PeerBlocked"), "Secret bgp"));
}

/* Nothing excuses a session that the operator has ended, or moved elsewhere. */
TEST(shutdown_ends_a_session_whose_secret_is_gone)
{
	struct sim *s = with_password();
	struct fake_peer *p = sim_peer(s, "a");

	sim_drop(s, "Secret", "bgp");
	sim_sleep(s, 5000);
	fake_forget(p);
	put(s,
	    PEER("a",
		WITH_PASSWORD ", shutdown: {enabled: true, message: bye}"));
	assert_said(p, "NOTIFICATION 6/2 \"bye\" CLOSE");
	sim_sleep(s, 120000);
	assert_false(fake_arrives(p));
	put(s, PEER("a", WITH_PASSWORD));
	assert_non_null(strstr(sim_condition(s, "PeerBlocked"), "Secret bgp"));
	put(s, SECRET(GEHEIM));
	sim_establish(s, "a");
}

/* … and what comes from there is the business of whoever has that address now. */
TEST(another_address_ends_a_session_whose_secret_is_gone)
{
	struct addr there = addr_v4(0xc0000209), source = addr_v4(0xc000024d);
	struct sim *s = with_password();
	struct fake_peer *p = sim_peer(s, "a");

	sim_drop(s, "Secret", "bgp");
	fake_forget(p);
	put(s, PEER("a", "peerIP: 192.0.2.9, asNumber: 65002" PASSWORD));
	assert_said(p, "NOTIFICATION 6/6 CLOSE");
	assert_true(addr_eq(&session_config(p->session)->remote, &there));
	put(s, SECRET(GEHEIM));
	sim_establish(s, "a");
	sim_drop(s, "Secret", "bgp");
	fake_forget(p);
	put(s,
	    PEER("a",
		"peerIP: 192.0.2.9, asNumber: 65002" PASSWORD
		", sourceAddress: 192.0.2.77"));
	assert_said(p, "NOTIFICATION 6/6 CLOSE");
	assert_true(addr_eq(&session_config(p->session)->source, &source));
}

TEST(changed_password_resets)
{
	struct sim *s = with_password();
	struct fake_peer *p = sim_peer(s, "a");

	fake_forget(p);
	put(s, SECRET(ANDERS));
	assert_true(sim_is_up(s, "a"));
	wait_for_reset(s, "a");
	assert_non_null(strstr(p->at->said, "NOTIFICATION 6/6 CLOSE"));
	assert_string_equal(password_of(s, "a"), "anders");
	sim_sleep(s, 1000);
	sim_establish(s, "a");
}

#define AO_SECRET(two)                                     \
	"apiVersion: v1\nkind: Secret\n"                   \
	"metadata: {name: bgp, namespace: lbbgp-system}\n" \
	"data: {one: " GEHEIM ", two: " two "}\n"
#define ONE "{keyID: 1, secretKey: one}"
#define TWO "{keyID: 2, secretKey: two}"
#define WITH_AO(keys) A ", tcpAO: {secretName: bgp, keys: [" keys "]}"

/* Established with a key of TCP-AO. */
static struct sim *
with_ao(void)
{
	struct sim *s = sim_started();

	sim_put(s, AO_SECRET(ANDERS));
	put(s, PEER("a", WITH_AO(ONE)));
	sim_sleep(s, 1000);
	sim_establish(s, "a");
	return s;
}

/* … with so many, and the first of them; nothing is to be reset. */
static void
assert_keys(struct sim *s, size_t n, unsigned first)
{
	const struct session_config *c =
	    session_config(sim_peer(s, "a")->session);

	assert_int_equal(c->ao.n, n);
	assert_int_equal(c->ao.at[0].send_id, first);
	assert_true(sim_is_up(s, "a"));
	assert_int_equal(session_stats(sim_peer(s, "a")->session)->flaps, 0);
	assert_string_equal(sim_condition(s, "ResetPending"), "");
}

TEST(keys_of_tcp_ao_take_turns_without_a_reset)
{
	struct sim *s = with_ao();

	assert_keys(s, 1, 1);
	put(s, PEER("a", WITH_AO(TWO ", " ONE)));
	sim_sleep(s, 30000);
	assert_keys(s, 2, 2);
	put(s, PEER("a", WITH_AO(TWO)));
	sim_sleep(s, 30000);
	assert_keys(s, 1, 2);
	put(s, PEER("a", WITH_AO(ONE)));
	wait_for_reset(s, "a");
}

TEST(another_value_under_the_number_of_a_key_resets)
{
	struct sim *s = with_ao();

	put(s, PEER("a", WITH_AO(TWO ", " ONE)));
	assert_keys(s, 2, 2);
	put(s, AO_SECRET(GEHEIM));
	wait_for_reset(s, "a");
}

TEST(session_under_tcp_ao_outlives_its_secret)
{
	struct sim *s = with_ao();

	sim_drop(s, "Secret", "bgp");
	sim_sleep(s, 60000);
	assert_true(sim_is_up(s, "a"));
	assert_non_null(strstr(sim_condition(s, "PeerBlocked"), "Secret bgp"));
	put(s, PEER("a", WITH_AO(TWO ", " ONE)));
	put(s, AO_SECRET(ANDERS));
	assert_string_equal(sim_condition(s, "PeerBlocked"), "");
	assert_keys(s, 2, 2);
}

TEST(secret_written_again_with_the_same_password_resets_nothing)
{
	struct sim *s = with_password();

	put(s, SECRET(GEHEIM));
	sim_sleep(s, 5000);
	assert_true(sim_is_up(s, "a"));
	assert_int_equal(session_stats(sim_peer(s, "a")->session)->flaps, 0);
}

/* Of objects that are written together the Secret often is the last. */
TEST(password_of_a_missing_secret_comes_into_force_with_it)
{
	struct sim *s = sim_started();

	sim_establish(s, "a");
	put(s, PEER("a", WITH_PASSWORD));
	sim_sleep(s, 60000);
	assert_true(sim_is_up(s, "a"));
	assert_non_null(strstr(sim_condition(s, "PeerBlocked"), "Secret bgp"));
	assert_string_equal(sim_condition(s, "SentToNobody"), "");
	put(s, SECRET(GEHEIM));
	assert_string_equal(sim_condition(s, "PeerBlocked"), "");
	wait_for_reset(s, "a");
	assert_string_equal(password_of(s, "a"), "geheim");
	sim_sleep(s, 1000);
	sim_establish(s, "a");
}

/* What is opened from now on has a password. */
TEST(open_session_that_lacks_its_secret_does_not_come_back)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	put(s, PEER("a", WITH_PASSWORD));
	fake_hangs_up(p);
	unsigned dials = p->tcps;

	sim_sleep(s, 300000);
	assert_int_equal(p->tcps, dials);
	assert_false(fake_arrives(p));
	put(s, SECRET(GEHEIM));
	sim_establish(s, "a");
}

TEST(removed_peer_is_told_that_it_is_deconfigured)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	sim_drop(s, "BGPPeer", "a");
	sim_sleep(s, 50);
	assert_said(p, "NOTIFICATION 6/3 CLOSE");
	assert_null(sim_peer(s, "a"));
}

TEST(peer_that_selects_other_nodes_goes_and_comes)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	put(s, PEER("a", A ", nodeSelector: {matchLabels: {rack: b}}"));
	assert_said(p, "NOTIFICATION 6/3 CLOSE");
	put(s, PEER("a", A ", nodeSelector: {matchLabels: {rack: a}}"));
	sim_establish(s, "a");
}

TEST(shutdown_tells_its_message)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	put(s, PEER("a", A ", shutdown: {enabled: true, message: new rack}"));
	assert_said(p, "NOTIFICATION 6/2 \"new rack\" CLOSE");
	sim_sleep(s, 120000);
	assert_false(fake_arrives(p));
	put(s, PEER("a", A));
	sim_establish(s, "a");
}

TEST(shutdown_is_told_even_when_more_changes_with_it)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	put(s,
	    PEER("a",
		A ", holdTime: 30, shutdown: {enabled: true, message: bye}"));
	assert_said(p, "NOTIFICATION 6/2 \"bye\" CLOSE");
}

TEST(stopped_daemon_tells_all_its_peers)
{
	struct sim *s = sim_started();

	put(s, PEER("b", "peerIP: 192.0.2.3, asNumber: 65003"));
	struct fake_peer *a = sim_establish(s, "a"), *b = sim_establish(s, "b");

	bgpd_stop(s->bgpd, NULL);
	sim_settle(s);
	assert_said(a, "NOTIFICATION 6/2 \"daemon is stopped\" CLOSE");
	assert_said(b, "NOTIFICATION 6/2 \"daemon is stopped\" CLOSE");
	assert_int_equal(s->listen.port, 0);
}

TEST(nothing_starts_after_the_end)
{
	struct sim *s = sim_started();

	bgpd_stop(s->bgpd, NULL);
	put(s, PEER("b", "peerIP: 192.0.2.3, asNumber: 65003"));
	sim_sleep(s, 60000);
	assert_null(sim_peer(s, "b"));
	assert_int_equal(s->listen.port, 0);
}

TEST(change_of_one_peer_touches_no_other)
{
	struct sim *s = sim_started();

	put(s, PEER("b", "peerIP: 192.0.2.3, asNumber: 65003"));
	sim_establish(s, "a");
	struct fake_peer *b = sim_establish(s, "b");

	put(s, PEER("a", A ", holdTime: 30"));
	wait_for_reset(s, "a");
	fake_say_keepalive(b);
	sim_sleep(s, 5000);
	assert_true(sim_is_up(s, "b"));
	assert_null(strstr(b->at->said, "NOTIFICATION"));
}

TEST(younger_of_two_peers_with_one_address_waits)
{
	struct sim *s = sim_started();
	struct fake_peer *a = sim_establish(s, "a");

	put(s, PEER("b", A));
	assert_non_null(strstr(sim_condition(s, "PeerBlocked"),
	    "BGPPeer b: spec.peerIP: BGPPeer a"));
	assert_true(sim_is_up(s, "a"));
	fake_forget(a);
	sim_drop(s, "BGPPeer", "a");
	sim_sleep(s, 50);
	assert_said(a, "NOTIFICATION 6/3 CLOSE");
	assert_string_equal(sim_condition(s, "PeerBlocked"), "");
	sim_establish(s, "b");
}

TEST(one_address_on_two_links_is_of_two_peers)
{
	struct sim *s = sim_started();

	put(s, PEER("b", "peerIP: 'fe80::1%eth0', asNumber: 65002"));
	put(s, PEER("c", "peerIP: 'fe80::1%eth1', asNumber: 65002"));
	assert_non_null(sim_peer(s, "b"));
	assert_non_null(sim_peer(s, "c"));
	assert_string_equal(sim_condition(s, "PeerBlocked"), "");
	put(s, PEER("c", "peerIP: 'fe80::1%eth0', asNumber: 65002"));
	assert_non_null(strstr(sim_condition(s, "PeerBlocked"),
	    "BGPPeer c: spec.peerIP: BGPPeer b"));
}

/* The rim finds sessions by address: there is one of each. */
#define CONFIG(spec)                                        \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: default}\nspec: {asNumber: 65001" spec "}\n"

/* Who waits there has to be reached, whatever else bindMode says. */
TEST(node_listens_at_the_addresses_of_its_sessions)
{
	struct sim *s = sim_started();

	assert_string_equal(sim_listens(s), "192.0.2.1");
	put(s, PEER("a", A ", passive: true, sourceAddress: 192.0.2.77"));
	assert_string_equal(sim_listens(s), "192.0.2.1 192.0.2.77");
	put(s,
	    PEER("b",
		"peerIP: fd00::2, asNumber: 65003, sourceAddress: fd00::77"));
	assert_string_equal(sim_listens(s), "192.0.2.1 192.0.2.77 fd00::77");
	put(s, CONFIG(", bindMode: None"));
	assert_string_equal(sim_listens(s), "0.0.0.0 :: 192.0.2.77 fd00::77");
	sim_drop(s, "BGPPeer", "b");
	put(s, PEER("a", "peerIP: 'fe80::2%eth0', asNumber: 65002"));
	assert_string_equal(sim_listens(s), "0.0.0.0 :: ::%eth0");
	put(s,
	    PEER("a",
		"peerIP: 'fe80::2%eth0', asNumber: 65002, sourceAddress: "
		"'fe80::1'"));
	assert_string_equal(sim_listens(s), "0.0.0.0 :: fe80::1%eth0");
	sim_drop(s, "BGPPeer", "a");
	sim_sleep(s, 50);
	assert_string_equal(sim_listens(s), "0.0.0.0 ::");
	put(s,
	    PEER("r",
		"peerPrefix: 192.0.3.0/24, external: true, sourceAddress: "
		"192.0.2.77"));
	assert_string_equal(sim_listens(s), "0.0.0.0 :: 192.0.2.77");
}

TEST(source_address_that_the_node_lacks_is_told)
{
	struct sim *s = sim_started();
	struct scoped_addr source = { .addr = addr_v4(0xc000024d) };
	struct scoped_addr node = { .addr = addr_v4(0xc0000201) };
	struct scoped_addr link = { { FAMILY_V6, { 0 } }, "eth0" };

	put(s, PEER("a", A ", sourceAddress: 192.0.2.77"));
	bgpd_listening(s->bgpd, &source, "192.0.2.77: not here");
	bgpd_listening(s->bgpd, &node, "192.0.2.1 port 179: taken");
	assert_string_equal(sim_condition(s, "NotListening"),
	    "BGPPeer a: spec.sourceAddress: 192.0.2.77: not here; "
	    "192.0.2.1 port 179: taken");
	bgpd_listening(s->bgpd, &source, NULL);
	assert_string_equal(
	    sim_condition(s, "NotListening"), "192.0.2.1 port 179: taken");
	bgpd_listening(s->bgpd, &node, NULL);
	assert_string_equal(sim_condition(s, "NotListening"), "");
	put(s, PEER("a", "peerIP: 'fe80::2%eth0', asNumber: 65002"));
	bgpd_listening(s->bgpd, &link, "eth0: no such interface");
	assert_string_equal(sim_condition(s, "NotListening"),
	    "BGPPeer a: spec.peerIP: eth0: no such interface");
	assert_false(view_peer_is(&bgpd_view(s->bgpd)->peers[0], "eth0"));
	put(s, PEER("a", "interface: eth0, external: true"));
	assert_string_equal(sim_condition(s, "NotListening"),
	    "BGPPeer a: spec.interface: eth0: no such interface");
	assert_true(view_peer_is(&bgpd_view(s->bgpd)->peers[0], "eth0"));
	put(s, PEER("a", "peerIP: 'fe80::2%eth0', asNumber: 65002"));
	bgpd_listening(s->bgpd, &link, NULL);
	assert_true(scoped_addr_parse("fe80::5%eth0", &link));
	put(s,
	    PEER("b",
		"peerIP: 'fe80::3%eth0', asNumber: 65002, sourceAddress: "
		"'fe80::5'"));
	bgpd_listening(s->bgpd, &link, "fe80::5: not here");
	assert_string_equal(sim_condition(s, "NotListening"),
	    "BGPPeer b: spec.sourceAddress: fe80::5: not here");
	bgpd_listening(s->bgpd, &link, NULL);
	put(s,
	    PEER("r",
		"peerPrefix: 192.0.3.0/24, external: true, sourceAddress: "
		"192.0.2.77"));
	bgpd_listening(s->bgpd, &source, "192.0.2.77: not here");
	assert_string_equal(sim_condition(s, "NotListening"),
	    "BGPPeer r: spec.sourceAddress: 192.0.2.77: not here");
}

/* Of a day in which an older one had the address for a while. */
TEST(peer_lives_on_after_its_rival_has_gone)
{
	struct sim *s = sim_started();

	sim_establish(s, "a");
	put(s, PEER("0a", A)); /* older by its name */
	sim_establish(s, "0a");
	assert_null(sim_peer(s, "a"));
	sim_drop(s, "BGPPeer", "0a");
	sim_sleep(s, 50);

	struct fake_peer *a = sim_establish(s, "a");

	for (unsigned t = 0; t < 24 * 3600; t += 60) {
		fake_say_keepalive(a);
		sim_sleep(s, 60 * 1000);
		assert_non_null(strstr(a->at->said, "KEEPALIVE KEEPALIVE"));
		fake_forget(a);
	}
	sim_sleep(s, 30 * 1000);
	assert_non_null(strstr(a->at->said, "NOTIFICATION 4/0 CLOSE"));
	sim_sleep(s, 10 * 1000);
	assert_int_equal(a->tcps, 2);
}

TEST(only_one_of_two_peers_with_one_address_has_a_connection)
{
	struct sim *s = sim_started();

	put(s, PEER("b", A));
	assert_non_null(sim_peer(s, "a"));
	assert_null(sim_peer(s, "b"));
	put(s, PEER("b", "peerIP: 192.0.2.3, asNumber: 65003"));
	sim_establish(s, "b");
	put(s, PEER("b", A));
	assert_null(sim_peer(s, "b"));
}

#define TWO_ROUTES                                                 \
	"0000 0014 40010100 400206 0201 0000fdea 400304 c0000202 " \
	"08 0a 08 0b"

/* It sends too much. */
static struct fake_peer *
over_its_limit(struct sim *s, const char *limit)
{
	struct fake_peer *p = sim_peer(s, "a");

	put(s, limit);
	sim_establish(s, "a");
	fake_say(p, 2, TWO_ROUTES);
	assert_said(p, "NOTIFICATION 6/1 CLOSE");
	return p;
}

TEST(too_many_prefixes_keep_the_session_down_until_told)
{
	struct sim *s = sim_started();
	struct fake_peer *p =
	    over_its_limit(s, PEER("a", A ", maxPrefixes: 1"));
	unsigned dials = p->tcps;

	for (unsigned i = 0; i < 24; i++) {
		put(s, PEER("a", A ", maxPrefixes: 1, connectRetryTime: 9"));
		assert_false(fake_arrives(p));
		sim_sleep(s, 3600000);
	}
	assert_int_equal(p->tcps, dials);
	assert_string_equal(sim_condition(s, "PeerSuspended"),
	    "BGPPeer a: more than 1 prefixes of a family (spec.maxPrefixes); down "
	    "until spec.maxPrefixes or spec.maxPrefixesRestartTime is changed, or "
	    "the peer is shut down and enabled again");
	put(s, PEER("a", A ", maxPrefixes: 2"));
	sim_sleep(s, 1000);
	sim_establish(s, "a");
	assert_string_equal(sim_condition(s, "PeerSuspended"), "");
	fake_say(p, 2, TWO_ROUTES);
	assert_true(sim_is_up(s, "a"));
}

TEST(limit_that_is_taken_away_opens_the_session)
{
	struct sim *s = sim_started();

	over_its_limit(
	    s, PEER("a", A ", maxPrefixes: 1, maxPrefixesRestartTime: 9999"));
	put(s, PEER("a", A ", maxPrefixesRestartTime: 9999"));
	sim_sleep(s, 1000);
	sim_establish(s, "a");
}

TEST(shutdown_and_back_opens_what_too_many_prefixes_ended)
{
	struct sim *s = sim_started();

	over_its_limit(s, PEER("a", A ", maxPrefixes: 1"));
	put(s, PEER("a", A ", maxPrefixes: 1, shutdown: {enabled: true}"));
	put(s, PEER("a", A ", maxPrefixes: 1"));
	sim_establish(s, "a");
}

TEST(too_many_prefixes_keep_the_session_down_for_the_restart_time)
{
	struct sim *s = sim_started();
	struct fake_peer *p = over_its_limit(
	    s, PEER("a", A ", maxPrefixes: 1, maxPrefixesRestartTime: 600"));
	unsigned dials = p->tcps;

	assert_non_null(
	    strstr(sim_condition(s, "PeerSuspended"), "; down until 2026-"));
	sim_sleep(s, 599000);
	assert_int_equal(p->tcps, dials);
	sim_sleep(s, 1000);
	assert_int_equal(p->tcps, dials + 1);
}

#define RANGE(name, more) \
	PEER(name, "peerPrefix: 192.0.2.0/24, external: true" more)

TEST(prefix_from_which_nobody_comes_is_told)
{
	struct sim *s = sim_started();

	sim_drop(s, "BGPPeer", "a");
	put(s, RANGE("r", ""));
	assert_non_null(strstr(sim_condition(s, "SentToNobody"),
	    "r: nobody has come from its peerPrefix"));
	put(s, RANGE("r", PASSWORD));
	assert_non_null(strstr(sim_condition(s, "PeerBlocked"),
	    "BGPPeer r: spec.password.secretKeyRef.name: there is no Secret"));
	put(s, SECRET(GEHEIM));
	assert_string_equal(sim_condition(s, "PeerBlocked"), "");
	assert_string_equal(sim_condition(s, "PasswordOfPrefix"), "");
}

/* The kernel has no key that stands for no password. */
TEST(peer_without_a_password_in_a_prefix_with_one_is_told)
{
	struct sim *s = sim_started();

	put(s, SECRET(GEHEIM));
	put(s, RANGE("r", ""));
	assert_string_equal(sim_condition(s, "PasswordOfPrefix"), "");
	put(s, RANGE("r", PASSWORD));
	assert_non_null(strstr(sim_condition(s, "PasswordOfPrefix"),
	    "BGPPeer a: it has no password, but is in 192.0.2.0/24, whose "
	    "BGPPeer r has one"));
	put(s, PEER("a", WITH_PASSWORD));
	assert_string_equal(sim_condition(s, "PasswordOfPrefix"), "");
	put(s, PEER("a", A));
	assert_non_null(strstr(sim_condition(s, "PasswordOfPrefix"), "a:"));
	put(s, PEER("a", "peerIP: 192.0.3.2, asNumber: 65002"));
	assert_string_equal(sim_condition(s, "PasswordOfPrefix"), "");
	put(s, PEER("q", "peerPrefix: 192.0.2.0/28, external: true"));
	assert_non_null(strstr(sim_condition(s, "PasswordOfPrefix"),
	    "BGPPeer q: it has no password, but is in 192.0.2.0/24"));
	put(s,
	    PEER("q",
		"peerPrefix: 192.0.2.0/28, external: true, shutdown: "
		"{enabled: true}"));
	assert_string_equal(sim_condition(s, "PasswordOfPrefix"), "");
	put(s, PEER("q", "peerPrefix: 192.0.2.0/28, external: true"));
	assert_string_not_equal(sim_condition(s, "PasswordOfPrefix"), "");
	put(s, RANGE("r", PASSWORD ", shutdown: {enabled: true}"));
	assert_string_equal(sim_condition(s, "PasswordOfPrefix"), "");
}

/* Nothing that is wrong beside it keeps up what is to go down. */
static void
assert_shuts(const char *yaml)
{
	struct sim *s = sim_started();

	sim_establish(s, "a");
	put(s, yaml);
	assert_false(sim_is_up(s, "a"));
	sim_sleep(s, 10000);
	assert_non_null(
	    strstr(sim_accepted(s, "BGPPeer", "a"), "False: spec."));
	assert_int_equal(s->conditions, 1);
	assert_non_null(
	    strstr(sim_condition(s, "ObjectsRefused"), "BGPPeer a"));
	put(s, PEER("a", A));
	sim_establish(s, "a");
	sim_sleep(s, 10000);
	assert_string_equal(sim_condition(s, "ObjectsRefused"), "");
}

TEST(shutdown_with_a_message_that_is_no_text_is_a_shutdown)
{
	assert_shuts(PEER("a", A ", shutdown: {enabled: true, message: 7}"));
}

TEST(shutdown_with_a_message_that_is_too_long_is_a_shutdown)
{
#define HALF "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	assert_shuts(PEER(
	    "a", A ", shutdown: {enabled: true, message: " HALF HALF "a}"));
#undef HALF
}

TEST(shutdown_beside_a_bad_field_is_a_shutdown)
{
	assert_shuts(PEER("a", A ", holdTime: 2, shutdown: {enabled: true}"));
}

TEST(hold_time_that_the_peer_switches_off_is_told)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_peer(s, "a");
	struct bgp_open o = fake_open(p);

	sim_establish(s, "a");
	assert_string_equal(sim_condition(s, "HoldTimeOff"), "");
	fake_hangs_up(p);
	sim_sleep(s, 10000);
	o.hold_time = 0;
	fake_connects(p);
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	assert_true(sim_is_up(s, "a"));
	assert_non_null(
	    strstr(sim_condition(s, "HoldTimeOff"), "BGPPeer a: the peer's"));
}

/* Who was refused is dialed again after a while. */
static struct fake_peer *
dialed_again(struct sim *s)
{
	for (unsigned i = 0; i < 300; i++) {
		sim_sleep(s, 1000);
		if (sim_peer(s, "a")->at->conn != NULL)
			break;
	}
	return sim_peer(s, "a");
}

/* RFC 9234 4.2 */
TEST(role_that_does_not_fit_is_told_until_it_does)
{
	struct sim *s = sim_started();
	struct fake_peer *p;
	struct bgp_open o;

	sim_put(s, PEER("a", A ", role: Customer, roleStrict: true"));
	p = dialed_again(s);
	o = fake_open(p);
	fake_connects(p);
	fake_say_open(p, &o);
	assert_said(p, "OPEN NOTIFICATION 2/11 CLOSE");
	assert_string_equal(sim_condition(s, "RoleMismatch"),
	    "BGPPeer a: spec.role: OPEN: the peer says no role; by "
	    "spec.roleStrict it has to say one that goes with spec.role");
	sim_put(s, PEER("a", A));
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "RoleMismatch"), "");
	sim_put(s, PEER("a", A ", role: Customer, roleStrict: true"));
	p = dialed_again(s);
	fake_connects(p);
	fake_say(p, MSG_NOTIFICATION, "02 0b");
	assert_string_equal(sim_condition(s, "RoleMismatch"),
	    "BGPPeer a: spec.role: the peer's role does not go with Customer, "
	    "it says");
	sim_put(s, PEER("a", A));
	p = dialed_again(s);
	fake_connects(p);
	fake_say(p, MSG_NOTIFICATION, "02 0b");
	assert_string_equal(sim_condition(s, "RoleMismatch"),
	    "BGPPeer a: spec.role: the peer has to hear a role that goes with "
	    "its own, and there is none");
	dialed_again(s);
	sim_establish(s, "a");
	assert_string_equal(sim_condition(s, "RoleMismatch"), "");
}

/* Is there that much, and no more, to be said of the restart time? */
static bool
is_doubted(struct sim *s, const char *spec, const char *why)
{
	char *yaml = xasprintf(PEER("a", A ", %s"), spec);

	sim_put(s, yaml);
	sim_sleep(s, 20000);
	free(yaml);
	const char *is = sim_condition(s, "RestartTimeDoubtful");

	return why[0] != '\0' ? strstr(is, why) != NULL : is[0] == '\0';
}

TEST(restart_time_that_is_not_what_it_seems_is_told)
{
	struct sim *s = sim_started();

	assert_true(is_doubted(s, "gracefulRestart: {restartTime: 9}",
	    "BGPPeer a: gracefulRestart.restartTime: 9 s: a restart of the "
	    "daemon may take 10 s by itself"));
	assert_true(is_doubted(s, "gracefulRestart: {restartTime: 10}", ""));
	assert_true(is_doubted(
	    s, "gracefulRestart: {restartTime: 9, enabled: false}", ""));
	assert_true(is_doubted(
	    s, "gracefulRestart: {restartTime: 9, longLivedTime: 60}", ""));
	assert_true(is_doubted(s, "gracefulRestart: {restartTime: 256}", ""));
	assert_true(
	    is_doubted(s, "gracefulRestart: {restartTime: 255}, bfd: {}", ""));
	assert_true(
	    is_doubted(s, "gracefulRestart: {restartTime: 256}, bfd: {}",
		"BGPPeer a: gracefulRestart.restartTime: 256 s: with BFD "
		"(spec.bfd) the router bears 255 s of silence"));
}

/* base64 of "geheim\n". */
TEST(password_with_a_newline_is_told_without_its_value)
{
	struct sim *s = sim_started();

	sim_put(s, SECRET("Z2VoZWltCg=="));
	put(s, PEER("a", WITH_PASSWORD));
	assert_string_equal(sim_condition(s, "PasswordDoubtful"),
	    "BGPPeer a: spec.password.secretKeyRef.key: the value of password in "
	    "Secret bgp ends in a newline, which is part of the password");
	assert_true(sim_logged("ends in a newline"));
	assert_false(sim_logged("geheim"));
	put(s, SECRET(GEHEIM));
	assert_string_equal(sim_condition(s, "PasswordDoubtful"), "");
}

TEST(lowered_limit_holds_for_what_is_there)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	fake_say(p, 2,
	    "0000 0014 40010100 400206 0201 0000fdea 400304 c0000202"
	    "08 0a 08 0b");
	fake_forget(p);
	put(s, PEER("a", A ", maxPrefixes: 2"));
	assert_true(sim_is_up(s, "a"));
	put(s, PEER("a", A ", maxPrefixes: 1"));
	assert_said(p, "NOTIFICATION 6/1 CLOSE");
}

/* A part at a time; the sessions that are left are served in between. */
TEST(routes_of_a_session_that_ended_are_forgotten)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");
	const struct rib *rib = bgpd_view(s->bgpd)->rib;
	size_t ours = rib_size(rib, FAMILY_V4);

	fake_say(p, 2,
	    "0000 0014 40010100 400206 0201 0000fdea 400304 c0000202"
	    "08 0a 08 0b");
	assert_int_equal(rib_size(rib, FAMILY_V4), ours + 2);
	fake_hangs_up(p);
	assert_false(sim_is_up(s, "a"));
	assert_int_equal(rib_size(rib, FAMILY_V4), ours + 2);
	sim_settle(s);
	assert_int_equal(rib_size(rib, FAMILY_V4), ours);
}

TEST(session_comes_up_while_its_node_changes)
{
	struct sim *s = sim_started();

	sim_put(s,
	    "apiVersion: v1\nkind: Node\n"
	    "metadata: {name: node1, labels: {rack: b}, uid: u1}\n"
	    "spec: {podCIDRs: [10.33.5.0/24]}\n"
	    "status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}\n");
	sim_establish(s, "a"); /* before the change has been looked at */
	sim_sleep(s, 50);
	assert_true(sim_is_up(s, "a"));
}

int
main(void)
{
#define T(test) cmocka_unit_test_teardown(test, sim_teardown)
	const struct CMUnitTest tests[] = {
		T(nothing_begins_before_every_kind_is_listed),
		T(missing_secret_blocks_until_it_is_there),
		T(removed_secret_ends_no_session_but_none_comes_back),
		T(secret_that_goes_takes_the_reset_along),
		T(session_that_was_to_get_a_password_outlives_its_secret),
		T(shutdown_ends_a_session_whose_secret_is_gone),
		T(another_address_ends_a_session_whose_secret_is_gone),
		T(changed_password_resets),
		T(keys_of_tcp_ao_take_turns_without_a_reset),
		T(another_value_under_the_number_of_a_key_resets),
		T(session_under_tcp_ao_outlives_its_secret),
		T(secret_written_again_with_the_same_password_resets_nothing),
		T(password_of_a_missing_secret_comes_into_force_with_it),
		T(open_session_that_lacks_its_secret_does_not_come_back),
		T(removed_peer_is_told_that_it_is_deconfigured),
		T(peer_that_selects_other_nodes_goes_and_comes),
		T(shutdown_tells_its_message),
		T(shutdown_is_told_even_when_more_changes_with_it),
		T(stopped_daemon_tells_all_its_peers),
		T(nothing_starts_after_the_end),
		T(change_of_one_peer_touches_no_other),
		T(younger_of_two_peers_with_one_address_waits),
		T(one_address_on_two_links_is_of_two_peers),
		T(node_listens_at_the_addresses_of_its_sessions),
		T(source_address_that_the_node_lacks_is_told),
		T(peer_lives_on_after_its_rival_has_gone),
		T(only_one_of_two_peers_with_one_address_has_a_connection),
		T(too_many_prefixes_keep_the_session_down_until_told),
		T(limit_that_is_taken_away_opens_the_session),
		T(shutdown_and_back_opens_what_too_many_prefixes_ended),
		T(too_many_prefixes_keep_the_session_down_for_the_restart_time),
		T(shutdown_with_a_message_that_is_no_text_is_a_shutdown),
		T(shutdown_with_a_message_that_is_too_long_is_a_shutdown),
		T(shutdown_beside_a_bad_field_is_a_shutdown),
		T(hold_time_that_the_peer_switches_off_is_told),
		T(role_that_does_not_fit_is_told_until_it_does),
		T(restart_time_that_is_not_what_it_seems_is_told),
		T(password_with_a_newline_is_told_without_its_value),
		T(prefix_from_which_nobody_comes_is_told),
		T(peer_without_a_password_in_a_prefix_with_one_is_told),
		T(lowered_limit_holds_for_what_is_there),
		T(routes_of_a_session_that_ended_are_forgotten),
		T(session_comes_up_while_its_node_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
