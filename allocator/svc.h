/* SPDX-License-Identifier: Apache-2.0 */
/*
 * svc - one Service as reconcile remembers it, and how the cluster differs from that.
 *
 * Only reconcile.c uses this.
 */
#ifndef ALLOCATOR_SVC_H
#define ALLOCATOR_SVC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uthash.h>

#include "allocator/circle.h"
#include "allocator/plan.h"
#include "allocator/waiters.h"

struct task;

enum out_state { OUT_NONE, OUT_QUEUED, OUT_SENT, OUT_STUCK, OUT_FAILED };

struct addrs {           /* a short list without doubles */
	struct addr *at; /* owned */
	size_t n;
};

struct svc {                  /* has, had or wants addresses */
	struct tenant tenant; /* first: the owner of an address is its svc */
	struct waiter waiter;
	struct circle_member member; /* of those with its sharing key */
	char *key;                   /* owned, "namespace/name" */
	UT_hash_handle hh;

	struct addrs held;   /* what the books say it holds */
	struct addrs target; /* what it is to have */
	struct addrs sent; /* what may have been written since the last event */
	struct addrs
	    past;      /* what its namesake had, who went a short while ago */
	char *from;    /* owned; group of the target, or NULL */
	char *message; /* owned; of the condition, NULL: not planned yet */
	enum reason reason;
	bool retained;  /* counted by the group that it came from */
	bool foreign;   /* only the condition is ours */
	bool confirmed; /* the target has been seen in its status */
	bool settled;   /* written since the last event */
	bool
	    gives_way; /* its terms of sharing have changed since the last plan */

	/* How often others have changed what we wrote, since the last retry. */
	unsigned overwritten;
	enum out_state out;
	bool seen; /* an event came since it was sent */
	bool tell; /* what is being sent is news to people */
	bool in_todo, in_news;
	uint32_t changes, sent_changes; /* of the plan */
	uint64_t sent_id;
	char *version; /* owned; newer than the Service's own, or NULL */
	struct svc *out_prev, *out_next; /* in out or failed */
	struct svc *todo_prev, *todo_next;
	struct svc *news_prev, *news_next;
};

bool addrs_has(const struct addrs *, const struct addr *);
bool addrs_same(const struct addrs *, const struct addrs *); /* in any order */
void addrs_set(struct addrs *, const struct addr *, size_t n); /* copies */

/* "namespace/name"; owned. */
char *svc_key(const char *ns, const char *name);
struct svc *svc_new(const struct service *);
void svc_free(struct svc *); /* it is in no list any more */

/* Not planned yet: what its status shows is what it has, even if it is wiped next. */
void svc_take_in(struct svc *);

#define SVC_WISH_MAX (3 * WANT_MAX)
#define SVC_USES_MAX (3 * WANT_MAX)
/* All that it may be using: by its plan, by what was sent, by its status if told. */
size_t
svc_uses(const struct svc *, bool with_status, struct addr at[SVC_USES_MAX]);
/* What plan_make() is to be asked; have and wish are room for it. */
void svc_query(const struct svc *, struct plan_query *,
    struct addr have[WANT_MAX], struct addr wish[SVC_WISH_MAX]);
/* Nobody gave it an address yet, but it has one in mind: by its record, or it asks. */
bool svc_is_particular(const struct svc *);
/* Takes over what it said. */
void svc_set_plan(struct svc *, const struct plan *);

/* Those with the same sharing key, itself among them; after NULL: the first. */
struct svc *svc_mate(const struct svc *, const struct svc *after);

bool svc_is_good(const struct svc *);
/* Has the Service something that only we write? */
bool svc_has_marks(const struct service *);
/* Does the condition in the cluster say something else? */
bool svc_has_news(const struct svc *);
/* Its addresses were seen in its status, and are not there any more. */
bool svc_is_overwritten(const struct svc *);
/* ours: plan_is_ours(). */
bool svc_differs(const struct svc *, bool ours);
void svc_task(const struct svc *, bool ours, struct task *);
#endif
