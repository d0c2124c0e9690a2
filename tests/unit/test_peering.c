/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/peering.h"
#include "bgpd/config/secret.h"
#include "common/api/node.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define CONFIG(more)                                         \
	"{apiVersion: lbbgp.io/v1, kind: BGPConfiguration, " \
	"metadata: {name: default}, spec: {asNumber: 64517" more "}}"

/* --- Router ids. --- */

static struct node *
node_of(const char *name, const char *id, const char *ip)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "{apiVersion: v1, kind: Node, metadata: {name: %s, annotations: "
	    "{lbbgp.io/router-id: '%s'}}, status: {addresses: [{type: "
	    "InternalIP, address: '%s'}]}}",
	    name, id, ip);
	return decoded(node_decode, text);
}

static uint32_t
id_of(const char *name, const char *annotation, const char *ip)
{
	struct node *node = node_of(name, annotation, ip);
	struct bgp_configuration *config =
	    decoded(bgp_configuration_decode, CONFIG(""));

	if (annotation[0] == '\0') { /* there is none */
		free(node->router_id);
		node->router_id = NULL;
	}
	uint32_t id = peering_router_id(node, config);

	node_free(node);
	bgp_configuration_free(config);
	return id;
}

static bool
is_usable(uint32_t id)
{
	return id >> 24 >= 1 && id >> 24 <= 223 && id >> 24 != 127;
}

TEST(hashed_router_id_is_one_that_every_router_takes)
{
	bool seen[256] = { 0 };
	char name[32];

	for (unsigned i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "node-%u", i);
		uint32_t id = id_of(name, "", "fd00::1");

		assert_true(is_usable(id));
		assert_int_equal(id, id_of(name, "", "fd00::1"));
		seen[id >> 24] = true;
	}
	for (unsigned i = 1; i <= 223; i++)
		assert_true(seen[i] == (i != 127));
}

TEST(annotated_router_id_is_used)
{
	assert_int_equal(id_of("n1", "1.0.0.0", "10.0.0.1"), 0x01000000);
	assert_int_equal(id_of("n1", "126.9.9.9", "10.0.0.1"), 0x7e090909);
	assert_int_equal(id_of("n1", "128.0.0.0", "10.0.0.1"), 0x80000000);
	assert_int_equal(
	    id_of("n1", "223.255.255.255", "10.0.0.1"), 0xdfffffff);
}

TEST(annotated_router_id_that_routers_refuse_is_not_used)
{
	static const char *const bad[] = { "0.0.0.0", "0.0.0.1", "127.0.0.1",
		"224.0.0.1", "240.0.0.1", "255.255.255.255", "fd00::1",
		"10.0.0.256", "1", "10.0.0.9 ", "Hash" };
	struct err why;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct node *node = node_of("n1", bad[i], "10.0.0.1");

		assert_int_equal(id_of("n1", bad[i], "10.0.0.1"), 0x0a000001);
		assert_false(peering_router_id_fits(node, &why));
		assert_non_null(strstr(why.text, bad[i]));
		assert_non_null(strstr(why.text, "Node n1"));
		assert_non_null(strstr(why.text, "lbbgp.io/router-id"));
		node_free(node);
	}
}

TEST(internal_ip_that_is_no_router_id_is_not_used)
{
	assert_true(is_usable(id_of("n1", "", "127.0.0.1")));
	assert_int_equal(
	    id_of("n1", "", "127.0.0.1"), id_of("n1", "", "fd00::1"));
}

/* --- Passwords. --- */

#define VALUE "geheim"

static struct peering
decided(const char *base64)
{
	struct node *node = node_of("n1", "1.1.1.1", "10.0.0.1");
	struct bgp_configuration *config =
	    decoded(bgp_configuration_decode, CONFIG(""));
	struct bgp_peer *peer = decoded(bgp_peer_decode,
	    "{metadata: {name: a}, spec: {peerIP: 10.0.0.9, asNumber: 1, "
	    "password: {secretKeyRef: {name: bgp, key: tor}}}}");
	char *yaml =
	    xasprintf("{metadata: {name: bgp, namespace: lbbgp-system}, "
		      "data: {tor: %s}}",
		base64);
	struct secret *secret = decoded(secret_decode, yaml);
	struct peering_view view = {
		.node = node, .config = config, .secret = secret
	};
	struct peering p = peering_decide(peer, &view);

	/* One that can't be used is not handed on. */
	assert_true((p.state == PEERING_RUN) == (p.password != NULL));
	p.password = NULL; /* it goes with the Secret */
	secret_free(secret);
	free(yaml);
	bgp_peer_free(peer);
	bgp_configuration_free(config);
	node_free(node);
	return p;
}

