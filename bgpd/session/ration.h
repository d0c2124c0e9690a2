/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ration - how often a line that others can provoke is logged: at once, after 10 s, and
 * then each time after twice as long, up to an hour. Half a day of silence ends it.
 */
#ifndef BGPD_RATION_H
#define BGPD_RATION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/prefix.h"

enum { RATION_CALLERS = 64 };

struct ration {
	int what;       /* the line is about that; 0: none yet */
	uint64_t last;  /* ms, when it was asked for */
	uint64_t next;  /* ms, when it may be told again */
	uint64_t pause; /* ms */
	unsigned held;  /* how often it was not told since */
};

/* The same for callers who have but an address: the last RATION_CALLERS of them. */
struct rations {
	struct {
		struct addr addr;
		struct ration ration;
	} of[RATION_CALLERS];
	struct ration
	    crowd; /* of those who push one out that is still of interest */
};

/*
 * May the line be told now? what: any number but 0; another one than last time is news.
 * *held: so many have been held back since the last one.
 */
bool ration_take(struct ration *, int what, uint64_t now, unsigned *held);
bool rations_take(struct rations *, const struct addr *, int what, uint64_t now,
    unsigned *held);
#endif
