/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way in: a store tells of Services, groups and nodes. A changed Service goes to
 * the end of the queue; a changed group or node marks the supply, because pools may
 * overlap and so all groups are made anew together.
 *
 * reconcile_run() empties the queue, in several calls when it is long, so that its
 * caller can write, listen and renew its Lease in between. For each Service
 * plan_make() says what it is to have; in ipam it then holds what it has by its status
 * *and* what it is to have, so that nothing it may still be using is given away (make
 * before break, and a failed write changes nothing). An address whose last holder goes
 * is offered to those who wait for it before the queue goes on; of one with other
 * holders, those who asked for it or may share it are thought about next.
 *
 * The way out: a Service whose status differs from its plan is queued, until
 * reconcile_next() takes it when the writer has room; enum out_state has the rest of
 * its way. One whose write failed is held back by the workqueue, ever longer, and so is
 * one whose status others keep changing; then it is thought about again, and finds the
 * same addresses.
 *
 * A status that has been written counts as read (OUT_SETTLED) until an event brings it,
 * or what came after it; those of earlier writes may be late and say nothing of it. The
 * record of who has what is the cluster's: all here can be made again from it.
 *
 * The words of the allocator:
 *
 *	claim		of a pool to its range, where pools overlap: one of them wins
 *	supply		all that there is to give: groups, who holds what, who waits
 *	tenant, owner	a Service that holds addresses, as ipam sees it
 *	holder		one owner of one address; a rival is one that excludes the asker
 *	party		holders of an address that agree on all but their ports
 *	request		what a Service asks for: a group, addresses, a key
 *	wish		an address that it had or might share: taken if it is to be had
 *	candidates	the groups that may serve a request
 *	plan		which addresses a Service is to have, and why; its target
 *	waiter, line	who did not get all it asked for; all who wait, by age
 *	to rest		an address whose Service went a short while ago: given last
 *	task, news	a status to write; an event for people
 */
#include "allocator/reconcile/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "allocator/ipam/cooldown.h"
#include "allocator/ipam/ipam.h"
#include "allocator/ipam/share.h"
#include "allocator/ipam/sharing.h"
#include "allocator/pool/vip_addrs.h"
#include "allocator/reconcile/svc.h"
#include "allocator/reconcile/sync.h"
#include "common/alloc.h"
#include "common/api/service.h"
#include "common/api/service_routes.h"
#include "common/log.h"
#include "common/source/source.h"

/* Steps that are done at once. The longest ones plan a Service, in some 10 us: this is
 * some 10 ms, as the Lease can't wait for long. */
#define AT_ONCE 1000
/* ms until a write is tried again: at most, as it keeps failing, and soon, after a
 * conflict that no event explains or when the server is back. */
#define RETRY_MOST 300000
#define RETRY_SOON 5000

static struct svc *
find(const struct reconcile *r, const char *ns, const char *name)
{
	char *key = xasprintf("%s/%s", ns, name);
	struct svc *s;

	HASH_FIND_STR(r->services, key, s);
	free(key);
	return s;
}

/* ---- what is told ---- */

static bool
is_of_interest(const struct reconcile *r, const struct service *s)
{
	if (plan_is_of_others(s, &r->class))
		return s->n_ingress > 0;
	return plan_is_ours(s, &r->class) || svc_has_marks(s) ||
	    (s->type == SERVICE_LOAD_BALANCER && s->n_ingress > 0) ||
	    svc_has_externals(s);
}

/* Others have changed what we wrote. */
static void
note_lost(struct reconcile *r, struct svc *s, uint64_t now)
{
	const struct meta *meta = &s->tenant.service->meta;
	bool was = svc_is_fought(s);
	uint64_t rest = svc_note_overwritten(s, now);

	if (rest == 0)
		return;
	workqueue_add_after(&r->queue, &s->work, now + rest);
	if (s->out == OUT_QUEUED)
		sync_set_out(r, s, OUT_NONE);
	if (now + SVC_CALM < r->calm_at)
		r->calm_at = now + SVC_CALM;
	if (!was)
		log_warn("service %s/%s: others keep changing its status; it "
			 "is written ever more rarely",
		    meta->ns, meta->name);
}

