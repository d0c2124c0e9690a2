/* SPDX-License-Identifier: Apache-2.0 */
/*
 * svc - one Service as reconcile remembers it, and how the cluster differs from that.
 *
 * Only reconcile.c and its parts use this.
 */
#ifndef ALLOCATOR_RECONCILE_SVC_H
#define ALLOCATOR_RECONCILE_SVC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uthash.h>

#include "allocator/ipam/addrs.h"
#include "allocator/plan/plan.h"
#include "allocator/reconcile/workqueue.h"

struct cooldown;
struct task;
struct waiter;

enum out_state {      /* of its status */
	OUT_NONE,     /* nothing to write, or it is held back */
	OUT_QUEUED,   /* waiting to be written */
	OUT_SENT,     /* being written, and the answer not there */
	OUT_OUTDATED, /* likewise, and it is to have another one since */
	OUT_SEEN, /* likewise, and an event came that is newer than what was sent */
	OUT_SETTLED, /* written; the event with it is still to come */
	OUT_STUCK,   /* a conflict: its next event sets it free, or a while */
};

#define SVC_CALM 1800000 /* ms in which nobody else changed it: forgotten */

enum { NEWS_STATE = 1, NEWS_REFUSAL = 2 };

/* What was sent to a Service, until an event shows what came of it. */
struct sent {
	struct addrs uses; /* owned; may be in the status by now */
	char *base;    /* owned; what the last one builds upon; NULL: none */
	char *version; /* owned; the new one by the answer, or NULL */
};

/* Has, had or wants addresses. There is one for each Service: mind its size. */
struct svc {
	struct tenant tenant;  /* first: the owner of an address is its svc */
	UT_hash_handle hh;     /* by its key */
	char *key;             /* owned; "namespace/name" */
	struct waiter *waiter; /* or NULL */

	struct sent sent;
	char *message; /* owned; of the plan; NULL: not planned */
	char *refusal; /* owned; why the server refused its status, or NULL */
	uint64_t sent_id;

	/* When others last changed what we wrote; s. */
	uint32_t overwritten_at;
	uint8_t reason; /* enum reason */
	uint8_t out;    /* enum out_state */
	uint8_t news;   /* NEWS_STATE, NEWS_REFUSAL: still to be told */
	/* How often others changed what we wrote, without a long rest in between. */
	uint8_t overwritten;
	bool planned;
	bool retained;  /* counted by the group that it came from */
	bool foreign;   /* only the condition is ours */
	bool confirmed; /* the target has been seen in its status */
	bool tell;      /* what is being sent is news to people */
	bool brief; /* the server refuses the annotations: they are not sent */
	bool fight_told; /* what is new is not, until the fight is over */
	bool deprecated; /* its externalIPs are to be remarked upon */

	struct work work;                /* as a key of the workqueue */
	struct svc *out_prev, *out_next; /* of those in OUT_QUEUED */
	struct svc *news_prev, *news_next;
};

struct svc *svc_new(const struct service *);
/* The Service is in no list any more. */
void svc_free(struct svc *);

/*
 * Before the first plan: what the status shows is what the Service has, even if the
 * status is wiped next.
 */
void svc_take_in(struct svc *);

/*
 * All addresses that the Service may be using: by its plan, by what was sent, by its
 * status if asked for. Owned by the caller; NULL: none.
 */
struct addrs svc_uses(const struct svc *, bool with_status);

/*
 * Fills what plan_make() is to be asked of the Service; the world is there already.
 */
void
svc_query(const struct svc *, const struct cooldown *, struct plan_query *);
/* The Service had what is recorded until its status was wiped, while we were away. */
bool svc_is_wiped(const struct svc *);
/*
 * The Service has no address yet, but has one in mind: by its record, or by a
 * request.
 */
bool svc_is_particular(const struct svc *);
/* Takes over what the plan says. */
void svc_set_plan(struct svc *, const struct plan *);
/* The target is being sent, and the write builds upon that version. */
void svc_note_sent(struct svc *, const char *base);
/* The newest version that is known is this, or, if "", the Service's own. */
void svc_note_version(struct svc *, const char *version);
/* The outcome of what was sent is known, perhaps by a later change. */
void svc_forget_sent(struct svc *);
/* The addresses that were sent are not to be had that way any more. */
void svc_forget_uses(struct svc *);
/* Is this no newer than what the last write was based on? */
bool svc_is_echo(const struct svc *, const struct service *now);
/* Is this what our last write has brought? */
bool svc_is_own(const struct svc *, const struct service *now);
/* Of its condition; in text or borrowed. */
const char *svc_message(const struct svc *, char text[PLAN_MESSAGE]);

bool svc_is_good(const struct svc *);
/* Its status is under way. */
bool svc_is_sent(const struct svc *);
/* Has the Service something that only we write? */
bool svc_has_marks(const struct service *);
/* Has it externalIPs, or a remark upon those that it had? */
bool svc_has_externals(const struct service *);
/* Is its condition, when it is written, to be told to people as well? */
bool svc_is_to_tell(const struct svc *);
/* Others keep changing what we write: the status is written ever more rarely. */
bool svc_is_fought(const struct svc *);
/* Others changed what we wrote, now. For how many ms the Service is to rest, or 0. */
uint64_t svc_note_overwritten(struct svc *, uint64_t now);
/*
 * When nobody else will have changed it for long, and so the fight is over; it is if
 * that is now. UINT64_MAX: there is no fight.
 */
uint64_t svc_end_fight(struct svc *, uint64_t now);
/* The server refuses the status as it was sent. True: we did not know. */
bool svc_refuse(struct svc *, const char *why);
void svc_forget_refusal(struct svc *);
/* ours: plan_is_ours(). */
bool svc_differs(const struct svc *, bool ours);
/* message: room for what the task says. */
void svc_task(
    const struct svc *, bool ours, struct task *, char message[PLAN_MESSAGE]);
#endif
