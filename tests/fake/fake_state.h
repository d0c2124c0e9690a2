/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_state - a state_port that keeps segments in memory, and fails when told to.
 */
#ifndef TESTS_FAKE_FAKE_STATE_H
#define TESTS_FAKE_FAKE_STATE_H

#include "bgpd/state/state_port.h"

#define FAKE_SEGMENTS 64

struct fake_segment {
	char *bytes; /* owned; NULL: it is not there */
	size_t n;
};

struct fake_set {
	struct fake_segment at[FAKE_SEGMENTS]; /* by number, modulo that */
	uint32_t first, end;                   /* numbers */
};

struct fake_state {
	struct state_port port;
	struct fake_set sets[2];
	unsigned ours; /* which of them is; the other one is the former */
	bool complete; /* what was ours is both */
	size_t room;   /* bytes that may still be written */
};

/* On a tmpfs, of boot "boot", with room for all. */
void fake_state_init(struct fake_state *);
void fake_state_fini(struct fake_state *);
/* The process has ended, and another one begins. */
void fake_state_restart(struct fake_state *);
/* A set that the next run would go on from, or the one that is written. */
struct fake_set *fake_state_former(struct fake_state *);
#endif
