/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_select - which routes a request asks for: by prefix, communities and AS path.
 */
#ifndef BGPD_CONTROL_ROUTE_SELECT_H
#define BGPD_CONTROL_ROUTE_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/rib/path.h"
#include "common/prefix.h"

struct err;
struct json_at;

#define SELECT_MOST 16 /* values of one selector */

enum prefix_match {
	MATCH_EXACT,
	MATCH_LONGER,  /* it, and all that lie in it */
	MATCH_SHORTER, /* it, and all that it lies in */
	MATCH_COVERING, /* of these the longest: what a packet to it would take */
};

struct route_select {
	bool by_prefix;
	enum prefix_match match;
	struct prefix prefix;
	uint32_t communities[SELECT_MOST]; /* all have to be there */
	size_t n_communities;
	struct large_community large[SELECT_MOST]; /* these, too */
	size_t n_large;
	uint32_t contains[SELECT_MOST]; /* in any place of the AS path */
	size_t n_contains;
	uint32_t
	    starts[SELECT_MOST]; /* as the path does, from the neighbour on */
	size_t n_starts;
};

/*
 * Reads prefix, match, communities, asPathContains and asPathStartsWith of a request;
 * what is absent selects all. False: err.
 */
bool route_select_read(
    struct route_select *, const struct json_at *request, struct err *);
/* MATCH_COVERING: as MATCH_SHORTER, for one prefix can't tell which is the longest. */
bool route_select_prefix(const struct route_select *, const struct prefix *);
bool route_select_path(const struct route_select *, const struct path *);
/* Does it look into paths at all? */
bool route_select_looks(const struct route_select *);
#endif
