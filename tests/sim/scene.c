/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a history begins with is drawn from its seed: how many nodes and routers, which
 * ways each router has, by which kind of address it is talked to, which passwords there
 * are. Steps (faults.c) change struct history and call scene_put_…(), which write the
 * objects anew from it; daemons hear of them through the etcd. Routers have no objects:
 * people adapt them a while later, to what struct history says by then.
 *
 * Addresses end in a number of the host: 50 and on are nodes, which have every kind, 10
 * or 100 and on routers, which have one. 150 and on are second addresses of nodes.
 */
#include "tests/sim/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "tests/fake/fake_cluster.h"
#include "tests/sim/allocators.h"
#include "tests/sim/bfd_wire.h"
#include "tests/sim/daemon.h"
#include "tests/sim/etcd.h"
#include "tests/sim/limited.h"
#include "tests/sim/plane.h"
#include "tests/sim/promises.h"
#include "tests/sim/rim.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"

enum {
	LOCAL_AS = 65001,
	ADAPT_MOST = 20000, /* ms until people have adapted a router */
};

static const char *const passwords[PASSWORDS] = { NULL, "key1", "key2",
	"key3" };
static const char *const encoded[PASSWORDS] = { NULL,
	"a2V5MQ==", "a2V5Mg==", "a2V5Mw==" };

/* How a router is talked to. */
enum way { BY_IPV4, BY_IPV6, BY_LINK, WAYS };

static const char *const watches[WATCHES] = {
	"",
	", bfd: {transmitInterval: 50, receiveInterval: 50}",
	", bfd: {transmitInterval: 300, receiveInterval: 300}",
	", bfd: {strict: true}",
};

static struct addr
host_addr(enum way way, unsigned last)
{
	struct addr addr = { FAMILY_V6, { 0xfd } };

	if (way == BY_IPV4)
		return addr_v4(0xc0000200u | last);
	if (way == BY_LINK)
		addr = (struct addr){ FAMILY_V6, { 0xfe, 0x80 } };
	addr.bytes[15] = (uint8_t)last;
	return addr;
}

/* Some routers have lower ids than the nodes, some higher. */
unsigned
scene_router_octet(unsigned nth)
{
	return nth % 2 == 0 ? 100 + nth : 10 + nth;
}

static unsigned
node_octet(unsigned nth)
{
	return 50 + nth;
}

/* One of a node, which its sessions are from if sourceAddress says so. */
static unsigned
second_octet(unsigned nth)
{
	return 150 + nth;
}

/* --- Objects. --- */

static void
put_peer_as(struct history *h, unsigned nth, const char *name)
{
	const struct wish *p = &h->peers[nth];
	const struct addr *addr = scene_router_addr(h, p->router);
	struct scoped_addr at = rim_scoped(addr);
	char text[SCOPED_ADDR_TEXT], secret[96] = "", source[64] = "";
	char filters[POLICY_RULES_TEXT];

	if (p->password != 0)
		snprintf(secret, sizeof(secret),
		    ", password: {secretKeyRef: {name: s%u, key: password}}",
		    nth);
	if (h->second && addr->family == FAMILY_V4)
		snprintf(source, sizeof(source), ", sourceAddress: 192.0.2.%u",
		    second_octet(0));
	etcd_put(h->etcd,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"
	    "metadata: {name: %s}\n"
	    "spec: {peerIP: \"%s\", families: [IPv4], addPaths: {send: All}, "
	    "extendedMessages: true, asNumber: %u, holdTime: %u, "
	    "connectRetryTime: %u, passive: %s, shutdown: {enabled: %s}%s%s%s%s%s}\n",
	    name, scoped_addr_print(&at, text),
	    (unsigned)h->asn[p->router] + (p->wrong_as ? 1000 : 0),
	    p->hold_time, p->connect_retry,
	    h->waits[p->router] ? "true" : "false", p->shut ? "true" : "false",
	    p->near ? ", ttlSecurity: 1" : "", source, secret,
	    watches[p->watch], naming_print(&p->filters, filters));
}

void
scene_put_filter(struct history *h, unsigned nth)
{
	char name[16];

	snprintf(name, sizeof(name), "f%u", nth);
	if (h->missing[nth])
		etcd_drop(h->etcd, "BGPFilter", "", name);
	else
		etcd_put(h->etcd,
		    "apiVersion: lbbgp.io/v1\nkind: BGPFilter\n"
		    "metadata: {name: %s}\nspec: {%s}\n",
		    name, h->rules[nth]);
}

