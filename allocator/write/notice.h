/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notice - what people have been told of one ServiceGroup, and how that went.
 *
 * A group that can't be read is in nobody's books, so what its condition says is kept
 * here: what it says already is not said again, by whomever it was written.
 */
#ifndef ALLOCATOR_WRITE_NOTICE_H
#define ALLOCATOR_WRITE_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include <uthash.h>

#include "common/api/meta.h"

struct notice {
	char *name;            /* owned */
	char *refused;         /* owned; why it can't be read, or NULL */
	bool in_force;         /* an older value of it is */
	struct condition said; /* of what can't be read; empty: none */
	char *told;            /* owned; text of the last event, or NULL */
	bool due;              /* its status is to be written at retry_at */
	unsigned failures;     /* of writes of its status, in a row */
	uint64_t retry_at;
	UT_hash_handle hh;
};

/* table is a hash by name, owned by the caller. */
struct notice *notice_find(struct notice *table, const char *name);
struct notice *notice_get(struct notice **table, const char *name);
void notice_drop(struct notice **table, struct notice *);
void notices_free(struct notice **table);

/* It can't be read; what its condition says, taken; empty: there is none. */
void notice_saw(struct notice *, struct condition said);
/* Why not; in_force: it is reported with its older value. */
void notice_refuse(struct notice *, const char *why, bool in_force);

/* Is this something that neither we have told nor the condition? said may be NULL. */
bool
notice_tell(struct notice *, const char *what, const struct condition *said);
/* All is well again. */
void notice_settle(struct notice *);

/* How the write of its status went. */
void notice_written(struct notice *);
void notice_failed(struct notice *, uint64_t now);
/* As if none had been sent yet. */
void notice_restart(struct notice *);
#endif
