/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses the nodes of a small cluster may hold on their links. Each of three
 * nodes decides for itself by the same objects; most tests say who may hold the address
 * 192.0.2.9, and all nodes have to agree on that. The last test plays histories of
 * objects: after each step all nodes agree, say what they would if they saw the last
 * state only, and have told of each answer that is another one. A failing seed is
 * printed; SEED=n runs it alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/announce/endpoints.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/service_cidr.h"
#include "common/alloc.h"
#include "common/api/block_affinity.h"
#include "common/api/endpoint_slice.h"
#include "common/api/lan_terms.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/rng.h"
#include "common/source/store.h"
#include "tests/test.h"
#include "tests/unit/objects.h"

enum { NODE, CONFIG, GROUP, SERVICE, SLICE, BLOCK, CIDR, PEER, KINDS };
enum { NODES = 3, SEATS = 64, HISTORIES = 150, STEPS = 60 };

struct seat { /* an address, as a node was told */
	struct addr addr;
	int preference;
	const char *why_not;
	int may[NODES]; /* as it was answered; UNKNOWN: it may be another */
};

#define UNKNOWN (-2)

struct hold {
	struct addr addr;
	char interface[16];
};

struct member {
	struct world *world;
	struct announce *announce; /* owned */
	struct seat seats[SEATS];
	size_t n;
	struct hold holds[SEATS];
	size_t n_holds;
	unsigned wants;     /* told */
	unsigned rechecks;  /* of one address */
	unsigned rechecked; /* all of them */
	bool always, fail_back;
};

struct world {
	struct store *store;
	struct member nodes[NODES];
	struct rng rng;
	unsigned version;
};

/* ---- what a node is told ---- */

static struct seat *
seat_of(struct member *m, const struct addr *addr)
{
	for (size_t i = 0; i < m->n; i++)
		if (addr_eq(&m->seats[i].addr, addr))
			return &m->seats[i];
	return NULL;
}

static void
forget_answers(struct seat *s)
{
	for (unsigned i = 0; i < NODES; i++)
		s->may[i] = UNKNOWN;
}

static void
on_want(void *arg, const struct lan_want *want)
{
	struct member *m = arg;
	struct seat *s = seat_of(m, &want->addr);

	m->wants++;
	m->always = want->always;
	m->fail_back = want->terms->fail_back;
	assert_int_equal(want->preference < 0, want->why_not != NULL);
	if (s == NULL) {
		assert_true(m->n < SEATS);
		s = &m->seats[m->n++];
		forget_answers(s);
	}
	s->addr = want->addr;
	s->preference = want->preference;
	s->why_not = want->why_not;
}

static void
on_gone(void *arg, const struct addr *addr)
{
	struct member *m = arg;
	struct seat *s = seat_of(m, addr);

	assert_non_null(s);
	*s = m->seats[--m->n];
}

static void
on_recheck(void *arg, const struct addr *addr)
{
	struct member *m = arg;

	for (size_t i = 0; i < m->n; i++)
		if (addr == NULL || addr_eq(&m->seats[i].addr, addr))
			forget_answers(&m->seats[i]);
	m->rechecks += addr != NULL;
	m->rechecked += addr == NULL;
}

static void
on_hold(void *arg, const char *interface, const struct addr *addr, bool hold)
{
	struct member *m = arg;
	size_t i = 0;

	while (i < m->n_holds &&
	    (!addr_eq(&m->holds[i].addr, addr) ||
		strcmp(m->holds[i].interface, interface) != 0))
		i++;
	assert_int_equal(hold, i == m->n_holds);
	if (!hold) {
		m->holds[i] = m->holds[--m->n_holds];
		return;
	}
	assert_true(i < SEATS);
	m->holds[m->n_holds].addr = *addr;
	snprintf(m->holds[m->n_holds++].interface, 16, "%s", interface);
}

static const struct lan_ops lan_ops = { on_want, on_gone, on_recheck, on_hold };

static void
on_changed(void *arg, const struct prefix *p, const struct attributes *now)
{
	(void)arg;
	(void)p;
	(void)now;
}

static void
on_shared(void *arg, const struct prefix *p, bool shared)
{
	(void)arg;
	(void)p;
	(void)shared;
}

static void
on_busy(void *arg)
{
	(void)arg; /* settle() runs it */
}

static const struct announce_ops announce_ops = {
	.changed = on_changed,
	.shared = on_shared,
	.busy = on_busy,
	.lan = &lan_ops,
};

/* ---- the objects that all see ---- */

#define EACH(w, call)                                         \
	for (unsigned i_ = 0; i_ < NODES; i_++) {             \
		struct announce *a = (w)->nodes[i_].announce; \
		call;                                         \
	}

