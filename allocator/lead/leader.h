/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leader - whether this allocator is the one that decides, by a Lease.
 *
 * Is told of the record and how its own writes of it went; says what to write, and
 * until when it leads. Sends nothing and looks at no clock.
 */
#ifndef ALLOCATOR_LEAD_LEADER_H
#define ALLOCATOR_LEAD_LEADER_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct leader; /* private to leader.c */
struct lease;

struct leader_times { /* ms */
	uint32_t
	    lease; /* others may take over when it has not been renewed for so long */
	uint32_t
	    renew; /* the leader stops when it could not renew it for so long */
	uint32_t retry; /* between two tries */
};

struct leader_spec {
	const char *identity; /* borrowed for good; unlike that of any other */
	const char *ns;       /* of the Lease; likewise */
	struct leader_times times;
	uint64_t seed; /* for jitter */
};

enum leader_wrote {
	LEADER_DONE,
	LEADER_CONFLICT, /* the record is not what we know: it was not written */
	LEADER_FAILED,   /* it was written or not */
};

/* lease > renew > retry × 1.2, so that a leader stops before another begins. */
bool leader_times_check(const struct leader_times *, struct err *);

/* For how long the kernel may try to send what a leader wrote; ms. */
uint32_t leader_unacked(const struct leader_times *);

struct leader *leader_new(const struct leader_spec *);
void leader_free(struct leader *);

/* The record as it is, NULL: there is none. */
void leader_saw(struct leader *, const struct lease *, uint64_t now);
/* How the write of leader_next() went; version: the new one, or "". */
void leader_told(struct leader *, enum leader_wrote, const char *version);
/* From now on it only gives the record back. */
void leader_resign(struct leader *);

/*
 * What to write now, by a Lease's version; borrowed until the next call that is not
 * const. NULL: nothing. wall: ms since 1970, for people to read.
 */
const char *leader_next(struct leader *, int64_t wall, uint64_t now);
/* When to ask again if nothing is told before; UINT64_MAX: not at all. */
uint64_t leader_due(const struct leader *, uint64_t now);

bool leader_leads(const struct leader *, uint64_t now);
/* It leads until then, if nothing changes; 0: it does not. */
uint64_t leader_until(const struct leader *);
/* The record is not known: it must be read, and leader_saw() called. */
bool leader_is_blind(const struct leader *);
/* It has resigned, and there is nothing left to give back. */
bool leader_is_over(const struct leader *);
/* Who has it by the last record seen; "": nobody. Borrowed. */
const char *leader_holder(const struct leader *);
#endif
