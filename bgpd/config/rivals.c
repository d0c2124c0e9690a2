/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/rivals.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/peering.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/source/store.h"

struct oldest { /* of those with one address */
	UT_hash_handle hh;
	uint8_t key[1 + sizeof(((struct addr *)0)->bytes) + ZONE_TEXT];
	const struct bgp_peer *peer; /* borrowed */
};

struct rivals {
	const struct node *node;
	struct oldest *by_addr; /* owned */
};

static struct oldest *
oldest_of(struct rivals *r, const struct bgp_peer *peer, struct oldest *fresh)
{
	const struct addr *a = &peer->address;
	struct oldest *found;

	memset(fresh->key, 0, sizeof(fresh->key));
	fresh->key[0] = (uint8_t)a->family;
	memcpy(fresh->key + 1, a->bytes, sizeof(a->bytes));
	memcpy(
	    fresh->key + 1 + sizeof(a->bytes), peer->zone, sizeof(peer->zone));
	HASH_FIND(hh, r->by_addr, fresh->key, sizeof(fresh->key), found);
	return found;
}

static bool
oldest_each(void *arg, const struct object_key *key, const void *item)
{
	struct rivals *r = arg;
	const struct bgp_peer *peer = item;
	struct oldest look, *found;

	(void)key;
	if (!peering_selects(peer, r->node))
		return true;
	found = oldest_of(r, peer, &look);
	if (found == NULL) {
		found = xcalloc(1, sizeof(*found));
		memcpy(found->key, look.key, sizeof(look.key));
		found->peer = peer;
		HASH_ADD(hh, r->by_addr, key, sizeof(found->key), found);
	} else if (meta_age_cmp(&peer->meta, &found->peer->meta) < 0) {
		found->peer = peer;
	}
	return true;
}

struct rivals *
rivals_new(const struct store *store, size_t kind, const struct node *node)
{
	struct rivals *r = xcalloc(1, sizeof(*r));

	r->node = node;
	if (node != NULL)
		store_each(store, kind, oldest_each, r);
	return r;
}

void
rivals_free(struct rivals *r)
{
	struct oldest *o, *next;

	if (r == NULL)
		return;
	HASH_ITER (hh, r->by_addr, o, next) {
		HASH_DEL(r->by_addr, o);
		free(o);
	}
	free(r);
}

const struct bgp_peer *
rivals_older(struct rivals *r, const struct bgp_peer *peer)
{
	struct oldest look;
	const struct oldest *found = oldest_of(r, peer, &look);

	return found != NULL && found->peer != peer &&
		meta_age_cmp(&found->peer->meta, &peer->meta) < 0
	    ? found->peer
	    : NULL;
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