/* The Service has changed since we wrote to it last. */
static void
learn(struct reconcile *r, struct svc *s)
{
	if (svc_is_sent(s)) {
		s->out = OUT_SEEN;
		svc_note_version(s, "");
		return;
	}
	svc_forget_sent(s);
	if (s->out == OUT_STUCK)
		workqueue_let_go(&r->queue, &s->work);
	if (s->out == OUT_STUCK || s->out == OUT_SETTLED)
		s->out = OUT_NONE;
}

/*
 * A status that the server refused is written again soon, however often it was: what
 * has changed since may be what was wrong.
 */
static void
hurry(struct reconcile *r, struct svc *s, uint64_t now)
{
	uint64_t soon = now + RETRY_SOON;

	if (workqueue_is_held(&s->work) && s->work.due > soon &&
	    !svc_is_fought(s))
		workqueue_add_after(&r->queue, &s->work, soon);
}

/*
 * The sharing index has each address that the Service holds under the terms of the
 * Service: the old ones leave, the new ones enter. With other terms, those who wait
 * may fit now, or be refused for a new reason.
 */
static void
set_service(struct reconcile *r, struct svc *s, const struct service *now)
{
	const struct service *was = s->tenant.service;
	const struct ipam_holder *first = s->tenant.first, *h;

	for (h = first; h != NULL; h = h->more)
		sharing_leave(r->supply.sharing, h->addr, &s->tenant);
	s->tenant.service = now;
	for (h = first; h != NULL; h = h->more)
		sharing_enter(r->supply.sharing, h->addr, &s->tenant);
	r->routes_said = r->routes_said || service_says_routes(now);
	for (h = first; h != NULL && !service_routes_same(was, now);
	     h = h->more)
		sync_call_sharers(r, s, h->addr);
	if (share_same(was, now))
		return;
	s->tenant.gives_way = s->planned;
	for (h = first; h != NULL; h = h->more)
		sync_note(r, h->addr);
}

/* The Service has come, or an event of it. */
static void
hear(struct reconcile *r, struct svc *s, const struct service *now,
    uint64_t time)
{
	bool echo = svc_is_echo(s, now), own = svc_is_own(s, now);
	bool stood = s->confirmed && !sync_differs(r, s);

	set_service(r, s, now);
	if (stood && !echo && sync_differs(r, s))
		note_lost(r, s, time);
	if (!own) /* it may take the annotations now */
		s->brief = false;
	if (!s->planned && !sync_is_of_others(r, s))
		svc_take_in(s);
	if (!echo) {
		learn(r, s);
		hurry(r, s, time);
	}
	sync_held(r, s, true);
	sync_call(r, s);
}

/*
 * The addresses of a Service that went are spared for a while, should it be created
 * again.
 */
static void
end(struct reconcile *r, struct svc *s, uint64_t now)
{
	const struct meta *meta = &s->tenant.service->meta;
	const struct addrs *target = &s->tenant.target;
	struct addrs had = addrs_copy(target->at, target->n);

	sync_log_release(r, s, "gone");
	sync_forget(r, s);
	cooldown_add(r->cooldown, meta->ns, meta->name, &had, now);
	free(had.at);
}

void
reconcile_service(struct reconcile *r, const struct service *was,
    const struct service *is, uint64_t now)
{
	const struct meta *meta = is != NULL ? &is->meta : &was->meta;
	struct svc *s = find(r, meta->ns, meta->name);
	bool gone = is == NULL ||
	    (was != NULL && strcmp(was->meta.uid, is->meta.uid) != 0);

	if (s != NULL && gone) {
		end(r, s, now);
		s = NULL;
	}
	if (is == NULL || (s == NULL && !is_of_interest(r, is)))
		return;
	if (s == NULL) {
		s = svc_new(is);
		HASH_ADD_KEYPTR(hh, r->services, s->key, strlen(s->key), s);
	}
	hear(r, s, is, now);
}

/* Those with externalIPs are few. */
static void
call_externals(struct reconcile *r)
{
	struct svc *s, *next;

	HASH_ITER (hh, r->services, s, next)
		if (svc_has_externals(s->tenant.service))
			sync_call(r, s);
}

void
reconcile_external(
    struct reconcile *r, const struct external *was, const struct external *is)
{
	supply_external(&r->supply, was, is);
	call_externals(r);
}

void
reconcile_externals_listed(struct reconcile *r)
{
	r->supply.externals_listed = true;
	call_externals(r);
}

