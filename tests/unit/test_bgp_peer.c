/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_peer.h"
#include "bgpd/session/session_config.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

/* Refusals are rows of tests/corpus. */

static struct bgp_peer *
peer(const char *spec)
{
	char *yaml = xasprintf("metadata: {name: p}\nspec: {%s}\n", spec);
	struct bgp_peer *p = decoded(bgp_peer_decode, yaml);

	free(yaml);
	return p;
}

TEST(peer_of_the_fabric_has_the_defaults)
{
	struct bgp_peer *p = peer("peerIP: 10.31.254.253, asNumber: 64512,"
				  " keepOriginalNextHop: true");

	assert_string_equal(p->meta.name, "p");
	assert_addr(&p->address, "10.31.254.253");
	assert_int_equal(p->port, 179);
	assert_int_equal(p->as, PEER_AS_NUMBER);
	assert_int_equal(p->as_number, 64512);
	assert_true(p->keep_next_hop);
	assert_int_equal(p->hold_time, 90);
	assert_int_equal(p->keepalive_time, 0);
	assert_int_equal(p->connect_retry_time, 5);
	assert_int_equal(p->connect_retry_max_time, 60);
	assert_int_equal(p->max_prefixes_restart, 0);
	assert_true(p->families[FAMILY_V4]);
	assert_false(p->families[FAMILY_V6]);
	assert_null(p->secret_name);
	assert_int_equal(p->source.family, FAMILY_NONE);
	assert_false(p->passive || p->shutdown || p->nodes.present);
	assert_false(p->prepend_as || p->keep_as || p->dual_as);
	assert_false(p->bfd.enabled);
	bgp_peer_free(p);
}

TEST(everything_that_can_be_said_is_read)
{
	struct bgp_peer *p =
	    peer("peerIP: \"[fd00::1]:1790\", asNumber: 1,"
		 " localASNumber: 65001, ttlSecurity: 2,"
		 " localASNumberOptions: {noPrepend: false, replaceAS: false,"
		 " dualAS: true},"
		 " sourceAddress: \"fd00::2\", holdTime: 9,"
		 " keepaliveTime: 3, connectRetryTime: 1,"
		 " families: [IPv4], maxPrefixes: 10,"
		 " connectRetryMaxTime: 7, maxPrefixesRestartTime: 900,"
		 " passive: true,"
		 " password: {secretKeyRef: {name: s, key: k}},"
		 " nodeSelector: {matchLabels: {rack: a}},"
		 " shutdown: {enabled: true, message: later}");

	assert_addr(&p->address, "fd00::1");
	assert_int_equal(p->port, 1790);
	assert_int_equal(p->local_as_number, 65001);
	assert_true(p->prepend_as && p->keep_as && p->dual_as);
	assert_int_equal(p->ttl_security, 2);
	assert_int_equal(p->multihop, 0);
	assert_addr(&p->source, "fd00::2");
	assert_int_equal(p->hold_time, 9);
	assert_int_equal(p->keepalive_time, 3);
	assert_int_equal(p->connect_retry_time, 1);
	assert_true(p->families[FAMILY_V4]);
	assert_false(p->families[FAMILY_V6]);
	assert_int_equal(p->max_prefixes, 10);
	assert_int_equal(p->connect_retry_max_time, 7);
	assert_int_equal(p->max_prefixes_restart, 900);
	assert_true(p->passive && p->shutdown);
	assert_string_equal(p->secret_name, "s");
	assert_string_equal(p->secret_key, "k");
	assert_string_equal(p->shutdown_message, "later");
	assert_int_equal(p->nodes.n, 1);
	bgp_peer_free(p);
}

TEST(bfd_is_used_as_soon_as_it_is_named)
{
	struct bgp_peer *p = peer("peerIP: 10.0.0.1, asNumber: 1, bfd: {}");

	assert_true(p->bfd.enabled);
	assert_int_equal(p->bfd.receive_interval, 300);
	assert_int_equal(p->bfd.transmit_interval, 300);
	assert_int_equal(p->bfd.detect_multiplier, 3);
	assert_int_equal(p->bfd.hops, PEER_BFD_DERIVED);
	assert_int_equal(p->bfd.min_ttl, 0);
	assert_false(p->bfd.strict);
	bgp_peer_free(p);
}

TEST(all_of_bfd_is_read)
{
	struct bgp_peer *p =
	    peer("peerIP: 10.0.0.1, asNumber: 1, bfd: {enabled: false, "
		 "receiveInterval: 50, transmitInterval: 60, "
		 "detectMultiplier: 5, multihop: false, minimumTTL: 250, "
		 "strict: true}");

	assert_false(p->bfd.enabled);
	assert_int_equal(p->bfd.receive_interval, 50);
	assert_int_equal(p->bfd.transmit_interval, 60);
	assert_int_equal(p->bfd.detect_multiplier, 5);
	assert_int_equal(p->bfd.hops, PEER_BFD_SINGLE_HOP);
	assert_int_equal(p->bfd.min_ttl, 250);
	assert_true(p->bfd.strict);
	bgp_peer_free(p);
}

