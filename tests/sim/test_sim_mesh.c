/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes that are peers of each other: a node-to-node mesh, reflectors and their
 * clients, and the way from one to the other.
 *
 * Each node has one pod CIDR, so a node that has heard of all has as many routes as
 * there are others.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bgpd/bgpd.h"
#include "bgpd/control/views.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "bgpd/session/session.h"
#include "bgpd/wire/buf.h"
#include "common/alloc.h"
#include "common/prefix.h"
#include "tests/sim/daemon.h"
#include "tests/sim/etcd.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"
#include "tests/test.h"

enum { MOST = 50 };

#define RESTARTS ", gracefulRestart: {restartTime: 60}"
#define STOPS ", gracefulRestart: {enabled: false}"
#define MESHED ", nodeToNodeMeshEnabled: true"
#define CONFIG_OF(more)                                     \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: default}\n"                       \
	"spec: {asNumber: 64517, dataPlaneHealth: None" more "}\n"
#define PEER_OF(more)                                             \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"                \
	"metadata: {name: reflectors}\n"                          \
	"spec: {peerSelector: {matchLabels: {role: reflector}}, " \
	"routeReflectorClient: true" more "}\n"
#define CONFIG CONFIG_OF(STOPS)
#define MESH CONFIG_OF(STOPS MESHED)
#define TO_REFLECTORS PEER_OF(STOPS)

struct cluster {
	struct world *w;
	struct vtcp *net;
	struct etcd *etcd;
	unsigned n; /* of these, that are looked at */
	struct daemon *nodes[MOST];
};

static void
put_node(struct cluster *c, unsigned i, const char *meta)
{
	etcd_put(c->etcd,
	    "apiVersion: v1\nkind: Node\nmetadata: {name: node%u, uid: n%u%s}\n"
	    "spec: {podCIDRs: [10.244.%u.0/24]}\n"
	    "status: {addresses: [{type: InternalIP, address: 10.1.0.%u}]}\n",
	    i, i, meta, i, i + 1);
}

#define REFLECTOR                                                          \
	", labels: {role: reflector}, annotations: {lbbgp.io/cluster-id: " \
	"10.9.9.9}"

/* What is promised is looked at when all is quiet. */
static void
judge(void *arg)
{
	(void)arg;
}

/* The first ones reflect routes. */
static struct cluster *
cluster_new(unsigned n, unsigned reflectors, const char *config)
{
	struct cluster *c = xcalloc(1, sizeof(*c));

	c->w = world_new(1, false);
	c->w->judge = judge;
	c->net = vtcp_new(c->w);
	c->etcd = etcd_new();
	c->n = n;
	etcd_put(c->etcd, "%s", config);
	for (unsigned i = 0; i < n; i++) {
		struct addr at = addr_v4(0x0a010001 + i);

		put_node(c, i, i < reflectors ? REFLECTOR : "");
		c->nodes[i] = daemon_new(
		    c->w, c->etcd, vhost_new(c->net, &at), "node", i);
	}
	return c;
}

static void
cluster_start(struct cluster *c)
{
	for (unsigned i = 0; i < c->n; i++)
		daemon_start(c->nodes[i]);
}

static void
cluster_free(struct cluster *c)
{
	assert_string_equal(c->w->complaint, "");
	for (unsigned i = 0; i < MOST && c->nodes[i] != NULL; i++)
		daemon_free(c->nodes[i]);
	etcd_free(c->etcd);
	vtcp_free(c->net);
	world_free(c->w);
	free(c);
}

static const struct daemon_view *
view_of(const struct cluster *c, unsigned node)
{
	return bgpd_view(daemon_bgpd(c->nodes[node]));
}

struct heard {
	unsigned sessions; /* that are up */
	unsigned received, accepted;
};

