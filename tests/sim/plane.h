/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plane - what becomes of the packets that routers of a virtual cluster send to
 * addresses of Services and of pods.
 *
 * A router spreads what is for a prefix evenly over all nodes that it has a route from,
 * the longest prefix first. A node passes on what it serves, while its host has power,
 * whether the daemon runs or not. Everything else is lost, or loops.
 */
#ifndef TESTS_SIM_PLANE_H
#define TESTS_SIM_PLANE_H

#include <stdbool.h>

struct history;
struct plane;

enum plane_cause {
	LOST_NO_ROUTE,   /* nobody announces it, and somebody serves it */
	LOST_WAY,        /* the next hop is without power, or cut off */
	LOST_NO_SERVICE, /* the next hop does not serve it (any more, or yet) */
	PLANE_CAUSES
};

struct plane *plane_new(struct history *);
void plane_free(struct plane *);
/* There are all hosts; each router has a rack, and a way to the others' (fabric.h). */
void plane_set_racks(struct plane *);
/* After every event; costs nothing where nothing has changed for packets. */
void plane_judge(struct plane *);
/*
 * From now on nothing may be lost on the way to what was served all along; what has
 * been edited is given its moment.
 */
void plane_forbid_loss(struct plane *, bool forbidden);
/* Has everybody heard of everything, and all routers of that? */
bool plane_is_whole(const struct plane *);
/* ms of one address as one router sees it, ever. */
double plane_lost(const struct plane *, enum plane_cause);
#endif
