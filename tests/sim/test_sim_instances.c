/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a node daemon does where there is another lbbgp on the cluster: it goes by what
 * is of its own class, and by its own namespace.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "bgpd/control/views.h"
#include "common/source/store.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define OF_B "annotations: {lbbgp.io/class: lbbgp.io/b}"
#define PEER_B                                     \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\n" \
	"metadata: {name: b, " OF_B "}\n"          \
	"spec: {peerIP: 192.0.2.3, asNumber: 65003}\n"
#define CONFIG_B                                            \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: all-b, " OF_B "}\n"               \
	"spec: {asNumber: 65009, nodeSelector: {}}\n"
#define GROUP(name, meta, net)                          \
	"apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n" \
	"metadata: {name: " name meta "}\n"             \
	"spec: {pools: [{subnet: " net ".0/24, pool: " net ".0/24}]}\n"
#define SERVICE(name, class, addr)                                         \
	"apiVersion: v1\nkind: Service\n"                                  \
	"metadata: {name: " name ", namespace: web}\n"                     \
	"spec: {type: LoadBalancer, ports: [{port: 80}]" class             \
	    "}\n"                                                          \
	    "status: {loadBalancer: {ingress: [{ip: " addr "}]}}\n---\n"   \
	    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"       \
	    "metadata: {name: " name ", namespace: web, labels: "          \
	    "{kubernetes.io/service-name: " name "}}\naddressType: IPv4\n" \
	    "endpoints: [{addresses: [10.0.0.2], nodeName: node1}]\n"
#define BOTH                                   \
	PEER_B "---\n" CONFIG_B "---\n" GROUP( \
	    "a", "", "10.60.0") "---\n" GROUP("b", ", " OF_B, "10.61.0")
#define SERVICES                          \
	SERVICE("plain", "", "10.60.0.1") \
	"---\n" SERVICE("of-b", ", loadBalancerClass: lbbgp.io/b", "10.61.0.1")

static const struct instance b = { "other", "lbbgp.io/b" };

static const char *
told(struct sim *s, const char *peer)
{
	static char text[FAKE_TEXT];
	struct fake_peer *p = sim_peer(s, peer);

	fake_flush(p);
	memcpy(text, p->at->said, sizeof(text));
	return text;
}

TEST(daemon_goes_by_its_own_class)
{
	struct sim *s = sim_with(BOTH);

	sim_establish(s, "a");
	assert_null(sim_peer(s, "b"));
	sim_put(s, SERVICES);
	sim_sleep(s, 50);
	assert_non_null(strstr(told(s, "a"), "+10.60.0.1/32"));
	assert_null(strstr(told(s, "a"), "10.61.0"));
	sim_put(s, /* whoever gave it that, it is not ours to announce */
	    SERVICE("astray", ", loadBalancerClass: lbbgp.io/b", "10.60.0.9"));
	sim_sleep(s, 50);
	assert_null(strstr(told(s, "a"), "10.60.0.9"));
	assert_int_equal(bgpd_view(s->bgpd)->asn, 65001);
}

/* DaemonSet and Namespace of the default one are none of its business. */
TEST(daemon_of_another_lbbgp_goes_by_the_other)
{
	struct sim *s = sim_new_of(&b);

	sim_put(s,
	    BOTH "---\napiVersion: apps/v1\nkind: DaemonSet\n"
		 "metadata: {namespace: other, name: lbbgp-bgpd}\n---\n"
		 "apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n");
	sim_list_all(s);
	sim_establish(s, "b");
	assert_null(sim_peer(s, "a"));
	sim_put(s, SERVICES);
	sim_sleep(s, 50);
	assert_non_null(strstr(told(s, "b"), "+10.61.0.1/32"));
	assert_null(strstr(told(s, "b"), "10.60.0"));
	assert_int_equal(bgpd_view(s->bgpd)->asn, 65009);
	sim_drop(s, "DaemonSet", "lbbgp-bgpd"); /* that of lbbgp-system */
	sim_settle(s);
	bgpd_stop(s->bgpd, NULL);
	assert_false(sim_logged("leaving:"));
}

TEST(peer_that_changes_hands_comes_and_goes)
{
	struct sim *s = sim_with(BOTH);

	sim_establish(s, "a");
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: a, " OF_B
	    "}\nspec: {peerIP: 192.0.2.2, asNumber: 65002}\n");
	sim_sleep(s, 50);
	assert_null(sim_peer(s, "a"));
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: a}\n"
	    "spec: {peerIP: 192.0.2.2, asNumber: 65002}\n");
	sim_sleep(s, 50);
	assert_non_null(sim_peer(s, "a"));
}

/* Whoever is to mend it, it is not us who tell. */
TEST(bad_resource_of_another_is_not_told_of)
{
	struct sim *s = sim_with(
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: b, " OF_B
	    "}\nspec: {asNumber: 65003}\n");

	sim_sleep(s, 50);
	sim_sleep(s, 60000);
	assert_string_equal(sim_accepted(s, "BGPPeer", "b"), "");
}

TEST(secret_is_looked_for_in_its_own_namespace)
{
	struct sim *s = sim_new_of(&b);
	const char *secret = "apiVersion: v1\nkind: Secret\n"
			     "metadata: {name: k, namespace: %s}\n"
			     "stringData: {k: secret}\n";
	char text[256];

	sim_put(s,
	    CONFIG_B
	    "---\napiVersion: lbbgp.io/v1\nkind: BGPPeer\n"
	    "metadata: {name: b, " OF_B "}\nspec: {peerIP: 192.0.2.3, "
	    "asNumber: 65003, password: {secretKeyRef: {name: k, key: k}}}\n");
	snprintf(text, sizeof(text), secret, "lbbgp-system");
	sim_put(s, text);
	sim_list_all(s);
	sim_sleep(s, 50);
	assert_non_null(strstr(sim_condition(s, "PeerBlocked"),
	    "there is no Secret k in namespace other"));
	snprintf(text, sizeof(text), secret, "other");
	sim_put(s, text);
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "PeerBlocked"), "");
}

/* Who writes the status of an object changes nothing else of it. */
TEST(status_of_a_node_that_was_anothers_becomes_ours)
{
	struct sim *s = sim_new_of(&b);

	sim_put(s,
	    BOTH "---\napiVersion: lbbgp.io/v1\nkind: BGPNodeStatus\n"
		 "metadata: {name: node1}\nstatus: {asNumber: 65001}\n");
	sim_list_all(s);
	sim_sleep(s, 20000);
	const json_t *is = json_object_get(s->objects, "BGPNodeStatus//node1");

	assert_string_equal(instance_class_of(is), b.class);
	assert_int_equal(json_integer_value(json_object_get(
			     json_object_get(is, "status"), "asNumber")),
	    65009);
	unsigned before = s->statuses;

	sim_sleep(s, 300000); /* heartbeats alone */
	assert_in_range(s->statuses - before, 4, 10);
}

#define T(f) cmocka_unit_test_teardown(f, sim_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(daemon_goes_by_its_own_class),
		T(daemon_of_another_lbbgp_goes_by_the_other),
		T(peer_that_changes_hands_comes_and_goes),
		T(bad_resource_of_another_is_not_told_of),
		T(secret_is_looked_for_in_its_own_namespace),
		T(status_of_a_node_that_was_anothers_becomes_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