static struct heard
heard_by(const struct cluster *c, unsigned node)
{
	const struct daemon_view *v = view_of(c, node);
	struct heard h = { 0 };

	for (size_t i = 0; i < v->n_peers; i++) {
		struct rib_counts n =
		    rib_counts(v->rib, v->peers[i].source, FAMILY_V4);

		h.sessions += session_agreed(v->peers[i].session) != NULL;
		h.received += n.received;
		h.accepted += n.accepted;
	}
	return h;
}

static bool
all_have(const struct cluster *c, unsigned from, struct heard want)
{
	for (unsigned i = from; i < c->n; i++) {
		struct heard h = heard_by(c, i);

		if (h.sessions != want.sessions ||
		    h.received != want.received || h.accepted != want.accepted)
			return false;
	}
	return true;
}

/* Nodes from that one on come to have this; returns after how many ms. */
static uint64_t
await(struct cluster *c, unsigned from, struct heard want)
{
	uint64_t began = c->w->now;

	while (!all_have(c, from, want)) {
		struct heard h = heard_by(c, from);

		if (c->w->now - began > 120000 || c->w->complaint[0] != '\0')
			fail_msg("node%u: %u sessions, %u received, %u "
				 "accepted; %s",
			    from, h.sessions, h.received, h.accepted,
			    c->w->complaint);
		world_run(c->w, c->w->now + 100);
	}
	return c->w->now - began;
}

static uint64_t
flaps(const struct cluster *c)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < c->n; i++) {
		const struct daemon_view *v = view_of(c, i);

		for (size_t k = 0; k < v->n_peers; k++)
			n += session_stats(v->peers[k].session)->flaps;
	}
	return n;
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

TEST(mesh_of_fifty_nodes_converges)
{
	double began = seconds();
	struct cluster *c = cluster_new(MOST, 0, MESH);
	size_t bytes = 0;

	cluster_start(c);
	uint64_t ms = await(c, 0, (struct heard){ MOST - 1, MOST - 1, 0 });

	for (unsigned i = 0; i < c->n; i++)
		bytes += rib_bytes(view_of(c, i)->rib);
	fprintf(stderr,
	    "mesh of %u: %llu ms, %.1f s of CPU, rib %zu bytes a node\n", MOST,
	    (unsigned long long)ms, seconds() - began, bytes / MOST);
	assert_true(ms < 30000);
	assert_int_equal(flaps(c), 0);
	cluster_free(c);
}

TEST(node_that_comes_and_goes_touches_its_own_sessions)
{
	struct cluster *c = cluster_new(4, 0, MESH);

	cluster_start(c);
	await(c, 0, (struct heard){ 3, 3, 0 });
	etcd_drop(c->etcd, "Node", "", "node3");
	world_run(c->w, c->w->now + 5000);
	c->n = 3;
	assert_true(all_have(c, 0, (struct heard){ 2, 2, 0 }));
	assert_int_equal(flaps(c), 0);
	c->n = 4;
	put_node(c, 3, "");
	await(c, 0, (struct heard){ 3, 3, 0 });
	cluster_free(c);
}

static unsigned
sessions_of(const struct cluster *c, unsigned node)
{
	return heard_by(c, node).sessions;
}

static const char *
condition(const struct cluster *c, unsigned node, const char *type)
{
	const struct daemon_view *v = view_of(c, node);

	for (size_t i = 0; i < v->n_conditions; i++)
		if (strcmp(v->conditions[i].type, type) == 0)
			return v->conditions[i].message;
	return "";
}

TEST(mesh_of_too_many_nodes_is_told)
{
	struct cluster *c = cluster_new(1, 0, MESH);

	for (unsigned i = 1; i < 200; i++)
		put_node(c, i, "");
	cluster_start(c);
	world_run(c->w, c->w->now + 5000);
	assert_string_equal(condition(c, 0, "MeshTooLarge"), "");
	put_node(c, 200, "");
	world_run(c->w, c->w->now + 5000);
	assert_non_null(
	    strstr(condition(c, 0, "MeshTooLarge"), "has 201 nodes"));
	etcd_put(c->etcd, "%s", CONFIG);
	world_run(c->w, c->w->now + 5000);
	assert_string_equal(condition(c, 0, "MeshTooLarge"), "");
	cluster_free(c);
}