static void
node_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	(void)key;
	EACH((struct world *)arg, announce_node_changed(a, was, now))
}

static void
config_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	(void)key;
	(void)was;
	(void)now;
	EACH((struct world *)arg, announce_configuration_changed(a))
}

static void
group_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	(void)key;
	EACH((struct world *)arg, announce_group_changed(a, was, now))
}

static void
service_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	(void)was;
	(void)now;
	EACH((struct world *)arg, announce_service_changed(a, key))
}

static void
slice_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	(void)key;
	EACH((struct world *)arg, announce_slice_changed(a, was, now))
}

static void
peer_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	(void)key;
	EACH((struct world *)arg, announce_peer_changed(a, was, now))
}

static const struct store_kind kinds[KINDS] = {
	[NODE] = { .api = "v1",
	    .kind = "Node",
	    .plural = "nodes",
	    .decode = node_decode,
	    .free = node_free,
	    .changed = node_changed },
	[CONFIG] = { .api = "lbbgp.io/v1",
	    .kind = "BGPConfiguration",
	    .plural = "bgpconfigurations",
	    .decode = bgp_configuration_decode,
	    .free = bgp_configuration_free,
	    .changed = config_changed },
	[GROUP] = { .api = "lbbgp.io/v1",
	    .kind = "ServiceGroup",
	    .plural = "servicegroups",
	    .decode = service_group_decode,
	    .free = service_group_free,
	    .changed = group_changed },
	[SERVICE] = { .api = "v1",
	    .kind = "Service",
	    .plural = "services",
	    .namespaced = true,
	    .decode = service_decode_brief,
	    .free = service_free,
	    .changed = service_changed },
	[SLICE] = { .api = "discovery.k8s.io/v1",
	    .kind = "EndpointSlice",
	    .plural = "endpointslices",
	    .namespaced = true,
	    .decode = endpoint_slice_decode,
	    .free = endpoint_slice_free,
	    .changed = slice_changed },
	[BLOCK] = { .api = "crd.projectcalico.org/v1",
	    .kind = "BlockAffinity",
	    .plural = "blockaffinities",
	    .decode = block_affinity_decode,
	    .free = block_affinity_free },
	[CIDR] = { .api = "networking.k8s.io/v1",
	    .kind = "ServiceCIDR",
	    .plural = "servicecidrs",
	    .decode = service_cidr_decode,
	    .free = service_cidr_free },
	[PEER] = { .api = "lbbgp.io/v1",
	    .kind = "BGPPeer",
	    .plural = "bgppeers",
	    .decode = bgp_peer_decode,
	    .free = bgp_peer_free,
	    .changed = peer_changed },
};

static const char *const names[NODES] = { "n1", "n2", "n3" };
static const struct announce_kinds announce_kinds = { NODE, CONFIG, GROUP,
	SERVICE, BLOCK, CIDR, PEER, false, NULL };

static void
on_ready(void *arg)
{
	EACH((struct world *)arg, announce_start(a))
}

static const struct store_ops store_ops = { .ready = on_ready };

static void
settle(struct world *w)
{
	EACH(w, while (announce_overlaps(a)) announce_hand_over(a))
	EACH(w, while (announce_run(a));)
}

static void
put_owned(struct world *w, size_t kind, char *spec)
{
	char *yaml = xasprintf("{metadata: {resourceVersion: '%u', "
			       "%s",
	    ++w->version, spec);
	struct err err = { "" };
	json_t *json = yaml_parse(yaml, strlen(yaml), 1, &err);

	assert_string_equal(err.text, "");
	store_put(w->store, kind, json);
	json_decref(json);
	free(yaml);
	free(spec);
}

/* What follows "{metadata: {". */
static void
put(struct world *w, size_t kind, const char *spec)
{
	put_owned(w, kind, xstrdup(spec));
	settle(w);
}

static void
drop(struct world *w, size_t kind, const char *name)
{
	struct object_key key = { kinds[kind].namespaced ? "a" : "", name };

	store_drop(w->store, kind, &key);
	settle(w);
}

static struct world *
world_new(void)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->store = store_new(kinds, KINDS, &store_ops, w);
	for (unsigned i = 0; i < NODES; i++) {
		w->nodes[i].world = w;
		w->nodes[i].announce = announce_new(names[i], w->store,
		    &announce_kinds, &announce_ops, &w->nodes[i]);
	}
	for (size_t k = 0; k < KINDS; k++) {
		store_list_begin(w->store, k);
		for (unsigned i = 0; k == NODE && i < NODES; i++)
			put_owned(w, NODE, xasprintf("name: %s}}", names[i]));
		store_list_end(w->store, k);
	}
	return w;
}

