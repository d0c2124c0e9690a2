/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/core_router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/bgpd.h"
#include "bgpd/control/views.h"
#include "bgpd/peer/peer_restart.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "bgpd/session/session.h"
#include "bgpd/wire/attr.h"
#include "common/alloc.h"
#include "tests/sim/announced.h"
#include "tests/sim/daemon.h"
#include "tests/sim/etcd.h"
#include "tests/sim/policies.h"
#include "tests/sim/rim.h"
#include "tests/sim/router.h"
#include "tests/sim/taught.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"

#define NTH 0               /* its only node */
#define LONG_LIVED_TIME 600 /* s, that it says */

struct neighbour {
	struct addr addr;
	uint32_t asn;
	bool passive;
};

struct core_router {
	struct vhost *host;
	struct etcd *etcd;     /* owned */
	struct daemon *daemon; /* owned */
	struct neighbour all[ROUTER_NODES];
	unsigned n, hold_time;
	uint32_t asn;
	const struct router_way *way;
	unsigned bfd; /* ms between packets; 0: it has none */
	bool keyed;
};

static void
put_configuration(struct core_router *r, uint32_t taught)
{
	char list[512] = "", text[PREFIX_TEXT];

	for (unsigned bit = 0; bit < TAUGHT; bit++) {
		struct prefix p = taught_prefix(bit);

		if ((taught & 1u << bit) != 0)
			snprintf(list + strlen(list),
			    sizeof(list) - strlen(list), "%s{cidr: %s}",
			    list[0] != '\0' ? ", " : "",
			    prefix_print(&p, text));
	}
	etcd_put(r->etcd,
	    "apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
	    "metadata: {name: default}\n"
	    "spec: {asNumber: %u, gracefulRestart: {notification: %s, "
	    "longLivedTime: %u}, serviceExternalIPs: [%s]}\n",
	    (unsigned)r->asn, r->way->notification ? "true" : "false",
	    r->way->long_lived ? LONG_LIVED_TIME : 0, list);
}

void
core_router_teach(struct core_router *r, uint32_t taught)
{
	put_configuration(r, taught);
}

struct core_router *
core_router_new(struct world *w, struct vhost *host, uint32_t asn, uint32_t id,
    const struct router_way *way)
{
	struct core_router *r = xcalloc(1, sizeof(*r));
	const struct addr *at = vhost_addr(host), by_id = addr_v4(id);
	char first[ADDR_TEXT], second[ADDR_TEXT];

	r->host = host;
	r->hold_time = way->hold_time;
	r->asn = asn;
	r->etcd = etcd_new();
	r->daemon = daemon_new(w, r->etcd, host, "core", NTH);
	etcd_put(r->etcd,
	    "apiVersion: v1\nkind: Node\nmetadata: {name: core0, uid: c}\n"
	    "status: {addresses: [{type: InternalIP, address: %s}, "
	    "{type: %s, address: \"%s\"}]}\n",
	    addr_print(&by_id, first),
	    at->family == FAMILY_V6 && !addr_is_link_local(at) ? "InternalIP"
							       : "Other",
	    addr_print(at, second));
	r->way = way;
	put_configuration(r, 0);
	return r;
}

void
core_router_free(struct core_router *r)
{
	daemon_free(r->daemon);
	etcd_free(r->etcd);
	free(r);
}

static void
put_peer(struct core_router *r, unsigned nth)
{
	const struct neighbour *n = &r->all[nth];
	struct scoped_addr at = rim_scoped(&n->addr);
	char text[SCOPED_ADDR_TEXT], bfd[96] = "";

	if (r->bfd != 0)
		snprintf(bfd, sizeof(bfd),
		    ", bfd: {transmitInterval: %u, receiveInterval: %u, "
		    "multihop: false}",
		    r->bfd, r->bfd);
	/* The TTL is one that gets through to nodes with ttlSecurity too. */
	etcd_put(r->etcd,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: n%u}\n"
	    "spec: {peerIP: \"%s\", asNumber: %u, holdTime: %u, passive: %s, "
	    "families: [IPv4], addPaths: {receive: true}, extendedMessages: true, "
	    "ebgpMultihop: 255%s%s}\n",
	    nth, scoped_addr_print(&at, text), (unsigned)n->asn, r->hold_time,
	    n->passive ? "true" : "false",
	    r->keyed ? ", password: {secretKeyRef: {name: s, key: password}}"
		     : "",
	    bfd);
}

