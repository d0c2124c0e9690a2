/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real are the store, announce/ and what it wants announced, the rib and the adjout, so
 * that what is shown of them is what a daemon would show. Sessions are real, too, but
 * nobody is at their other end: a test says in what state they are, and what a peer has
 * said is put into the rib. Time stands still at FAKE_NOW.
 */
#include "tests/fake/fake_daemon.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/service_cidr.h"
#include "bgpd/control/monitor.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/rib.h"
#include "common/alloc.h"
#include "common/api/block_affinity.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/source/store.h"
#include "common/yaml.h"
#include "tests/unit/routes.h"

enum { NODE, CONFIG, GROUP, SERVICE, BLOCK, CIDR, PEER, KINDS };

static void
announce_as(struct fake_daemon *d, const struct prefix *prefix, uint8_t kinds)
{
	struct path *path = path_local(d->paths,
	    &(struct path_local){
		.kinds = kinds, .local_pref = LOCAL_PREF_DEFAULT });

	rib_set(d->rib, RIB_LOCAL, prefix, path);
	path_unref(path);
}

void
fake_daemon_announces(struct fake_daemon *d, const struct prefix *prefix)
{
	announce_as(d, prefix, 0);
}

static void
on_announced(
    void *arg, const struct prefix *prefix, const struct attributes *now)
{
	struct fake_daemon *d = arg;

	if (now != NULL)
		announce_as(d, prefix, now->kinds);
	else
		rib_unset(d->rib, RIB_LOCAL, prefix);
}

static void
on_shared(void *arg, const struct prefix *prefix, bool shared)
{
	(void)arg;
	(void)prefix;
	(void)shared;
}

static void
on_busy(void *arg)
{
	(void)arg; /* fake_daemon_put() runs it */
}

static const struct announce_ops announce_ops = {
	.changed = on_announced,
	.shared = on_shared,
	.busy = on_busy,
};

static void
node_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct fake_daemon *d = arg;

	(void)key;
	announce_node_changed(d->announce, was, now);
}

static void
config_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct fake_daemon *d = arg;

	(void)key;
	(void)was;
	(void)now;
	announce_configuration_changed(d->announce);
}

static void
group_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct fake_daemon *d = arg;

	(void)key;
	announce_group_changed(d->announce, was, now);
}

static void
service_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct fake_daemon *d = arg;

	(void)was;
	(void)now;
	announce_service_changed(d->announce, key);
}

static void
block_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct fake_daemon *d = arg;

	(void)key;
	(void)was;
	(void)now;
	announce_blocks_changed(d->announce);
}

static void
service_cidr_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct fake_daemon *d = arg;

	(void)key;
	(void)was;
	(void)now;
	announce_service_cidrs_changed(d->announce);
}

static void
peer_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct fake_daemon *d = arg;

	(void)key;
	announce_peer_changed(d->announce, was, now);
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
	struct fake_daemon *d = arg;

	announce_start(d->announce);
}

static const struct store_ops store_ops = { .ready = on_ready };

static uint64_t
clock_of_now(void *arg)
{
	(void)arg;
	return FAKE_NOW;
}

static int64_t
clock_of_wall(void *arg)
{
	(void)arg;
	return FAKE_WALL + 250;
}

static const struct clock fake_clock = { clock_of_now, clock_of_wall, NULL };

static const char *
peer_of_source(void *arg, uint32_t source)
{
	const struct fake_daemon *d = arg;

	for (size_t i = 0; i < d->view.n_peers; i++)
		if (d->peers[i].source == source)
			return d->peers[i].name;
	return NULL;
}

static const struct monitor_ops monitor_ops = { peer_of_source };

