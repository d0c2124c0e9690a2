/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notice - what people have been told of one ServiceGroup, and how that went.
 *
 * Nobody else knows of a group that can't be read, so what its condition says is kept
 * here: what it says already is not said again, by whomever it was written.
 */
#ifndef ALLOCATOR_WRITE_NOTICE_H
#define ALLOCATOR_WRITE_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include <uthash.h>

#include "allocator/reconcile/workqueue.h"
#include "common/api/meta.h"

struct notice {
	char *name;            /* owned */
	char *refused;         /* owned; why it can't be read, or NULL */
	bool in_force;         /* an older value of it is */
	struct condition said; /* of what can't be read; empty: none */
	char *told;            /* owned; text of the last event, or NULL */
	struct work work;      /* in line: its status is to be written */
	UT_hash_handle hh;
};

struct notices {              /* all zero: none */
	struct notice *table; /* hash by name, owned */
	struct workqueue queue;
};

struct notice *notice_find(const struct notices *, const char *name);
struct notice *notice_get(struct notices *, const char *name);
void notice_drop(struct notices *, struct notice *); /* NULL is fine */
void notices_fini(struct notices *);
/* The next whose status is to be written now, or NULL. */
struct notice *notices_take(struct notices *);

/* It can't be read; what its condition says, taken; empty: there is none. */
void notice_saw(struct notices *, struct notice *, struct condition said);
/* Why not; in_force: it is reported with its older value. */
void notice_refuse(
    struct notices *, struct notice *, const char *why, bool in_force);

/*
 * Is this something that neither we have told nor the condition? said may be NULL; what
 * NULL: all is well again.
 */
bool
notice_tell(struct notice *, const char *what, const struct condition *said);

/* Its status could not be written. */
void notice_failed(struct notices *, struct notice *, uint64_t now);
/* As if none had been sent yet. */
void notices_restart(struct notices *);
#endif
