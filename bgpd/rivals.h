/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rivals - of several BGPPeers with one address, which one a node talks to.
 */
#ifndef BGPD_RIVALS_H
#define BGPD_RIVALS_H

#include <stddef.h>

struct bgp_peer;
struct node;
struct store;

/*
 * Another BGPPeer that selects the node for the same address and is older; NULL: there
 * is none, or no node. kind: the row of BGPPeers in the store's table. Borrowed.
 */
const struct bgp_peer *rivals_older(const struct store *, size_t kind,
    const struct bgp_peer *, const struct node *);
#endif
