/* SPDX-License-Identifier: Apache-2.0 */
/*
 * others - whether another node may announce what it serves.
 *
 * From its Node, the BGPConfiguration for it and the BGPPeers that select it. Whether
 * its daemon runs, its sessions are up and its data plane answers nobody knows here; a
 * node that says by a label that it is another lbbgp's announces nothing.
 * Answers are kept; who hears of a change asks whether one is another now.
 */
#ifndef BGPD_ANNOUNCE_OTHERS_H
#define BGPD_ANNOUNCE_OTHERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct bgp_peer;
struct group_announce;
struct instance;
struct node;
struct others;
struct selector;
struct store;

struct others_kinds { /* rows of the store's table */
	size_t node, configuration, peer;
	/* Whose nodes; borrowed for good, NULL: the default one. */
	const struct instance *instance;
};

struct others *others_new(const struct store *, const struct others_kinds *);
void others_free(struct others *);

/*
 * May the node announce single Services of the family, as the ServiceGroup says: does
 * its selector leave it in, and is one of its peers (1 << i: peers[i] of it counts) a
 * peer of the node? NULL: of no group. One that is not known is taken to; no node at
 * all ("") is not.
 */
bool others_may(struct others *, const char *node, enum family,
    const struct group_announce *, uint16_t peers);

/*
 * The Node of that name, borrowed, if it may hold single addresses of Services on its
 * links and the selector leaves it in; NULL: it may not, or is not known. Asks no BGP.
 */
const struct node *
others_serve(struct others *, const char *node, const struct selector *);

/* What the store has heard already. Is an answer that was given another one now? */
bool others_changed(struct others *, const char *node);
/* was NULL: it is new, is NULL: it is gone. Costs a look at each node for these two. */
bool others_peer_changed(
    struct others *, const struct bgp_peer *was, const struct bgp_peer *is);
void others_configuration_changed(struct others *);
#endif
