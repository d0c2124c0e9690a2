/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rolling updates of the pods behind a Service of policy Local, by property: whatever
 * nodes the new ones come to, however many go at a time and however late each party
 * hears of it, a router sends no connection to where none is served.
 *
 * Time goes in steps of 10 ms. Each change of the pods is a version of the
 * EndpointSlice. A node decides by the version that its daemon has heard of
 * (announce.c), and serves by the one that its kube-proxy has rules of, which it makes
 * once a second at most. A router has a node's route a while after it was told. Pods
 * serve until they are killed, that is from the moment they are ready until long after
 * they are told to end; what dies earlier loses by itself.
 *
 * A failing seed is printed; LBBGP_SEED=n begins there, LBBGP_SEEDS=n plays as many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/announce/attributes.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/service_cidr.h"
#include "common/alloc.h"
#include "common/api/block_affinity.h"
#include "common/api/endpoint_slice.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/rng.h"
#include "common/source/store.h"
#include "tests/test.h"
#include "tests/unit/objects.h"

enum { NODE, CONFIG, GROUP, SERVICE, SLICE, BLOCK, CIDR, PEER, KINDS };

#define NODES 5
#define PODS 32
#define VERSIONS 128
#define STEP 10 /* ms, as all here */
#define NEWS 300
#define ROUTE 100
#define SYNC 1000 /* kube-proxy: minSyncPeriod */
#define RULES 100
#define START 3000
#define GRACE 9000
#define LONG_AGO 12000

struct pod {
	unsigned node;
	bool fresh;                        /* of the new version */
	unsigned ready_at, end_at, die_at; /* 0: not yet */
};

enum state { NO_POD, READY, TERMINATING };

struct version {
	unsigned at;
	enum state pods[PODS];
};

struct view { /* somebody's, of the versions */
	unsigned heard,
	    next; /* number of the last one; when the next one comes */
};

struct host {
	struct world *world;
	struct store *store;
	struct announce *announce;
	struct view daemon, proxy;
	unsigned pass_at;            /* 0: none */
	unsigned rules, begun;       /* versions */
	unsigned sync_at, synced_at; /* 0: none */
	bool told, routed;
	unsigned route_at; /* when the router is as told; 0: it is */
};

struct world {
	struct rng rng;
	unsigned now;
	struct host hosts[NODES];
	struct pod pods[PODS];
	unsigned n_pods, replicas, surge, unavailable;
	struct version versions[VERSIONS];
	unsigned n_versions;
};

static unsigned
below(struct world *w, unsigned n)
{
	return rng_below(&w->rng, n);
}

/* ---- the daemon of a node ---- */

static void
on_changed(void *arg, const struct prefix *p, const struct attributes *now)
{
	struct host *h = arg;

	(void)p;
	h->told = now != NULL;
	if (h->route_at == 0)
		h->route_at = h->world->now + STEP + below(h->world, ROUTE);
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
	(void)arg; /* nobody edits anything that many depend on */
}

static const struct announce_ops announce_ops = {
	.changed = on_changed,
	.shared = on_shared,
	.busy = on_busy,
};

static void
slice_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct host *h = arg;

	(void)key;
	announce_slice_changed(h->announce, was, now);
}

static void
ignored(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	(void)arg;
	(void)key;
	(void)was;
	(void)now;
}

/* clang-format off */
static const struct store_kind kinds[KINDS] = {
	[NODE] = { "v1", "Node", "nodes", false,
	    .decode = node_decode, .free = node_free, .changed = ignored },
	[CONFIG] = { "lbbgp.io/v1", "BGPConfiguration", "bgpconfigurations", false,
	    .decode = bgp_configuration_decode, .free = bgp_configuration_free,
	    .changed = ignored },
	[GROUP] = { "lbbgp.io/v1", "ServiceGroup", "servicegroups", false,
	    .decode = service_group_decode, .free = service_group_free,
	    .changed = ignored },
	[SERVICE] = { "v1", "Service", "services", true,
	    .decode = service_decode, .free = service_free, .changed = ignored },
	[SLICE] = { "discovery.k8s.io/v1", "EndpointSlice", "endpointslices", true,
	    .decode = endpoint_slice_decode, .free = endpoint_slice_free,
	    .changed = slice_changed },
	[BLOCK] = { "crd.projectcalico.org/v1", "BlockAffinity", "blockaffinities", false,
	    .decode = block_affinity_decode, .free = block_affinity_free,
	    .changed = ignored },
	[CIDR] = { "networking.k8s.io/v1", "ServiceCIDR", "servicecidrs", false,
	    .decode = service_cidr_decode, .free = service_cidr_free,
	    .changed = ignored },
	[PEER] = { "lbbgp.io/v1", "BGPPeer", "bgppeers", false,
	    .decode = bgp_peer_decode, .free = bgp_peer_free, .changed = ignored },
};
/* clang-format on */

static void
on_ready(void *arg)
{
	struct host *h = arg;

	announce_start(h->announce);
}

