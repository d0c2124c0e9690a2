/* SPDX-License-Identifier: Apache-2.0 */
/*
 * members - who lives on a link, by what it says there.
 *
 * A member is a node in one of its lives: an epoch. What it says counts when its number
 * (seq) is above the last one of that life. It hears us when it lists us with our own
 * epoch and a number that we sent within the dead interval: no datagram that was
 * recorded earlier can know that. One that was never heard to hear us counts only if
 * its number, which is its clock, is near our clock, and if no later life of its node
 * is known.
 *
 * A new life ends the one before, unless that one goes on to speak: then there are two
 * that have one name, two interfaces of a node or nodes of two clusters.
 */
#ifndef BGPD_L2_MEMBERS_H
#define BGPD_L2_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/l2/hello.h"
#include "bgpd/l2/rank.h"
#include "bgpd/l2/catchup.h"
#include "bgpd/link/mac.h"

enum {
	MEMBERS_MAX = 1024,
	MEMBERS_KEPT =
	    10 * 60 * 1000, /* ms, of the dead: their MACs are no strangers' */
	MEMBERS_CLOCKS_WITHIN = 30 * 1000, /* ms */
};

enum member_state {
	MEMBER_DEAD,    /* nothing heard for its dead interval */
	MEMBER_DOUBTED, /* what it says may be a recording: counts for nothing */
	MEMBER_NEW,     /* has just begun to speak */
	MEMBER_DEAF,    /* does not hear us */
	MEMBER_BOTH,    /* hears us, and we hear it */
};

struct l2_member { /* to be read only */
	const char *name;
	uint64_t hash; /* hello_name_hash() */
	uint16_t id;   /* of this life, while the member is known; above 0 */
	enum member_state state;
	uint64_t epoch, seq;
	struct mac mac;
	uint64_t heard_at;   /* ms */
	uint64_t alive_from; /* ms; when it began to be heard without a pause */
	uint32_t number, interval, dead;
	bool idle;      /* stands for nothing, as it says … */
	bool turned;    /* and said otherwise before the last that was heard */
	bool proven;    /* this life has heard us at some time */
	bool buried;    /* a later life has shown itself; not heard since */
	bool returned;  /* it was buried, and goes on beside the later one */
	bool near;      /* its clock was near ours */
	bool hears_us;  /* by the last that it said of that */
	bool lists_all; /* and whether it names everybody each time */
	uint64_t lists_us_at;
	uint32_t n_held;
	bool met; /* has said HELLO_ALIVE since alive_from, and then … */
	uint32_t came_with;     /* … held so many */
	uint64_t asked_at;      /* by who asks for its claims; 0: never */
	struct catchup catchup; /* of its claims */
	unsigned lost;          /* hellos of it that did not come, … */
	unsigned missed; /* and those just before the last that was heard */
};

enum heard {
	HEARD_OLD, /* not above what was heard: a replay, or out of order */
	HEARD_OWN, /* from ourselves, in this life */
	HEARD_NAMESAKE, /* from another that has our name */
	HEARD_FULL,     /* too many are known */
	HEARD_GOOD,
};

struct members_ops {
	/* The state is another one than `was`; not called out of members_hear() for
	 * the member that spoke. */
	void (*changed)(void *arg, struct l2_member *, enum member_state was);
	/* It will be freed; its id may be another's from now on. */
	void (*gone)(void *arg, struct l2_member *);
};

struct members;

/* Borrows the name of this node for good. */
struct members *members_new(
    const char *self, uint64_t epoch, const struct members_ops *, void *arg);
void members_free(struct members *); /* tells nothing */
void
members_set_dead(struct members *, uint32_t ms); /* ours: the least for all */
/* A hello of ours with this number is sent now: who lists it, hears us. */
void members_said(struct members *, uint64_t seq, uint64_t now);

/*
 * What is authentic and well-formed. With HEARD_GOOD *out is set, and its state anew;
 * *was is the one before. wall is ms since 1970.
 */
enum heard
members_hear(struct members *, const struct hello *, const struct mac *,
    uint64_t now, int64_t wall, struct l2_member **out, enum member_state *was);
/* States that the time has changed, as told by ops; the dead are forgotten in time. */
void members_tick(struct members *, uint64_t now);
uint64_t
members_due(const struct members *); /* next tick, ms; UINT64_MAX: never */

/* Fills in whom a HELLO_ALIVE lists: of many a part, the next one each time. */
void members_list(struct members *, struct hello *);
bool members_have_mac(const struct members *, const struct mac *);
struct l2_member *
members_by_id(const struct members *, uint16_t id); /* NULL: none */
/* Those that are not dead; *i starts at 0. NULL at the end. */
struct l2_member *members_next(const struct members *, size_t *i);
struct l2_member *
members_next_known(const struct members *, size_t *i); /* the dead too */
size_t
members_both(const struct members *); /* how many hear us and are heard */
bool members_some_stand(const struct members *); /* of these, for anything */
bool members_some_deaf(const struct members *);
enum ear member_ear(const struct l2_member *);
#endif