void
scene_put_peer(struct history *h, unsigned nth)
{
	char name[16], rival[16];

	snprintf(name, sizeof(name), "r%u", nth);
	snprintf(rival, sizeof(rival), "0r%u", nth);
	if (h->peers[nth].gone)
		etcd_drop(h->etcd, "BGPPeer", "", name);
	else
		put_peer_as(h, nth, name);
	if (h->peers[nth].rival) /* older, by its name */
		put_peer_as(h, nth, rival);
	else
		etcd_drop(h->etcd, "BGPPeer", "", rival);
}

void
scene_put_secret(struct history *h, unsigned nth)
{
	const struct wish *p = &h->peers[nth];
	char name[16];

	snprintf(name, sizeof(name), "s%u", nth);
	if (p->password == 0 || p->no_secret) {
		etcd_drop(h->etcd, "Secret", "lbbgp-system", name);
		return;
	}
	etcd_put(h->etcd,
	    "apiVersion: v1\nkind: Secret\n"
	    "metadata: {name: %s, namespace: lbbgp-system}\n"
	    "data: {password: %s}\n",
	    name, encoded[p->password]);
}

/* People wait for their routers to hear of each other. */
unsigned
scene_drain_wait(struct history *h)
{
	unsigned least = h->racks ? 5 : 0;

	return least + rng_below(&h->rng, 20);
}

unsigned
scene_long_lived(struct history *h)
{
	return 60 + rng_below(&h->rng, FOR_LONG_MOST - 60);
}

void
scene_put_configuration(struct history *h)
{
	char filters[POLICY_RULES_TEXT], learned[96] = "";

	if (h->learns)
		snprintf(learned, sizeof(learned),
		    ", learnedRoutes: {enabled: true, defaultRoute: %s}",
		    h->learns_default ? "Install" : "Ignore");
	const char *mesh =
	    h->mesh.meshed ? ", nodeToNodeMeshEnabled: true" : "";

	etcd_put(h->etcd,
	    "apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
	    "metadata: {name: default}\n"
	    "spec: {asNumber: %u, gracefulRestart: {restartTime: %u, "
	    "notification: %s, longLivedTime: %u}, drain: {wait: %u}%s%s%s}\n",
	    LOCAL_AS, h->restart_time, h->notification ? "true" : "false",
	    h->long_lived, h->drain_wait, naming_print(&h->filters, filters),
	    learned, mesh);
}

void
scene_put_node(struct history *h, unsigned nth)
{
	struct addr v6 = host_addr(BY_IPV6, node_octet(nth));
	char text[ADDR_TEXT];

	bool reflects = h->mesh.there && nth < h->mesh.reflectors;
	const char *drain = h->drained[nth] ? "lbbgp.io/drain: ''" : "";
	const char *cluster = reflects ? "lbbgp.io/cluster-id: 10.9.9.9" : "";

	etcd_put(h->etcd,
	    "apiVersion: v1\nkind: Node\n"
	    "metadata: {name: node%u, uid: u%u%s, annotations: {%s%s%s}}\n"
	    "spec: {podCIDRs: [10.33.%u.0/24]}\n"
	    "status: {addresses: [{type: InternalIP, address: 192.0.2.%u}, "
	    "{type: InternalIP, address: \"%s\"}]}\n",
	    nth, nth, reflects ? ", labels: {role: reflector}" : "", drain,
	    reflects && h->drained[nth] ? ", " : "", cluster, nth,
	    node_octet(nth), addr_print(&v6, text));
}

void
scene_put_reflectors(struct history *h)
{
	for (unsigned i = 0; i < h->n_nodes; i++)
		scene_put_node(h, i);
	if (h->mesh.reflects)
		etcd_put(h->etcd,
		    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"
		    "metadata: {name: reflectors}\n"
		    "spec: {peerSelector: {matchLabels: {role: reflector}}, "
		    "routeReflectorClient: true, connectRetryTime: 5}\n");
	else
		etcd_drop(h->etcd, "BGPPeer", "", "reflectors");
}

void
scene_put_service(
    struct history *h, unsigned nth, const char *policy, unsigned endpoints)
{
	char list[512] = "";

	for (unsigned i = 0; i < h->n_nodes; i++)
		if ((endpoints & 1u << i) != 0)
			snprintf(list + strlen(list),
			    sizeof(list) - strlen(list),
			    "%s{addresses: [10.33.%u.9], nodeName: node%u}",
			    list[0] != '\0' ? ", " : "", i, i);
	etcd_put(h->etcd,
	    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
	    "metadata: {name: svc%u-1, namespace: web, labels: "
	    "{kubernetes.io/service-name: svc%u}}\n"
	    "addressType: IPv4\nendpoints: [%s]\n",
	    nth, nth, list);
	allocators_put(h->allocators, nth, policy);
}

