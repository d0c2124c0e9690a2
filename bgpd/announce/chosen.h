/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chosen - of the nodes that may announce a prefix, is this one of the few that do?
 *
 * By rendezvous: each node has a score for each prefix, by the names of both alone, and
 * the highest ones announce it. All nodes come to the same without asking each other;
 * the prefixes are spread evenly; and when a node comes or goes, no prefix moves but
 * those that it takes or had.
 */
#ifndef BGPD_ANNOUNCE_CHOSEN_H
#define BGPD_ANNOUNCE_CHOSEN_H

#include <stdbool.h>
#include <stdint.h>

struct prefix;

struct rendezvous {
	const char *node; /* ours; borrowed */
	uint64_t of_prefix, score;
	unsigned above; /* rivals with a higher score */
};

struct rendezvous rendezvous_begin(const struct prefix *, const char *node);
/* Another node that announces it, or would. Each once; ours is none. */
void rendezvous_rival(struct rendezvous *, const char *node);
/* Is our node one of the `most` highest? */
bool rendezvous_won(const struct rendezvous *, unsigned most);
#endif
