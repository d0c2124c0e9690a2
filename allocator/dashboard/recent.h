/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recent - the last events that were told, the newest first.
 */
#ifndef ALLOCATOR_DASHBOARD_RECENT_H
#define ALLOCATOR_DASHBOARD_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recent; /* private to recent.c */

#define RECENT_MOST 50

struct recent_event {
	const char *kind;      /* a literal */
	const char *ns, *name; /* ns "": it has none */
	bool warning;
	const char *reason, *message;
	int64_t at; /* s since 1970 */
};

struct recent *recent_new(void);
void recent_free(struct recent *);
/* Copies it; the oldest goes when there are more than RECENT_MOST. */
void recent_add(struct recent *, const struct recent_event *);
/* How many there have been, with those that went. */
uint64_t recent_count(const struct recent *);
/* The nth, from 0; NULL: there are no more. Borrowed until the next is added. */
const struct recent_event *recent_at(const struct recent *, size_t nth);
#endif
