/* SPDX-License-Identifier: Apache-2.0 */
/*
 * announce by property: after any history of objects it announces what a daemon would
 * that sees their last state only. A failing seed is printed; SEED=n runs it alone.
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

#define HISTORIES 200
#define STEPS 60
#define TABLE_MAX 512

struct row {
	struct prefix prefix;
	struct attributes attributes;
	bool announced, shared;
};

struct table { /* what somebody has been told */
	struct row at[TABLE_MAX];
	size_t n;
};

struct world {
	struct store *store;
	struct announce *announce;
	struct table told;
	struct rng rng;
	unsigned version;
};

static struct row *
row_of(struct table *t, const struct prefix *p)
{
	for (size_t i = 0; i < t->n; i++)
		if (prefix_eq(&t->at[i].prefix, p))
			return &t->at[i];
	assert_true(t->n < TABLE_MAX);
	t->at[t->n] = (struct row){ .prefix = *p };
	return &t->at[t->n++];
}

static void
row_drop(struct table *t, struct row *r)
{
	attributes_fini(&r->attributes);
	*r = t->at[--t->n];
}

/* What is neither announced nor guarded is forgotten. */
static void
row_tidy(struct table *t, struct row *r)
{
	if (!r->announced && !r->shared)
		row_drop(t, r);
}

static void
on_changed(void *arg, const struct prefix *p, const struct attributes *now)
{
	struct table *t = arg;
	struct row *r = row_of(t, p);

	r->announced = now != NULL;
	attributes_fini(&r->attributes);
	if (now != NULL)
		attributes_unite(&r->attributes, now, 1);
	else if (p->len < 32)
		assert_false(r->shared);
	row_tidy(t, r);
}

static void
on_shared(void *arg, const struct prefix *p, bool shared)
{
	struct row *r = row_of(arg, p);

	assert_true(r->shared != shared);
	r->shared = shared;
	row_tidy(arg, r);
}

static void
on_busy(void *arg)
{
	(void)arg; /* settled() runs it */
}

static const struct announce_ops announce_ops = {
	.changed = on_changed,
	.shared = on_shared,
	.busy = on_busy,
};

static void
node_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct world *w = arg;

	(void)key;
	announce_node_changed(w->announce, was, now);
}

static void
config_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct world *w = arg;

	(void)key;
	(void)was;
	(void)now;
	announce_configuration_changed(w->announce);
}

static void
group_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct world *w = arg;

	(void)key;
	announce_group_changed(w->announce, was, now);
}

static void
service_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct world *w = arg;

	(void)was;
	(void)now;
	announce_service_changed(w->announce, key);
}

static void
slice_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct world *w = arg;

	(void)key;
	announce_slice_changed(w->announce, was, now);
}

static void
block_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct world *w = arg;

	(void)key;
	(void)was;
	(void)now;
	announce_blocks_changed(w->announce);
}

static void
service_cidr_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct world *w = arg;

	(void)key;
	(void)was;
	(void)now;
	announce_service_cidrs_changed(w->announce);
}

static void
peer_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct world *w = arg;

	(void)key;
	announce_peer_changed(w->announce, was, now);
}

/* clang-format off */
static const struct store_kind kinds[KINDS] = {
	[NODE] = { "v1", "Node", "nodes", false,
	    .decode = node_decode, .free = node_free, .changed = node_changed },
	[CONFIG] = { "lbbgp.io/v1", "BGPConfiguration", "bgpconfigurations", false,
	    .decode = bgp_configuration_decode, .free = bgp_configuration_free,
	    .changed = config_changed },
	[GROUP] = { "lbbgp.io/v1", "ServiceGroup", "servicegroups", false,
	    .decode = service_group_decode, .free = service_group_free,
	    .changed = group_changed },
	[SERVICE] = { "v1", "Service", "services", true,
	    .decode = service_decode, .free = service_free,
	    .changed = service_changed },
	[SLICE] = { "discovery.k8s.io/v1", "EndpointSlice", "endpointslices", true,
	    .decode = endpoint_slice_decode, .free = endpoint_slice_free,
	    .changed = slice_changed },
	[BLOCK] = { "crd.projectcalico.org/v1", "BlockAffinity", "blockaffinities", false,
	    .decode = block_affinity_decode, .free = block_affinity_free,
	    .changed = block_changed },
	[CIDR] = { "networking.k8s.io/v1", "ServiceCIDR", "servicecidrs", false,
	    .decode = service_cidr_decode, .free = service_cidr_free,
	    .changed = service_cidr_changed },
	[PEER] = { "lbbgp.io/v1", "BGPPeer", "bgppeers", false,
	    .decode = bgp_peer_decode, .free = bgp_peer_free,
	    .changed = peer_changed },
};
/* clang-format on */