static void
world_free(struct world *w)
{
	EACH(w, announce_free(a))
	store_free(w->store);
	free(w);
}

/* ---- what most tests are about ---- */

#define POOL \
	"spec: {pools: [{subnet: 192.0.2.0/24, pool: 192.0.2.0/25}], announce: "
#define LAN(more) "name: lan}, " POOL "{l2: {" more "}}}}"
#define SERVICE_OF(name, policy)                                      \
	"name: " name ", namespace: a}, spec: {type: LoadBalancer, "  \
	"externalTrafficPolicy: " policy "}, status: {loadBalancer: " \
	"{ingress: [{ip: 192.0.2.9}]}}}"
#define SLICE_OF(service, endpoints)                                      \
	"name: e-" service ", namespace: a, labels: "                     \
	"{kubernetes.io/service-name: " service "}}, addressType: IPv4, " \
	"endpoints: [" endpoints "]}"
#define READY(node)                               \
	"{addresses: [10.0.0.1], nodeName: " node \
	", conditions: {ready: true, serving: true, terminating: false}}"
#define LEAVING(node)                             \
	"{addresses: [10.0.0.2], nodeName: " node \
	", conditions: {ready: false, serving: true, terminating: true}}"
#define EXCLUDED                                                             \
	"labels: {node.kubernetes.io/exclude-from-external-load-balancers: " \
	"''}"

static struct addr
addr_of(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

/* Who may hold it, as "n1 n3=7" where n3 is preferred; all nodes have to agree. */
static const char *
holders(struct world *w)
{
	static char text[64];
	struct addr addr = addr_of("192.0.2.9");

	text[0] = '\0';
	for (unsigned i = 0; i < NODES; i++) {
		struct seat *s = seat_of(&w->nodes[i], &addr);
		int own = s != NULL ? s->preference : -1;
		size_t len = strlen(text);

		for (unsigned k = 0; k < NODES; k++)
			assert_int_equal(announce_may_hold(w->nodes[k].announce,
					     &addr, names[i]),
			    own);
		if (own >= 0)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "%s%s", len > 0 ? " " : "", names[i]);
		if (own > 0)
			snprintf(text + len, sizeof(text) - len, "=%d", own);
	}
	return text;
}

static const char *
why_not(struct world *w, unsigned node)
{
	struct addr addr = addr_of("192.0.2.9");
	const struct seat *s = seat_of(&w->nodes[node], &addr);

	return s == NULL ? "not wanted" : s->why_not != NULL ? s->why_not : "";
}

/* A group on links, and a Service of the policy with a ready endpoint on n1. */
static struct world *
shop(const char *group, const char *service)
{
	struct world *w = world_new();

	put(w, GROUP, group);
	put(w, SERVICE, service);
	put(w, SLICE, SLICE_OF("shop", READY("n1")));
	return w;
}

#define CLUSTER SERVICE_OF("shop", "Cluster")
#define LOCAL SERVICE_OF("shop", "Local")

TEST(any_node_may_hold_a_cluster_address_without_a_configuration)
{
	struct world *w = shop(LAN(""), CLUSTER);

	assert_string_equal(holders(w), "n1 n2 n3");
	assert_true(announce_on_links(w->nodes[0].announce));
	assert_false(w->nodes[0].always);
	assert_true(w->nodes[0].fail_back);
	put(w, GROUP, LAN("mode: Always, failBack: false"));
	assert_true(w->nodes[0].always);
	assert_false(w->nodes[0].fail_back);
	world_free(w);
}

TEST(groups_say_whether_addresses_are_for_links)
{
	struct world *w = shop("name: lan}, " POOL "{bgp: {}}}}", CLUSTER);

	assert_string_equal(why_not(w, 0), "not wanted");
	put(w, GROUP, "name: lan}, " POOL "{bgp: {}, l2: {}}}}");
	assert_string_equal(holders(w), "n1 n2 n3");
	drop(w, GROUP, "lan");
	assert_string_equal(why_not(w, 0), "not wanted");
	assert_false(announce_on_links(w->nodes[0].announce));
	world_free(w);
}

TEST(service_that_goes_takes_its_want_along)
{
	struct world *w = shop(LAN(""), CLUSTER);

	drop(w, SERVICE, "shop");
	assert_int_equal(w->nodes[0].n, 0);
	assert_string_equal(holders(w), "");
	world_free(w);
}

TEST(without_any_endpoint_nobody_may_unless_told_so)
{
	struct world *w = shop(LAN(""), CLUSTER);

	drop(w, SLICE, "e-shop");
	assert_string_equal(holders(w), "");
	assert_string_equal(why_not(w, 0), "no endpoint anywhere");
	put(w, CONFIG,
	    "name: default}, spec: {advertiseWithoutEndpoints: true}}");
	assert_string_equal(holders(w), "n1 n2 n3");
	put(w, SERVICE, LOCAL);
	assert_string_equal(holders(w), "n1 n2 n3");
	world_free(w);
}

