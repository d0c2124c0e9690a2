/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms - many moments in time, of which the earliest is wanted: a heap.
 */
#ifndef BGPD_L2_ALARMS_H
#define BGPD_L2_ALARMS_H

#include <stddef.h>
#include <stdint.h>

struct alarm {
	uint64_t at;    /* ms */
	uint32_t place; /* in the heap, from 1 on; 0: not set */
};

struct alarms {
	struct alarm **at; /* owned, what it points to is the caller's */
	size_t n, room;
};

void alarms_fini(struct alarms *);
void alarms_set(struct alarms *, struct alarm *, uint64_t at); /* or moves it */
void alarms_unset(struct alarms *, struct alarm *);
/* Takes out the earliest that is due; NULL: none is. */
struct alarm *alarms_pop(struct alarms *, uint64_t now);
uint64_t alarms_due(const struct alarms *); /* UINT64_MAX: never */
#endif