void
scene_drop_service(struct history *h, unsigned nth)
{
	char slice[24];

	snprintf(slice, sizeof(slice), "svc%u-1", nth);
	allocators_put(h->allocators, nth, NULL);
	etcd_drop(h->etcd, "EndpointSlice", "web", slice);
}

/* --- Routers follow. --- */

const char *
scene_password(const struct history *h, unsigned router)
{
	for (unsigned i = 0; i < h->n_routers; i++)
		if (h->peers[i].router == router)
			return passwords[h->peers[i].password];
	return NULL;
}

static void
on_adapt(void *arg, uint64_t router)
{
	struct history *h = arg;

	router_set_key(h->routers[router], scene_password(h, (unsigned)router));
}

void
scene_adapt_routers(struct history *h)
{
	for (unsigned i = 0; i < h->n_routers; i++)
		world_at(h->w, h->w->now + rng_below(&h->rng, ADAPT_MOST),
		    on_adapt, h, i);
}

const struct addr *
scene_router_addr(const struct history *h, unsigned nth)
{
	return vhost_addr(router_host(h->routers[nth]));
}

bool
scene_told(const struct history *h, unsigned router, uint64_t *takes,
    struct words words[64])
{
	struct scoped_addr at = rim_scoped(scene_router_addr(h, router));
	char text[SCOPED_ADDR_TEXT];

	*takes = UINT64_MAX;
	memset(words, 0, 64 * sizeof(words[0]));
	return !h->filtered ||
	    policies_told(
		etcd_all(h->etcd), scoped_addr_print(&at, text), takes, words);
}

/* --- Birth, healing, death. --- */

static uint64_t
told(void *arg, unsigned node)
{
	const struct history *h = arg;

	return daemon_told(h->nodes[node]);
}

static struct vhost *
node_host(struct history *h, unsigned nth)
{
	struct addr addr = host_addr(BY_IPV4, node_octet(nth));
	struct vhost *host = vhost_new(h->net, &addr);

	for (enum way way = BY_IPV6; way < WAYS; way++) {
		addr = host_addr(way, node_octet(nth));
		vhost_add_addr(host, &addr);
	}
	addr = host_addr(BY_IPV4, second_octet(nth));
	vhost_add_addr(host, &addr);
	return host;
}

/* In one of four, with numbers of their own; returns how many nodes there are. */
static unsigned
draw_mesh(struct history *h, uint64_t seed)
{
	struct rng rng;

	rng_init(&rng, seed ^ 0x3e54);
	h->mesh.there = rng_below(&rng, 4) == 0;
	if (!h->mesh.there)
		return 0;
	mesh_draw(&h->mesh, &rng);
	scene_put_configuration(h);
	return rng_below(&rng, 4) == 0 ? 2 + rng_below(&rng, NODES - 1)
				       : 2 + rng_below(&rng, 2);
}

static void
add_nodes(struct history *h, unsigned nodes)
{
	h->n_nodes = 1 + rng_below(&h->rng, USUAL_NODES);
	if (h->mesh.there)
		h->n_nodes = nodes;
	for (unsigned i = 0; i < h->n_nodes; i++) {
		h->nodes[i] =
		    daemon_new(h->w, h->etcd, node_host(h, i), "node", i);
		scene_put_node(h, i);
	}
	h->second = h->n_nodes == 1 && rng_below(&h->rng, 2) == 0;
}

/* Where a router waits for that node. */
static struct addr
node_addr_to(const struct history *h, unsigned node, const struct addr *router)
{
	if (h->second && router->family == FAMILY_V4)
		return host_addr(BY_IPV4, second_octet(node));
	return *vhost_addr_to(daemon_host(h->nodes[node]), router);
}

static const struct router_way *
draw_way(struct history *h)
{
	const struct router_way *way;

	do
		way = &router_ways[rng_below(&h->rng, router_n_ways)];
	while (h->planned && way->restart == RESTART_UNKNOWN && !way->core);
	return way;
}

