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

/* Of one family; ready ones, and those that still serve while they terminate. */
struct tally {
	uint32_t ready, ready_here;
	uint32_t lingering, lingering_here;
	uint32_t
	    fresh_here; /* passes until the ready ones here are no longer */
	struct place *places; /* owned; other nodes with either */
	uint32_t n_places;
};

/* node: our name, copied. */
struct endpoints *endpoints_new(const char *node);
void endpoints_free(struct endpoints *);
/* was and now as in store_kind.changed. */
void endpoints_change(struct endpoints *, const struct endpoint_slice *was,
    const struct endpoint_slice *now);

/*
 * The first ready endpoint of a node is fresh: kube-proxy there may not have its rules
 * yet (it gathers changes for a second), nor routers the route. The node itself waits
 * for FRESH_HERE passes, while others serve; others count on it after FRESH_FOR_OTHERS,
 * so that routers had a second at least. A pass is every HANDOVER_PAUSE ms
 * while any Service has a fresh one.
 */
#define HANDOVER_PAUSE 500 /* ms */
#define FRESH_HERE 5
#define FRESH_FOR_OTHERS 9
bool endpoints_are_fresh(const struct endpoints *);
/*
 * A pass; each() is told of every Service of which something is fresh no longer, until
 * it says false.
 */
void endpoints_grow_older(struct endpoints *,
    bool (*each)(void *arg, const char *ns, const char *service), void *arg);

/* NULL: the Service has no such endpoints. Borrowed until the next change. */
const struct tally *endpoints_of(
    const struct endpoints *, const char *ns, const char *service, enum family);
/* The best of the endpoints that a node has, ours or another one. */
enum presence {
	PRESENCE_NONE,
	PRESENCE_FRESH, /* for less than FRESH_HERE */
	PRESENCE_LINGERING,
	PRESENCE_READY,
};

/*
 * Calls each() for every node with endpoints that are ready or still serve, ours too,
 * until it says false.
 */
void endpoints_each_node(const struct endpoints *, const struct tally *,
    bool (*each)(void *arg, const char *node), void *arg);
enum presence
endpoints_at(const struct endpoints *, const struct tally *, const char *node);

/* Other nodes with ready endpoints that others may count on. */
void tally_each_ready(
    const struct tally *, void (*each)(void *arg, const char *node), void *arg);
bool tally_has_ready(const struct tally *, const char *node);

/* All are on nodes that nobody names, as a placeholder is. */
bool tally_is_nowhere(const struct tally *);

/* The best that another node has which is good. */
enum elsewhere {
	ELSEWHERE_NONE,
	ELSEWHERE_FRESH,     /* ready, a moment ago */
	ELSEWHERE_LINGERING, /* serving while it terminates */
	ELSEWHERE_READY,     /* for long enough */
};
enum elsewhere tally_elsewhere(const struct tally *,
    bool (*is_good)(void *arg, const char *node), void *arg);
#endif