#define GATEWAY                                              \
	"name: shop, namespace: a, labels: {"                \
	"gateway.networking.k8s.io/gateway-name: shop}}, "   \
	"spec: {type: LoadBalancer, externalTrafficPolicy: " \
	"Local}, status: {loadBalancer: {ingress: [{ip: 192.0.2.9}]}}}"
#define PLACEHOLDER(family)                                                 \
	"name: e-shop, namespace: a, labels: {kubernetes.io/service-name: " \
	"shop}}, addressType: " family ", endpoints: [{addresses: [x], "    \
	"conditions: {ready: true}}]}"

/* Each node is a proxy; the placeholder's family is not the address's. */
TEST(a_gateway_with_a_placeholder_may_be_held_by_any_node)
{
	struct world *w = shop(LAN(""), GATEWAY);

	assert_string_equal(holders(w), "n1");
	put(w, SLICE, PLACEHOLDER("IPv4"));
	assert_string_equal(holders(w), "n1 n2 n3");
	put(w, SLICE, PLACEHOLDER("IPv6"));
	assert_string_equal(holders(w), "n1 n2 n3");
	drop(w, SLICE, "e-shop");
	assert_string_equal(holders(w), "");
	world_free(w);
}

TEST(nodes_that_announce_no_services_may_not)
{
	static const struct {
		const char *node, *why;
	} rows[] = {
		{ "name: n2, " EXCLUDED "}}",
		    "this node has the label " NODE_EXCLUDE_LABEL },
		{ "name: n2}, status: {conditions: [{type: "
		  "NetworkUnavailable, status: 'True'}]}}",
		    "the node's network is unavailable" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *w = shop(LAN(""), CLUSTER);

		put(w, NODE, rows[i].node);
		assert_string_equal(holders(w), "n1 n3");
		assert_string_equal(why_not(w, 1), rows[i].why);
		put(w, NODE, "name: n2}}");
		assert_string_equal(holders(w), "n1 n2 n3");
		drop(w, NODE, "n2");
		assert_string_equal(holders(w), "n1 n3");
		world_free(w);
	}
}

TEST(configuration_selects_nodes_or_ignores_the_label)
{
	struct world *w = shop(LAN(""), CLUSTER);

	put(w, NODE, "name: n2, labels: {edge: ''}}}");
	put(w, CONFIG,
	    "name: default}, spec: {serviceNodeSelector: {matchLabels: "
	    "{edge: ''}}}}");
	assert_string_equal(holders(w), "n2");
	put(w, NODE, "name: n2, " EXCLUDED "}}");
	put(w, CONFIG, "name: default}, spec: {excludeLabel: Ignore}}");
	assert_string_equal(holders(w), "n1 n2 n3");
	drop(w, CONFIG, "default");
	assert_string_equal(holders(w), "n1 n3");
	world_free(w);
}

TEST(group_selects_nodes_and_prefers_some)
{
	struct world *w =
	    shop(LAN("nodeSelector: {matchExpressions: [{key: away, operator: "
		     "DoesNotExist}]}, preferred: [{weight: 7, nodeSelector: "
		     "{matchLabels: {rack: a}}}]"),
		CLUSTER);

	assert_string_equal(holders(w), "n1 n2 n3");
	put(w, NODE, "name: n3, labels: {rack: a}}}");
	put(w, NODE, "name: n1, labels: {away: ''}}}");
	assert_string_equal(holders(w), "n2 n3=7");
	assert_string_equal(
	    why_not(w, 0), "a node selector leaves this node out");
	put(w, GROUP, LAN(""));
	assert_string_equal(holders(w), "n1 n2 n3");
	world_free(w);
}

/* The others can't know: the node says so itself on the link. */
TEST(data_plane_keeps_this_node_alone_from_it)
{
	struct world *w = shop(LAN(""), LOCAL);

	announce_data_plane_changed(w->nodes[0].announce, false);
	settle(w);
	assert_string_equal(why_not(w, 0), "the data plane is down");
	assert_string_equal(why_not(w, 1), "no endpoint on this node");
	announce_data_plane_changed(w->nodes[0].announce, true);
	settle(w);
	assert_string_equal(holders(w), "n1");
	world_free(w);
}

TEST(local_address_is_for_nodes_with_a_ready_endpoint)
{
	struct world *w = shop(LAN(""), LOCAL);

	assert_string_equal(holders(w), "n1");
	assert_string_equal(why_not(w, 1), "no endpoint on this node");
	put(w, SLICE, SLICE_OF("shop", READY("n1") ", " READY("n3")));
	assert_string_equal(holders(w), "n1 n3");
	/* One that terminates goes to where one is ready, at once. */
	put(w, SLICE, SLICE_OF("shop", LEAVING("n1") ", " READY("n3")));
	assert_string_equal(holders(w), "n3");
	world_free(w);
}

static void
passes(struct world *w, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		EACH(w, announce_hand_over(a))
}

/* Its kube-proxy may not serve it yet. */
TEST(who_came_a_moment_ago_holds_nothing_while_others_serve)
{
	struct world *w = shop(LAN(""), LOCAL);

	put(w, SLICE, SLICE_OF("shop", ""));
	put_owned(
	    w, SLICE, xstrdup(SLICE_OF("shop", READY("n1") ", " READY("n2"))));
	assert_string_equal(holders(w), "n1 n2");
	settle(w);
	put_owned(w, SLICE,
	    xstrdup(SLICE_OF("shop", LEAVING("n1") ", " READY("n3"))));
	passes(w, FRESH_HERE - 1);
	assert_string_equal(holders(w), "n1");
	passes(w, 1);
	assert_string_equal(holders(w), "n3");
	/* Unless they serve no more. */
	put_owned(w, SLICE, xstrdup(SLICE_OF("shop", READY("n2"))));
	assert_string_equal(holders(w), "n2");
	world_free(w);
}

TEST(last_endpoints_keep_it_while_they_serve)
{
	struct world *w = shop(LAN(""), LOCAL);

	put(w, SLICE, SLICE_OF("shop", LEAVING("n1") ", " LEAVING("n2")));
	assert_string_equal(holders(w), "n1 n2");
	/* A ready one where no traffic may come to is none. */
	put(w, SLICE, SLICE_OF("shop", LEAVING("n1") ", " READY("n3")));
	put(w, NODE, "name: n3, " EXCLUDED "}}");
	assert_string_equal(holders(w), "n1");
	put(w, SLICE, SLICE_OF("shop", READY("n3")));
	assert_string_equal(holders(w), "");
	assert_string_equal(why_not(w, 0),
	    "its ready endpoints are on nodes that may not announce it");
	world_free(w);
}

TEST(shared_address_goes_where_all_its_services_work)
{
	struct world *w = shop(LAN(""), CLUSTER);

	put(w, SERVICE, SERVICE_OF("mail", "Local"));
	assert_string_equal(holders(w), "n1 n2 n3"); /* it has no endpoint */
	put(w, SLICE, SLICE_OF("mail", READY("n2") ", " READY("n3")));
	assert_string_equal(holders(w), "n2 n3");
	put(w, SERVICE, LOCAL);
	put(w, SLICE, SLICE_OF("shop", READY("n1") ", " READY("n3")));
	assert_string_equal(holders(w), "n3");
	/* Where there is no such node, some work rather than none. */
	put(w, SLICE, SLICE_OF("shop", READY("n1")));
	assert_string_equal(holders(w), "n1 n2 n3");
	drop(w, SERVICE, "mail");
	assert_string_equal(holders(w), "n1");
	assert_int_equal(w->nodes[0].n, 1);
	world_free(w);
}

static void
add_initial(void *arg, const struct object_key *key)
{
	char *initials = arg;

	assert_string_equal(key->ns, "a");
	initials[strlen(initials)] = key->name[0];
}

/* The initials of Services that have the address on links, in any order. */
static size_t
on_link(const struct world *w, char initials[8])
{
	struct addr addr = addr_of("192.0.2.9");

	memset(initials, 0, 8);
	announce_each_on_link(
	    w->nodes[0].announce, &addr, add_initial, initials);
	return strlen(initials);
}

TEST(services_of_an_address_on_links_are_known)
{
	struct world *w = shop(LAN(""), CLUSTER);
	char initials[8];

	assert_int_equal(on_link(w, initials), 1);
	put(w, SERVICE, SERVICE_OF("mail", "Local"));
	assert_int_equal(on_link(w, initials), 2);
	assert_non_null(strchr(initials, 's'));
	assert_non_null(strchr(initials, 'm'));
	put(w, GROUP, "name: lan}, " POOL "{interface: lbbgp0, bgp: {}}}}");
	assert_int_equal(on_link(w, initials), 0);
	world_free(w);
}

TEST(external_ips_need_a_list_and_a_group_on_links)
{
	struct world *w = shop(LAN(""),
	    "name: shop, namespace: a}, spec: {externalIPs: [192.0.2.9, "
	    "198.51.100.1]}}");

	assert_string_equal(holders(w), "");
	put(w, CONFIG,
	    "name: default}, spec: {serviceExternalIPs: [{cidr: "
	    "192.0.2.9/32}, {cidr: 198.51.100.1/32}]}}");
	assert_string_equal(holders(w), "n1 n2 n3");
	assert_int_equal(w->nodes[0].n, 1);
	world_free(w);
}

TEST(what_nobody_serves_or_routes_is_for_no_link)
{
	struct world *w = shop(LAN(""),
	    "name: shop, namespace: a}, spec: {clusterIP: None, type: "
	    "LoadBalancer}, status: {loadBalancer: {ingress: [{ip: "
	    "192.0.2.9}]}}}");

	assert_int_equal(w->nodes[0].n, 0);
	put(w, SERVICE,
	    "name: shop, namespace: a}, spec: {type: LoadBalancer, "
	    "loadBalancerClass: other}, status: {loadBalancer: {ingress: "
	    "[{ip: 192.0.2.9}]}}}");
	assert_int_equal(w->nodes[0].n, 0);
	world_free(w);
}

/* A status is written all the time, by the allocator and by kubelets. */
TEST(news_that_change_nothing_are_told_to_nobody)
{
	struct world *w = shop(
	    "name: lan, uid: u, generation: 1}, " POOL "{l2: {}}}}", CLUSTER);
	unsigned wants = w->nodes[0].wants, all = w->nodes[0].rechecked;

	put(w, GROUP,
	    "name: lan, uid: u, generation: 1}, " POOL "{l2: {}}}, status: "
	    "{waiting: 1}}");
	put(w, NODE, "name: n2}, status: {images: []}}");
	put(w, NODE, "name: n2, labels: {color: red}}}");
	put(w, SERVICE, CLUSTER);
	assert_int_equal(w->nodes[0].wants, wants);
	assert_int_equal(w->nodes[0].rechecked, all);
	world_free(w);
}

TEST(endpoints_cost_their_own_address_and_labels_all)
{
	struct world *w = shop(LAN(""), LOCAL);
	unsigned one = w->nodes[0].rechecks, all = w->nodes[0].rechecked;

	put_owned(w, SLICE, xstrdup(SLICE_OF("shop", READY("n2"))));
	assert_int_equal(w->nodes[0].rechecks, one + 1);
	settle(w); /* it grows older for its node, and for others */
	assert_int_equal(w->nodes[0].rechecks, one + 3);
	put(w, SLICE, SLICE_OF("other", READY("n2")));
	assert_int_equal(w->nodes[0].rechecks, one + 3);
	assert_int_equal(w->nodes[0].rechecked, all);
	put(w, NODE, "name: n2, " EXCLUDED "}}");
	assert_int_equal(w->nodes[0].rechecked, all + 1);
	world_free(w);
}

/* Each is more work than what BGP needs, so fewer are visited at a time. */
TEST(many_addresses_are_visited_in_small_slices)
{
	struct world *w = shop(LAN(""), CLUSTER);
	unsigned runs = 1;

	for (unsigned i = 0; i < 1000; i++)
		put_owned(w, SERVICE,
		    xasprintf("name: s%u, namespace: a}, spec: {type: "
			      "LoadBalancer}, status: {loadBalancer: "
			      "{ingress: [{ip: 192.0.2.%u}]}}}",
			i, i % 32));
	put_owned(w, GROUP, xstrdup(LAN("failBack: false")));
	while (announce_run(w->nodes[0].announce))
		runs++;
	assert_in_range(runs, 4, 8);
	world_free(w);
}

/* ---- interfaces ---- */

static const char *
interface_of(const struct member *m)
{
	assert_in_range(m->n_holds, 0, 1);
	return m->n_holds > 0 ? m->holds[0].interface : "";
}

TEST(holder_has_the_address_on_the_interface)
{
	struct world *w =
	    shop("name: lan}, " POOL "{interface: lbbgp0, l2: {}}}}", CLUSTER);
	struct member *m = &w->nodes[1];
	struct addr addr = addr_of("192.0.2.9");

	assert_string_equal(interface_of(m), "");
	announce_held(m->announce, &addr, true);
	assert_string_equal(interface_of(m), "lbbgp0");
	put(w, GROUP, "name: lan}, " POOL "{interface: lo, l2: {}}}}");
	assert_string_equal(interface_of(m), "lo");
	announce_held(m->announce, &addr, false);
	assert_string_equal(interface_of(m), "");
	announce_held(m->announce, &addr, true);
	drop(w, SERVICE, "shop");
	assert_string_equal(interface_of(m), "");
	world_free(w);
}

#define BGP(more) "name: default}, spec: {asNumber: 64517" more "}}"

TEST(who_announces_it_by_bgp_has_it_on_the_interface)
{
	struct world *w =
	    shop("name: lan}, " POOL "{interface: lbbgp0}}}", LOCAL);
	struct addr addr = addr_of("192.0.2.9");

	assert_string_equal(interface_of(&w->nodes[0]), "");
	put(w, CONFIG, BGP(""));
	assert_string_equal(interface_of(&w->nodes[0]), "lbbgp0");
	assert_string_equal(interface_of(&w->nodes[1]), "");
	assert_int_equal(w->nodes[0].n, 0);
	announce_held(w->nodes[1].announce, &addr, true); /* of nobody here */
	assert_string_equal(interface_of(&w->nodes[1]), "");
	/* Through the CIDR that covers it packets come to each node. */
	put(w, SERVICE, CLUSTER);
	put(w, CONFIG, BGP(", serviceLoadBalancerIPs: [{cidr: 192.0.2.0/24}]"));
	assert_string_equal(interface_of(&w->nodes[1]), "lbbgp0");
	put(w, NODE, "name: n2, labels: {away: ''}}}");
	put(w, CONFIG,
	    BGP(", serviceLoadBalancerIPs: [{cidr: 192.0.2.0/24}], "
		"serviceNodeSelector: {matchExpressions: [{key: away, "
		"operator: DoesNotExist}]}"));
	assert_string_equal(interface_of(&w->nodes[1]), "");
	world_free(w);
}

/* ---- any history ---- */

static unsigned
any(struct world *w, unsigned n)
{
	return rng_below(&w->rng, n);
}

static const char *
either(struct world *w, const char *a, const char *b)
{
	return any(w, 2) == 0 ? a : b;
}

static char *
some_node(struct world *w, unsigned i)
{
	return xasprintf("name: %s, labels: {%s%s%s}}}", names[i],
	    either(w, "edge: '', ", ""), either(w, "rack: a, ", ""),
	    any(w, 4) == 0 ? "node.kubernetes.io/"
			     "exclude-from-external-load-balancers: ''"
			   : "");
}

static char *
some_config(struct world *w)
{
	return xasprintf("name: default}, spec: {serviceExternalIPs: [{cidr: "
			 "192.0.2.4/30}]%s%s%s}}",
	    either(w, ", asNumber: 64517", ""),
	    either(w, ", serviceNodeSelector: {matchLabels: {edge: ''}}", ""),
	    either(w, ", advertiseWithoutEndpoints: true", ""));
}

static char *
some_group(struct world *w, unsigned name)
{
	return xasprintf(
	    "name: g%u}, spec: {pools: [{subnet: 192.0.2.0/24, pool: "
	    "192.0.2.%u-192.0.2.%u}], announce: {%s%s%s%s}}}",
	    name, name * 4, name * 4 + 4, either(w, "bgp: {}, ", ""),
	    either(w, "interface: lbbgp0, ", ""),
	    any(w, 3) > 0 ? "l2: {failBack: true" : "l2: {mode: Always",
	    any(w, 2) == 0
		? ", preferred: [{weight: 3, nodeSelector: {matchLabels: "
		  "{rack: a}}}]}"
		: ", nodeSelector: {matchLabels: {rack: a}}}");
}

static char *
some_service(struct world *w, unsigned name)
{
	return xasprintf(
	    "name: s%u, namespace: a}, spec: {type: LoadBalancer, "
	    "externalTrafficPolicy: %s, externalIPs: [192.0.2.%u]}, status: "
	    "{loadBalancer: {ingress: [{ip: 192.0.2.%u}, {ip: 192.0.2.%u}]}}}",
	    name, either(w, "Local", "Cluster"), any(w, 8), any(w, 8),
	    any(w, 8));
}

static char *
some_slice(struct world *w, unsigned name)
{
	return xasprintf(
	    "name: e%u, namespace: a, labels: {kubernetes.io/service-name: "
	    "s%u}}, addressType: IPv4, endpoints: [{addresses: [10.0.0.1], "
	    "nodeName: n%u, conditions: {ready: %s, serving: true, "
	    "terminating: %s}}]}",
	    name, any(w, 5), 1 + any(w, 4), either(w, "true", "false"),
	    either(w, "true", "false"));
}

static void
drop_numbered(struct world *w, size_t kind, const char *letter, unsigned n)
{
	char name[16];

	snprintf(name, sizeof(name), "%s%u", letter, n);
	drop(w, kind, name);
}

static void
step(struct world *w)
{
	unsigned name = any(w, 5);

	switch (any(w, 12)) {
	case 0:
		put_owned(w, NODE, some_node(w, name % NODES));
		break;
	case 1:
		put_owned(w, CONFIG, some_config(w));
		break;
	case 2:
		put_owned(w, GROUP, some_group(w, name % 2));
		break;
	case 3:
		drop_numbered(w, any(w, 2) == 0 ? SLICE : SERVICE,
		    any(w, 2) == 0 ? "e" : "s", name);
		break;
	case 4:
		if (any(w, 3) == 0)
			drop(w, CONFIG, "default");
		else if (any(w, 2) == 0)
			drop_numbered(w, GROUP, "g", name % 2);
		else
			drop(w, NODE, names[name % NODES]);
		break;
	case 5:
	case 6:
	case 7:
		put_owned(w, SERVICE, some_service(w, name));
		break;
	default:
		put_owned(w, SLICE, some_slice(w, name));
	}
}

static bool
slice_again(void *arg, const struct object_key *key, const void *item)
{
	(void)key;
	announce_slice_changed(arg, NULL, item);
	return true;
}

static void
assert_same(struct member *a, struct member *b)
{
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->n_holds, b->n_holds);
	for (size_t i = 0; i < a->n; i++) {
		const struct seat *s = seat_of(b, &a->seats[i].addr);

		assert_non_null(s);
		assert_int_equal(s->preference, a->seats[i].preference);
		assert_ptr_equal(s->why_not, a->seats[i].why_not);
	}
}