void
core_router_add(
    struct core_router *r, const struct addr *addr, uint32_t asn, bool passive)
{
	r->all[r->n] = (struct neighbour){ *addr, asn, passive };
	put_peer(r, r->n++);
}

void
core_router_set_bfd(struct core_router *r, struct bfd_wire *wire, unsigned ms)
{
	r->bfd = ms;
	daemon_set_bfd(r->daemon, wire);
	for (unsigned i = 0; i < r->n; i++)
		put_peer(r, i);
}

struct bfd_host *
core_router_bfd(const struct core_router *r)
{
	return daemon_bfd(r->daemon);
}

void
core_router_set_key(struct core_router *r, const char *key)
{
	r->keyed = key != NULL;
	if (r->keyed)
		etcd_put(r->etcd,
		    "apiVersion: v1\nkind: Secret\n"
		    "metadata: {name: s, namespace: lbbgp-system}\n"
		    "stringData: {password: %s}\n",
		    key);
	for (unsigned i = 0; i < r->n; i++)
		put_peer(r, i);
}

void
core_router_start(struct core_router *r)
{
	daemon_start(r->daemon);
}

void
core_router_stop(struct core_router *r)
{
	daemon_stop(r->daemon);
}

void
core_router_kill(struct core_router *r)
{
	daemon_kill(r->daemon);
}

bool
core_router_is_running(const struct core_router *r)
{
	return daemon_is_running(r->daemon);
}

void
core_router_judge(struct core_router *r)
{
	struct rim *rim = daemon_rim(r->daemon);

	if (rim != NULL)
		rim_judge(rim);
}

uint64_t
core_router_moves(const struct core_router *r)
{
	return daemon_moves(r->daemon);
}

static struct router_table
table_of(const struct rib *rib, const struct view_peer *peer)
{
	struct rib_cursor cursor = { .family = FAMILY_V4 };
	struct rib_route route;
	struct router_table t = { 0 };

	while (rib_next(rib, &cursor, &route)) {
		uint64_t bit = announced_bit(&route.prefix);

		if (route.source != peer->source)
			continue;
		t.routes |= bit;
		if (route.stale)
			t.stale |= bit;
		if (path_has_community(route.path, COMMUNITY_GRACEFUL_SHUTDOWN))
			t.shunned |= bit;
	}
	t.aged = peer->restart->aged[FAMILY_V4] ? t.stale : 0;
	return t;
}

/* NULL: it does not run, or has not heard of that one. */
static const struct view_peer *
peer_of(const struct core_router *r, unsigned nth)
{
	struct bgpd *bgpd = daemon_bgpd(r->daemon);
	const struct daemon_view *view;

	if (bgpd == NULL)
		return NULL;
	view = bgpd_view(bgpd);
	for (size_t i = 0; i < view->n_peers; i++)
		if (addr_eq(&session_config(view->peers[i].session)->remote,
			&r->all[nth].addr))
			return &view->peers[i];
	return NULL;
}

struct router_table
core_router_table(const struct core_router *r, unsigned nth)
{
	const struct view_peer *peer = peer_of(r, nth);

	return peer != NULL
	    ? table_of(bgpd_view(daemon_bgpd(r->daemon))->rib, peer)
	    : (struct router_table){ 0 };
}

struct words
core_router_words(const struct core_router *r, unsigned nth, unsigned bit)
{
	const struct view_peer *peer = peer_of(r, nth);
	struct rib_cursor cursor = { .family = FAMILY_V4 };
	struct rib_route route;
	struct words words = { 0 };
	struct attrs attrs;

	while (peer != NULL &&
	    rib_next(bgpd_view(daemon_bgpd(r->daemon))->rib, &cursor, &route)) {
		if (route.source != peer->source ||
		    announced_bit(&route.prefix) != 1ull << bit)
			continue;
		path_attrs(route.path, &attrs);
		words_read(&words, &attrs, r->asn != r->all[nth].asn);
	}
	return words;
}

uint64_t
core_router_connection(const struct core_router *r, unsigned nth)
{
	const struct rim *rim = daemon_rim(r->daemon);

	return rim != NULL ? rim_connection(rim, &r->all[nth].addr) : 0;
}

const struct agreed *
core_router_agreed(const struct core_router *r, unsigned nth)
{
	const struct rim *rim = daemon_rim(r->daemon);

	return rim != NULL ? rim_agreed(rim, &r->all[nth].addr) : NULL;
}

unsigned
core_router_hold_time(const struct core_router *r, unsigned nth)
{
	return rim_hold_time(daemon_rim(r->daemon), &r->all[nth].addr);
}
