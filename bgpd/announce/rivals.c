/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/rivals.h"

#include <string.h>

#include "bgpd/announce/peering.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "common/api/node.h"
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

struct choice {
	const struct node *node;
	const struct bgp_configuration *chosen, *rival;
};

/* "default" is for nodes that no other one selects. */
static bool
choose_each(void *arg, const struct object_key *key, const void *item)
{
	struct choice *choice = arg;
	const struct bgp_configuration *c = item, *has = choice->chosen;

	if (strcmp(key->name, "default") == 0) {
		if (has == NULL)
			choice->chosen = c;
		return true;
	}
	if (choice->node == NULL ||
	    !selector_matches(&c->nodes, &choice->node->labels))
		return true;
	if (has == NULL || strcmp(has->meta.name, "default") == 0) {
		choice->chosen = c;
	} else if (meta_age_cmp(&c->meta, &has->meta) < 0) {
		choice->rival = has;
		choice->chosen = c;
	} else {
		choice->rival = c;
	}
	return true;
}

const struct bgp_configuration *
rivals_configuration(const struct store *store, size_t kind,
    const struct node *node, const struct bgp_configuration **rival)
{
	struct choice choice = { .node = node };

	store_each(store, kind, choose_each, &choice);
	*rival = choice.rival;
	return choice.chosen;
}
