/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/edits.h"

#include "tests/sim/chance.h"
#include "tests/sim/daemon.h"
#include "tests/sim/taught.h"

/* --- Filters. --- */

static void
rules_are_edited(struct history *h)
{
	unsigned nth = below(h, FILTERS);

	policies_draw_rules(h->rules[nth], &h->rng);
	world_trace(h->w, "f%u: %s", nth, h->rules[nth]);
	scene_put_filter(h, nth);
}

static void
filters_are_named(struct history *h)
{
	char text[POLICY_RULES_TEXT];
	unsigned nth = below(h, h->n_routers + !h->mesh.there);
	bool all = nth == h->n_routers && !h->mesh.there;
	struct naming *n = all ? &h->filters : &h->peers[nth].filters;

	naming_draw(n, &h->rng);
	world_trace(h->w, "%u has%s", nth, naming_print(n, text));
	if (all)
		scene_put_configuration(h);
	else
		scene_put_peer(h, nth);
}

static void
filter_comes_and_goes(struct history *h)
{
	unsigned nth = below(h, FILTERS);

	h->missing[nth] = !h->missing[nth];
	world_trace(h->w, "f%u %s", nth, h->missing[nth] ? "goes" : "comes");
	scene_put_filter(h, nth);
}

/* --- Learned routes. --- */

static void
on_link_due(void *arg, uint64_t what)
{
	taught_set_link(arg, (unsigned)what / TAUGHT_LINKS,
	    1 + (int)(what % TAUGHT_LINKS), true);
}

static void
link_goes(struct history *h)
{
	unsigned what = below(h, h->n_nodes * TAUGHT_LINKS);

	taught_set_link(
	    h, what / TAUGHT_LINKS, 1 + (int)(what % TAUGHT_LINKS), false);
	later(h, on_link_due, what);
}

static void
learning_is_edited(struct history *h)
{
	unsigned nth = any_router(h), node = any_node(h);

	switch (below(h, h->planned ? 2 : 6)) {
	case 0:
	case 1:
		scene_teach(h, nth, rng_u32(&h->rng));
		world_trace(
		    h->w, "router number %u teaches %x", nth, h->taught[nth]);
		break;
	case 2:
		link_goes(h);
		break;
	case 3:
		h->learns = below(h, 4) != 0;
		h->learns_default = below(h, 2) == 0;
		world_trace(h->w, "nodes learn %u, default route %u", h->learns,
		    h->learns_default);
		scene_put_configuration(h);
		break;
	case 4:
		world_trace(h->w, "node%u: its kernel refuses routes", node);
		daemon_refuse_routes(h->nodes[node], 1 + below(h, 5));
		break;
	default:
		world_trace(h->w, "node%u: a route is stolen", node);
		daemon_steal_route(h->nodes[node], rng_u32(&h->rng));
		break;
	}
}

/* --- Peers among the nodes. --- */

static void
mesh_is_edited(struct history *h)
{
	struct mesh was = h->mesh;

	mesh_draw(&h->mesh, &h->rng);
	world_trace(h->w, "mesh %u, reflectors %u, of %u", h->mesh.meshed,
	    h->mesh.reflects, h->mesh.reflectors);
	if (was.meshed != h->mesh.meshed)
		scene_put_configuration(h);
	if (was.reflects != h->mesh.reflects ||
	    was.reflectors != h->mesh.reflectors)
		scene_put_reflectors(h);
}

static void
limit_is_edited(struct history *h)
{
	h->max_announcers = 1 + below(h, 3);
	world_trace(h->w, "%u announcers at most", h->max_announcers);
	scene_put_group(h);
}

bool
more_is_edited(struct history *h)
{
	if (h->max_announcers != 0 && below(h, 4) == 0) {
		limit_is_edited(h);
		go_on(h);
		return true;
	}
	if (h->mesh.there && (!h->filtered || below(h, 2) == 0)) {
		mesh_is_edited(h);
		go_on(h);
		return true;
	}
	if (!h->filtered)
		return false;
	if (h->teaches && below(h, 2) == 0) {
		learning_is_edited(h);
		go_on(h);
		return true;
	}
	switch (below(h, h->planned ? 3 : 4)) {
	case 0:
		rules_are_edited(h);
		break;
	case 1:
		filters_are_named(h);
		break;
	case 2: /* the one and the other at once */
		rules_are_edited(h);
		filters_are_named(h);
		break;
	default:
		filter_comes_and_goes(h);
		break;
	}
	go_on(h);
	return true;
}

