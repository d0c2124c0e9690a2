/* SPDX-License-Identifier: Apache-2.0 */
/*
 * node_values - what a BGPPeer leaves to the Node to say (spec.fromNode): annotations
 * and labels in place of an address, an AS number, a source and a Secret.
 */
#ifndef BGPD_CONFIG_NODE_VALUES_H
#define BGPD_CONFIG_NODE_VALUES_H

#include <stdbool.h>

struct bgp_peer;
struct err;
struct node;

/* Does it leave anything? */
bool node_values_wanted(const struct bgp_peer *);
/*
 * Sets it in a copy of the BGPPeer; what it points to is borrowed from the node. False
 * and err: something is missing or wrong there. Then the copy has no address.
 */
bool node_values_apply(struct bgp_peer *, const struct node *, struct err *);
#endif
