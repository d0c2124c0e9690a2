/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filtered - what the export filters of a peer make of a route that a node announces.
 *
 * Asks the daemon's own filters, compiled from the same objects.
 */
#ifndef CLI_EXPLAIN_FILTERED_H
#define CLI_EXPLAIN_FILTERED_H

#include <stddef.h>
#include <stdint.h>

struct attributes;
struct bgp_configuration;
struct bgp_peer;
struct prefix;
struct store;

struct filtering; /* filters that were asked for so far */

/* The store's rows are those of kinds.h; borrowed. */
struct filtering *filtering_new(const struct store *);
void filtering_free(struct filtering *);

struct filtering_of { /* borrowed during a call */
	const struct bgp_peer *peer;
	const struct bgp_configuration *config; /* in force; NULL: none */
	uint32_t local_as;                      /* of the session */
	const struct prefix *prefix;
	const struct attributes *told; /* with what it is announced */
};

enum filtered {
	FILTERED_AS_IS,   /* filters leave it as it is */
	FILTERED_CHANGED, /* text: by which rule, and what */
	FILTERED_REFUSED, /* text: by which rule */
	FILTERED_UNKNOWN, /* text: which filter there is not */
};

/* text is owned by the caller; "" with FILTERED_AS_IS. */
enum filtered
filtering_judge(struct filtering *, const struct filtering_of *, char **text);
#endif
