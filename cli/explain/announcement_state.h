/* SPDX-License-Identifier: Apache-2.0 */
/*
 * announcement_state - what announcement.c, which asks what a node announces, and
 * announcement_peers.c, which asks whom it tells, both know.
 */
#ifndef CLI_EXPLAIN_ANNOUNCEMENT_STATE_H
#define CLI_EXPLAIN_ANNOUNCEMENT_STATE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bgpd/announce/facts.h"

struct addr;
struct announce_index;
struct asked_routes;
struct attributes;
struct filtering;
struct prefix;
struct service;
struct steps;
struct store;

struct explainer {
	const struct store *store;
	const struct service *service;
	struct steps *steps;
	struct asked_routes *asked;
	int64_t now; /* s since 1970 */
	const struct service *
	    *sharers; /* owned; it, and who has its addresses */
	size_t n_sharers;
	struct audiences *audiences; /* owned */
	struct filtering *filtering; /* owned */
	struct view view;            /* of the node that is looked at */
	const void *status; /* JSON, … as it wrote it; NULL: none, or old */
	struct endpoints *endpoints;  /* as it counts them; owned */
	struct announce_index *index; /* … with what all sharers want; owned */
	struct addr *linked; /* owned; its addresses that are for links */
	size_t n_linked;
};

/* Prints whom the node tells of it, and whom not and why. Returns how many it tells. */
size_t announcement_peers(const struct explainer *, const struct prefix *,
    const struct attributes *all, FILE *to);
#endif