static void
on_ready(void *arg)
{
	struct world *w = arg;

	announce_start(w->announce);
}

static const struct store_ops store_ops = { .ready = on_ready };
static const struct announce_kinds announce_kinds = { NODE, CONFIG, GROUP,
	SERVICE, BLOCK, CIDR, PEER, false, NULL };

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
some_node(struct world *w)
{
	return xasprintf("{metadata: {name: n1, resourceVersion: '%u', "
			 "labels: {%s%s}}, spec: {podCIDRs: [10.0.%u.0/24]}}",
	    w->version, either(w, "edge: 'yes', ", ""),
	    either(w, "rack: a", ""), any(w, 3));
}

/* One that may announce what it serves, or may not. */
static char *
some_other_node(struct world *w)
{
	return xasprintf("{metadata: {name: n2, resourceVersion: '%u', "
			 "labels: {%s%s%s}}}",
	    w->version, either(w, "edge: 'yes', ", ""),
	    either(w, "rack: a, ", ""),
	    either(w,
		"node.kubernetes.io/exclude-from-external-load-balancers: ''",
		""));
}

static char *
some_peer(struct world *w, unsigned name)
{
	return xasprintf("{metadata: {name: p%u, resourceVersion: '%u'}, spec: "
			 "{peerIP: 192.0.2.20%u, asNumber: 1%s}}",
	    name, w->version, name,
	    either(w, ", nodeSelector: {matchLabels: {edge: 'yes'}}", ""));
}

static char *
some_config(struct world *w)
{
	return xasprintf(
	    "{metadata: {name: default, resourceVersion: '%u'}, spec: "
	    "{asNumber: 64517, serviceLoadBalancerIPs: [%s%s], "
	    "serviceClusterIPs: [%s], serviceClusterIPSource: %s, "
	    "serviceExternalIPs: [{cidr: 192.0.2.0/30}%s], "
	    "prefixAdvertisements: [{cidr: %s, communities: ['64517:%u']}]%s%s"
	    "}}",
	    w->version, either(w, "{cidr: 192.0.2.0/25}, ", ""),
	    either(w, "{cidr: 192.0.2.5/32}", "{cidr: 192.0.2.130/32}"),
	    either(w, "{cidr: 10.96.0.0/16}", ""), either(w, "List", "Auto"),
	    either(w, ", {cidr: 192.0.2.1/32}, {cidr: 10.96.0.3/32}", ""),
	    either(w, "192.0.2.0/24", "0.0.0.0/0"), any(w, 3),
	    either(
		w, ", serviceNodeSelector: {matchLabels: {edge: 'yes'}}", ""),
	    either(w, ", advertiseWithoutEndpoints: true", ""));
}

static char *
some_group(struct world *w, unsigned name)
{
	return xasprintf(
	    "{metadata: {name: g%u, resourceVersion: '%u'%s%u}, spec: {pools: "
	    "[{subnet: 192.0.2.0/24, pool: 192.0.2.%u-192.0.2.%u, "
	    "aggregation: /%u}], announce: {bgp: {communities: ['64517:%u'], "
	    "localPreference: %u%s%s%s}}}}",
	    name, w->version,
	    /* Made anew, then, with its first generation. */
	    either(w, ", generation: 0, uid: u", ", generation: 1, uid: u"),
	    w->version, name * 100, name * 100 + 99, 28 + any(w, 5), any(w, 4),
	    100 + any(w, 3),
	    either(w, ", nodeSelector: {matchLabels: {rack: a}}", ""),
	    any(w, 3) == 0 ? ", peers: [p0]" : "",
	    either(w, ", lengths: Host, serviceAnnotations: [med]", ""));
}