static const struct store_ops store_ops = { .ready = on_ready };
static const struct announce_kinds announce_kinds = { NODE, CONFIG, GROUP,
	SERVICE, BLOCK, CIDR, PEER, false, NULL };

static void
put(struct host *h, size_t kind, char *yaml)
{
	struct err err = { "" };
	json_t *json = yaml_parse(yaml, strlen(yaml), 1, &err);

	assert_string_equal(err.text, "");
	store_put(h->store, kind, json);
	json_decref(json);
	free(yaml);
}

/* What the API says of the pods in a version. */
static char *
slice_of(const struct world *w, unsigned version)
{
	const struct version *v = &w->versions[version];
	char *list = xstrdup("");

	for (unsigned i = 0; i < w->n_pods; i++) {
		bool ends = v->pods[i] == TERMINATING;

		if (v->pods[i] == NO_POD)
			continue;
		char *more = xasprintf(
		    "%s{addresses: [10.0.0.%u], nodeName: n%u, conditions: "
		    "{ready: %s, serving: true, terminating: %s}}, ",
		    list, i, w->pods[i].node, ends ? "false" : "true",
		    ends ? "true" : "false");

		free(list);
		list = more;
	}
	char *yaml = xasprintf("{metadata: {name: e, namespace: a, "
			       "resourceVersion: '%u', labels: "
			       "{kubernetes.io/service-name: s}}, addressType: "
			       "IPv4, endpoints: [%s]}",
	    version + 1, list);

	free(list);
	return yaml;
}

static void
host_init(struct world *w, unsigned nth)
{
	struct host *h = &w->hosts[nth];
	char *name = xasprintf("n%u", nth);

	h->world = w;
	h->store = store_new(kinds, KINDS, &store_ops, h);
	h->announce =
	    announce_new(name, h->store, &announce_kinds, &announce_ops, h);
	free(name);
	for (size_t k = 0; k < KINDS; k++) {
		store_list_begin(h->store, k);
		for (unsigned i = 0; k == NODE && i < NODES; i++)
			put(h, k, xasprintf("{metadata: {name: n%u}}", i));
		if (k == CONFIG)
			put(h, k,
			    xstrdup("{metadata: {name: default}, spec: "
				    "{asNumber: 64517, advertisePodCIDRs: "
				    "false, serviceExternalIPs: "
				    "[{cidr: 192.0.2.1/32}]}}"));
		if (k == PEER)
			put(h, k,
			    xstrdup("{metadata: {name: p}, spec: {peerIP: "
				    "192.0.2.200, asNumber: 1}}"));
		if (k == SERVICE)
			put(h, k,
			    xstrdup("{metadata: {name: s, namespace: a}, spec: "
				    "{externalTrafficPolicy: Local, "
				    "externalIPs: [192.0.2.1], type: "
				    "ClusterIP}}"));
		if (k == SLICE)
			put(h, k, slice_of(w, 0));
		store_list_end(h->store, k);
	}
}

static void
host_fini(struct host *h)
{
	announce_free(h->announce);
	store_free(h->store);
}

/* ---- who hears what when ---- */

/* True: of one version more. In their order, each a while after it came up. */
static bool
hears(struct world *w, struct view *v)
{
	if (v->heard + 1 == w->n_versions)
		return false;
	if (v->next == 0)
		v->next = w->versions[v->heard + 1].at + below(w, NEWS);
	if (w->now < v->next)
		return false;
	v->heard++;
	v->next = 0;
	return true;
}

/* As the core has it: bgpd_mark_handover() and run_handover(). */
static void
daemon_runs(struct world *w, struct host *h)
{
	while (hears(w, &h->daemon)) {
		put(h, SLICE, slice_of(w, h->daemon.heard));
		if (h->pass_at == 0 && announce_overlaps(h->announce))
			h->pass_at = w->now + HANDOVER_PAUSE;
	}
	if (h->pass_at == 0 || w->now < h->pass_at)
		return;
	announce_hand_over(h->announce);
	h->pass_at =
	    announce_overlaps(h->announce) ? w->now + HANDOVER_PAUSE : 0;
}

static void
proxy_runs(struct world *w, struct host *h)
{
	while (hears(w, &h->proxy))
		if (h->sync_at == 0)
			h->sync_at = h->synced_at + SYNC > w->now
			    ? h->synced_at + SYNC
			    : w->now;
	if (h->sync_at != 0 && w->now >= h->sync_at) {
		h->begun = h->proxy.heard;
		h->synced_at = w->now;
		h->sync_at = 0;
	}
	if (w->now >= h->synced_at + RULES)
		h->rules = h->begun;
}

static void
router_runs(struct world *w, struct host *h)
{
	if (h->route_at != 0 && w->now >= h->route_at) {
		h->routed = h->told;
		h->route_at = 0;
	}
}

/* ---- the pods, as a Deployment and kubelets have them ---- */

static enum state
pod_state(const struct world *w, const struct pod *p)
{
	if (p->ready_at == 0 || w->now < p->ready_at ||
	    (p->die_at != 0 && w->now >= p->die_at))
		return NO_POD;
	return p->end_at != 0 ? TERMINATING : READY;
}