TEST(password_that_was_hardly_meant_so_is_told)
{
	static const struct {
		const char *base64, *said;
	} rows[] = {
		{ "Z2VoZWltCg==", " ends in a newline" },
		{ "Z2VoZWltDQo=", " ends in a newline" },
		{ "Z2VoZWltIA==", " white space" },
		{ "IGdlaGVpbQ==", " white space" },
		{ "CWdlaGVpbQ==", " white space" },
		{ "Cg==", " ends in a newline" },
		/* 46 characters of base64 without echo -n */
		{ "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU2Nzg5QUJDREVGR0hJSgo=",
		    " ends in a newline" },
		{ "Z2UbaGVpbQ==", " control character" },
		{ "Z2V/aGVpbQ==", " control character" },
		{ "Z8OkaGVpbQ==", " ASCII" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct peering p = decided(rows[i].base64);

		assert_int_equal(p.state, PEERING_RUN);
		assert_non_null(strstr(p.doubt.text, rows[i].said));
		assert_non_null(strstr(p.doubt.text, "tor in Secret bgp"));
		assert_null(strstr(p.doubt.text, VALUE));
	}
	struct peering good = decided("Z2VoIGVpbQ=="); /* a space within */

	assert_string_equal(good.doubt.text, "");
}

TEST(password_that_tcp_cannot_use_blocks)
{
	static const struct {
		const char *base64, *said;
	} rows[] = {
		{ "''", " is empty" },
		{ "Z2VoZQBpbQ==", " zero byte" },
		{ "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
		  "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh",
		    " longer than 80 bytes" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct peering p = decided(rows[i].base64);

		assert_int_equal(p.state, PEERING_BLOCKED);
		assert_non_null(strstr(p.why.text, rows[i].said));
	}
}

/* --- TCP-AO. --- */

static struct peering
ao_decided(const char *data, const char *no_ao)
{
	struct node *node = node_of("n1", "1.1.1.1", "10.0.0.1");
	struct bgp_configuration *config =
	    decoded(bgp_configuration_decode, CONFIG(""));
	struct bgp_peer *peer = decoded(bgp_peer_decode,
	    "{metadata: {name: a}, spec: {peerIP: 10.0.0.9, asNumber: 1, tcpAO: "
	    "{secretName: bgp, keys: [{keyID: 2, recvID: 3, secretKey: new}, "
	    "{keyID: 1, secretKey: old}]}}}");
	char *yaml =
	    xasprintf("{metadata: {name: bgp, namespace: lbbgp-system}, "
		      "data: {%s}}",
		data != NULL ? data : "");
	struct secret *secret = decoded(secret_decode, yaml);
	struct peering_view view = { .node = node,
		.ns = "lbbgp-system",
		.config = config,
		.secret = data != NULL ? secret : NULL,
		.no_ao = no_ao };
	struct peering p = peering_decide(peer, &view);

	if (p.state == PEERING_RUN) {
		assert_int_equal(p.n_ao, 2);
		assert_int_equal(p.ao[0].send_id, 2);
		assert_int_equal(p.ao[0].recv_id, 3);
		assert_string_equal(p.ao[0].secret, VALUE);
	} else {
		assert_int_equal(p.n_ao, 0);
	}
	p.n_ao = 0; /* they go with the Secret */
	secret_free(secret);
	free(yaml);
	bgp_peer_free(peer);
	bgp_configuration_free(config);
	node_free(node);
	return p;
}

#define GOOD "new: Z2VoZWlt, old: Z2VoZWlt"

TEST(keys_of_tcp_ao_are_those_of_the_secret)
{
	struct peering p = ao_decided(GOOD, NULL);

	assert_int_equal(p.state, PEERING_RUN);
	assert_string_equal(p.doubt.text, "");
	p = ao_decided("new: Z2VoZWlt, old: Z2VoZWltCg==", NULL);
	assert_int_equal(p.state, PEERING_RUN);
	assert_string_equal(p.doubt.text,
	    "spec.tcpAO.keys[1].secretKey: the value of old in Secret bgp ends "
	    "in a newline, which is part of the password");
}

/* Nothing goes out unauthenticated, nor with some of the keys. */
TEST(without_all_keys_of_tcp_ao_no_session_is_opened)
{
	static const struct {
		const char *data, *why;
	} rows[] = {
		{ NULL,
		    "spec.tcpAO.secretName: there is no Secret bgp in namespace "
		    "lbbgp-system" },
		{ "new: Z2VoZWlt",
		    "spec.tcpAO.keys[1].secretKey: Secret bgp has no key old" },
		{ "new: '', old: Z2VoZWlt",
		    "spec.tcpAO.keys[0].secretKey: the value of new in Secret "
		    "bgp is empty" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct peering p = ao_decided(rows[i].data, NULL);

		assert_int_equal(p.state, PEERING_BLOCKED);
		assert_true(p.no_secret);
		assert_string_equal(p.why.text, rows[i].why);
	}
}

TEST(without_tcp_ao_in_the_kernel_no_session_is_opened)
{
	struct peering p = ao_decided(GOOD, "the kernel has none");

	assert_int_equal(p.state, PEERING_BLOCKED);
	assert_string_equal(p.why.text, "spec.tcpAO: the kernel has none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    hashed_router_id_is_one_that_every_router_takes),
		cmocka_unit_test(annotated_router_id_is_used),
		cmocka_unit_test(
		    annotated_router_id_that_routers_refuse_is_not_used),
		cmocka_unit_test(internal_ip_that_is_no_router_id_is_not_used),
		cmocka_unit_test(password_that_was_hardly_meant_so_is_told),
		cmocka_unit_test(password_that_tcp_cannot_use_blocks),
		cmocka_unit_test(keys_of_tcp_ao_are_those_of_the_secret),
		cmocka_unit_test(
		    without_all_keys_of_tcp_ao_no_session_is_opened),
		cmocka_unit_test(
		    without_tcp_ao_in_the_kernel_no_session_is_opened),
	};

	return cmocka_run_group_tests_name("peering", tests, NULL, NULL);
}