static char *
some_service(struct world *w, unsigned name)
{
	return xasprintf(
	    "{metadata: {name: s%u, namespace: a, resourceVersion: '%u'%s}, "
	    "spec: {type: LoadBalancer, clusterIPs: [10.96.0.%u], "
	    "internalTrafficPolicy: %s, externalTrafficPolicy: %s, "
	    "ipFamilies: [IPv4], ports: [{port: 80}], externalIPs: "
	    "[192.0.2.%u]}, status: "
	    "{loadBalancer: {ingress: [{ip: 192.0.2.%u}]}}}",
	    name, w->version,
	    any(w, 3) == 0 ? ", annotations: {lbbgp.io/med: '7'}" : "",
	    name + 1, either(w, "Local", "Cluster"),
	    either(w, "Local", "Cluster"), any(w, 8),
	    any(w, 2) == 0 ? any(w, 220) : any(w, 8));
}

static char *
some_slice(struct world *w, unsigned name)
{
	return xasprintf(
	    "{metadata: {name: e%u, namespace: a, resourceVersion: '%u', "
	    "labels: {kubernetes.io/service-name: s%u}}, addressType: IPv4, "
	    "endpoints: [{addresses: [10.0.0.1], nodeName: n%u, conditions: "
	    "{ready: %s, serving: true, terminating: %s}}]}",
	    name, w->version, any(w, 6), 1 + any(w, 2),
	    either(w, "true", "false"), either(w, "true", "false"));
}

static char *
some_block(struct world *w, unsigned name)
{
	return xasprintf(
	    "{metadata: {name: b%u, resourceVersion: '%u'}, spec: {cidr: "
	    "10.9.%u.0/26, node: n%u, state: confirmed}}",
	    name, w->version, any(w, 4), 1 + any(w, 2));
}

static char *
some_cidr(struct world *w, unsigned name)
{
	return xasprintf(
	    "{metadata: {name: c%u, resourceVersion: '%u'}, spec: {cidrs: "
	    "[10.96.%u.0/%u%s]}}",
	    name, w->version, any(w, 2), 24 + 2 * any(w, 2),
	    either(w, ", 'fd00:96::/108'", ""));
}

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

static void
drop(struct world *w, size_t kind, const char *letter, unsigned name)
{
	char text[16];
	struct object_key key = { kinds[kind].namespaced ? "a" : "", text };

	snprintf(text, sizeof(text), "%s%u", letter, name);
	store_drop(w->store, kind, &key);
}

