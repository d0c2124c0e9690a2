/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/meshes.h"

#include "bgpd/bgpd.h"
#include "bgpd/control/views.h"
#include "bgpd/rib/rib.h"
#include "bgpd/session/session.h"
#include "tests/sim/announced.h"
#include "tests/sim/daemon.h"
#include "tests/sim/etcd.h"
#include "tests/sim/limited.h"
#include "tests/sim/rim.h"
#include "tests/sim/scene.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"

enum { JUDGE_EVERY = 1000 /* ms */ };

void
mesh_draw(struct mesh *m, struct rng *rng)
{
	m->meshed = rng_below(rng, 2) == 0;
	m->reflects = rng_below(rng, 2) == 0;
	m->reflectors = rng_below(rng, MESH_REFLECTORS + 1);
}

/* --- Who speaks with whom. --- */

static bool
is_reflector(const struct history *h, unsigned node)
{
	return h->mesh.reflects && node < h->mesh.reflectors;
}

static bool
have_session(const struct history *h, unsigned a, unsigned b)
{
	return a != b &&
	    (h->mesh.meshed || is_reflector(h, a) || is_reflector(h, b));
}

unsigned
mesh_sessions_of(const struct history *h, unsigned node)
{
	unsigned n = 0;

	for (unsigned i = 0; h->mesh.there && i < h->n_nodes; i++)
		n += have_session(h, node, i);
	return n;
}

unsigned
mesh_sessions(const struct history *h)
{
	unsigned n = 0;

	for (unsigned i = 0; i < h->n_nodes; i++)
		n += mesh_sessions_of(h, i);
	return n / 2;
}

/* Of one node with another; NULL: there is none. */
static const struct view_peer *
peer_of(const struct history *h, unsigned of, unsigned with)
{
	struct bgpd *bgpd = daemon_bgpd(h->nodes[of]);
	const struct vhost *host = daemon_host(h->nodes[with]);
	const struct daemon_view *view = bgpd != NULL ? bgpd_view(bgpd) : NULL;

	for (size_t i = 0; view != NULL && i < view->n_peers; i++) {
		const struct addr *remote =
		    &session_config(view->peers[i].session)->remote;

		if (addr_eq(vhost_addr_to(host, remote), remote))
			return &view->peers[i];
	}
	return NULL;
}

/* 0: it is down. */
static uint64_t
connection(const struct history *h, unsigned of, unsigned with)
{
	const struct view_peer *p = peer_of(h, of, with);

	return p != NULL ? rim_connection(daemon_rim(h->nodes[of]),
			       &session_config(p->session)->remote)
			 : 0;
}

void
mesh_judge(struct history *h)
{
	if (h->w->now - h->mesh.judged_at < JUDGE_EVERY)
		return;
	h->mesh.judged_at = h->w->now;
	for (unsigned a = 0; a < h->n_nodes; a++)
		for (unsigned b = 0; b < a; b++) {
			uint64_t one = connection(h, a, b);

			if (have_session(h, a, b) &&
			    (one == 0 || one != connection(h, b, a)))
				world_complain(h->w,
				    "node%u and node%u part at rest", a, b);
		}
}

/* --- What they know. --- */

struct known {
	uint64_t least, most; /* announced.h */
};

/* Of what one announces to another. */
static struct known
wanted(const struct history *h, unsigned of, unsigned from)
{
	uint64_t own = announced_by(etcd_all(h->etcd), from);
	struct known k = { own & ~limited_of(h, own), own };

	if (!is_reflector(h, from))
		return k;
	for (unsigned i = 0; i < h->n_nodes; i++) {
		uint64_t set = announced_by(etcd_all(h->etcd), i);

		/* The best one of an address may be the reflector's own, or of's. */
		k.most |= set;
		if (i != of && !is_reflector(h, of))
			k.least |= set & ~announced_services(set) &
			    ((1ull << ANNOUNCED_AGGREGATES) - 1);
	}
	return k;
}

static uint64_t
heard(const struct history *h, unsigned of, unsigned from)
{
	const struct view_peer *p = peer_of(h, of, from);
	struct rib_cursor cursor = { .family = FAMILY_V4 };
	struct rib_route route;
	uint64_t set = 0;

	while (p != NULL &&
	    rib_next(
		bgpd_view(daemon_bgpd(h->nodes[of]))->rib, &cursor, &route))
		if (route.source == p->source && !route.stale)
			set |= announced_bit(&route.prefix);
	return set;
}

static void
judge_pair(struct history *h, unsigned of, unsigned from)
{
	const struct known want = wanted(h, of, from);
	uint64_t has = heard(h, of, from);

	if ((want.least & ~has) != 0 || (has & ~want.most) != 0)
		world_complain(h->w,
		    "node%u has %llx of node%u, not %llx to %llx", of,
		    (unsigned long long)has, from,
		    (unsigned long long)want.least,
		    (unsigned long long)want.most);
}

void
mesh_judge_rest(struct history *h)
{
	for (unsigned a = 0; h->mesh.there && a < h->n_nodes; a++)
		for (unsigned b = 0; b < h->n_nodes; b++) {
			bool up = a != b && connection(h, a, b) != 0;

			if (up != have_session(h, a, b))
				world_complain(h->w,
				    "node%u has %s session with node%u", a,
				    up ? "a" : "no", b);
			else if (up)
				judge_pair(h, a, b);
		}
}
