/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health - whether the data plane (kube-proxy, as a rule) answers, debounced.
 *
 * Services are announced only while it does. Where nothing has ever answered within the
 * grace after the start there is nothing to ask, and nothing is held back.
 */
#ifndef BGPD_ANNOUNCE_HEALTH_H
#define BGPD_ANNOUNCE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#define HEALTH_INTERVAL 2000 /* ms between two questions */
#define HEALTH_GRACE 15000   /* ms */

struct health {
	uint64_t since;     /* when asking began, ms */
	unsigned good, bad; /* answers in a row */
	bool asking;
	bool up;
	bool answered; /* ever */
};

void health_start(struct health *, uint64_t now);
void health_stop(struct health *); /* nobody asks: up */
void health_answer(struct health *, bool good, uint64_t now);
bool health_is_up(const struct health *);
bool health_is_unknown(const struct health *); /* never answered, grace over */
#endif
