/* SPDX-License-Identifier: Apache-2.0 */
/*
 * announced_state - struct announced from inside, for the files that do what
 * announced.h says: announced_who.c (who is told of what), announced_when.c (when),
 * announced_peers.c and announced_groups.c.
 */
#ifndef ALLOCATOR_ANNOUNCED_ANNOUNCED_STATE_H
#define ALLOCATOR_ANNOUNCED_ANNOUNCED_STATE_H

#include <uthash.h>

#include "allocator/announced/announced.h"
#include "allocator/announced/judge.h"
#include "allocator/announced/turns.h"
#include "allocator/reconcile/workqueue.h"

struct condition;
struct group_ruling;
struct writing;

#define REASONS_MOST 32  /* different ones that are counted */
#define BATCH_MS 1000    /* … for who stands in line: of so many at once */
#define HOLD_MS 5000     /* in which what may pass by itself does */
#define REPORT_MS 8000   /* … what nodes have to write first */
#define HOLD_MOST 10000  /* … when one follows the other */
#define NUMBERS_MS 60000 /* a text that differs in numbers waits so long */

struct passing {            /* what is to be told, but may pass by itself */
	const char *reason; /* a literal; NULL: it does not */
	uint64_t since, until;
};

struct entry { /* an object that is told */
	struct work work;
	size_t kind;
	char *ns, *name;  /* owned */
	char *last;       /* owned; what was written last, or NULL */
	uint64_t told_at; /* then, or when it was first heard of */
	struct in_line turn;
	uint64_t turned_at; /* when another status or reason was written last */
	unsigned turns;     /* how often, without CALM_MS in between */
	uint64_t fresh_until; /* nodes have till then for what is new of it */
	struct passing passing;
	const char *late;    /* a literal, the reason of an event, or NULL */
	uint64_t late_at;    /* it is sent then, if that holds yet */
	bool judged;         /* since we lead */
	uint64_t ended_at;   /* a daemon, by its BGPNodeStatus, to restart */
	uint64_t unready_at; /* … is not ready since then; 0: it is */
	uint64_t heard_at;   /* … and was heard of last; 0: not since */
	bool writing;
	struct announced_count *counts; /* where it is counted, or NULL */
	char *key;                      /* owned */
	UT_hash_handle hh;
};

struct announced {
	struct announced_spec spec;
	struct source *source;       /* borrowed; NULL: none yet */
	struct endpoints *endpoints; /* owned, as the rest */
	struct endpoints *daemons;
	size_t n_daemons; /* endpoints, ready or not */
	struct node_classes *classes;
	struct entry *entries; /* by kind and name */
	struct workqueue queue;
	struct group_ruling *groups;                 /* by name */
	struct writing *writings;                    /* without an answer */
	struct announced_count counts[REASONS_MOST]; /* of Services */
	bool on;
	bool world_due, all_due, groups_due, peers_due;
	uint64_t world_at, peers_at, beat_at;
	uint64_t again_at;  /* something of BGPPeers is due without news */
	uint64_t made_at;   /* the classes, last */
	uint64_t looked_at; /* at all sessions, last */
	struct turns turns;
	uint64_t due;
};

struct told { /* what is to be said, and what is */
	const char *type;
	const struct ruling *ruling;  /* NULL: nothing */
	const struct condition *said; /* NULL: nothing */
	const char *uid;              /* of the object */
	int64_t generation;
};

void
announced_hasten(struct announced *, uint64_t at); /* it wants to run then */

/* ---- announced_when.c ---- */

/* NULL: nothing was heard of it. */
struct entry *
tell_find(struct announced *, size_t kind, const struct object_key *);
struct entry *
tell_get(struct announced *, size_t kind, const struct object_key *);
void tell_forget(struct announced *, struct entry *);
void tell_fini(struct announced *); /* all of them */
/* It is judged anew, unless writes to it fail. */
void tell_mark(struct announced *, struct entry *);
/* Counts it by its reason; ruling NULL: it is not ours, or gone. */
void tell_count(struct announced *, struct entry *, const struct ruling *);

bool told_same(const struct told *); /* but for its text */
bool told_true(const struct told *); /* it says True */
/* hold: ms, in which the reason (a literal) may pass by itself; 0: it is told. */
uint64_t passing_until(
    struct passing *, const char *reason, uint64_t hold, uint64_t now);
/* Until when the ruling on a Service or ServiceGroup may; 0 likewise. */
uint64_t told_passes(const struct told *, struct passing *, uint64_t now);
/* Writes it, if that is due; else comes back to it in time. */
void tell_condition(struct announced *, struct entry *, const struct told *);
/* The event that was too early, unless it has become needless. */
void tell_late_event(struct announced *, struct entry *, const struct told *);

/* ms, until the next of the sort may follow. */
unsigned tell_pause(const struct announced *, enum turn_sort);
/* BGPPeers and nodes are judged by a look at all sessions. */
bool tell_in_batch(enum turn_sort);
uint64_t tell_batch_at(const struct announced *, uint64_t at);
void tell_plan(struct announced *); /* when the next in line has its turn */

/* ---- announced_peers.c ---- */

/* was and is as in store_kind.changed, but is is there. */
void announced_peer_heard(struct announced *, const struct object_key *,
    const struct bgp_peer *was, const struct bgp_peer *is);
void announced_run_peers(struct announced *, uint64_t now);

/* ---- announced_groups.c ---- */

void announced_run_groups(struct announced *);
void announced_forget_groups(struct announced *);
#endif