/* From each reflector all that others announce, its own included. */
TEST(clients_of_reflectors_hear_of_all_nodes)
{
	double began = seconds();
	struct cluster *c = cluster_new(MOST, 2, CONFIG);
	size_t bytes = 0;

	etcd_put(c->etcd, "%s", TO_REFLECTORS);
	cluster_start(c);
	uint64_t ms = await(c, 2, (struct heard){ 2, 2 * (MOST - 1), 0 });

	for (unsigned i = 0; i < c->n; i++)
		bytes += rib_bytes(view_of(c, i)->rib);
	fprintf(stderr,
	    "2 reflectors, %u clients: %llu ms, %.1f s of CPU, rib %zu bytes "
	    "a node\n",
	    MOST - 2, (unsigned long long)ms, seconds() - began, bytes / MOST);
	assert_int_equal(flaps(c), 0);
	/* What one tells the other of clients came through their cluster. */
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(sessions_of(c, i), MOST - 1);
		assert_int_equal(heard_by(c, i).accepted, MOST - 1);
	}
	cluster_free(c);
}

TEST(client_is_told_what_changes_at_another_one)
{
	struct cluster *c = cluster_new(5, 2, CONFIG);

	etcd_put(c->etcd, "%s", TO_REFLECTORS);
	cluster_start(c);
	await(c, 2, (struct heard){ 2, 8, 0 });
	daemon_leave(c->nodes[4]);
	c->n = 4;
	await(c, 2, (struct heard){ 2, 6, 0 });
	daemon_leave(c->nodes[0]);
	await(c, 2, (struct heard){ 1, 2, 0 });
	cluster_free(c);
}

/* Each its own cluster: then they hear of clients from each other, too. */
TEST(reflectors_of_two_clusters_know_each_others_clients)
{
	struct cluster *c = cluster_new(6, 2, CONFIG);

	put_node(c, 1,
	    ", labels: {role: reflector}, annotations: {lbbgp.io/cluster-id: "
	    "10.8.8.8}");
	etcd_put(c->etcd, "%s", TO_REFLECTORS);
	cluster_start(c);
	await(c, 2, (struct heard){ 2, 10, 0 });
	world_run(c->w, c->w->now + 1000); /* one may hear the last yet */
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(heard_by(c, i).accepted, 4 + 5);
	cluster_free(c);
}

/* For so long each node knows of the pods of all. */
static void
nobody_loses_a_route(struct cluster *c, unsigned ms)
{
	for (unsigned i = 0; i < ms; i += 10) {
		world_run(c->w, c->w->now + 10);
		for (unsigned k = 0; k < c->n; k++)
			if (rib_size(view_of(c, k)->rib, FAMILY_V4) != c->n)
				fail_msg("after %u ms node%u knows of %zu", i,
				    k, rib_size(view_of(c, k)->rib, FAMILY_V4));
	}
}

/*
 * First who reflects, then for whom, then no mesh. Sessions with reflectors are reset
 * for it, and keep their routes meanwhile (RFC 4724); those of the mesh go on as those
 * of the BGPPeer.
 */
TEST(mesh_becomes_reflectors_and_nobody_loses_a_route)
{
	struct cluster *c = cluster_new(8, 0, CONFIG_OF(RESTARTS MESHED));

	cluster_start(c);
	await(c, 0, (struct heard){ 7, 7, 0 });
	for (unsigned i = 0; i < 2; i++)
		put_node(c, i, REFLECTOR);
	nobody_loses_a_route(c, 40000);
	await(c, 2, (struct heard){ 7, 7, 0 });
	etcd_put(c->etcd, "%s", PEER_OF(RESTARTS));
	nobody_loses_a_route(c, 40000);
	await(c, 2, (struct heard){ 7, 5 + 2 * 7, 0 });
	uint64_t before = flaps(c);

	etcd_put(c->etcd, "%s", CONFIG_OF(RESTARTS));
	nobody_loses_a_route(c, 40000);
	await(c, 2, (struct heard){ 2, 14, 0 });
	assert_true(
	    flaps(c) <= before); /* who is no peer any more counts none */
	cluster_free(c);
}

