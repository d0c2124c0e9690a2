/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer_filters - the BGPFilters of a peer, as they are in force.
 *
 * What cannot be found, or understood, changes nothing: what is in force stays so.
 */
#ifndef BGPD_POLICY_PEER_FILTERS_H
#define BGPD_POLICY_PEER_FILTERS_H

#include <stdbool.h>
#include <stddef.h>

struct bgp_configuration;
struct bgp_peer;
struct err;
struct filter_names;
struct filter_peer;
struct filters;
struct policy;
struct store;

struct peer_filters {
	bool known; /* they were found once */
	/* References. NULL: nothing is taken; all that the node announces is told. */
	const struct policy *import, *export;
};

struct filter_objects { /* borrowed */
	const struct store *store;
	size_t kind; /* of it, that BGPFilters are */
	const struct filter_names *names;
	const char *config; /* the BGPConfiguration that has them, or NULL */
};
/* Those of the BGPPeer, or else of the BGPConfiguration; NULL: there is none. */
struct filter_objects peer_filters_objects(const struct store *, size_t kind,
    const struct bgp_peer *, const struct bgp_configuration *);
/* Is there a name of which there is no BGPFilter? */
bool peer_filters_lacks(const struct filter_objects *);
/*
 * Those of these names. *out has references. False and err: *out is as it was.
 */
bool peer_filters_find(const struct filter_objects *, struct filters *,
    const struct filter_peer *, struct peer_filters *out, struct err *);
/* Gives the references back. */
void peer_filters_fini(struct peer_filters *);
#endif