TEST(as_may_be_any_other_or_our_own)
{
	struct bgp_peer *out =
	    peer("peerIP: \"10.0.0.1:1790\", external: true");
	struct bgp_peer *in = peer("peerIP: \"fd00::1\", internal: true");

	assert_int_equal(out->as, PEER_AS_EXTERNAL);
	assert_int_equal(out->port, 1790);
	assert_int_equal(in->as, PEER_AS_INTERNAL);
	assert_true(in->families[FAMILY_V6]);
	bgp_peer_free(out);
	bgp_peer_free(in);
}

TEST(link_local_address_has_its_interface)
{
	static const struct {
		const char *peer_ip, *addr, *zone;
		uint16_t port;
	} rows[] = {
		{ "fe80::1%eth0", "fe80::1", "eth0", 179 },
		{ "FEBF::a:1%br-lan.7", "febf::a:1", "br-lan.7", 179 },
		{ "[fe80::1%eth0.100]:1790", "fe80::1", "eth0.100", 1790 },
		{ "[fd00::1]:1790", "fd00::1", "", 1790 },
		{ "169.254.0.1:1790", "169.254.0.1", "", 1790 },
	};
	static const char *const bad[] = { "fe80::1", "[fe80::1]:179",
		"fe80::1%", "fe80::1%eth 0", "fe80::1%abcdefghijklmnop",
		"[fe80::1%eth0]", "fe80::1%eth0:179", "[fe80::1]%eth0:179",
		"fd00::1%eth0", "10.0.0.1%eth0", "[10.0.0.1]:179",
		"[fe80::1%eth0]:0" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *spec =
		    xasprintf("peerIP: \"%s\", asNumber: 1", rows[i].peer_ip);
		struct bgp_peer *p = peer(spec);

		assert_addr(&p->address, rows[i].addr);
		assert_string_equal(p->zone, rows[i].zone);
		assert_int_equal(p->port, rows[i].port);
		bgp_peer_free(p);
		free(spec);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *yaml = xasprintf("metadata: {name: p}\nspec: "
				       "{peerIP: \"%s\", asNumber: 1}",
		    bad[i]);
		json_t *obj = manifest(yaml);
		struct err err = { "" };

		assert_null(bgp_peer_decode(obj, &err));
		assert_non_null(strstr(err.text, "spec.peerIP: "));
		json_decref(obj);
		free(yaml);
	}
}

#define SHUT "metadata: {name: p}\nspec: {peerIP: 10.0.0.1, asNumber: 1, "

/* RFC 9003 2. */
TEST(long_message_is_cut_and_told_and_the_peer_is_down)
{
	char yaml[512], text[200] = "";
	struct bgp_peer *p;

	for (unsigned i = 0; i < 64; i++)
		strcat(text, "\xc3\xa9");
	snprintf(yaml, sizeof(yaml),
	    SHUT "shutdown: {enabled: true, message: \"%s\"}}", text);
	p = decoded(bgp_peer_decode, yaml);
	assert_string_equal(p->shutdown_message, text);
	assert_false(p->in_part);
	bgp_peer_free(p);
	snprintf(yaml, sizeof(yaml),
	    SHUT "shutdown: {enabled: true, message: \"a%s\"}}", text);
	p = decoded_but(bgp_peer_decode, yaml,
	    "spec.shutdown.message: longer than 128 bytes of UTF-8: the first "
	    "127 are sent");
	assert_true(p->shutdown && p->in_part);
	assert_int_equal(strlen(p->shutdown_message), 127);
	assert_memory_equal(p->shutdown_message + 1, text, 126);
	bgp_peer_free(p);
}

TEST(whoever_comes_from_a_prefix_is_read)
{
	struct bgp_peer *p = decoded(bgp_peer_decode,
	    "metadata: {name: p}\nspec: {peerPrefix: 10.1.0.0/16, asNumbers: "
	    "[{from: 64512, to: 65534}, {from: 7}]}");

	assert_true(bgp_peer_is_range(p));
	assert_int_equal(p->prefix.len, 16);
	assert_true(addr_eq(&p->prefix.addr, &p->address));
	assert_true(p->families[FAMILY_V4] && !p->families[FAMILY_V6]);
	assert_int_equal(p->limit, 100);
	assert_int_equal(p->as, PEER_AS_RANGES);
	assert_int_equal(p->n_ranges, 2);
	assert_int_equal(p->ranges[0].first, 64512);
	assert_int_equal(p->ranges[0].last, 65534);
	assert_int_equal(p->ranges[1].first, 7);
	assert_int_equal(p->ranges[1].last, 7);
	bgp_peer_free(p);
}

#define AO "metadata: {name: p}\nspec: {peerIP: 10.0.0.1, asNumber: 1, tcpAO: "