/*
 * Another VirtualIP has the address now, or none: its holders and those who ask for it
 * are told, and who waits for a free one may get it.
 */
static void
call_concerned(struct reconcile *r, const struct addr *a)
{
	const struct ipam_holder *h = ipam_holders(r->supply.ipam, a);

	for (; h != NULL; h = h->next)
		sync_call(r, h->owner);
	sync_note(r, a);
}

/* Mostly nothing comes of it: the status has changed. */
void
reconcile_vip(struct reconcile *r, const struct vip_addrs *was,
    const struct vip_addrs *is)
{
	struct ipam *ipam = r->supply.ipam;

	supply_vip(&r->supply, was, is);
	for (size_t i = 0; is != NULL && i < is->n; i++)
		if (!vip_addrs_have(was, &is->at[i]) &&
		    ipam_reserve(ipam, &is->at[i], is->meta.name))
			call_concerned(r, &is->at[i]);
	for (size_t i = 0; was != NULL && i < was->n; i++)
		if (!vip_addrs_have(is, &was->at[i]) &&
		    ipam_unreserve(ipam, &was->at[i], was->meta.name))
			call_concerned(r, &was->at[i]);
}

struct supply *
reconcile_supply(struct reconcile *r)
{
	return &r->supply;
}

void
reconcile_explain(struct reconcile *r, const struct service *service,
    struct plan_steps *steps)
{
	r->explained = service;
	r->steps = steps;
}

static int
svc_age_cmp(const struct svc *a, const struct svc *b)
{
	return meta_age_cmp(&a->tenant.service->meta, &b->tenant.service->meta);
}

void
reconcile_start(struct reconcile *r)
{
	HASH_SORT(r->services, svc_age_cmp);
	r->started = true;
	r->supply.changed = true;
}

/* ---- thinking ---- */

/* Fights that are over: the conditions are to say so no more. */
static void
end_fights(struct reconcile *r, uint64_t now)
{
	struct svc *s, *next;

	if (now < r->calm_at)
		return;
	r->calm_at = UINT64_MAX;
	HASH_ITER (hh, r->services, s, next) {
		uint64_t at = svc_end_fight(s, now);

		if (at <= now)
			sync_call(r, s);
		else if (at < r->calm_at)
			r->calm_at = at;
	}
}

bool
reconcile_run(struct reconcile *r, uint64_t now)
{
	unsigned left = AT_ONCE;

	if (!r->started)
		return false;
	cooldown_expire(r->cooldown, now);
	workqueue_run(&r->queue, now);
	end_fights(r, now);
	do
		r->busy = sync_next(r);
	while (r->busy && --left > 0);
	return r->busy;
}

/* ---- what is to be written ---- */

bool
reconcile_next(struct reconcile *r, struct task *t)
{
	struct svc *s = r->out;

	if (s == NULL)
		return false;
	sync_set_out(r, s, OUT_SENT);
	s->sent_id = ++r->last_id;
	svc_task(s, sync_is_ours(r, s), t, r->message);
	svc_note_sent(s, t->version);
	s->tell = (t->kind == TASK_ASSIGN || t->kind == TASK_CONDITION) &&
	    svc_is_to_tell(s);
	return true;
}

static void
tell(struct reconcile *r, struct svc *s)
{
	const struct meta *meta = &s->tenant.service->meta;

	if (svc_is_good(s))
		r->stats.assigned++;
	else
		r->stats.refused[s->reason]++;
	log_info("service %s/%s: %s: %s", meta->ns, meta->name,
	    reason_name(s->reason), svc_message(s, r->message));
	s->fight_told = svc_is_fought(s);
	sync_set_news(r, s, s->news | NEWS_STATE);
}

/*
 * The server refuses the status as it is, because the annotations are full or an
 * admission policy says so: people are told once. True: the status may be taken
 * without the annotations, and is to be written so.
 */
static bool
take_refusal(struct reconcile *r, struct svc *s, const char *why)
{
	if (svc_refuse(s, why))
		sync_set_news(r, s, s->news | NEWS_REFUSAL);
	if (s->brief || !sync_is_ours(r, s))
		return false;
	s->brief = true;
	return true;
}

