/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health - whether the data plane (kube-proxy, as a rule) answers, debounced.
 *
 * Services are announced only while it does. At the start one good answer is enough, so
 * that a restart costs no more than it has to; after a failure it takes two. Who may be
 * lenient takes it that there is nothing to ask where nothing has answered within the
 * grace after the start, and holds nothing back. When another URL is asked, what was
 * known of the last one holds until there is an answer.
 */
#ifndef BGPD_HEALTH_HEALTH_H
#define BGPD_HEALTH_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#define HEALTH_INTERVAL 2000 /* ms between two questions */
#define HEALTH_TIMEOUT 1500  /* ms; below the interval */
#define HEALTH_GRACE 15000   /* ms */

struct health {
	uint64_t since;     /* when asking began, ms */
	unsigned good, bad; /* answers in a row */
	bool lenient;
	bool up;
	bool unknown;  /* up for want of any answer */
	bool answered; /* ever */
};

void health_start(struct health *, bool lenient, uint64_t now);
void health_stop(struct health *); /* nobody asks: up */
void health_answer(struct health *, bool good, uint64_t now);
bool health_is_up(const struct health *);
/* Not up, but it may only not have answered yet. */
bool health_is_pending(const struct health *);
bool health_is_unknown(const struct health *); /* never answered, grace over */
#endif