static void
pods_are_told(struct world *w)
{
	struct version v = { .at = w->now };

	for (unsigned i = 0; i < w->n_pods; i++)
		v.pods[i] = pod_state(w, &w->pods[i]);
	if (w->n_versions > 0 &&
	    memcmp(v.pods, w->versions[w->n_versions - 1].pods,
		sizeof(v.pods)) == 0)
		return;
	assert_true(w->n_versions < VERSIONS);
	w->versions[w->n_versions++] = v;
}

static void
pod_add(struct world *w, bool fresh, unsigned ready_at)
{
	assert_true(w->n_pods < PODS);
	w->pods[w->n_pods++] = (struct pod){
		.node = below(w, NODES), .fresh = fresh, .ready_at = ready_at
	};
}

static void
deployment_runs(struct world *w)
{
	unsigned all = 0, fresh = 0, available = 0;
	struct pod *old = NULL;

	for (unsigned i = 0; i < w->n_pods; i++) {
		struct pod *p = &w->pods[i];

		if (p->end_at != 0)
			continue;
		all++;
		fresh += p->fresh;
		available += pod_state(w, p) == READY;
		if (!p->fresh)
			old = p;
	}
	if (fresh < w->replicas && all < w->replicas + w->surge)
		pod_add(w, true, w->now + 500 + below(w, START));
	if (old == NULL || available + w->unavailable <= w->replicas)
		return;
	old->end_at = w->now;
	old->die_at = w->now + GRACE + below(w, START);
}

/* ---- what must hold ---- */

/*
 * kube-proxy sends to ready pods of the node, and to those that terminate when there
 * are none. Of these one may be dead by then, before anybody has heard: that connection
 * is the pod's loss, not that of the route.
 */
static bool
host_serves(const struct world *w, unsigned nth)
{
	const struct version *v = &w->versions[w->hosts[nth].rules];
	unsigned n[] = { [READY] = 0, [TERMINATING] = 0 };
	unsigned dead[] = { [READY] = 0, [TERMINATING] = 0 };

	for (unsigned i = 0; i < w->n_pods; i++) {
		if (w->pods[i].node != nth)
			continue;
		n[v->pods[i]]++;
		dead[v->pods[i]] += pod_state(w, &w->pods[i]) == NO_POD;
	}
	return n[READY] > 0 ? dead[READY] == 0
			    : n[TERMINATING] > dead[TERMINATING];
}

static void
nothing_is_lost(const struct world *w)
{
	unsigned hops = 0;

	for (unsigned i = 0; i < NODES; i++) {
		if (!w->hosts[i].routed)
			continue;
		hops++;
		if (!host_serves(w, i))
			fail_msg("at %u ms n%u is sent packets and serves none",
			    w->now, i);
	}
	if (hops == 0)
		fail_msg("at %u ms no node has a route", w->now);
}

static bool
has_pod(const struct world *w, unsigned nth)
{
	for (unsigned i = 0; i < w->n_pods; i++)
		if (w->pods[i].node == nth &&
		    pod_state(w, &w->pods[i]) == READY)
			return true;
	return false;
}

static void
routes_are_where_pods_are(const struct world *w)
{
	for (unsigned i = 0; i < NODES; i++)
		assert_true(w->hosts[i].routed == has_pod(w, i));
}

/* ---- a history ---- */

static void
run(struct world *w, unsigned ms, bool updates)
{
	for (unsigned end = w->now + ms; w->now < end; w->now += STEP) {
		if (updates && w->now % 100 == 0)
			deployment_runs(w);
		pods_are_told(w);
		for (unsigned i = 0; i < NODES; i++) {
			daemon_runs(w, &w->hosts[i]);
			proxy_runs(w, &w->hosts[i]);
			router_runs(w, &w->hosts[i]);
		}
		if (w->now >= LONG_AGO)
			nothing_is_lost(w);
	}
}

static void
history(uint64_t seed)
{
	struct world *w = xcalloc(1, sizeof(*w));

	rng_init(&w->rng, seed);
	w->now = STEP;
	w->replicas = 1 + below(w, 6);
	w->surge = below(w, 3);
	w->unavailable = w->surge == 0 ? 1 : below(w, 2);
	for (unsigned i = 0; i < w->replicas; i++)
		pod_add(w, false, STEP);
	pods_are_told(w);
	for (unsigned i = 0; i < NODES; i++)
		host_init(w, i);
	run(w, LONG_AGO, false);
	routes_are_where_pods_are(w);
	run(w, 60000, true);
	routes_are_where_pods_are(w);
	for (unsigned i = 0; i < NODES; i++)
		host_fini(&w->hosts[i]);
	free(w);
}

static uint64_t
number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

TEST(no_rolling_update_loses_anything)
{
	uint64_t seed = number("LBBGP_SEED", 1);
	uint64_t end = seed + number("LBBGP_SEEDS", 100);

	for (; seed < end; seed++) {
		print_message("# seed %llu\n", (unsigned long long)seed);
		history(seed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_rolling_update_loses_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