static void
step(struct world *w)
{
	unsigned name = any(w, 6);

	w->version++;
	switch (any(w, 15)) {
	case 0:
		put(w, NODE, some_node(w));
		break;
	case 1:
		put(w, CONFIG, some_config(w));
		break;
	case 2:
		put(w, GROUP, some_group(w, name % 2));
		break;
	case 3:
		drop(w, GROUP, "g", name % 2);
		break;
	case 4:
	case 5:
	case 6:
		put(w, SERVICE, some_service(w, name));
		break;
	case 7:
		drop(w, SERVICE, "s", name);
		break;
	case 8:
	case 9:
		put(w, SLICE, some_slice(w, name));
		break;
	case 10:
		drop(w, SLICE, "e", name);
		break;
	case 11:
		if (any(w, 3) == 0)
			drop(w, NODE, "n", 2);
		else
			put(w, NODE, some_other_node(w));
		break;
	case 12:
		if (any(w, 3) == 0)
			drop(w, PEER, "p", name % 2);
		else
			put(w, PEER, some_peer(w, name % 2));
		break;
	case 13:
		if (any(w, 3) == 0)
			drop(w, CIDR, "c", name % 3);
		else
			put(w, CIDR, some_cidr(w, name % 3));
		break;
	default:
		if (any(w, 2) == 0)
			put(w, BLOCK, some_block(w, name % 2));
		else
			drop(w, BLOCK, "b", name % 2);
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
table_fini(struct table *t)
{
	while (t->n > 0)
		row_drop(t, &t->at[0]);
}

static void
assert_same(struct table *a, struct table *b)
{
	for (size_t i = 0; i < a->n; i++) {
		struct row *other = row_of(b, &a->at[i].prefix);

		assert_true(a->at[i].shared == other->shared);
		assert_true(a->at[i].announced == other->announced);
		assert_true(
		    attributes_eq(&a->at[i].attributes, &other->attributes));
	}
	assert_int_equal(a->n, b->n);
}

/* A second one that sees nothing but what there is now. */
static void
assert_as_from_scratch(struct world *w)
{
	/* What is only for a while is over; a rescan may have begun more of it. */
	do {
		while (announce_overlaps(w->announce))
			announce_hand_over(w->announce);
		while (announce_run(w->announce))
			;
	} while (announce_overlaps(w->announce));
	struct table told = { .n = 0 };
	struct announce *fresh =
	    announce_new("n1", w->store, &announce_kinds, &announce_ops, &told);

	store_each(w->store, SLICE, slice_again, fresh);
	announce_start(fresh);
	assert_same(&w->told, &told);
	assert_int_equal(announce_count(fresh, FAMILY_V4),
	    announce_count(w->announce, FAMILY_V4));
	for (unsigned v = 0; v < VERDICTS; v++)
		assert_int_equal(announce_verdicts(fresh, v),
		    announce_verdicts(w->announce, v));
	announce_free(fresh);
	table_fini(&told);
}

static void
history(uint64_t seed)
{
	struct world w = { .version = 1 };

	rng_init(&w.rng, seed);
	w.store = store_new(kinds, KINDS, &store_ops, &w);
	w.announce = announce_new(
	    "n1", w.store, &announce_kinds, &announce_ops, &w.told);
	for (size_t k = 0; k < KINDS; k++) {
		store_list_begin(w.store, k);
		if (k == NODE)
			put(&w, NODE, some_node(&w));
		if (k == CONFIG)
			put(&w, CONFIG, some_config(&w));
		store_list_end(w.store, k);
	}
	for (unsigned i = 0; i < STEPS; i++) {
		step(&w);
		/* In every other history the next one often meets a rescan. */
		if (seed % 2 == 1 || any(&w, 3) == 0)
			assert_as_from_scratch(&w);
	}
	announce_free(w.announce);
	table_fini(&w.told);
	store_free(w.store);
}

TEST(any_history_ends_as_its_last_state_would)
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

TEST(nothing_is_announced_before_everything_is_listed)
{
	struct world w = { .version = 1 };

	rng_init(&w.rng, 1);
	w.store = store_new(kinds, KINDS, &store_ops, &w);
	w.announce = announce_new(
	    "n1", w.store, &announce_kinds, &announce_ops, &w.told);
	put(&w, NODE, some_node(&w));
	put(&w, CONFIG, some_config(&w));
	assert_int_equal(w.told.n, 0);
	for (size_t k = 0; k < KINDS; k++) {
		assert_int_equal(w.told.n, 0);
		store_list_begin(w.store, k);
		if (k == NODE)
			put(&w, NODE, some_node(&w));
		if (k == CONFIG)
			put(&w, CONFIG, some_config(&w));
		store_list_end(w.store, k);
	}
	assert_true(w.told.n > 0);
	announce_free(w.announce);
	table_fini(&w.told);
	store_free(w.store);
}

/* 192.0.2.7 is in its pool. */
static char *
some_weighted_group(struct world *w)
{
	return xasprintf("{metadata: {name: g0, resourceVersion: '%u', uid: "
			 "u%u}, spec: {pools: [{subnet: 192.0.2.0/24, pool: "
			 "192.0.2.0/24}], announce: {bgp: {weightedECMP: "
			 "{bucket: %u, minInterval: %u}}}}}",
	    w->version, w->version, 1 + any(w, 3), 1 + any(w, 5));
}

static char *
some_sharer(struct world *w, unsigned name)
{
	return xasprintf("{metadata: {name: s%u, namespace: a, "
			 "resourceVersion: '%u'}, spec: {type: LoadBalancer, "
			 "externalTrafficPolicy: %s}, status: "
			 "{loadBalancer: {ingress: [{ip: 192.0.2.7}]}}}",
	    name, w->version, any(w, 4) == 0 ? "Cluster" : "Local");
}

/* One slice for each of both, with up to five endpoints here. */
static char *
some_crew(struct world *w, unsigned name)
{
	static const char here[] = "{addresses: [10.0.0.1], nodeName: n1}, "
				   "{addresses: [10.0.0.1], nodeName: n1}, "
				   "{addresses: [10.0.0.1], nodeName: n1}, "
				   "{addresses: [10.0.0.1], nodeName: n1}, "
				   "{addresses: [10.0.0.1], nodeName: n1}, ";
	int each = (int)(sizeof(here) - 1) / 5;

	return xasprintf("{metadata: {name: e%u, namespace: a, "
			 "resourceVersion: '%u', labels: "
			 "{kubernetes.io/service-name: s%u}}, addressType: "
			 "IPv4, endpoints: [%.*s]}",
	    name, w->version, name, each * (int)any(w, 6), here);
}

static void
weighted_history(uint64_t seed)
{
	struct world w = { .version = 1 };

	rng_init(&w.rng, seed);
	w.store = store_new(kinds, KINDS, &store_ops, &w);
	w.announce = announce_new(
	    "n1", w.store, &announce_kinds, &announce_ops, &w.told);
	for (size_t k = 0; k < KINDS; k++) {
		store_list_begin(w.store, k);
		if (k == NODE)
			put(&w, NODE, some_node(&w));
		if (k == CONFIG)
			put(&w, CONFIG, some_config(&w));
		if (k == GROUP)
			put(&w, GROUP, some_weighted_group(&w));
		store_list_end(w.store, k);
	}
	for (w.version = 2; w.version < STEPS; w.version++) {
		unsigned name = any(&w, 2), what = any(&w, 10);

		if (what == 0)
			put(&w, GROUP, some_weighted_group(&w));
		else if (what == 1)
			put(&w, SERVICE, some_sharer(&w, name));
		else if (what < 6)
			put(&w, SLICE, some_crew(&w, name));
		else
			announce_hand_over(w.announce);
		while (announce_run(w.announce))
			;
	}
	assert_as_from_scratch(&w);
	announce_free(w.announce);
	table_fini(&w.told);
	store_free(w.store);
}

/* Whatever was held back on the way. */
TEST(weights_end_as_the_last_state_has_them)
{
	for (uint64_t seed = 1; seed <= HISTORIES; seed++)
		weighted_history(seed);
}

/* A cluster with as many Services, of few addresses. */
static void
started(struct world *w, const char *config, unsigned services)
{
	*w = (struct world){ .version = 1 };
	rng_init(&w->rng, 1);
	w->store = store_new(kinds, KINDS, &store_ops, w);
	w->announce = announce_new(
	    "n1", w->store, &announce_kinds, &announce_ops, &w->told);
	for (size_t k = 0; k < KINDS; k++) {
		store_list_begin(w->store, k);
		if (k == NODE)
			put(w, NODE, some_node(w));
		if (k == CONFIG)
			put(w, CONFIG, xstrdup(config));
		for (unsigned n = 0; k == SERVICE && n < services; n++)
			put(w, SERVICE,
			    xasprintf("{metadata: {name: s%u, namespace: a}, "
				      "spec: {externalTrafficPolicy: Local, "
				      "externalIPs: [192.0.2.%u, 192.0.2.%u]}}",
				n, n % 64, 64 + n % 64));
		store_list_end(w->store, k);
	}
}

static void
ended(struct world *w)
{
	announce_free(w->announce);
	table_fini(&w->told);
	store_free(w->store);
}

#define MANY 3000
#define LISTING(version, cidr, more)                                    \
	"{metadata: {name: default, resourceVersion: '" version         \
	"'}, spec: {asNumber: 64517, advertiseWithoutEndpoints: true, " \
	"serviceExternalIPs: [{cidr: " cidr "}]" more "}}"
#define COMMUNITY \
	", prefixAdvertisements: [{cidr: 0.0.0.0/0, communities: ['1:1']}]"

TEST(many_services_are_visited_in_slices)
{
	struct world w;
	unsigned calls = 1;

	started(&w, LISTING("1", "192.0.2.0/24", ""), MANY);
	assert_false(announce_is_busy(w.announce));
	put(&w, CONFIG, xstrdup(LISTING("2", "192.0.2.0/24", COMMUNITY)));
	assert_true(announce_is_busy(w.announce));
	assert_true(announce_run(w.announce));
	/* The one that was visited last may go: it is among these. */
	for (unsigned n = 600; n < 700; n++)
		drop(&w, SERVICE, "s", n);
	for (; announce_run(w.announce); calls++)
		;
	assert_true(calls > 1 && calls < 10);
	assert_as_from_scratch(&w);
	/* Another change begins anew, and nobody is left out. */
	put(&w, CONFIG, xstrdup(LISTING("3", "192.0.2.0/24", "")));
	announce_run(w.announce);
	put(&w, CONFIG, xstrdup(LISTING("4", "192.0.2.0/24", COMMUNITY)));
	assert_as_from_scratch(&w);
	ended(&w);
}

static bool
is_announced(struct world *w, const char *text)
{
	struct prefix p;
	struct err err;

	assert_true(prefix_parse(text, &p, &err));
	for (size_t i = 0; i < w->told.n; i++)
		if (prefix_eq(&w->told.at[i].prefix, &p))
			return w->told.at[i].announced;
	return false;
}

TEST(a_listed_cidr_goes_when_its_services_have_been_visited)
{
	struct world w;

	started(&w, LISTING("1", "192.0.2.0/24", ""), 10);
	put(&w, CONFIG, xstrdup(LISTING("2", "192.0.2.0/25", "")));
	put(&w, CONFIG, xstrdup(LISTING("3", "192.0.2.0/26", "")));
	assert_true(is_announced(&w, "192.0.2.0/24"));
	assert_true(is_announced(&w, "192.0.2.0/25"));
	assert_true(is_announced(&w, "192.0.2.0/26"));
	announce_run(w.announce);
	assert_false(is_announced(&w, "192.0.2.0/24"));
	assert_false(is_announced(&w, "192.0.2.0/25"));
	assert_true(is_announced(&w, "192.0.2.0/26"));
	/* No traffic is to come to a node whose data plane is down. */
	announce_data_plane_changed(w.announce, false);
	assert_false(is_announced(&w, "192.0.2.0/26"));
	announce_run(w.announce);
	assert_int_equal(announce_count(w.announce, FAMILY_V4), 1);
	ended(&w);
}

#define FOLLOWING(version, list)                                     \
	"{metadata: {name: default, resourceVersion: '" version      \
	"'}, spec: {asNumber: 64517, serviceClusterIPSource: Auto, " \
	"serviceClusterIPs: [" list "]}}"
#define SERVICE_CIDR(name, version, cidrs)                       \
	"{metadata: {name: " name ", resourceVersion: '" version \
	"'}, spec: {cidrs: [" cidrs "]}}"

TEST(service_cidrs_of_the_cluster_are_followed)
{
	struct world w;

	started(&w, FOLLOWING("1", ""), 10);
	assert_true(announce_lacks_service_cidrs(w.announce));
	put(&w, CIDR,
	    xstrdup(SERVICE_CIDR("c0", "2", "10.96.0.0/24, 'fd00:96::/108'")));
	put(&w, CIDR, xstrdup(SERVICE_CIDR("c1", "3", "10.97.0.0/24")));
	assert_false(announce_lacks_service_cidrs(w.announce));
	assert_true(is_announced(&w, "10.96.0.0/24"));
	assert_true(is_announced(&w, "fd00:96::/108"));
	assert_true(is_announced(&w, "10.97.0.0/24"));
	drop(&w, CIDR, "c", 1);
	assert_true(is_announced(&w, "10.97.0.0/24"));
	while (announce_run(w.announce))
		;
	assert_false(is_announced(&w, "10.97.0.0/24"));
	assert_true(is_announced(&w, "10.96.0.0/24"));
	assert_as_from_scratch(&w);
	ended(&w);
}

TEST(service_cidrs_do_not_count_unless_they_are_to_be_followed)
{
	struct world w;

	started(&w, LISTING("1", "192.0.2.0/24", ""), 10);
	put(&w, CIDR, xstrdup(SERVICE_CIDR("c0", "2", "10.96.0.0/24")));
	assert_false(is_announced(&w, "10.96.0.0/24"));
	assert_false(announce_lacks_service_cidrs(w.announce));
	put(&w, CONFIG, xstrdup(FOLLOWING("3", "{cidr: 10.98.0.0/24}")));
	assert_true(is_announced(&w, "10.96.0.0/24"));
	assert_true(is_announced(&w, "10.98.0.0/24"));
	drop(&w, CIDR, "c", 0);
	assert_false(announce_lacks_service_cidrs(w.announce));
	while (announce_run(w.announce))
		;
	assert_false(is_announced(&w, "10.96.0.0/24"));
	assert_true(is_announced(&w, "10.98.0.0/24"));
	ended(&w);
}

/* The API server writes the status of each, and that of one that goes. */
TEST(a_service_cidr_that_is_the_same_is_no_news)
{
	struct world w;

	started(&w, FOLLOWING("1", ""), 10);
	put(&w, CIDR, xstrdup(SERVICE_CIDR("c0", "2", "10.96.0.0/24")));
	while (announce_run(w.announce))
		;
	put(&w, CIDR, xstrdup(SERVICE_CIDR("c0", "3", "10.96.0.0/24")));
	assert_false(announce_run(w.announce));
	put(&w, CIDR, xstrdup(SERVICE_CIDR("c1", "4", "10.96.0.0/24")));
	assert_false(announce_run(w.announce));
	drop(&w, CIDR, "c", 0);
	assert_false(announce_run(w.announce));
	assert_true(is_announced(&w, "10.96.0.0/24"));
	ended(&w);
}

/* More news than there is time for. */
TEST(rescan_comes_through_though_another_is_always_due)
{
	struct world w;
	bool busy = true;

	started(&w, LISTING("1", "192.0.2.0/24", ""), MANY);
	put(&w, CONFIG, xstrdup(LISTING("2", "192.0.2.0/25", "")));
	for (w.version = 3; busy; w.version++) {
		assert_true(w.version < 10);
		assert_true(announce_run(w.announce));
		busy = announce_is_busy(w.announce);
		put(&w, GROUP, some_group(&w, 1));
	}
	assert_false(is_announced(&w, "192.0.2.0/24"));
	assert_as_from_scratch(&w);
	ended(&w);
}

TEST(listed_cidr_is_kept_once_whatever_changes)
{
	struct world w;

	started(&w, LISTING("1", "192.0.2.0/24", ""), 10);
	put(&w, CONFIG, xstrdup(LISTING("2", "192.0.2.0/24", COMMUNITY)));
	put(&w, CONFIG, xstrdup(LISTING("3", "192.0.2.0/24", "")));
	put(&w, CONFIG, xstrdup(LISTING("4", "192.0.2.0/24", COMMUNITY)));
	assert_int_equal(
	    announce_verdicts(w.announce, VERDICT_SERVICE_CIDR), 2);
	assert_as_from_scratch(&w);
	ended(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_history_ends_as_its_last_state_would),
		cmocka_unit_test(
		    nothing_is_announced_before_everything_is_listed),
		cmocka_unit_test(weights_end_as_the_last_state_has_them),
		cmocka_unit_test(many_services_are_visited_in_slices),
		cmocka_unit_test(
		    a_listed_cidr_goes_when_its_services_have_been_visited),
		cmocka_unit_test(service_cidrs_of_the_cluster_are_followed),
		cmocka_unit_test(
		    service_cidrs_do_not_count_unless_they_are_to_be_followed),
		cmocka_unit_test(a_service_cidr_that_is_the_same_is_no_news),
		cmocka_unit_test(
		    rescan_comes_through_though_another_is_always_due),
		cmocka_unit_test(listed_cidr_is_kept_once_whatever_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