static void
add_router(struct history *h, unsigned nth)
{
	unsigned by = rng_below(&h->rng, 2 * WAYS);
	struct addr addr =
	    host_addr(by < WAYS ? by : BY_IPV4, scene_router_octet(nth));
	const struct router_way *way = draw_way(h);
	struct router_asks asks = { told, h, h->planned };
	struct wish *p = &h->peers[nth];

	h->asn[nth] = rng_below(&h->rng, 4) == 0 ? LOCAL_AS : 65100 + nth;
	if (h->mesh.there) /* else it is told what is reflected */
		h->asn[nth] = 65100 + nth;
	*p = (struct wish){ .router = nth,
		.password = rng_below(&h->rng, PASSWORDS),
		.near = rng_below(&h->rng, 2) == 0,
		.hold_time = 9 + 9 * rng_below(&h->rng, 10),
		.connect_retry = 1 + rng_below(&h->rng, 10) };
	h->waits[nth] = !way->passive && rng_below(&h->rng, 4) == 0;
	h->routers[nth] = router_new(h->w, vhost_new(h->net, &addr), way,
	    h->asn[nth], 0xc0000200u | scene_router_octet(nth), &asks);
	for (unsigned i = 0; i < h->n_nodes; i++) {
		addr = node_addr_to(h, i, scene_router_addr(h, nth));
		router_add(h->routers[nth], i, &addr, LOCAL_AS,
		    passwords[p->password]);
	}
	scene_put_secret(h, nth);
	scene_put_peer(h, nth);
}

/*
 * In one of three histories all have it, and most peers ask for it. The numbers are its
 * own, so that all else is as it would be without.
 */
static void
add_bfd(struct history *h, uint64_t seed)
{
	static const unsigned times[] = { 50, 300 };
	struct rng rng;

	rng_init(&rng, seed ^ 0xbfd);
	if (rng_below(&rng, 3) != 0)
		return;
	h->bfd = bfd_wire_new(h->w);
	for (unsigned i = 0; i < h->n_nodes; i++)
		daemon_set_bfd(h->nodes[i], h->bfd);
	for (unsigned i = 0; i < h->n_routers; i++) {
		router_set_bfd(
		    h->routers[i], h->bfd, times[rng_below(&rng, 2)]);
		h->peers[i].watch = rng_below(&rng, WATCHES);
		scene_put_peer(h, i);
	}
}

void
scene_teach(struct history *h, unsigned router, uint32_t set)
{
	/* Who is not chosen announces them not, and may learn them. */
	if (h->max_announcers != 0)
		set &= ~(1u << TAUGHT_WIDE | 1u << TAUGHT_HOST);
	h->taught[router] =
	    set & ((1u << TAUGHT) - 1) & router_can_teach(h->routers[router]);
	router_teach(h->routers[router], h->taught[router]);
}

/* In one of three, with numbers of their own. */
static void
add_filters(struct history *h, uint64_t seed)
{
	struct rng rng;

	rng_init(&rng, seed ^ 0xf117e5);
	h->filtered = rng_below(&rng, 3) == 0;
	if (!h->filtered)
		return;
	for (unsigned i = 0; i < FILTERS; i++) {
		policies_draw_rules(h->rules[i], &rng);
		scene_put_filter(h, i);
	}
	naming_draw(&h->filters, &rng);
	h->teaches = h->learns = rng_below(&rng, 3) != 0;
	if (h->mesh.there) {
		/* Nodes would filter what they tell each other, and learn of it. */
		h->filters = (struct naming){ 0 };
		h->teaches = h->learns = false;
	}
	h->learns_default = h->learns && rng_below(&rng, 2) == 0;
	for (unsigned i = 0; h->teaches && i < h->n_nodes; i++)
		taught_links(h, i);
	for (unsigned i = 0; h->teaches && i < h->n_routers; i++)
		scene_teach(h, i, rng_u32(&rng));
	scene_put_configuration(h);
	for (unsigned i = 0; i < h->n_routers; i++) {
		naming_draw(&h->peers[i].filters, &rng);
		scene_put_peer(h, i);
	}
}

/* The same; where nothing may be lost all nodes announce, or too much is. */
static void
draw_limit(struct history *h, uint64_t seed)
{
	struct rng rng;

	rng_init(&rng, seed ^ 0x11317ed);
	if (rng_below(&rng, 4) == 0 && !h->planned)
		h->max_announcers = 1 + rng_below(&rng, 3);
}

void
scene_put_group(struct history *h)
{
	char limit[32] = "";

	if (h->max_announcers != 0)
		snprintf(limit, sizeof(limit), "maxAnnouncers: %u",
		    h->max_announcers);
	etcd_put(h->etcd,
	    "apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"
	    "metadata: {name: g}\n"
	    "spec: {pools: [{subnet: 10.60.0.0/24, pool: 10.60.0.0/26, "
	    "aggregation: %s}], announce: {bgp: {%s%s%s}}}\n",
	    h->wide ? "/28" : "/32", limit,
	    limit[0] != '\0' && h->weighted ? ", " : "",
	    h->weighted ? "weightedECMP: {}" : "");
}

