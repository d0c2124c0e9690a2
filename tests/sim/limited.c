/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/limited.h"

#include <stdio.h>
#include <string.h>

#include "bgpd/bgpd.h"
#include "common/err.h"
#include "tests/sim/announced.h"
#include "tests/sim/daemon.h"
#include "tests/sim/etcd.h"
#include "tests/sim/router.h"
#include "tests/sim/scene.h"
#include "tests/sim/world.h"

enum {
	LOOK_EVERY = 2000, /* ms: a readiness probe */
	MOVES_IN = 30000,  /* ms from a goodbye to what follows */
	GLANCE = 100,      /* ms */
};

static const uint64_t pods =
    ((1ull << ANNOUNCED_AGGREGATES) - 1) & ~((1ull << ANNOUNCED_ADDRS) - 1);

uint64_t
limited_of(const struct history *h, uint64_t set)
{
	return h->max_announcers != 0 ? set & ~pods : 0;
}

static bool
is_ready(const struct history *h, unsigned node)
{
	struct err why;

	return daemon_is_running(h->nodes[node]) &&
	    bgpd_ready(daemon_bgpd(h->nodes[node]), &why);
}

static void
on_look(void *arg, uint64_t what)
{
	struct history *h = arg;
	char list[1024] = "";
	unsigned ready = 0;

	(void)what;
	world_at(h->w, h->w->now + LOOK_EVERY, on_look, h, 0);
	for (unsigned i = 0; i < h->n_nodes; i++) {
		ready |= is_ready(h, i) ? 1u << i : 0;
		snprintf(list + strlen(list), sizeof(list) - strlen(list),
		    "%s{addresses: [192.0.2.%u], nodeName: node%u, "
		    "conditions: {ready: %s}}",
		    i > 0 ? ", " : "", 50 + i, i,
		    is_ready(h, i) ? "true" : "false");
	}
	if (ready == h->ready)
		return;
	h->ready = ready;
	etcd_put(h->etcd,
	    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
	    "metadata: {name: daemons, namespace: lbbgp-system, labels: "
	    "{kubernetes.io/service-name: lbbgp-bgpd}}\n"
	    "addressType: IPv4\nendpoints: [%s]\n",
	    list);
}

void
limited_begin(struct history *h)
{
	h->ready = UINT32_MAX;
	on_look(h, 0);
}

void
limited_went_back(struct history *h)
{
	h->ready = UINT32_MAX;
}

/* Nodes that announce it to the router, by bits. */
static unsigned
announcers(const struct history *h, unsigned router, unsigned bit)
{
	unsigned set = 0;

	for (unsigned i = 0; i < h->n_nodes; i++)
		if ((router_routes(h->routers[router], i) & 1ull << bit) != 0)
			set |= 1u << i;
	return set;
}

static unsigned
wanted(const struct history *h, unsigned bit, const uint64_t offered[NODES])
{
	unsigned n = 0;

	for (unsigned i = 0; i < h->n_nodes; i++)
		n += (offered[i] & 1ull << bit) != 0;
	return n < h->max_announcers ? n : h->max_announcers;
}

static void
judge_prefix(struct history *h, unsigned bit, const uint64_t takes[ROUTERS],
    const uint64_t offered[NODES])
{
	unsigned most = wanted(h, bit, offered), first = 0;

	for (unsigned k = 0; k < h->n_routers; k++) {
		unsigned set = announcers(h, k, bit);

		if ((takes[k] & 1ull << bit) == 0)
			continue;
		first = first == 0 ? set : first;
		if ((unsigned)__builtin_popcount(set) != most || set != first)
			world_complain(h->w,
			    "bit %u is announced to router %u by nodes %x, "
			    "not by %u, and to another by %x",
			    bit, scene_router_octet(k), set, most, first);
	}
}

void
limited_judge_rest(struct history *h)
{
	uint64_t takes[ROUTERS], offered[NODES];
	struct words words[64];

	if (h->max_announcers == 0)
		return;
	for (unsigned k = 0; k < h->n_routers; k++)
		(void)scene_told(h, k, &takes[k], words);
	for (unsigned i = 0; i < h->n_nodes; i++)
		offered[i] = announced_by(etcd_all(h->etcd), i);
	for (unsigned bit = 0; bit < 64; bit++)
		if ((pods & 1ull << bit) == 0)
			judge_prefix(h, bit, takes, offered);
}

/* Where there was somebody there is one. */
static void
judge_moment(struct history *h, unsigned were[ROUTERS][64])
{
	for (unsigned k = 0; k < h->n_routers; k++)
		for (unsigned bit = 0; bit < 64; bit++)
			if ((pods & 1ull << bit) == 0 && were[k][bit] != 0 &&
			    announcers(h, k, bit) == 0)
				world_complain(h->w,
				    "nobody announces bit %u to router %u", bit,
				    scene_router_octet(k));
}

static void
judge_moves(struct history *h, unsigned left, unsigned were[ROUTERS][64])
{
	for (unsigned k = 0; k < h->n_routers; k++)
		for (unsigned bit = 0; bit < 64; bit++) {
			unsigned was = were[k][bit];
			unsigned is = announcers(h, k, bit);
			unsigned had = (was & 1u << left) != 0;

			if ((pods & 1ull << bit) != 0)
				continue;
			if ((was & ~(1u << left) & ~is) != 0 ||
			    (unsigned)__builtin_popcount(is & ~was) > had)
				world_complain(h->w,
				    "bit %u moves from nodes %x to %x, as "
				    "node%u leaves",
				    bit, was, is, left);
		}
}

/* Only where others can take all that it has. */
static bool
others_can(const struct history *h, unsigned left)
{
	uint64_t others = 0;

	for (unsigned i = 0; i < h->n_nodes; i++)
		if (i != left)
			others |= announced_by(etcd_all(h->etcd), i);
	return (limited_of(h, announced_by(etcd_all(h->etcd), left)) &
		   ~others) == 0;
}

void
limited_judge_leaving(struct history *h)
{
	unsigned left = (unsigned)(h->w->now % h->n_nodes);
	unsigned were[ROUTERS][64];

	if (h->max_announcers == 0 || h->w->complaint[0] != '\0' ||
	    !others_can(h, left))
		return;
	h->at_rest = false;
	for (unsigned k = 0; k < h->n_routers; k++)
		for (unsigned bit = 0; bit < 64; bit++)
			were[k][bit] = announcers(h, k, bit);
	daemon_leave(h->nodes[left]);
	for (unsigned ms = 0; ms < MOVES_IN; ms += GLANCE) {
		world_run(h->w, h->w->now + GLANCE);
		if (h->max_announcers > 1)
			judge_moment(h, were);
	}
	judge_moves(h, left, were);
}
