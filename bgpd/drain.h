/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drain - in which state a node is that is taken out of service, and back.
 *
 * Pure: whether there is a cause, and the time, come in. What follows from a state is
 * its owner's business (draining.c).
 */
#ifndef BGPD_DRAIN_H
#define BGPD_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

enum drain_state {
	DRAIN_ACTIVE,   /* as any node */
	DRAIN_DRAINING, /* Services with GRACEFUL_SHUTDOWN; links are given up */
	DRAIN_DRAINED,  /* Services are withdrawn */
	DRAIN_STATES
};

/* How much longer than its wait it is Draining for addresses on links, ms. */
#define DRAIN_LINKS_WAIT 5000

struct drain { /* starts as zeros: Active */
	enum drain_state state;
	uint64_t since; /* ms; 0: it was never another one */
	uint64_t began; /* ms; of Draining */
	uint64_t wait;  /* drain_facts.wait, at the last step */
	char *reason;   /* owned; NULL while Active */
	bool was_known; /* drain_facts.known, at the last step */
};

struct drain_facts {
	bool known;      /* there is a Node; without it nothing is announced */
	const char *why; /* a cause there is; NULL: none */
	uint64_t wait;   /* ms, from the beginning of Draining */
	bool holds;      /* addresses on links, that others may take yet */
};

void drain_fini(struct drain *);
/*
 * True: it has come into another state. A daemon that starts on a node with a cause, or
 * whose Node comes with one, has announced nothing, so it is Drained at once. A wait of
 * 0 is none.
 */
bool drain_step(struct drain *, const struct drain_facts *, uint64_t now);
/* When the next step is due, ms; 0: once something else has changed. */
uint64_t
drain_due(const struct drain *, const struct drain_facts *, uint64_t now);
#endif
