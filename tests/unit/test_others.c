/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether other nodes may announce, and what it costs to know. Linked with
 * --wrap=peering_selects, which counts.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bgpd/announce/others.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/api/service_group.h"
#include "common/source/store.h"
#include "tests/test.h"
#include "tests/unit/objects.h"

enum { NODE, CONFIG, PEER, KINDS };
enum { NODES = 200 };

static unsigned asked;

bool __real_peering_selects(const struct bgp_peer *, const struct node *);
bool __wrap_peering_selects(const struct bgp_peer *, const struct node *);

bool
__wrap_peering_selects(const struct bgp_peer *peer, const struct node *node)
{
	asked++;
	return __real_peering_selects(peer, node);
}

struct world {
	struct store *store;
	struct others *others;
	bool changed; /* as the last event of a peer said */
};

static void
on_peer(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct world *w = arg;

	(void)key;
	w->changed = others_peer_changed(w->others, was, is);
}

/* clang-format off */
static const struct store_kind kinds[KINDS] = {
	[NODE] = { "v1", "Node", "nodes", false,
	    .decode = node_decode, .free = node_free },
	[CONFIG] = { "lbbgp.io/v1", "BGPConfiguration", "bgpconfigurations", false,
	    .decode = bgp_configuration_decode, .free = bgp_configuration_free },
	[PEER] = { "lbbgp.io/v1", "BGPPeer", "bgppeers", false,
	    .decode = bgp_peer_decode, .free = bgp_peer_free, .changed = on_peer },
};
/* clang-format on */

static void
put(struct world *w, size_t kind, char *yaml)
{
	struct err err = { "" };
	json_t *json = yaml_parse(yaml, strlen(yaml), 1, &err);

	assert_non_null(json);
	store_put(w->store, kind, json);
	json_decref(json);
	free(yaml);
}

/* A peer of one node; what is behind its AS is of its spec. */
static void
put_peer(struct world *w, unsigned i, unsigned version, const char *more)
{
	put(w, PEER,
	    xasprintf("{metadata: {name: p%u, resourceVersion: '%u'}, spec: "
		      "{peerIP: 10.1.0.%u, asNumber: 1, nodeSelector: "
		      "{matchLabels: {name: n%u}}%s}}",
		i, version, i + 1, i, more));
}

static bool
may(struct world *w, unsigned i, enum family family)
{
	char name[16];

	snprintf(name, sizeof(name), "n%u", i);
	return others_may(w->others, name, family, NULL, 0);
}

static int
setup(void **state)
{
	static const struct store_ops ops = { 0 };
	static const struct others_kinds rows = { NODE, CONFIG, PEER, NULL };
	struct world *w = xcalloc(1, sizeof(*w));

	w->store = store_new(kinds, KINDS, &ops, w);
	w->others = others_new(w->store, &rows);
	put(w, CONFIG,
	    xasprintf("{metadata: {name: default, resourceVersion: '1'}, "
		      "spec: {asNumber: 64517}}"));
	for (unsigned i = 0; i < NODES; i++) {
		put(w, NODE,
		    xasprintf("{metadata: {name: n%u, resourceVersion: '1', "
			      "labels: {name: n%u}}}",
			i, i));
		put_peer(w, i, 1, "");
		assert_true(may(w, i, FAMILY_V4));
	}
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	others_free(w->others);
	store_free(w->store);
	free(w);
	return 0;
}

/* Of one node among many: not each peer is looked at for each node. */
static void
a_peer_is_the_work_of_the_nodes_that_it_selects(void **state)
{
	struct world *w = *state;

	asked = 0;
	put_peer(w, 7, 2, ", shutdown: {enabled: true}");
	assert_true(w->changed);
	assert_false(may(w, 7, FAMILY_V4));
	assert_true(may(w, 8, FAMILY_V4));
	assert_in_range(asked, 1, 4 * NODES);
}

static void
a_peer_counts_for_whom_it_selected_before(void **state)
{
	struct world *w = *state;

	put(w, PEER,
	    xasprintf("{metadata: {name: p7, resourceVersion: '2'}, spec: "
		      "{peerIP: 10.1.0.8, asNumber: 1, families: [IPv6], "
		      "nodeSelector: {matchLabels: {name: n9}}}}"));
	assert_true(w->changed);
	assert_false(may(w, 7, FAMILY_V4));
	assert_true(may(w, 9, FAMILY_V6));
	store_drop(w->store, PEER, &(struct object_key){ "", "p9" });
	assert_true(w->changed);
	assert_false(may(w, 9, FAMILY_V4));
	assert_true(may(w, 9, FAMILY_V6));
}

static void
a_peer_that_says_the_same_changes_nothing(void **state)
{
	struct world *w = *state;

	put_peer(w, 7, 2, ", holdTime: 30");
	assert_false(w->changed);
	assert_true(may(w, 7, FAMILY_V4));
}

static void
a_node_without_as_number_announces_to_nobody(void **state)
{
	struct world *w = *state;

	put(w, CONFIG,
	    xasprintf("{metadata: {name: default, resourceVersion: '2'}, "
		      "spec: {}}"));
	others_configuration_changed(w->others);
	assert_false(may(w, 7, FAMILY_V4));
}

