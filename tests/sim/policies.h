/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policies - what BGPFilters make of a node's announcements, by the words of
 * doc/filters.md and without a line of the daemon's; and filters by chance.
 *
 * A virtual cluster has FILTERS of them, "f0" and on. BGPPeers and the BGPConfiguration
 * name up to NAMED.
 */
#ifndef TESTS_SIM_POLICIES_H
#define TESTS_SIM_POLICIES_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "common/prefix.h"
#include "common/rng.h"

enum {
	FILTERS = 3,
	NAMED = 2,
	POLICY_AS = 65001, /* of communities: POLICY_AS:0 and on */
	POLICY_COMMUNITIES = 8,
	POLICY_PREPENDED = 64999,
	POLICY_RULES_TEXT = 1600,
};

struct naming {
	bool own; /* there is a list */
	unsigned n;
	uint8_t filters[NAMED];
};

struct words { /* of a route, beside its prefix */
	bool has_med;
	uint32_t med;
	uint8_t communities, prepends; /* bits of POLICY_AS:n; times */
};

struct attrs;

/* "", or ", filters: […]"; of the size of POLICY_RULES_TEXT. */
const char *naming_print(const struct naming *, char *text);
void naming_draw(struct naming *, struct rng *);
/* The spec of a BGPFilter. */
void policies_draw_rules(char *text, struct rng *);

/*
 * What a router with that address in BGPPeers is told of what the node announces: a set
 * (announced.h), and the words of each. False: it can't be said, as one is named that
 * there is not.
 */
bool policies_told(const json_t *objects, const char *peer_ip, uint64_t *takes,
    struct words words[64]);
/*
 * Does the node take that prefix of the router, with an AS path of that length? Then
 * its local preference is set, if something says so.
 */
bool policies_taken(const json_t *objects, const char *peer_ip,
    const struct prefix *, unsigned length, uint32_t *pref);
/* The same words, as they came; own_as: how often the node's AS is in front. */
void words_read(struct words *, const struct attrs *, unsigned own_as);
bool words_eq(const struct words *, const struct words *);
#endif
