/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgpd/config/bgp_peer.h"
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

static void
peer_of_the_fabric_has_the_defaults(void **state)
{
	struct bgp_peer *p = peer("peerIP: 10.31.254.253, asNumber: 64512,"
				  " keepOriginalNextHop: true");

	(void)state;
	assert_string_equal(p->meta.name, "p");
	assert_addr(&p->address, "10.31.254.253");
	assert_int_equal(p->port, 179);
	assert_int_equal(p->as, PEER_AS_NUMBER);
	assert_int_equal(p->as_number, 64512);
	assert_true(p->keep_next_hop);
	assert_int_equal(p->hold_time, 90);
	assert_int_equal(p->keepalive_time, 0);
	assert_int_equal(p->connect_retry_time, 5);
	assert_true(p->families[FAMILY_V4]);
	assert_false(p->families[FAMILY_V6]);
	assert_null(p->secret_name);
	assert_int_equal(p->source.family, FAMILY_NONE);
	assert_false(p->passive || p->shutdown || p->nodes.present);
	bgp_peer_free(p);
}

static void
everything_that_can_be_said_is_read(void **state)
{
	struct bgp_peer *p =
	    peer("peerIP: \"[fd00::1]:1790\", asNumber: 1,"
		 " localASNumber: 65001, ttlSecurity: 2,"
		 " sourceAddress: \"fd00::2\", holdTime: 9,"
		 " keepaliveTime: 3, connectRetryTime: 1,"
		 " families: [IPv4], maxPrefixes: 10,"
		 " passive: true,"
		 " password: {secretKeyRef: {name: s, key: k}},"
		 " nodeSelector: {matchLabels: {rack: a}},"
		 " shutdown: {enabled: true, message: later}");

	(void)state;
	assert_addr(&p->address, "fd00::1");
	assert_int_equal(p->port, 1790);
	assert_int_equal(p->local_as_number, 65001);
	assert_int_equal(p->ttl_security, 2);
	assert_int_equal(p->multihop, 0);
	assert_addr(&p->source, "fd00::2");
	assert_int_equal(p->hold_time, 9);
	assert_int_equal(p->keepalive_time, 3);
	assert_int_equal(p->connect_retry_time, 1);
	assert_true(p->families[FAMILY_V4]);
	assert_false(p->families[FAMILY_V6]);
	assert_int_equal(p->max_prefixes, 10);
	assert_true(p->passive && p->shutdown);
	assert_string_equal(p->secret_name, "s");
	assert_string_equal(p->secret_key, "k");
	assert_string_equal(p->shutdown_message, "later");
	assert_int_equal(p->nodes.n, 1);
	bgp_peer_free(p);
}

static void
as_may_be_any_other_or_our_own(void **state)
{
	struct bgp_peer *out =
	    peer("peerIP: \"10.0.0.1:1790\", external: true");
	struct bgp_peer *in = peer("peerIP: \"fd00::1\", internal: true");

	(void)state;
	assert_int_equal(out->as, PEER_AS_EXTERNAL);
	assert_int_equal(out->port, 1790);
	assert_int_equal(in->as, PEER_AS_INTERNAL);
	assert_true(in->families[FAMILY_V6]);
	bgp_peer_free(out);
	bgp_peer_free(in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peer_of_the_fabric_has_the_defaults),
		cmocka_unit_test(everything_that_can_be_said_is_read),
		cmocka_unit_test(as_may_be_any_other_or_our_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
