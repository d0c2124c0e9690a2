/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoints - how many endpoints each Service has, here and on which other nodes.
 *
 * Counted slice by slice, so a change of one slice costs that slice.
 */
#ifndef BGPD_ANNOUNCE_ENDPOINTS_H
#define BGPD_ANNOUNCE_ENDPOINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/prefix.h"

struct endpoint_slice;
struct endpoints;

struct place; /* private to endpoints.c */

struct
    tally { /* of one family; ready ones, and those serving and terminating */
	uint32_t ready, ready_here;
	uint32_t lingering, lingering_here;
	struct place *places; /* owned; other nodes with either */
	uint32_t n_places;
	/* Passes of endpoints_hand_over() until those that came elsewhere count. */
	uint32_t overlap;
};

/* node: our name, copied. */
struct endpoints *endpoints_new(const char *node);
void endpoints_free(struct endpoints *);
/* was and now as in store_kind.changed. */
void endpoints_change(struct endpoints *, const struct endpoint_slice *was,
    const struct endpoint_slice *now);

/*
 * When the first ready endpoint comes elsewhere while one here still serves, its node
 * may not have told its routers yet: for a while the two overlap. Does any Service?
 */
bool endpoints_overlap(const struct endpoints *);
/* A pause has gone by; each() is told of every Service that no longer overlaps. */
void endpoints_hand_over(struct endpoints *,
    void (*each)(void *arg, const char *ns, const char *service), void *arg);

/* NULL: the Service has no such endpoints. Borrowed until the next change. */
const struct tally *endpoints_of(
    const struct endpoints *, const char *ns, const char *service, enum family);
/* The best of the endpoints that a node has, ours or another one. */
enum presence { PRESENCE_NONE, PRESENCE_LINGERING, PRESENCE_READY };

/*
 * Calls each() for every node with endpoints that are ready or still serve, ours too,
 * until it says false.
 */
void endpoints_each_node(const struct endpoints *, const struct tally *,
    bool (*each)(void *arg, const char *node), void *arg);
enum presence
endpoints_at(const struct endpoints *, const struct tally *, const char *node);
/* Has another node that is good ready ones? */
bool tally_ready_elsewhere(const struct tally *,
    bool (*is_good)(void *arg, const char *node), void *arg);
#endif