/* For so long each node but the first knows of the pods of all. */
static void
clients_lose_no_route(struct cluster *c, unsigned ms)
{
	for (unsigned i = 0; i < ms; i += 10) {
		world_run(c->w, c->w->now + 10);
		for (unsigned k = 1; k < c->n; k++)
			if (heard_by(c, k).received != c->n - 1)
				fail_msg("after %u ms node%u has heard of %u",
				    i, k, heard_by(c, k).received);
	}
}

/*
 * The only reflector is restarted, and one of its clients is late to come back to it.
 * The others keep its routes until End-of-RIB, which has to wait for those of all
 * clients (RFC 4724 4.1).
 */
TEST(reflector_that_restarts_takes_no_route_from_its_clients)
{
	struct cluster *c = cluster_new(5, 1, CONFIG_OF(RESTARTS));
	struct vhost *reflector = daemon_host(c->nodes[0]);
	struct vhost *late = daemon_host(c->nodes[4]);

	etcd_put(c->etcd, "%s", PEER_OF(RESTARTS));
	cluster_start(c);
	await(c, 1, (struct heard){ 1, 4, 0 });
	daemon_stop(c->nodes[0]);
	clients_lose_no_route(c, 1000);
	vtcp_set_cut(c->net, reflector, late, true);
	daemon_start(c->nodes[0]);
	clients_lose_no_route(c, 20000);
	vtcp_set_cut(c->net, reflector, late, false);
	clients_lose_no_route(c, 30000);
	await(c, 1, (struct heard){ 1, 4, 0 });
	cluster_free(c);
}

#define RANGE_OF(more)                                                      \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"                          \
	"metadata: {name: clients}\n"                                       \
	"spec: {peerPrefix: 10.1.0.0/16, internal: true, nodeSelector: "    \
	"{matchLabels: {role: reflector}}, routeReflectorClient: true" more \
	"}\n"
#define TO_THE_ONE(more)                                          \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"                \
	"metadata: {name: reflector}\n"                           \
	"spec: {peerIP: 10.1.0.1, internal: true, nodeSelector: " \
	"{matchExpressions: [{key: role, operator: DoesNotExist}]}" more "}\n"

/* Nobody knows who is still to come: so it is waited for as long as others may. */
TEST(reflector_of_a_prefix_takes_no_route_from_its_clients)
{
	struct cluster *c = cluster_new(5, 1, CONFIG_OF(RESTARTS));
	struct vhost *reflector = daemon_host(c->nodes[0]);
	struct vhost *late = daemon_host(c->nodes[4]);

	etcd_put(c->etcd, "%s", RANGE_OF(RESTARTS));
	etcd_put(c->etcd, "%s", TO_THE_ONE(RESTARTS));
	cluster_start(c);
	await(c, 1, (struct heard){ 1, 4, 0 });
	daemon_stop(c->nodes[0]);
	clients_lose_no_route(c, 1000);
	vtcp_set_cut(c->net, reflector, late, true);
	daemon_start(c->nodes[0]);
	clients_lose_no_route(c, 20000);
	vtcp_set_cut(c->net, reflector, late, false);
	clients_lose_no_route(c, 60000);
	await(c, 1, (struct heard){ 1, 4, 0 });
	cluster_free(c);
}

