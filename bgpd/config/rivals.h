/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rivals - of several objects that are for one node, which one is in force there.
 */
#ifndef BGPD_CONFIG_RIVALS_H
#define BGPD_CONFIG_RIVALS_H

#include <stddef.h>

struct bgp_configuration;
struct bgp_peer;
struct node;
struct rivals; /* private to rivals.c */
struct store;

/*
 * The BGPPeers that select the node, by address. They are borrowed: it is to be freed
 * before the store changes. kind: their row in its table. node NULL: none do.
 */
struct rivals *
rivals_new(const struct store *, size_t kind, const struct node *);
void rivals_free(struct rivals *);
/* The oldest one with the address of this peer when that is older; NULL: none is. */
const struct bgp_peer *rivals_older(struct rivals *, const struct bgp_peer *);
/*
 * The BGPConfiguration for the node (NULL: only "default" can be), or NULL. Of two that
 * select it the older holds, and *rival is the other, else NULL. Borrowed.
 */
const struct bgp_configuration *rivals_configuration(const struct store *,
    size_t kind, const struct node *, const struct bgp_configuration **rival);
#endif
