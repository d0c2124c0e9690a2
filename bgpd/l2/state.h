/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state - what the parts of l2 share: links, and the seats on them. Nobody else
 * includes this.
 *
 * A link is an interface of this node that frames are sent on. It is open while an
 * address is wanted on it. A seat is an address on an open link: one node of the link
 * sits on it. There is one for whatever is wanted here or claimed by another.
 */
#ifndef BGPD_L2_STATE_H
#define BGPD_L2_STATE_H

#include <uthash.h>
#include <utlist.h>

#include "bgpd/l2/alarms.h"
#include "bgpd/l2/claims.h"
#include "bgpd/l2/l2_types.h"
#include "bgpd/l2/members.h"
#include "bgpd/l2/terms.h"
#include "bgpd/link/link_port.h"
#include "common/clock.h"
#include "common/rng.h"

struct l2_wanted {
	struct addr addr;
	struct terms *terms; /* ref */
	int preference;
	const char *why_not; /* literal */
	UT_hash_handle hh;
};

struct l2_seat {
	struct alarm alarm; /* first: seat_of(); what for, `state` says */
	struct addr addr;
	uint8_t state; /* enum l2_state */
	uint8_t said;  /* enum claim: what the others have been told */
	uint8_t step;  /* of an announcement, or of probes */
	uint8_t
	    deaf_stops; /* how often one that does not hear us took it away */
	bool
	    known : 1; /* some node of the link has held it: no need to probe first */
	bool second : 1; /* another interface of this node comes first for it */
	bool contested : 1; /* another answers too, or has until now */
	bool has_conflict : 1;
	bool queued : 1, dirty : 1, again : 1; /* told again, as it was */
	uint16_t holder;       /* id of a member; 0: nobody known */
	uint32_t said_version; /* of our claims, in which that was */
	struct claims claims;
	struct l2_link *link;
	struct l2_wanted *want; /* borrowed; NULL: not wanted here */
	uint64_t since;
	uint64_t free_since; /* WAITING: when nobody answered any more */
	uint64_t conflict_at, defended_at;
	struct mac conflict;
	unsigned transitions;
	struct l2_seat *next, *prev; /* queued to be judged */
	struct l2_seat *dirty_next,
	    *dirty_prev; /* what it claims is to be told */
	UT_hash_handle hh;
};

struct l2_link {
	struct l2 *l2;
	struct interface interface; /* owned copy */
	bool open;
	struct members *members; /* owned; NULL: not open */
	struct l2_seat *seats;   /* owned */
	size_t n_wanted;         /* seats that are */
	size_t n_answering;
	uint64_t epoch, seq;
	uint32_t number, version;
	struct l2_seat *dirty;
	uint64_t hello_at; /* the next one is due */
	uint64_t said_at;  /* the last one, or the start */
	uint64_t listen_until;
	uint64_t whole_at; /* all claims were last told; 0: never */
	bool whole_due;    /* they are to be told */
	struct l2_link *next, *prev;
};

struct l2 {
	char *node;
	uint64_t name; /* hello_name_hash() */
	const struct clock *clock;
	struct rng *rng;
	const struct link_port *port;
	const struct l2_ops *ops;
	void *arg;

	bool configured, blocked, leaving;
	uint32_t interval, dead;
	struct hello_keys keys;
	uint64_t old_key_until; /* keys.key[1] is good; 0: there is none */

	struct addr *ips; /* owned */
	size_t n_ips;
	struct terms_shelf *shelf; /* owned */
	struct l2_wanted *wants;   /* owned */
	struct l2_link *links;     /* owned */
	struct alarms alarms;      /* of seats */
	struct l2_seat *queue;     /* to be judged */
	uint64_t armed;            /* 0: not */
	struct l2_counters counters;
};

static inline uint64_t
l2_now(const struct l2 *l2)
{
	return clock_now(l2->clock);
}

static inline bool
seat_answers(const struct l2_seat *s)
{
	return s->state == L2_HELD || s->state == L2_YIELDING;
}

/* To be judged by one of the next ticks. */
static inline void
seat_queue(struct l2_seat *s)
{
	if (s->queued)
		return;
	s->queued = true;
	DL_APPEND(s->link->l2->queue, s);
}

/* This node may hold it, as far as it is up to this node. */
static inline bool
seat_may(const struct l2_seat *s)
{
	return s->want != NULL && s->want->preference >= 0 && !s->second &&
	    !s->link->l2->leaving;
}
#endif