struct history *
scene_new(uint64_t seed, bool aloud, bool planned)
{
	struct history *h = xcalloc(1, sizeof(*h));
	struct addr nowhere = host_addr(BY_IPV4, 200);

	h->planned = planned;
	h->restart_time = 60;
	h->drain_wait = 10;
	h->w = world_new(seed, aloud);
	h->w->judge = promises_judge;
	h->w->judge_arg = h;
	h->net = vtcp_new(h->w);
	h->etcd = etcd_new();
	rng_init(&h->rng, ~seed);
	h->notification = rng_below(&h->rng, 2) == 0;
	h->long_lived = rng_below(&h->rng, 2) == 0 ? 0 : scene_long_lived(h);
	scene_put_configuration(h);
	h->plane = plane_new(h);
	h->wide = rng_below(&h->rng, 4) == 0;
	draw_limit(h, seed);
	h->weighted = seed % 2 != 0;
	scene_put_group(h);
	h->allocators = allocators_new(h->w, h->etcd, seed);
	add_nodes(h, draw_mesh(h, seed));
	if (h->mesh.there)
		scene_put_reflectors(h);
	h->n_routers = 1 + rng_below(&h->rng, ROUTERS);
	h->racks = rng_below(&h->rng, 3) == 0;
	for (unsigned i = 0; i < h->n_routers; i++)
		add_router(h, i);
	add_bfd(h, seed);
	add_filters(h, seed);
	h->intruder = vhost_new(h->net, &nowhere);
	vhost_set_hops(h->intruder, 1);
	for (unsigned i = 0; i < h->n_nodes; i++)
		daemon_start(h->nodes[i]);
	for (unsigned i = 0; i < h->n_routers; i++)
		router_start(h->routers[i]);
	if (h->max_announcers != 0)
		limited_begin(h);
	if (h->racks)
		plane_set_racks(h->plane);
	return h;
}

static void
join(struct history *h, unsigned node, unsigned router)
{
	const struct vhost *a = daemon_host(h->nodes[node]);
	const struct vhost *b = router_host(h->routers[router]);

	vtcp_set_cut(h->net, a, b, false);
	vtcp_set_loss(h->net, a, b, 0);
}

void
scene_heal(struct history *h)
{
	for (unsigned i = 0; i < h->n_nodes; i++) {
		daemon_set_kernel(h->nodes[i], &(struct kernel){ 0 });
		daemon_set_lag(h->nodes[i], 0);
		daemon_set_away(h->nodes[i], false);
		daemon_set_plane(h->nodes[i], true);
		for (int link = 1; h->teaches && link <= TAUGHT_LINKS; link++)
			taught_set_link(h, i, link, true);
		vhost_set_deaf(daemon_host(h->nodes[i]), false);
		if (!daemon_is_running(h->nodes[i]))
			daemon_start(h->nodes[i]);
		h->stopped[i] = 0;
		for (unsigned k = 0; k < h->n_routers; k++)
			join(h, i, k);
	}
	for (unsigned i = 0; h->filtered && i < FILTERS; i++) {
		h->missing[i] = false;
		scene_put_filter(h, i);
	}
	if (h->filtered || h->mesh.there)
		scene_put_configuration(h);
	if (h->mesh.there)
		scene_put_reflectors(h);
	if (h->max_announcers != 0)
		scene_put_group(h);
	for (unsigned k = 0; k < h->n_routers; k++) {
		struct wish *p = &h->peers[k];

		vhost_set_deaf(router_host(h->routers[k]), false);
		vhost_set_slow(router_host(h->routers[k]), 0);
		router_start(h->routers[k]);
		p->shut = p->rival = p->no_secret = false;
		p->gone = p->wrong_as = false;
		scene_put_secret(h, k);
		scene_put_peer(h, k);
	}
	if (h->intrusion != NULL)
		vsock_abort(h->intrusion);
	h->intrusion = NULL;
	if (!h->planned) /* they have what they are to have */
		scene_adapt_routers(h);
	cluster_set_faults(allocators_cluster(h->allocators), 0);
}

void
scene_free(struct history *h)
{
	for (unsigned i = 0; i < h->n_nodes; i++)
		daemon_free(h->nodes[i]);
	for (unsigned k = 0; k < h->n_routers; k++)
		router_free(h->routers[k]);
	allocators_free(h->allocators);
	plane_free(h->plane);
	bfd_wire_free(h->bfd);
	vtcp_free(h->net);
	etcd_free(h->etcd);
	world_free(h->w);
	free(h);
}