static bool
has_told_all(const struct cluster *c, unsigned node)
{
	const struct daemon_view *v = view_of(c, node);

	for (size_t i = 0; i < v->n_peers; i++)
		if (v->peers[i].member == NULL ||
		    !adjout_has_ended(v->peers[i].member))
			return false;
	return true;
}

/* They don't wait for each other; else all would last for restartTime. */
TEST(reflectors_that_restart_at_once_soon_tell_all)
{
	struct cluster *c = cluster_new(5, 2, CONFIG_OF(RESTARTS));

	etcd_put(c->etcd, "%s", PEER_OF(RESTARTS));
	cluster_start(c);
	await(c, 2, (struct heard){ 2, 8, 0 });
	for (unsigned i = 0; i < 2; i++)
		daemon_stop(c->nodes[i]);
	world_run(c->w, c->w->now + 1000);
	for (unsigned i = 0; i < 2; i++)
		daemon_start(c->nodes[i]);
	world_run(c->w, c->w->now + 15000);
	assert_true(has_told_all(c, 0));
	assert_true(has_told_all(c, 1));
	cluster_free(c);
}

/* Then routes of others that are still to come don't matter any more. */
TEST(reflector_waits_for_a_client_that_is_gone_as_long_as_others_for_it)
{
	struct cluster *c = cluster_new(4, 1, CONFIG_OF(RESTARTS));

	etcd_put(c->etcd, "%s", PEER_OF(RESTARTS));
	cluster_start(c);
	await(c, 1, (struct heard){ 1, 3, 0 });
	daemon_stop(c->nodes[0]);
	daemon_kill(c->nodes[3]);
	world_run(c->w, c->w->now + 1000);
	daemon_start(c->nodes[0]);
	c->n = 3;
	world_run(c->w, c->w->now + 50000);
	assert_true(all_have(c, 1, (struct heard){ 1, 3, 0 }));
	world_run(c->w, c->w->now + 15000);
	assert_true(all_have(c, 1, (struct heard){ 1, 2, 0 }));
	cluster_free(c);
}

/*
 * Of two reflectors, whose own session goes on: routes that clients give are reflected
 * to the other one, those of the mesh are not (RFC 4456 6). Sessions with clients are
 * reset for it, and their routes stay meanwhile, and are said again as they were.
 */
TEST(reflectors_hear_when_others_become_clients_and_are_none)
{
	struct cluster *c = cluster_new(5, 2, CONFIG_OF(RESTARTS MESHED));

	cluster_start(c);
	world_run(c->w, c->w->now + 5000);
	etcd_put(c->etcd, "%s", PEER_OF(RESTARTS));
	nobody_loses_a_route(c, 40000);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(heard_by(c, i).received, 4 + 3);
	etcd_drop(c->etcd, "BGPPeer", "", "reflectors");
	nobody_loses_a_route(c, 40000);
	for (unsigned i = 0; i < c->n; i++)
		assert_int_equal(heard_by(c, i).received, 4);
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    reflector_that_restarts_takes_no_route_from_its_clients),
		cmocka_unit_test(
		    reflector_of_a_prefix_takes_no_route_from_its_clients),
		cmocka_unit_test(reflectors_that_restart_at_once_soon_tell_all),
		cmocka_unit_test(
		    reflector_waits_for_a_client_that_is_gone_as_long_as_others_for_it),
		cmocka_unit_test(mesh_of_fifty_nodes_converges),
		cmocka_unit_test(
		    node_that_comes_and_goes_touches_its_own_sessions),
		cmocka_unit_test(mesh_of_too_many_nodes_is_told),
		cmocka_unit_test(clients_of_reflectors_hear_of_all_nodes),
		cmocka_unit_test(client_is_told_what_changes_at_another_one),
		cmocka_unit_test(
		    reflectors_of_two_clusters_know_each_others_clients),
		cmocka_unit_test(
		    mesh_becomes_reflectors_and_nobody_loses_a_route),
		cmocka_unit_test(
		    reflectors_hear_when_others_become_clients_and_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
