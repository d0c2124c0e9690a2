/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts - what this node knows when it decides what to announce; all borrowed.
 */
#ifndef BGPD_ANNOUNCE_FACTS_H
#define BGPD_ANNOUNCE_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "bgpd/config/bgp_configuration.h"

struct audiences;
struct bgp_configuration;
struct block_affinity;
struct endpoints;
struct instance;
struct node;
struct others;
struct service_group;
struct weights;

/* The Service whose endpoints are the daemons of all nodes, in our namespace. */
#define DAEMONS_SERVICE "lbbgp-bgpd"

struct view {
	const struct instance *instance;        /* never NULL */
	const struct node *node;                /* ours; NULL: none yet */
	const struct bgp_configuration *config; /* in force; NULL: none */
	const struct service_group *const *groups;
	size_t n_groups;
	const struct audiences *audiences; /* peers that a group names */
	const struct block_affinity *const *blocks; /* of all nodes */
	size_t n_blocks;
	/* Of all ServiceCIDRs, each once; they count if the configuration says so. */
	struct cidrs service_cidrs;
	const struct endpoints *endpoints;
	/* What was said before of Services; NULL: all is said as it is now. */
	struct weights *weights;
	struct others *others; /* NULL: every other node may announce */
	bool limited;          /* announce_limited() */
	bool calico;           /* its IPAM is installed */
	bool data_plane;       /* it answers, or nobody asks */
	bool
	    draining; /* Services go with GRACEFUL_SHUTDOWN; links are given up */
	/*
	 * The exclude label has just come: single Services go with
	 * GRACEFUL_SHUTDOWN, too, before they are withdrawn for it.
	 */
	bool excluding;
	bool drained; /* Services are not announced */
	bool stale;   /* none knows whether all this still holds */
};
#endif
