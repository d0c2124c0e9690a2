/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/virtual_ip.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

/* Refusals are rows of tests/corpus. */

static struct virtual_ip *
vip(const char *spec)
{
	char *yaml = xasprintf("metadata: {name: v}\nspec: {%s}\n", spec);
	struct virtual_ip *v = decoded(virtual_ip_decode, yaml);

	free(yaml);
	return v;
}

TEST(least_one_has_the_defaults)
{
	struct virtual_ip *v = vip("addresses: [10.0.0.9], l2: {}");

	assert_string_equal(v->meta.name, "v");
	assert_int_equal(v->n_addrs, 1);
	assert_addr(&v->addrs[0].addr, "10.0.0.9");
	assert_int_equal(v->addrs[0].len, 32);
	assert_string_equal(v->interface, "");
	assert_int_equal(v->n_checks, 0);
	assert_null(v->bgp);
	assert_null(v->vrrp);
	assert_int_equal(v->l2->terms.n_interfaces, 0);
	assert_int_equal(v->l2->terms.n_preferred, 0);
	assert_true(v->l2->terms.fail_back && v->l2->terms.detect);
	assert_false(v->l2->always || v->nodes.present || v->any);
	assert_null(v->holder);
	virtual_ip_free(v);
}

TEST(addresses_keep_their_lengths)
{
	struct virtual_ip *v = vip(
	    "addresses: [10.0.0.9/24, 'fd00::9/64', 10.0.0.9], interface: lo,"
	    " bgp: {localPreference: 7, communities: [no-export, blue]}");

	assert_int_equal(v->n_addrs, 2); /* the third is the first again */
	assert_int_equal(v->addrs[0].len, 24);
	assert_addr(&v->addrs[0].addr, "10.0.0.9");
	assert_int_equal(v->addrs[1].len, 64);
	assert_string_equal(v->interface, "lo");
	assert_int_equal(v->bgp->communities.n, 2);
	assert_true(v->bgp->has_local_preference);
	assert_int_equal(v->bgp->local_preference, 7);
	virtual_ip_free(v);
}

TEST(l2_is_read)
{
	struct virtual_ip *v = vip(
	    "addresses: [10.0.0.9], l2: {mode: Always, interfaces: [eth0, e.*],"
	    " preferred: [{weight: 9, nodeSelector: {matchLabels: {a: b}}},"
	    " {weight: 1}], failBack: false, duplicateDetection: false}");

	assert_true(v->l2->always);
	assert_int_equal(v->l2->terms.n_interfaces, 2);
	assert_string_equal(v->l2->terms.interfaces[1], "e.*");
	assert_int_equal(v->l2->terms.n_preferred, 2);
	assert_int_equal(v->l2->terms.preferred[0].weight, 9);
	assert_int_equal(v->l2->terms.preferred[0].nodes.n, 1);
	assert_int_equal(v->l2->terms.preferred[1].nodes.n, 0);
	assert_false(v->l2->terms.fail_back || v->l2->terms.detect);
	virtual_ip_free(v);
}

TEST(vrrp_has_the_defaults_of_its_rfc)
{
	struct virtual_ip *v = vip("addresses: [10.0.0.9],"
				   " vrrp: {interface: eth0,"
				   " virtualRouterID: 51}");

	assert_string_equal(v->vrrp->interface, "eth0");
	assert_int_equal(v->vrrp->vrid, 51);
	assert_int_equal(v->vrrp->version, 3);
	assert_int_equal(v->vrrp->priority, 100);
	assert_int_equal(v->vrrp->interval, 1000);
	assert_int_equal(v->vrrp->preempt_delay, 0);
	assert_true(v->vrrp->preempt && v->vrrp->accept);
	assert_false(v->vrrp->virtual_mac);
	assert_int_equal(v->vrrp->n_peers, 0);
	virtual_ip_free(v);
}

TEST(vrrp_is_read)
{
	struct virtual_ip *v =
	    vip("addresses: ['fd00::9'], vrrp: {interface: eth1.7,"
		" virtualRouterID: 5, priority: 120, priorities:"
		" [{priority: 200, nodeSelector: {matchLabels: {a: b}}}],"
		" advertisementInterval: 100, preempt: false, preemptDelay: 3,"
		" acceptMode: false, virtualMAC: true,"
		" unicastPeers: ['fd00::1', 'fd00::2']}");

	assert_string_equal(v->vrrp->interface, "eth1.7");
	assert_int_equal(v->vrrp->priority, 120);
	assert_int_equal(v->vrrp->n_priorities, 1);
	assert_int_equal(v->vrrp->priorities[0].priority, 200);
	assert_int_equal(v->vrrp->priorities[0].nodes.n, 1);
	assert_int_equal(v->vrrp->interval, 100);
	assert_int_equal(v->vrrp->preempt_delay, 3000);
	assert_true(v->vrrp->virtual_mac);
	assert_false(v->vrrp->preempt || v->vrrp->accept);
	assert_int_equal(v->vrrp->n_peers, 2);
	assert_addr(&v->vrrp->peers[1], "fd00::2");
	virtual_ip_free(v);
}