void
reconcile_wrote(struct reconcile *r, const char *ns, const char *name,
    uint64_t id, const struct source_result *result, uint64_t now)
{
	struct svc *s = find(r, ns, name);

	if (s == NULL || !svc_is_sent(s) || s->sent_id != id)
		return; /* deleted meanwhile, perhaps created again */
	bool seen = s->out == OUT_SEEN, outdated = s->out == OUT_OUTDATED;

	s->out = OUT_NONE;
	if (seen) { /* the event shows what came of it, whatever the answer is */
		svc_forget_sent(s);
		sync_call(r, s);
	}
	switch (result->code) {
	case WRITE_OK:
		s->work.failures = 0; /* if it is held, for a fight */
		workqueue_hasten(&r->queue, now + RETRY_SOON);
		if (s->tell)
			tell(r, s);
		if (!s->brief)
			svc_forget_refusal(s);
		if (seen)
			break;
		/* The event is still to come: until then this is what we know. */
		svc_note_version(s, result->version);
		s->out = outdated ? OUT_NONE : OUT_SETTLED;
		break;
	case WRITE_CONFLICT:
		r->stats.conflicts++;
		/* fallthrough */
	case WRITE_GONE:
		s->work.failures = 0;
		if (seen)
			break;
		s->out = OUT_STUCK;
		workqueue_add_after(&r->queue, &s->work, now + RETRY_SOON);
		break;
	case WRITE_REFUSED:
		r->stats.failures++;
		r->stats.refused_writes++;
		if (seen || take_refusal(r, s, result->message))
			break; /* what was refused may have been mended */
		workqueue_add_failed(&r->queue, &s->work, RETRY_MOST, now);
		return;
	case WRITE_RETRY:
		r->stats.failures++;
		workqueue_add_away(&r->queue, &s->work, RETRY_MOST, now);
		return; /* it may have been carried out or not */
	}
	sync_consider(r, s);
}

bool
reconcile_next_news(struct reconcile *r, struct news *n)
{
	struct svc *s = r->news;

	if (s == NULL)
		return false;
	*n = (struct news){ .service = s->tenant.service,
		.good = svc_is_good(s),
		.reason = s->reason,
		.message = svc_message(s, r->message),
		.refusal = s->news & NEWS_REFUSAL ? s->refusal : NULL };
	/* After a refusal the state is still to be told. */
	sync_set_news(r, s, n->refusal != NULL ? s->news & NEWS_STATE : 0);
	return true;
}

bool
reconcile_next_group(struct reconcile *r, struct group_report *report)
{
	return r->started && !r->busy && supply_next_report(&r->supply, report);
}

/* ---- questions ---- */

bool
reconcile_is_started(const struct reconcile *r)
{
	return r->started;
}

uint64_t
reconcile_due(const struct reconcile *r)
{
	uint64_t due = workqueue_due(&r->queue);

	if (!r->started)
		return UINT64_MAX;
	return due < r->calm_at ? due : r->calm_at;
}

const struct reconcile_stats *
reconcile_stats(const struct reconcile *r)
{
	return &r->stats;
}

/* ---- birth and end ---- */

static void
world_init(struct reconcile *r)
{
	supply_init(&r->supply);
	r->offer.on = false;
	cooldown_move(r->cooldown, r->supply.ipam);
	r->calm_at = UINT64_MAX;
}

static void
world_fini(struct reconcile *r)
{
	struct svc *s, *next;

	r->started = false; /* nobody is to be asked for what is given back */
	HASH_ITER (hh, r->services, s, next)
		sync_forget(r, s);
	supply_fini(&r->supply);
	addr_queue_clear(&r->noted);
}

struct reconcile *
reconcile_new(const struct reconcile_options *options)
{
	struct reconcile *r = xcalloc(1, sizeof(*r));

	r->class = options->class;
	if (r->class.instance.class == NULL)
		r->class.instance = instance_default;
	r->cooldown = cooldown_new(options->cooldown);
	world_init(r);
	return r;
}

void
reconcile_reset(struct reconcile *r)
{
	world_fini(r);
	world_init(r);
}

void
reconcile_free(struct reconcile *r)
{
	if (r == NULL)
		return;
	cooldown_free(r->cooldown); /* what it spared is waked */
	world_fini(r);
	addr_queue_fini(&r->noted);
	workqueue_fini(&r->queue);
	free(r);
}
