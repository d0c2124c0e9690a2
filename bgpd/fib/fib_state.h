/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fib_state - struct fib from inside, for the files that do what fib.h says:
 * fib_entries.c, fib_judge.c, fib_kernel.c and fib_views.c.
 */
#ifndef BGPD_FIB_FIB_STATE_H
#define BGPD_FIB_FIB_STATE_H

#include "bgpd/fib/fib.h"
#include "bgpd/fib/hops.h"
#include "bgpd/rib/prefix_table.h"
#include "bgpd/rib/rib.h"

/* An entry stands in one of them at most. */
enum fib_queue { NO_QUEUE, TO_JUDGE, TO_CHANGE, QUEUES };

enum entry_flag {
	ENTRY_DIRTY = 0x1,     /* to be judged anew */
	ENTRY_IN_FLIGHT = 0x2, /* a change of it has no answer yet */
	ENTRY_REFUSED = 0x4,   /* by the kernel: it is not to have it for now */
	ENTRY_STUCK = 0x8,     /* it is left as it is for now */
	ENTRY_ADOPTED = 0x10,  /* of an earlier run, and not taken back since */
	ENTRY_UNSEEN = 0x20,   /* by the look that is under way */
	ENTRY_OWN = 0x40,      /* why nothing is asked for: FIB_OWN */
	ENTRY_DEFAULT = 0x80,  /* … FIB_DEFAULT */
};

struct entry {
	struct hops *asked; /* ref; of next hops as peers say them */
	struct hops *there; /* ref; as the kernel has them */
	uint32_t next;      /* in its queue; 0: the last one */
	uint8_t flags;      /* ENTRY_… */
	uint8_t queue;
	uint8_t error; /* ENTRY_REFUSED, ENTRY_STUCK: an errno, or 0 */
};

struct fib_fifo {
	uint32_t first, last; /* 0: empty */
};

struct fib_table { /* of a family */
	struct prefix_table prefixes;
	struct entry *at; /* owned; by index */
	uint32_t cap;
	struct fib_fifo queues[QUEUES];
	uint64_t own[3]; /* lengths that prefixes of our own have or had */
};

struct stray { /* a route of ours by other settings */
	struct prefix prefix;
	uint32_t table, metric;
};

/* Over all entries, round and round: `left` of them are still to be looked at. */
struct fib_walk {
	enum family family;
	uint32_t index;
	uint64_t left;
	bool judges, retries;
};

/*
 * A next hop that the rib has asked for, and what it was told. What is another now is
 * looked for when links or routes have changed; where too many are asked for, all that
 * is kept of all peers is judged anew instead.
 */
struct wanted_key { /* zeros where nothing is, since it is hashed */
	struct addr via;
	uint32_t source;
};
struct wanted {
	struct wanted_key key;
	int32_t link; /* fib_link_of() then */
	bool reached;
	UT_hash_handle hh;
};

struct fib {
	struct rib *rib;
	const struct fib_ops *ops;
	void *arg;
	struct rib_listener listener;
	bool on;
	struct fib_settings settings;
	bool holding;
	bool looked;  /* it is known what the kernel has */
	bool looking; /* … and is being told anew */
	bool relook;  /* … but not of this table */
	bool stale;   /* what is reached may be another */
	bool zones;   /* a link was asked for that is not there */
	uint64_t epoch;
	uint64_t seed;
	struct reach_table *reach;     /* owned */
	struct hops_table asked, real; /* of lists */
	struct hops *unsure;           /* ref; there may be something */
	struct fib_table tables[FAMILIES];
	bool listing;             /* what the rib has is being taken in, … */
	struct rib_cursor listed; /* … up to there */
	struct fib_walk walk;
	struct stray *strays; /* owned; from n_stray_done on */
	size_t n_strays, n_strays_done;
	bool strays_stuck;
	struct fib_totals totals;
	struct wanted *wanted; /* owned; uthash */
	bool guessed; /* the rib was told something that is not known */
	struct fib_counts counts;
	bool counted; /* that is so still */
};

/* fib_entries.c */
static inline struct entry *
fib_entry(const struct fib *f, enum family family, uint32_t index)
{
	return &f->tables[family].at[index];
}
uint32_t
fib_entry_of(struct fib *, const struct prefix *); /* it is there then */
void fib_push(struct fib *, enum family, uint32_t index, enum fib_queue);
uint32_t fib_pop(struct fib *, enum family, enum fib_queue); /* 0: none */
void fib_set_there(struct entry *, struct hops *); /* takes the reference */
/* What the kernel is to have; borrowed. */
const struct hops *fib_goal(struct fib *, enum family, uint32_t index);
/* Is it to be changed? Or nothing of it left? Then it is queued, or gone. */
void fib_settle(struct fib *, enum family, uint32_t index);
void fib_walk_begin(struct fib *, bool judges, bool retries);
void fib_due(struct fib *);
void
fib_stray(struct fib *, const struct prefix *, uint32_t table, uint32_t metric);

/*
 * fib_wanted.c: a rib_reaches; when that is to be looked at anew; and no next hop is
 * asked for any more: all are as reached.
 */
bool fib_reaches(void *fib, uint32_t source, const struct path *);
void fib_wanted_anew(struct fib *);
void fib_wanted_end(struct fib *);
void fib_wanted_forget(struct fib *);

/*
 * fib_judge.c: the next hop of a path, borrowed (who has a session on a link is gone
 * to by its link-local address there, also where a global one stands beside it, RFC
 * 2545 3: the node need have no way to that one); the link of a next hop that a source
 * gives, if that is link-local, else 0; is the prefix, or what it is in, of our own?
 * What is asked for it?
 */
const struct addr *fib_via(struct fib *, const struct path *, uint32_t source);
int32_t fib_link_of(struct fib *, const struct addr *via, uint32_t source);
bool fib_is_own(const struct fib *, const struct prefix *);
void fib_judge(struct fib *, enum family, uint32_t index);
void fib_touch(struct fib *, const struct prefix *); /* to be judged */
extern const struct rib_ops fib_rib_ops;
/* Of a list that is asked for; borrowed. NULL: none of it is reached. */
const struct hops *fib_resolve(struct fib *, struct hops *asked);
#endif