/* A group that is for some peers needs one of these, and of that family. */
static void
a_node_without_the_peers_of_a_group_may_not(void **state)
{
	struct world *w = *state;
	char *peers[] = { (char *)"gone", (char *)"p7" };
	const struct group_announce g = { .peers = peers, .n_peers = 2 };

	assert_true(others_may(w->others, "n7", FAMILY_V4, &g, UINT16_MAX));
	assert_false(others_may(w->others, "n8", FAMILY_V4, &g, UINT16_MAX));
	assert_true(others_may(w->others, "nobody", FAMILY_V4, &g, UINT16_MAX));
	put(w, PEER,
	    xasprintf("{metadata: {name: p7b, resourceVersion: '1'}, spec: "
		      "{peerIP: 10.2.0.7, asNumber: 1, families: [IPv4, IPv6], "
		      "nodeSelector: {matchLabels: {name: n7}}}}"));
	assert_true(others_may(w->others, "n7", FAMILY_V6, NULL, 0));
	assert_false(others_may(w->others, "n7", FAMILY_V6, &g, UINT16_MAX));
	put_peer(w, 7, 2, ", shutdown: {enabled: true}");
	assert_false(others_may(w->others, "n7", FAMILY_V4, &g, UINT16_MAX));
}

static void
put_node(struct world *w, unsigned i, const char *annotations)
{
	static unsigned version = 1;
	char name[16];

	snprintf(name, sizeof(name), "n%u", i);
	put(w, NODE,
	    xasprintf("{metadata: {name: %s, resourceVersion: '%u', labels: "
		      "{name: %s}, annotations: {%s}}}",
		name, ++version, name, annotations));
	others_changed(w->others, name);
}

/* One BGPPeer for all: it is of those that say where their router is. */
static void
a_peer_that_is_left_to_nodes_is_of_those_that_name_it(void **state)
{
	struct world *w = *state;
	char *peers[] = { (char *)"p7" };
	const struct group_announce g = { .peers = peers, .n_peers = 1 };

	put(w, PEER,
	    xasprintf(
		"{metadata: {name: p7, resourceVersion: '2'}, spec: "
		"{fromNode: {peerIP: {annotation: lbbgp.io/tor}}, "
		"asNumber: 1, nodeSelector: {matchLabels: {name: n7}}}}"));
	assert_false(may(w, 7, FAMILY_V4)); /* it does not say */
	put_node(w, 7, "lbbgp.io/tor: 10.1.9.9");
	assert_true(may(w, 7, FAMILY_V4));
	assert_false(may(w, 7, FAMILY_V6));
	assert_true(others_may(w->others, "n7", FAMILY_V4, &g, UINT16_MAX));
	assert_false(others_may(w->others, "n7", FAMILY_V6, &g, UINT16_MAX));
	put_node(w, 7, "lbbgp.io/tor: here");
	assert_false(may(w, 7, FAMILY_V4));
	assert_false(others_may(w->others, "n7", FAMILY_V4, &g, UINT16_MAX));
	put_node(w, 7, "lbbgp.io/tor: 10.1.9.9");
	store_drop(w->store, PEER, &(struct object_key){ "", "p7" });
	assert_false(may(w, 7, FAMILY_V4));
}

static void
a_node_serves_on_links_without_bgp(void **state)
{
	struct world *w = *state;
	struct selector all = { 0 };

	put(w, CONFIG,
	    xasprintf(
		"{metadata: {name: default, resourceVersion: '2'}, "
		"spec: {serviceNodeSelector: {matchLabels: {name: n7}}}}"));
	others_configuration_changed(w->others);
	assert_non_null(others_serve(w->others, "n7", &all));
	assert_null(others_serve(w->others, "n8", &all));
	assert_null(others_serve(w->others, "nobody", &all));
	store_drop(w->store, CONFIG, &(struct object_key){ "", "default" });
	others_configuration_changed(w->others);
	assert_non_null(others_serve(w->others, "n8", &all));
}

static void
a_node_of_another_lbbgp_serves_nothing(void **state)
{
	struct world *w = *state;
	struct selector all = { 0 };

	assert_non_null(others_serve(w->others, "n7", &all));
	put(w, NODE,
	    xasprintf("{metadata: {name: n7, resourceVersion: '2', labels: "
		      "{name: n7, lbbgp.io/instance: second}}}"));
	assert_true(others_changed(w->others, "n7"));
	assert_false(may(w, 7, FAMILY_V4));
	assert_null(others_serve(w->others, "n7", &all));
	put(w, NODE,
	    xasprintf("{metadata: {name: n7, resourceVersion: '3', labels: "
		      "{name: n7, lbbgp.io/instance: lbbgp}}}"));
	assert_true(others_changed(w->others, "n7"));
	assert_true(may(w, 7, FAMILY_V4));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_peer_is_the_work_of_the_nodes_that_it_selects, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    a_peer_counts_for_whom_it_selected_before, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_peer_that_says_the_same_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_node_without_the_peers_of_a_group_may_not, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    a_peer_that_is_left_to_nodes_is_of_those_that_name_it,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_node_serves_on_links_without_bgp, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_node_of_another_lbbgp_serves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_node_without_as_number_announces_to_nobody, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