/* A second one that sees nothing but what there is now. */
static void
assert_as_from_scratch(struct world *w, unsigned node)
{
	struct member fresh = { .world = w };

	fresh.announce = announce_new(
	    names[node], w->store, &announce_kinds, &announce_ops, &fresh);
	store_each(w->store, SLICE, slice_again, fresh.announce);
	announce_start(fresh.announce);
	assert_same(&w->nodes[node], &fresh);
	announce_free(fresh.announce);
}

/* What was answered holds unless it was told that it may be another one. */
static void
assert_answers(struct member *m)
{
	for (size_t i = 0; i < m->n; i++)
		for (unsigned k = 0; k < NODES; k++) {
			struct seat *s = &m->seats[i];
			int may =
			    announce_may_hold(m->announce, &s->addr, names[k]);

			if (s->may[k] != UNKNOWN)
				assert_int_equal(s->may[k], may);
			s->may[k] = may;
			struct seat *other =
			    seat_of(&m->world->nodes[k], &s->addr);

			assert_int_equal(
			    may, other != NULL ? other->preference : -1);
		}
}

static void
history(uint64_t seed)
{
	struct world *w = world_new();

	rng_init(&w->rng, seed);
	for (unsigned i = 0; i < STEPS; i++) {
		step(w);
		settle(w);
		for (unsigned k = 0; k < NODES; k++) {
			assert_as_from_scratch(w, k);
			assert_answers(&w->nodes[k]);
		}
	}
	world_free(w);
}

