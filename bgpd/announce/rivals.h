/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rivals - of several objects that are for one node, which one is in force there.
 */
#ifndef BGPD_ANNOUNCE_RIVALS_H
#define BGPD_ANNOUNCE_RIVALS_H

#include <stddef.h>

struct bgp_configuration;
struct bgp_peer;
struct node;
struct store;

/*
 * Another BGPPeer that selects the node for the same address and is older; NULL: there
 * is none, or no node. kind: the row of BGPPeers in the store's table. Borrowed.
 */
const struct bgp_peer *rivals_older(const struct store *, size_t kind,
    const struct bgp_peer *, const struct node *);
/*
 * The BGPConfiguration for the node (NULL: only "default" can be), or NULL. Of two that
 * select it the older holds, and *rival is the other, else NULL. Borrowed.
 */
const struct bgp_configuration *rivals_configuration(const struct store *,
    size_t kind, const struct node *, const struct bgp_configuration **rival);
#endif
