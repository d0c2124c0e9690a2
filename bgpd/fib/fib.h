/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fib - what peers taught us, as routes of the node's kernel.
 *
 * Listens to the rib: the best routes of a prefix, and those that are as good, are
 * wanted in the kernel. Tells the rib which next hops are reached at all. Knows what is
 * there, and gives the differences to whoever carries them out (fib_port.h), so many at
 * a time. Pure; its owner calls fib_run() while it has work, and fib_io tells what the
 * kernel has.
 */
#ifndef BGPD_FIB_FIB_H
#define BGPD_FIB_FIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/fib/reach.h"
#include "common/prefix.h"

#define FIB_PROTOCOL 77 /* of our routes; nobody else's (76: the loop guard) */

struct fib; /* private to fib.c */
struct hops;
struct rib;

struct fib_settings {
	uint32_t table, metric;
	uint32_t max_paths; /* 1 to HOPS_MAX */
	bool has_default;   /* default routes are installed, too */
};

struct fib_ops {
	void (*due)(void *arg); /* fib_run() has something to do */
	/*
	 * The name of the link on which a source's peer is, for next hops that are
	 * link-local; NULL: not known.
	 */
	const char *(*zone)(void *arg, uint32_t source);
	/* Sources of the rib are to be judged anew: rib_forget_some(). */
	void (*judges)(void *arg);
};

/* A route in the kernel, of ours. */
struct fib_found {
	struct prefix prefix;
	uint32_t table, metric;
	size_t n;
	struct hop hops[HOPS_MAX];
};

enum fib_step { FIB_ADD, FIB_REPLACE, FIB_DELETE };

struct fib_change {
	enum fib_step step;
	struct prefix prefix;
	uint32_t table, metric;
	struct hops
	    *hops;   /* of what is added; fib_kernel.c's until it is made */
	uint32_t at; /* fib_kernel.c's */
};

/* seed: of its tables of prefixes, which peers must not know. */
struct fib *
fib_new(struct rib *, uint64_t seed, const struct fib_ops *, void *arg);
void fib_free(struct fib *);

/*
 * In force from now on. NULL: nothing is wanted in the kernel. What is there by other
 * settings goes when what is wanted by these is in place.
 */
void fib_set(struct fib *, const struct fib_settings *);
bool fib_is_on(const struct fib *);
/* What is found of an earlier run stays until fib_release(), though nobody wants it. */
void fib_hold(struct fib *);
void fib_release(struct fib *);
bool fib_is_holding(const struct fib *);
/* The node leaves: nothing is wanted any more, whatever is set. All at once. */
void fib_clear(struct fib *);
/* What the node announces itself is another: the prefix has come or gone. */
void fib_own_changed(struct fib *, const struct prefix *);
/* About `most` prefixes are judged. True: there are more. */
bool fib_run(struct fib *, uint32_t most);

/*
 * What the kernel has: between begin and end all of it is told. Before the first end
 * nothing is changed.
 */
bool fib_wants_look(const struct fib *); /* before anything is changed */
void fib_look_begin(struct fib *);
void fib_look_end(struct fib *);
/* … and what becomes of it later, that others did: fib_heard_… */
void fib_link(struct fib *, const struct reach_link *);
void fib_heard_link_gone(struct fib *, int32_t index);
void fib_found(struct fib *, const struct fib_found *);
void fib_other(struct fib *, const struct reach_route *, bool replaces);
/* False: it is not what was known; all is to be looked at again. */
bool fib_heard_other_gone(struct fib *, const struct reach_route *);
/*
 * An address of IPv4. True: routes over that link, ours and those of others that lead
 * to them, may have gone without a word; all is to be looked at again.
 */
bool fib_heard_address_gone(const struct fib *, int32_t link);
/* Somebody took a route of ours away. */
void fib_heard_gone(struct fib *, const struct fib_found *);

/*
 * The next changes; 0: all is as wanted, or refused, or to be judged first. Each is
 * answered by fib_made() before the next call: error is 0, an errno, or FIB_UNKNOWN;
 * after that all is to be looked at again.
 */
#define FIB_UNKNOWN (-1)
size_t fib_next(struct fib *, struct fib_change *, size_t max);
void fib_made(struct fib *, const struct fib_change *, int error);
void fib_retry(struct fib *); /* what was refused is tried again */
/* Some prefixes are still to be judged, of which changes may come. */
bool fib_is_judging(const struct fib *);

/* How a prefix stands. */
enum fib_state {
	FIB_NONE,        /* nothing of it is wanted, or there */
	FIB_INSTALLED,   /* as it is wanted */
	FIB_WAITING,     /* to be judged, or changed */
	FIB_HELD,        /* of an earlier run; nobody has said it yet */
	FIB_UNREACHABLE, /* none of its next hops is reached */
	FIB_TAKEN,       /* somebody else has a route there, of our metric */
	FIB_REFUSED,     /* by the kernel */
	FIB_OWN,         /* the node announces it, or what it is in, itself */
	FIB_DEFAULT,     /* a default route, which nobody asked for */
	FIB_STATES
};
const char *fib_state_name(enum fib_state); /* "HopUnreachable" */

struct fib_view {
	enum fib_state state;
	int error;                /* FIB_REFUSED: an errno */
	const struct hops *there; /* in the kernel, or NULL; borrowed */
	/* FIB_TAKEN: whose; FIB_INSTALLED: one that goes before it, or NULL. */
	const struct reach_route *other; /* borrowed */
};
struct fib_view fib_look_up(const struct fib *, const struct prefix *);
const struct reach_table *fib_reach(const struct fib *); /* borrowed */

struct fib_counts {
	uint32_t n[FAMILIES][FIB_STATES];
	struct prefix first[FIB_STATES]; /* one that stands so */
};
/* Walks all. Borrowed until the next call. */
const struct fib_counts *fib_count(struct fib *);
struct fib_totals {
	uint64_t added, replaced, deleted, refused;
};
struct fib_totals fib_totals(const struct fib *);
#endif
