/* SPDX-License-Identifier: Apache-2.0 */
/* What announce tells of itself; see announce.h. */
#include <stdlib.h>

#include "bgpd/announce/announce.h"
#include "bgpd/announce/announce_state.h"
#include "bgpd/announce/audiences.h"
#include "common/alloc.h"
#include "common/api/service_group.h"
#include "common/source/store.h"

bool
announce_holds(const struct announce *a, const struct addr *addr)
{
	return lan_holds(a->lan, addr);
}

void
announce_each_on_link(const struct announce *a, const struct addr *addr,
    void (*each)(void *arg, const struct object_key *), void *arg)
{
	lan_each_service(a->lan, addr, each, arg);
}

bool
announce_on_links(const struct announce *a)
{
	for (size_t i = 0; i < a->view.n_groups; i++)
		if (a->view.groups[i]->l2.present)
			return true;
	return false;
}

uint32_t
announce_audience(const struct announce *a, const char *peer)
{
	return audiences_number(a->audiences, peer);
}

const struct bgp_configuration *
announce_configuration(const struct announce *a)
{
	return a->view.config;
}

const struct node *
announce_our_node(const struct announce *a)
{
	return a->view.node;
}

const char *
announce_node_error(const struct announce *a)
{
	return a->node_bad ? a->node_error.text : NULL;
}

const struct bgp_configuration *
announce_configuration_rival(const struct announce *a)
{
	return a->rival;
}

size_t
announce_count(const struct announce *a, enum family family)
{
	return announce_index_count(a->index, family);
}

bool
announce_cover(
    const struct announce *a, const struct prefix *of, struct prefix *found)
{
	return announce_index_cover(a->index, of, found);
}

const struct attributes *
announce_told(const struct announce *a, const struct prefix *p)
{
	return announce_index_told(a->index, p);
}

uint32_t
announce_bandwidth(const struct announce *a)
{
	return announce_index_bandwidth(a->index);
}

size_t
announce_verdicts(const struct announce *a, enum verdict verdict)
{
	return announce_index_verdicts(a->index, verdict);
}

const struct claims *
announce_of_service(const struct announce *a, const struct object_key *key)
{
	char *name = xasprintf("%s/%s", key->ns, key->name);
	const struct claims *claims = announce_index_get(a->index, name);

	free(name);
	return claims;
}

const char *
announce_who(struct announce *a, const struct prefix *prefix)
{
	return announce_index_service(a->index, prefix);
}

struct want
announce_want(const struct announce *a, const struct claims *claims, size_t i)
{
	return announce_index_want(a->index, claims, i);
}

const struct service *
announce_service_at(const struct announce *a, const struct object_key *key)
{
	return store_get(a->store, a->kinds.service, key);
}

struct service_walk {
	announce_each_fn *each;
	void *arg;
};

static bool
walk_service(void *arg, const struct object_key *key, const void *item)
{
	const struct service_walk *w = arg;

	return w->each(w->arg, key, item);
}

void
announce_each_service(
    const struct announce *a, announce_each_fn *each, void *arg)
{
	struct service_walk w = { each, arg };

	store_each(a->store, a->kinds.service, walk_service, &w);
}

bool
announce_each_service_after(const struct announce *a,
    const struct object_key *key, announce_each_fn *each, void *arg)
{
	struct service_walk w = { each, arg };

	return store_each_after(
	    a->store, a->kinds.service, key, walk_service, &w);
}
