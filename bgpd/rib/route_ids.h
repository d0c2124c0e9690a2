/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_ids - numbers for the routes that are told with path ids (RFC 7911 3).
 *
 * A group that tells several paths of a prefix gives each route a number of its own.
 * That is the path id it is told with, and the index by which buckets.c, changes.c and
 * run.c know it, where another group has the prefix's. The number stays as long as the
 * route is told, or members have yet to hear that it is not; then another one may get
 * it. 0 is none.
 */
#ifndef BGPD_RIB_ROUTE_IDS_H
#define BGPD_RIB_ROUTE_IDS_H

#include <stdbool.h>
#include <stdint.h>

struct route_id {
	uint32_t prefix;  /* its index in the rib; 0: the number is free */
	uint32_t next;    /* of the same prefix, or free; 0: the last one */
	uint32_t source;  /* who gave the route, */
	uint32_t path_id; /* … with which path id */
	bool wanted;      /* for group.c: it is still told */
};

struct route_ids {
	struct route_id *at; /* owned */
	uint32_t end, cap;
	uint32_t first_free;
	uint32_t *first; /* owned: by prefix index, the first number */
	uint32_t first_cap;
};

void route_ids_init(struct route_ids *);
void route_ids_fini(struct route_ids *);

/* The number of a route, which gets one if it has none. */
uint32_t route_ids_get(
    struct route_ids *, uint32_t prefix, uint32_t source, uint32_t path_id);
void route_ids_remove(struct route_ids *, uint32_t id);
/* The prefixes below end got other indices, 0 those that have gone. */
void route_ids_renumber(struct route_ids *, const uint32_t *map, uint32_t end);

/* The numbers of a prefix, one after the other by `next`; 0: none. */
static inline uint32_t
route_ids_first(const struct route_ids *ids, uint32_t prefix)
{
	return prefix < ids->first_cap ? ids->first[prefix] : 0;
}

/* Does the number stand for a route of this prefix? */
static inline bool
route_ids_is_of(const struct route_ids *ids, uint32_t id, uint32_t prefix)
{
	return id < ids->end && ids->at[id].prefix == prefix;
}
#endif
