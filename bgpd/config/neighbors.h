/* SPDX-License-Identifier: Apache-2.0 */
/*
 * neighbors - whom a node is to speak BGP with.
 *
 * A BGPPeer with peerIP is one neighbor of the nodes that it selects. One with
 * peerSelector, and the node-to-node mesh, stand for many: for each node that they mean
 * there is a BGPPeer made of them, with the address of that node, its port and its AS
 * number. It is called "NAME/NODE", or "mesh:NODE", as no object can be. A node that
 * says by a label that it is another lbbgp's is not meant. One with
 * fromNode is made of what the node says of itself, and keeps its name.
 *
 * One with peerPrefix stands for whoever connects from there. It is no neighbor, but a
 * range; for each of those there is a BGPPeer made of it, "NAME/ADDRESS", as long as
 * its owner says that it is there (neighbors_came()).
 */
#ifndef BGPD_CONFIG_NEIGHBORS_H
#define BGPD_CONFIG_NEIGHBORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/scoped_addr.h"

struct bgp_configuration;
struct bgp_peer;
struct instance;
struct neighbors; /* private to neighbors.c */
struct node;
struct store;

struct neighbor_kinds { /* rows of the store's table */
	size_t node, configuration, peer;
	/* Whose nodes; borrowed for good, NULL: the default one. */
	const struct instance *instance;
};

/* The node's default gateway of a family, for peerIP: gateway. */
struct neighbor_gateway {
	struct scoped_addr at; /* FAMILY_NONE: there is none, for this reason */
	const char *why;       /* literal */
	struct addr other;     /* one more of the same metric; or FAMILY_NONE */
};

/* A mesh of more nodes is told of: reflectors serve better then. */
#define MESH_NODES_MOST 200

/*
 * Those of the node with the configuration that is in force there; NULL: there is none.
 * gateways: by family; NULL: they are not known. All is borrowed: to be freed before
 * the store changes.
 */
struct neighbors *neighbors_new(const struct store *,
    const struct neighbor_kinds *, const struct node *,
    const struct bgp_configuration *, const struct neighbor_gateway *gateways);
void neighbors_free(struct neighbors *);

/* In the order of the store's BGPPeers, the mesh behind them: nth from 0, or NULL. */
const struct bgp_peer *neighbors_at(const struct neighbors *, size_t nth);
const struct bgp_peer *
neighbors_find(const struct neighbors *, const char *name);
/* BGPPeers with peerPrefix that are for the node: nth from 0, or NULL. */
const struct bgp_peer *neighbors_range(const struct neighbors *, size_t nth);
/*
 * One whose Node says something wrong goes on as it was: with this address, port and
 * zone. So it has them, as if the Node said so.
 */
void neighbors_stays(struct neighbors *, const char *name,
    const struct scoped_addr *, uint16_t port);
/*
 * Somebody has come from a range: he is a neighbor, behind all others. NULL: there is
 * no such range, it has not that address, or another BGPPeer or the mesh has, at
 * whatever port.
 */
const struct bgp_peer *
neighbors_came(struct neighbors *, const char *range, const struct addr *);
/* One that differs from this by its port alone: who connects may be either. */
const struct bgp_peer *
neighbors_beside(const struct neighbors *, const struct bgp_peer *);
/*
 * The oldest one with address and port (of a range, the prefix) of this when that is
 * older; NULL: none is.
 */
const struct bgp_peer *
neighbors_older(const struct neighbors *, const struct bgp_peer *);
/* Is one of them a default gateway, known or not? */
bool neighbors_want_gateway(const struct neighbors *);
/* Nodes in the mesh of this node, itself included; 0: it is in none. */
size_t neighbors_mesh(const struct neighbors *);
#endif