/* --- The rest. --- */

void
service_is_put(struct history *h)
{
	if ((h->filtered || h->mesh.there) && below(h, 4) == 0 &&
	    more_is_edited(h))
		return;

	unsigned nth = below(h, SERVICES);
	const char *policy = below(h, 2) == 0 ? "Cluster" : "Local";
	unsigned endpoints = below(
	    h, 1u << (h->n_nodes > USUAL_NODES ? h->n_nodes : USUAL_NODES));

	world_trace(h->w, "svc%u is %s, on %u", nth, policy, endpoints);
	scene_put_service(h, nth, policy, endpoints);
	go_on(h);
}

void
service_is_dropped(struct history *h)
{
	unsigned nth = below(h, SERVICES);

	world_trace(h->w, "svc%u is dropped", nth);
	scene_drop_service(h, nth);
	go_on(h);
}

void
watch_is_edited(struct history *h, unsigned nth)
{
	struct wish *p = &h->peers[nth];

	/* To have none any more is AdminDown, which not every router takes for that. */
	p->watch = h->planned && p->watch != WATCH_NONE
	    ? 1 + below(h, WATCHES - 1)
	    : below(h, WATCHES);
	world_trace(h->w, "r%u: watched, %u", nth, p->watch);
	scene_put_peer(h, nth);
	go_on(h);
}

void
peer_is_edited(struct history *h)
{
	unsigned nth = any_router(h);
	struct wish *p = &h->peers[nth];

	if ((h->filtered || h->mesh.there) && below(h, 2) == 0 &&
	    more_is_edited(h))
		return;
	if (h->bfd != NULL && below(h, 3) == 0) {
		watch_is_edited(h, nth);
		return;
	}
	switch (below(h, 6)) {
	case 0:
		p->hold_time = 9 + 9 * below(h, 10);
		break;
	case 1:
		p->connect_retry = 1 + below(h, 10);
		break;
	case 2:
		p->gone = !p->gone;
		break;
	case 3:
		p->wrong_as = !p->wrong_as;
		break;
	case 4:
		p->near = !p->near;
		break;
	default:
		p->shut = below(h, 3) == 0;
		break;
	}
	world_trace(h->w, "r%u is edited%s%s%s", nth, p->shut ? ", shut" : "",
	    p->gone ? ", gone" : "", p->wrong_as ? ", wrong AS" : "");
	scene_put_peer(h, nth);
	go_on(h);
}

void
password_changes(struct history *h)
{
	unsigned nth = any_router(h);

	h->peers[nth].password = below(h, PASSWORDS);
	world_trace(h->w, "r%u: password %u", nth, h->peers[nth].password);
	scene_put_secret(h, nth);
	if (below(h, 4) == 0) /* the two are heard of at different times */
		go_on(h);
	scene_put_peer(h, nth);
	scene_adapt_routers(h);
	go_on(h);
}

void
secret_comes_and_goes(struct history *h)
{
	unsigned nth = any_router(h);

	h->peers[nth].no_secret = !h->peers[nth].no_secret;
	world_trace(h->w, "r%u: Secret %s", nth,
	    h->peers[nth].no_secret ? "goes" : "comes");
	scene_put_secret(h, nth);
	go_on(h);
}

/* Two BGPPeers swap their addresses; each keeps its password. */
void
addresses_swap(struct history *h)
{
	unsigned a = any_router(h), b = any_router(h);
	unsigned was = h->peers[a].router;

	h->peers[a].router = h->peers[b].router;
	h->peers[b].router = was;
	world_trace(h->w, "r%u and r%u swap", a, b);
	scene_put_peer(h, a);
	scene_put_peer(h, b);
	scene_adapt_routers(h);
	go_on(h);
}

/* An older BGPPeer has the address for a while. */
void
rival_comes_and_goes(struct history *h)
{
	unsigned nth = any_router(h);

	h->peers[nth].rival = !h->peers[nth].rival;
	world_trace(
	    h->w, "r%u: rival %s", nth, h->peers[nth].rival ? "comes" : "goes");
	scene_put_peer(h, nth);
	go_on(h);
}