static void
fill(struct fake_daemon *d)
{
	const struct announce_kinds rows = { .node = NODE,
		.configuration = CONFIG,
		.group = GROUP,
		.service = SERVICE,
		.block = BLOCK,
		.service_cidr = CIDR,
		.peer = PEER };

	d->paths = path_table_new(1);
	d->rib = rib_new(d->paths);
	d->adjout = adjout_new(d->rib);
	d->monitor = monitor_new(d->rib, &fake_clock, &monitor_ops, d);
	d->store = store_new(kinds, KINDS, &store_ops, d);
	d->announce = announce_new("n1", d->store, &rows, &announce_ops, d);
	for (size_t kind = 0; kind < KINDS; kind++) {
		store_list_begin(d->store, kind);
		store_list_end(d->store, kind);
	}
	fake_daemon_put(d, "Node",
	    "{metadata: {name: n1}, spec: {podCIDRs: [10.33.5.0/24]}}");
	fake_daemon_put(d, "BGPConfiguration",
	    "{metadata: {name: default}, spec: {asNumber: 64517, "
	    "podCIDRSource: NodeSpec, "
	    "serviceClusterIPs: [{cidr: 10.33.128.0/18}]}}");
	adjout_start(d->adjout);
}

struct fake_daemon *
fake_daemon_new(void)
{
	struct fake_daemon *d = xcalloc(1, sizeof(*d));

	fill(d);
	d->view = (struct daemon_view){ .node = "n1",
		.ns = "lbbgp-b",
		.asn = 64517,
		.router_id = 0x0a1f5a01,
		.rib = d->rib,
		.announce = d->announce,
		.peers = d->peers,
		.conditions = d->conditions,
		.now = FAKE_NOW,
		.started = FAKE_NOW - 60000,
		.wall = FAKE_WALL };
	return d;
}

void
fake_daemon_free(struct fake_daemon *d)
{
	for (size_t i = 0; i < d->view.n_peers; i++)
		if (d->peers[i].member != NULL)
			adjout_leave((struct member *)d->peers[i].member);
	monitor_free(d->monitor);
	announce_free(d->announce);
	store_free(d->store);
	adjout_free(d->adjout);
	rib_free(d->rib);
	path_table_free(d->paths);
	free(d);
}

static void
on_wake(void *arg)
{
	(void)arg;
}

static const struct adjout_ops adjout_ops = { .wake = on_wake };

void
fake_daemon_peer(
    struct fake_daemon *d, const char *name, struct session *session, bool up)
{
	uint32_t id = (uint32_t)d->view.n_peers + 1;

	assert(d->view.n_peers < FAKE_PEERS);
	rib_add_source(d->rib, id, &ebgp_source);
	d->peers[d->view.n_peers++] = (struct view_peer){ .name = name,
		.session = session,
		.source = id,
		.restart = &d->restarts[id - 1],
		.member = up
		    ? adjout_join(d->adjout, &ebgp_key, id, &adjout_ops, d)
		    : NULL };
}

void
fake_daemon_condition(struct fake_daemon *d, const char *type)
{
	assert(d->view.n_conditions < FAKE_CONDITIONS);
	d->conditions[d->view.n_conditions++] = (struct view_condition){ type,
		"Because", "told\x1b[31m so", FAKE_NOW - 5000 };
}

void
fake_daemon_put(struct fake_daemon *d, const char *kind, const char *yaml)
{
	struct err err;
	json_t *object = yaml_parse(yaml, strlen(yaml), 1, &err);
	size_t row = 0;

	assert(object != NULL);
	while (strcmp(kinds[row].kind, kind) != 0)
		row++;
	json_object_set_new(json_object_get(object, "metadata"),
	    "resourceVersion", json_sprintf("%u", ++d->version));
	store_put(d->store, row, object);
	while (announce_run(d->announce))
		;
	json_decref(object);
}

void
fake_daemon_hears(struct fake_daemon *d, unsigned nth, unsigned routes)
{
	struct attrs a = heard(VIA_65002, "10.0.0.1");
	struct path *path = path_intern(d->paths, &a);

	for (uint32_t i = 0; i < routes; i++) {
		struct addr first = addr_v4(0x14000000 + (i << 8));
		struct prefix prefix = prefix_of(&first, 24);

		rib_set(d->rib, d->peers[nth].source, &prefix, path);
	}
	path_unref(path);
}

const struct daemon_view *
fake_daemon_view(void *arg)
{
	struct fake_daemon *d = arg;

	return &d->view;
}

static void
on_shutdown(void *arg)
{
	struct fake_daemon *d = arg;

	d->stopped++;
}

static struct monitor *
on_monitor(void *arg)
{
	struct fake_daemon *d = arg;

	return d->monitor;
}

const struct control_ops fake_daemon_ops = {
	.view = fake_daemon_view,
	.monitor = on_monitor,
	.shutdown = on_shutdown,
};