/* One with these checks, as JSON or YAML in one line. */
static struct virtual_ip *
checked_vip(const char *checks)
{
	char *spec = xasprintf("addresses: [10.0.0.9], l2: {},"
			       " health: {require: Any, checks: [%s]}",
	    checks);
	struct virtual_ip *v = vip(spec);

	free(spec);
	return v;
}

TEST(checks_are_read)
{
	struct virtual_ip *v =
	    checked_vip("{name: a, http: {url: 'http://x/'}},"
			"{name: b, https: {url: 'https://x/', caSecretRef:"
			" {name: s, key: k}}, interval: 100, timeout: 50,"
			" rise: 4, fall: 5, askedBy: Holder},"
			"{name: c, tcp: {port: 443}},"
			"{name: d, command: [/bin/test, -e, /x]}");
	const struct vip_check *c = v->checks;

	assert_true(v->any);
	assert_int_equal(v->n_checks, 4);
	assert_int_equal(c[0].ask, VIP_ASK_HTTP);
	assert_string_equal(c[0].url, "http://x/");
	assert_int_equal(c[0].interval, 2000);
	assert_int_equal(c[0].timeout, 1000);
	assert_int_equal(c[0].rise, 2);
	assert_int_equal(c[0].fall, 3);
	assert_false(c[0].holder);
	assert_int_equal(c[1].ask, VIP_ASK_HTTPS);
	assert_true(c[1].verify && c[1].holder);
	assert_string_equal(c[1].ca_secret, "s");
	assert_string_equal(c[1].ca_key, "k");
	assert_int_equal(c[1].interval, 100);
	assert_int_equal(c[1].timeout, 50);
	assert_int_equal(c[1].rise, 4);
	assert_int_equal(c[1].fall, 5);
	assert_string_equal(c[2].host, "localhost");
	assert_int_equal(c[2].port, 443);
	assert_string_equal(c[3].argv[2], "/x");
	assert_null(c[3].argv[3]);
	virtual_ip_free(v);
}

/* Is the check the same when asked in these two ways? */
static void
assert_same_check(const char *one, const char *other, bool same)
{
	struct virtual_ip *a = checked_vip(one), *b = checked_vip(other);

	assert_int_equal(vip_check_eq(&a->checks[0], &b->checks[0]), same);
	virtual_ip_free(a);
	virtual_ip_free(b);
}

TEST(a_check_is_the_same_as_long_as_it_asks_the_same)
{
	static const char *const ways[] = {
		"{name: a, http: {url: 'http://x/'}}",
		"{name: a, http: {url: 'http://y/'}}",
		"{name: a, https: {url: 'https://x/'}}",
		"{name: a, https: {url: 'https://x/', verify: false}}",
		"{name: a, https: {url: 'https://x/', caSecretRef: {name: s,"
		" key: k}}}",
		"{name: a, https: {url: 'https://x/', caSecretRef: {name: s,"
		" key: l}}}",
		"{name: a, tcp: {port: 1}}",
		"{name: a, tcp: {port: 2}}",
		"{name: a, tcp: {host: x, port: 1}}",
		"{name: a, tcp: {port: 1}, timeout: 100}",
		"{name: a, command: [/x]}",
		"{name: a, command: [/x, one]}",
		"{name: a, command: [/x, two]}",
	};
	const size_t n = sizeof(ways) / sizeof(ways[0]);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			assert_same_check(ways[i], ways[k], i == k);
	assert_same_check("{name: a, tcp: {port: 1}}",
	    "{name: a, tcp: {port: 1}, interval: 100, rise: 9}", true);
}

TEST(what_the_status_says_is_kept)
{
	struct virtual_ip *v = decoded(virtual_ip_decode,
	    "metadata: {name: v}\n"
	    "spec: {addresses: [10.0.0.9], l2: {}}\n"
	    "status: {holder: node1, since: '2026-01-31T00:00:00Z',"
	    " conditions: [{type: Accepted, status: 'False', reason: R, message: m,"
	    " lastTransitionTime: '2026-01-01T00:00:00Z'}]}\n");

	assert_string_equal(v->holder, "node1");
	assert_string_equal(v->since, "2026-01-31T00:00:00Z");
	assert_int_equal(v->conditions.n, 1);
	virtual_ip_free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(least_one_has_the_defaults),
		cmocka_unit_test(addresses_keep_their_lengths),
		cmocka_unit_test(l2_is_read),
		cmocka_unit_test(vrrp_has_the_defaults_of_its_rfc),
		cmocka_unit_test(vrrp_is_read),
		cmocka_unit_test(checks_are_read),
		cmocka_unit_test(
		    a_check_is_the_same_as_long_as_it_asks_the_same),
		cmocka_unit_test(what_the_status_says_is_kept),
	};

	return cmocka_run_group_tests_name("virtual_ip", tests, NULL, NULL);
}