TEST(in_any_history_all_nodes_agree)
{
	const char *one = getenv("SEED");

	if (one != NULL) {
		history(strtoull(one, NULL, 10));
		return;
	}
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		print_message("# seed %llu\n", (unsigned long long)seed);
		history(seed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    any_node_may_hold_a_cluster_address_without_a_configuration),
		cmocka_unit_test(groups_say_whether_addresses_are_for_links),
		cmocka_unit_test(service_that_goes_takes_its_want_along),
		cmocka_unit_test(
		    without_any_endpoint_nobody_may_unless_told_so),
		cmocka_unit_test(
		    a_gateway_with_a_placeholder_may_be_held_by_any_node),
		cmocka_unit_test(nodes_that_announce_no_services_may_not),
		cmocka_unit_test(
		    configuration_selects_nodes_or_ignores_the_label),
		cmocka_unit_test(group_selects_nodes_and_prefers_some),
		cmocka_unit_test(data_plane_keeps_this_node_alone_from_it),
		cmocka_unit_test(
		    local_address_is_for_nodes_with_a_ready_endpoint),
		cmocka_unit_test(
		    who_came_a_moment_ago_holds_nothing_while_others_serve),
		cmocka_unit_test(last_endpoints_keep_it_while_they_serve),
		cmocka_unit_test(
		    shared_address_goes_where_all_its_services_work),
		cmocka_unit_test(services_of_an_address_on_links_are_known),
		cmocka_unit_test(external_ips_need_a_list_and_a_group_on_links),
		cmocka_unit_test(what_nobody_serves_or_routes_is_for_no_link),
		cmocka_unit_test(news_that_change_nothing_are_told_to_nobody),
		cmocka_unit_test(
		    endpoints_cost_their_own_address_and_labels_all),
		cmocka_unit_test(many_addresses_are_visited_in_small_slices),
		cmocka_unit_test(holder_has_the_address_on_the_interface),
		cmocka_unit_test(
		    who_announces_it_by_bgp_has_it_on_the_interface),
		cmocka_unit_test(in_any_history_all_nodes_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
