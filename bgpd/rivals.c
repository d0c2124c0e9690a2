/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rivals.h"

#include "bgpd/announce/peering.h"
#include "bgpd/config/bgp_peer.h"
#include "common/store.h"

struct rival {
	const struct bgp_peer *peer;
	const struct node *node;
	const struct bgp_peer *older;
};

static bool
rival_each(void *arg, const struct object_key *key, const void *item)
{
	struct rival *r = arg;
	const struct bgp_peer *other = item;

	(void)key;
	if (other != r->peer && addr_eq(&other->address, &r->peer->address) &&
	    peering_selects(other, r->node) &&
	    meta_age_cmp(&other->meta, &r->peer->meta) < 0)
		r->older = other;
	return r->older == NULL;
}

const struct bgp_peer *
rivals_older(const struct store *store, size_t kind,
    const struct bgp_peer *peer, const struct node *node)
{
	struct rival r = { .peer = peer, .node = node };

	if (node != NULL)
		store_each(store, kind, rival_each, &r);
	return r.older;
}