TEST(keys_of_tcp_ao_are_read)
{
	struct bgp_peer *p = decoded(bgp_peer_decode,
	    AO "{secretName: s, keys: [{keyID: 255, recvID: 0, secretKey: new, "
	       "algorithm: AES-128-CMAC-96}, {keyID: 7, secretKey: old}]}}");

	assert_string_equal(p->secret_name, "s");
	assert_null(p->secret_key);
	assert_int_equal(p->ao.n, 2);
	assert_int_equal(p->ao.at[0].send_id, 255);
	assert_int_equal(p->ao.at[0].recv_id, 0);
	assert_int_equal(p->ao.at[0].algorithm, AO_AES_128_CMAC_96);
	assert_string_equal(p->ao.at[0].secret_key, "new");
	assert_int_equal(p->ao.at[1].send_id, 7);
	assert_int_equal(p->ao.at[1].recv_id, 7);
	assert_int_equal(p->ao.at[1].algorithm, AO_HMAC_SHA_1_96);
	bgp_peer_free(p);
}

TEST(keys_of_tcp_ao_that_can_not_be_are_refused)
{
	static const struct {
		const char *ao, *why;
	} rows[] = {
		{ "{secretName: s, keys: []}}",
		    "spec.tcpAO.keys: not 1..8 items" },
		{ "{keys: [{keyID: 1, secretKey: k}]}}",
		    "spec.tcpAO.secretName: missing" },
		{ "{secretName: s, keys: [{keyID: 256, secretKey: k}]}}",
		    "spec.tcpAO.keys[0].keyID: 256: not 0..255" },
		{ "{secretName: s, keys: [{keyID: 1, secretKey: k, algorithm: "
		  "MD5}]}}",
		    "spec.tcpAO.keys[0].algorithm: \"MD5\": not one of "
		    "HMAC-SHA-1-96, AES-128-CMAC-96" },
		{ "{secretName: s, keys: [{keyID: 1, secretKey: k}, {keyID: 1, "
		  "recvID: 2, secretKey: l}]}}",
		    "spec.tcpAO.keys: two keys have the same keyID, or the same "
		    "recvID" },
		{ "{secretName: s, keys: [{keyID: 1, secretKey: k}, {keyID: 2, "
		  "recvID: 1, secretKey: l}]}}",
		    "spec.tcpAO.keys: two keys have the same keyID, or the same "
		    "recvID" },
		{ "{secretName: s, keys: [{keyID: 1, secretKey: k}]}, password: "
		  "{secretKeyRef: {name: s, key: k}}}",
		    "spec: tcpAO excludes password and fromNode.passwordSecret" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *yaml = xasprintf(AO "%s", rows[i].ao);

		assert_not_decoded(bgp_peer_decode, yaml, rows[i].why);
		free(yaml);
	}
}

/* Whatever else is wrong with it, and told. */
TEST(peer_that_is_shut_down_is_down)
{
	static const struct {
		const char *rest, *why;
	} rows[] = {
		{ "shutdown: {enabled: true, message: 7}}",
		    "spec.shutdown.message: 7: not a string" },
		{ "holdTime: 2, shutdown: {enabled: true, message: bye}}",
		    "spec.holdTime: 2: not 0 or 3..65535" },
		{ "ttlSecurity: 1, ebgpMultihop: 2, shutdown: {enabled: true}}",
		    "spec: ttlSecurity and ebgpMultihop exclude each other" },
		{ "families: [IPv5], shutdown: {enabled: true}}",
		    "spec.families[0]: \"IPv5\": not one of IPv4, IPv6" },
		{ "password: x, shutdown: {enabled: true}}",
		    "spec.password: \"x\": not an object" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *yaml = xasprintf(SHUT "%s", rows[i].rest);
		struct bgp_peer *p =
		    decoded_but(bgp_peer_decode, yaml, rows[i].why);

		assert_true(p->shutdown && p->in_part);
		bgp_peer_free(p);
		free(yaml);
	}
	struct err err = { "" };
	json_t *unknown = manifest(SHUT "no: 1, shutdown: {enabled: true}}");

	assert_true(bgp_peer_known(unknown, &err));
	assert_string_equal(err.text, "spec.no: unknown field");
	json_decref(unknown);
	assert_not_decoded(bgp_peer_decode,
	    SHUT "holdTime: 2, shutdown: {enabled: false}}",
	    "spec.holdTime: 2: not 0 or 3..65535");
	assert_not_decoded(bgp_peer_decode,
	    "metadata: {name: p}\nspec: {asNumber: 1, shutdown: {enabled: "
	    "true}}",
	    "spec: one of peerIP, interface, peerPrefix, peerSelector and "
	    "fromNode.peerIP has to be given, and only one"); /* who is it? */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peer_of_the_fabric_has_the_defaults),
		cmocka_unit_test(everything_that_can_be_said_is_read),
		cmocka_unit_test(bfd_is_used_as_soon_as_it_is_named),
		cmocka_unit_test(all_of_bfd_is_read),
		cmocka_unit_test(as_may_be_any_other_or_our_own),
		cmocka_unit_test(whoever_comes_from_a_prefix_is_read),
		cmocka_unit_test(link_local_address_has_its_interface),
		cmocka_unit_test(
		    long_message_is_cut_and_told_and_the_peer_is_down),
		cmocka_unit_test(keys_of_tcp_ao_are_read),
		cmocka_unit_test(keys_of_tcp_ao_that_can_not_be_are_refused),
		cmocka_unit_test(peer_that_is_shut_down_is_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
