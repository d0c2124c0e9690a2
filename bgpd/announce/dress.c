/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Service says itself of its host routes (service_routes.h) is put in place of
 * what its group says, with that beside it: which of them holds is for index.c.
 */
#include "bgpd/announce/dress.h"

#include "bgpd/announce/attributes.h"
#include "bgpd/announce/audiences.h"
#include "bgpd/announce/endpoints.h"
#include "bgpd/announce/facts.h"
#include "bgpd/announce/want.h"
#include "bgpd/announce/weights.h"
#include "bgpd/config/bgp_configuration.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/api/service_routes.h"
#include "common/err.h"

#define PASSES_PER_SECOND (1000 / HANDOVER_PAUSE)

/*
 * weightedECMP: of what only nodes with an endpoint announce. Where any node does, it
 * sends to endpoints of all, and its own say nothing of what it can take.
 */
static void
want_weigh(const struct dress *d, struct want *want)
{
	const struct group_weights *g = &d->group->announce.weights;
	const struct tally *t = d->tally;

	if (g->bandwidth == 0 || want->verdict != VERDICT_LOCAL_ENDPOINT)
		return;
	/* Without any it is announced if the configuration says so. */
	uint32_t n = t == NULL  ? 1
	    : t->ready_here > 0 ? t->ready_here
				: t->lingering_here;
	uint32_t weight = (n + g->bucket - 1) / g->bucket * g->bucket;

	/* One pass more: the first may be over at once. */
	if (d->view->weights != NULL)
		weight = weights_ask(d->view->weights, d->addr, weight,
		    g->min_interval * PASSES_PER_SECOND + 1);
	uint64_t bandwidth = (uint64_t)weight * g->bandwidth;

	want->attributes.bandwidth =
	    bandwidth < UINT32_MAX ? (uint32_t)bandwidth : UINT32_MAX;
	want->attributes.non_transitive = g->non_transitive;
}

/* Those of the group that are in the mask, by their place there. */
static void
peers_add(struct attributes *to, const struct view *view,
    const struct group_announce *a, uint16_t mask)
{
	for (size_t i = 0; i < a->n_peers; i++)
		if ((mask & 1u << i) != 0)
			attributes_add_peer(
			    to, audiences_number(view->audiences, a->peers[i]));
}

/* What the Service says of its own route in place of the group, as that allows. */
static void
want_dress_own(const struct dress *d, struct want *want)
{
	const struct service_group *g = d->group;
	struct attributes *a = &want->attributes;
	struct service_routes r;
	struct err refused; /* for the allocator to tell */

	service_routes_read(d->service, g, &r, &refused);
	want->own = r.said != 0;
	if (want->own)
		attributes_copy(&want->plain, a, 1);
	attributes_add(a, &r.communities, d->view->config);
	if (service_routes_say(&r, WISH_LOCAL_PREFERENCE)) {
		a->has_local_pref = true;
		a->local_pref = r.local_preference;
	}
	if (service_routes_say(&r, WISH_MED)) {
		a->has_med = true;
		a->med = r.med;
	}
	if (service_routes_say(&r, WISH_PREPEND))
		a->prepends = r.prepends;
	if (service_routes_say(&r, WISH_PEERS)) {
		a->n_peers = 0;
		peers_add(a, d->view, &g->announce, r.peers);
	}
	a->max_announcers = r.max_announcers;
	a->local = want->own && d->local;
	service_routes_fini(&r);
}

/* What the group says of its addresses. */
void
announce_dress(const struct dress *d, struct want *want)
{
	if (d->group == NULL)
		return;
	const struct group_announce *a = &d->group->announce;

	attributes_add(&want->attributes, &a->communities, d->view->config);
	if (a->has_local_preference)
		attributes_set_local_pref(
		    &want->attributes, a->local_preference);
	if (a->has_med)
		attributes_set_med(&want->attributes, a->med);
	attributes_set_prepends(&want->attributes, a->prepends);
	peers_add(&want->attributes, d->view, a, UINT16_MAX);
	want_weigh(d, want);
	if (prefix_is_host(&want->prefix) && service_says_routes(d->service))
		want_dress_own(d, want);
}

void
announce_decorate(const struct view *view, const struct prefix *prefix,
    struct attributes *attributes)
{
	const struct prefix_advertisement *most = NULL;
	bool leaves = (view->draining || view->excluding) &&
	    attributes_have_shutdown(attributes);

	if (view->config == NULL)
		return;
	for (size_t i = 0; i < view->config->n_advertisements; i++) {
		const struct prefix_advertisement *a =
		    &view->config->advertisements[i];

		if (!prefix_covers(&a->cidr, prefix))
			continue;
		attributes_add(attributes, &a->communities, view->config);
		if (a->has_local_preference &&
		    (most == NULL || a->cidr.len > most->cidr.len))
			most = a;
	}
	if (most != NULL)
		attributes_set_local_pref(attributes, most->local_preference);
	if (attributes->bandwidth > 0)
		attributes->bandwidth_as = view->config->as_number;
	if (leaves)
		attributes_make_last(attributes);
}
