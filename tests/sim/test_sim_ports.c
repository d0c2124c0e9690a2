/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the daemon asks of its ports: that, and nothing else.
 */
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define CONFIG(more)                                         \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"  \
	"metadata: {name: default}\n"                        \
	"spec: {asNumber: 65001, serviceExternalIPs: [{cidr" \
	": 10.33.192.0/18}]" more "}\n"
#define PEER(address)                              \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\n" \
	"metadata: {name: a}\n"                    \
	"spec: {peerIP: " address ", asNumber: 65002}\n"

static void
assert_asked(struct sim *s, const char *text)
{
	assert_string_equal(s->ports, text);
	s->ports[0] = '\0';
}

TEST(nothing_is_asked_before_all_is_listed)
{
	struct sim *s = sim_new();

	sim_list(s, "Node");
	sim_list(s, "BGPPeer");
	sim_list(s, "BGPConfiguration");
	sim_sleep(s, 60000);
	assert_asked(s, "");
}

TEST(each_port_is_asked_once_at_the_start)
{
	struct sim *s = sim_started();

	assert_asked(s, "attach a\nlisten 1\nguard 1\n");
	sim_sleep(s, 120000);
	assert_asked(s, "guard 1\n"); /* what the run before left may go */
	sim_sleep(s, 60000);
	assert_asked(s, "");
}

TEST(a_peer_that_goes_is_detached)
{
	struct sim *s = sim_started();

	s->ports[0] = '\0';
	sim_drop(s, "BGPPeer", "a");
	sim_sleep(s, 1000);
	assert_asked(s, "detach a\nlisten 1\n");
	sim_put(s, PEER("192.0.2.9"));
	sim_sleep(s, 1000);
	assert_asked(s, "attach a\nlisten 1\n");
}

#define NODE(rack)                                        \
	"apiVersion: v1\nkind: Node\n"                    \
	"metadata: {name: node1, labels: {rack: " rack    \
	"}, uid: u1}\nspec: {podCIDRs: [10.33.5.0/24]}\n" \
	"status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}\n"

/* As labels choose another BGPConfiguration. */
TEST(node_that_is_relabelled_asks_where_it_is_then_to_ask)
{
	struct sim *s = sim_new();

	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
	    "metadata: {name: b}\nspec: {asNumber: 65001, "
	    "nodeSelector: {matchLabels: {rack: b}}, "
	    "serviceExternalIPs: [{cidr: 10.33.192.0/18}], "
	    "dataPlaneHealth: 'http://127.0.0.1:1/'}\n");
	sim_list_all(s);
	s->ports[0] = '\0';
	sim_put(s, NODE("b"));
	sim_settle(s);
	assert_asked(s, "ask 1 http://127.0.0.1:1/\n");
	sim_put(s, NODE("a"));
	sim_settle(s);
	assert_string_equal(s->url, "");
}

/* A node without BGP and without addresses for its links has nothing to ask for. */
TEST(first_group_for_links_asks)
{
	struct sim *s = sim_new_on_cluster();

	sim_drop(s, "BGPConfiguration", "default");
	sim_list_all(s);
	sim_settle(s);
	assert_string_equal(s->url, "");
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"
	    "metadata: {name: lan}\nspec: {pools: [{subnet: 192.0.2.0/24, "
	    "pool: 192.0.2.64/26}], announce: {l2: {}}}\n");
	sim_settle(s);
	assert_string_not_equal(s->url, "");
}

/* The answer to what was asked before must not count for the new one. */
TEST(another_url_ends_the_question_before)
{
	struct sim *s = sim_new();

	sim_put(s, CONFIG(", dataPlaneHealth: 'http://127.0.0.1:1/'"));
	sim_list_all(s);
	assert_asked(s, "attach a\nlisten 1\nask 1 http://127.0.0.1:1/\n");
	sim_put(s, CONFIG(", dataPlaneHealth: 'http://127.0.0.1:2/'"));
	sim_settle(s);
	assert_asked(s, "forget 1\nask 1 http://127.0.0.1:2/\n");
	sim_put(s, CONFIG(", dataPlaneHealth: None"));
	sim_settle(s);
	assert_asked(s, "forget 1\nguard 1\n");
}

TEST(answer_that_nobody_waits_for_is_none)
{
	struct sim *s = sim_new();

	sim_put(s, CONFIG(", dataPlaneHealth: 'http://127.0.0.1:1/'"));
	sim_list_all(s);
	bgpd_probed(s->bgpd, s->asked + 1, NULL);
	assert_string_not_equal(sim_condition(s, "DataPlaneDown"), "");
	sim_answer(s, true);
	assert_string_equal(sim_condition(s, "DataPlaneDown"), "");
}

int
main(void)
{
#define T(test) cmocka_unit_test_teardown(test, sim_teardown)
	const struct CMUnitTest tests[] = {
		T(nothing_is_asked_before_all_is_listed),
		T(each_port_is_asked_once_at_the_start),
		T(a_peer_that_goes_is_detached),
		T(node_that_is_relabelled_asks_where_it_is_then_to_ask),
		T(first_group_for_links_asks),
		T(another_url_ends_the_question_before),
		T(answer_that_nobody_waits_for_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
