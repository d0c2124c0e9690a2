/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fabric - routers that tell each other, late, what they have from their nodes.
 *
 * Each has the nodes of its rack alone, and tells a route reflector its best routes;
 * that one tells all routers the best one for each prefix, and no other (RFC 4456). So
 * a router whose own route goes knows of no other until the reflector has heard of it.
 */
#ifndef TESTS_SIM_FABRIC_H
#define TESTS_SIM_FABRIC_H

#include <stdint.h>

struct fabric; /* private to fabric.c */
struct world;

/* What a route is worth, the best last. */
enum fabric_rank {
	RANK_AGED,    /* LLGR_STALE (RFC 9494) */
	RANK_SHUNNED, /* GRACEFUL_SHUTDOWN (RFC 8326) */
	RANK_GOOD,
	RANKS
};

/* Prefixes (announced.h) for which there is a route of that rank, or a better one. */
struct ranks {
	uint64_t at_least[RANKS];
};

struct fabric *fabric_new(struct world *, unsigned n_routers);
void fabric_free(struct fabric *); /* NULL is fine */
/* A router has these from its nodes now. */
void fabric_has(struct fabric *, unsigned router, const struct ranks *);
/* Prefixes that a router sends to another one, since its route is better. */
uint64_t fabric_sends(const struct fabric *, unsigned from, unsigned to);
#endif
