/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The several routes of a prefix that a group is told (RFC 7911), in place of the best.
 */
#include "bgpd/rib/decide.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/rib_table.h"

/* Puts the best `most` of them first. The others are in no order. */
static void
best_first(struct route_candidate *candidates, size_t n, size_t most)
{
	for (size_t i = 0; i < most && i + 1 < n; i++)
		decide(candidates + i, n - i);
}

size_t
rib_several(struct rib *r, enum family family, uint32_t index,
    const struct group_key *key)
{
	uint32_t most = key->add_path[family];
	size_t n = 0;

	for (uint32_t at = r->tables[family].first[index]; at != 0;
	     at = r->routes[at].next)
		if ((r->routes[at].flags & ROUTE_ELIGIBLE) != 0 &&
		    policy_passes(
			key, &r->sources[r->routes[at].source].source))
			rib_add_candidate(r, family, n++, at);
	if (n <= most)
		return n;
	best_first(r->candidates, n, most);
	return most;
}

struct rib_one
rib_one_of(const struct rib *r, size_t i)
{
	const struct route *route = &r->routes[r->candidates[i].tag];

	return (struct rib_one){
		.path = path_by_id(r->paths, route->path),
		.source = route->source,
		.path_id = route->path_id,
	};
}
