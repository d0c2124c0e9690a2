/* SPDX-License-Identifier: Apache-2.0 */
/*
 * node_drain - whether a node is to be drained, as far as its Node tells.
 *
 * A node that is drained keeps its sessions and announces its pods, but no Services.
 */
#ifndef BGPD_CONFIG_NODE_DRAIN_H
#define BGPD_CONFIG_NODE_DRAIN_H

#include <stdbool.h>

struct bgp_configuration;
struct err;
struct node;

/*
 * Has it the label that excludes it from load balancers, and the configuration (NULL:
 * none) honours that? Then it announces no single Services.
 */
bool node_is_excluded(const struct node *, const struct bgp_configuration *);
#define NODE_DRAIN_TEXT 201

/* The annotation that drains it, cut and without what terminals mind; NULL: none. */
const char *
node_drain_annotation(const struct node *, char room[NODE_DRAIN_TEXT]);
/*
 * By its annotation, a taint, a cordon where the configuration (NULL: none, the
 * defaults hold) says so, or since it shuts down: why says which, for people.
 */
bool node_drains(
    const struct node *, const struct bgp_configuration *, struct err *why);
#endif
