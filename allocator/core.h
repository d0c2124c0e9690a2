/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core - struct allocator from inside, for the files that do what allocator.h says.
 */
#ifndef ALLOCATOR_CORE_H
#define ALLOCATOR_CORE_H

#include <uthash.h>

#include "allocator/allocator.h"
#include "allocator/metrics.h"
#include "common/api/meta.h"
#include "common/err.h"
#include "common/source/store.h"

struct announced;
struct apply;
struct classes;
struct elect;
struct group_ready;
struct recent;
struct service_group;
struct source_event;
struct vip_rivals;

/* Rows of the table of kinds. */
enum kind {
	KIND_SERVICE,
	KIND_GROUP,
	KIND_NODE,
	KIND_NAMESPACE,
	KIND_SERVERS,
	KIND_VIP,
	KIND_PEER,     /* for its class; … */
	KIND_EXTERNAL, /* no decision about an address waits for these */
	KIND_LEASE,    /* from here on left out when there is no election */
	/* From here on when nobody tells whether Services are announced. */
	KIND_CONFIGURATION, /* the same as KIND_EXTERNAL, and all of it */
	KIND_OUR_PEER,      /* the same as KIND_PEER */
	KIND_REPORT,
	KIND_SLICE, /* of all Services */
	KINDS
};

struct other_group {                 /* of another lbbgp */
	char *name;                  /* owned */
	struct service_group *group; /* owned; the last that could be read */
	struct conditions said;
	UT_hash_handle hh;
};

struct allocator {
	struct allocator_options options;
	const struct allocator_ops *ops;
	void *arg;
	uint64_t armed; /* UINT64_MAX: not */
	struct store *store;
	struct reconcile *reconcile;
	struct apply *apply;   /* NULL until there is a source */
	struct source *source; /* borrowed */
	struct allocator_metrics metrics;

	/* Written by core.c: at the start, and when we are to end. */
	struct elect *elect; /* NULL: there is no other allocator */
	bool leaving;
	uint64_t leave_at; /* when we began to */

	/* Written by leading.c; leads at the start by core.c. */
	bool leads;
	bool fresh[KINDS]; /* listed since we lead */
	struct err clash;  /* why nothing is decided; "": there is none */
	bool anew;         /* that is over, and all is to be read again */
	bool resigned;

	/* Of others.c, filled by objects.c. */
	struct classes *classes;
	struct vip_rivals *vip_rivals;    /* owned */
	struct other_group *other_groups; /* hash by name, owned */
	uint64_t returned_at; /* peers are looked at; UINT64_MAX: none came */

	/* Of announcing.c. */
	struct announced *announced; /* NULL: nobody wants to know */
	uint64_t blind_at; /* since then it sees not all; 0: it does */
	bool blind_told;

	/* Of shown.c. */
	struct recent *recent;       /* owned, as the next one */
	struct dashboard *dashboard; /* reads all of the above */
};

void allocator_arm(struct allocator *, uint64_t at); /* a tick at that time */
void allocator_wake(void *arg);                      /* … as soon as may be */

/* ---- objects.c ---- */

extern const struct store_kind allocator_kinds[KINDS];

/* ---- others.c ---- */

/* Made if need be. */
struct other_group *other_group_get(struct allocator *, const char *name);
/* now is taken; NULL: it is gone, or ours. */
void other_group_set(
    struct allocator *, struct other_group *, struct service_group *now);
void other_group_free(struct allocator *, struct other_group *);
/* By who decides. */
void others_tell_strays(struct allocator *);
void others_tell_rivals(struct allocator *);
void others_tell_returned(struct allocator *);
/* A BGPPeer that is ours says something, perhaps as a stray. */
void others_peer_came(struct allocator *);

/* ---- leading.c ---- */

struct elect *leading_begin(struct allocator *); /* of several */
/* As store_ops has it. */
void leading_listed(void *arg, size_t kind);
/* Does another one seem to have our class? Then nothing is decided. */
void leading_check_clash(struct allocator *);
/* It was so, and is over. */
void leading_end_clash(struct allocator *);
/* Gives the Lease back, in time. */
void leading_leave(struct allocator *);

/* ---- announcing.c ---- */

/* Who leads tells, once all that it takes to judge is there. */
void announcing_look(struct allocator *);
struct announced *announcing_begin(struct allocator *);
void announcing_tick(struct allocator *);
/* As apply_spec has it. */
bool announcing_group_ready(void *arg, const char *name, struct group_ready *);

/* ---- shown.c ---- */

struct dashboard *shown_begin(struct allocator *);
/* As source_overhear() has it. */
void shown_event(void *arg, const struct source_event *);
#endif
