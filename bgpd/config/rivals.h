/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rivals - of several BGPConfigurations that are for one node, which is in force there.
 */
#ifndef BGPD_CONFIG_RIVALS_H
#define BGPD_CONFIG_RIVALS_H

#include <stddef.h>

struct bgp_configuration;
struct node;
struct store;

/*
 * The BGPConfiguration for the node (NULL: only "default" can be), or NULL. Of two that
 * select it the older holds, and *rival is the other, else NULL. Borrowed.
 */
const struct bgp_configuration *rivals_configuration(const struct store *,
    size_t kind, const struct node *, const struct bgp_configuration **rival);
#endif
