/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide - which of several paths to one prefix is the best (RFC 4271 9.1.2.2).
 */
#ifndef BGPD_RIB_DECIDE_H
#define BGPD_RIB_DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct path;
struct rib_source;

struct route_candidate {
	const struct path *path;
	const struct rib_source *source;
	uint32_t path_id; /* 0 without ADD-PATH */
	bool stale;       /* a last resort, as are paths with LLGR_STALE */
	uint32_t tag;     /* the caller's, to know the winner by */
};

/*
 * Puts the best of n > 0 eligible candidates first; the others follow, in no order.
 * Which one it is does not depend on the order in which they are given.
 */
void decide(struct route_candidate *, size_t n);
/*
 * Puts those first that are as good as the best one, before what only breaks ties
 * (RFC 4271 9.1.2.2 (f) and (g)): traffic may go over each of them. Returns how many
 * these are; the best of all is the best of these.
 */
size_t decide_multipath(struct route_candidate *, size_t n);
#endif
