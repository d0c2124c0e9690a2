/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync_next() does one piece of work. If a group, a node or a namespace has changed,
 * all groups are made anew and, if they are others now, all Services called, in an
 * order that keeps what is held (ask_all()). Else the next of those who wait for an
 * address that was released is planned, oldest first, until one of them holds it; or
 * the next is called of those who may share one that is held. Else the oldest of the
 * called is planned, who thus goes before a younger one that has come meanwhile. Else
 * the next Service in the workqueue is planned. Each is a step of bounded length.
 *
 * A Service is planned by sync_service(): its plan is taken over, it holds what it
 * has and what it is to have, it waits for what it did not get, and its status is
 * queued if it differs. An address that comes to be held calls rivals that can't share
 * it; and it is noted, as is one that is held no more or on other terms, so that those
 * who wait for it or with the same key have their turn (serve()).
 */
#include "allocator/reconcile/sync.h"

#include <stdlib.h>

#include <uthash.h>
#include <utlist.h>

#include "allocator/ipam/ipam.h"
#include "allocator/ipam/share.h"
#include "allocator/ipam/sharing.h"
#include "allocator/plan/steps.h"
#include "common/api/service.h"
#include "common/log.h"

/* ---- lists ---- */

void
sync_call(struct reconcile *r, struct svc *s)
{
	workqueue_add(&r->queue, &s->work);
}

static struct svc *
next_called(struct reconcile *r)
{
	struct work *w = workqueue_take(&r->queue);

	return w != NULL
	    ? (struct svc *)((char *)w - offsetof(struct svc, work))
	    : NULL;
}

void
sync_set_out(struct reconcile *r, struct svc *s, enum out_state state)
{
	if (s->out == OUT_QUEUED) {
		DL_DELETE2(r->out, s, out_prev, out_next);
		r->stats.pending--;
	}
	s->out = state;
	if (state == OUT_QUEUED) {
		DL_APPEND2(r->out, s, out_prev, out_next);
		r->stats.pending++;
	}
}

void
sync_set_news(struct reconcile *r, struct svc *s, uint8_t news)
{
	bool was = s->news != 0, is = news != 0;

	s->news = news;
	if (is && !was)
		DL_APPEND2(r->news, s, news_prev, news_next);
	else if (was && !is)
		DL_DELETE2(r->news, s, news_prev, news_next);
}

/* ---- who holds what ---- */

/*
 * Other holders that can't share the address: their next plan finds out who keeps it.
 */
static void
call_rivals(struct reconcile *r, const struct svc *s, const struct addr *a)
{
	const struct ipam_holder *h = ipam_holders(r->supply.ipam, a);

	if (sharing_fits(r->supply.sharing, a, &s->tenant))
		return;
	for (; h != NULL; h = h->next) {
		struct svc *other = h->owner;

		if (other != s &&
		    share_refusal(s->tenant.service, other->tenant.service) !=
			NULL)
			sync_call(r, other);
	}
}

void
sync_call_sharers(
    struct reconcile *r, const struct svc *s, const struct addr *a)
{
	const struct ipam_holder *h = ipam_holders(r->supply.ipam, a);

	for (; h != NULL && r->started && r->routes_said; h = h->next)
		if (h->owner != s)
			sync_call(r, h->owner);
}

/*
 * Before the start all is to be asked anyway, and that may be days away. An address
 * that many leave is mostly left by one after the other.
 */
void
sync_note(struct reconcile *r, const struct addr *a)
{
	const struct addr_queue *q = &r->noted;

	if (r->started && (q->first == q->n || !addr_eq(&q->at[q->n - 1], a)))
		addr_queue_add(&r->noted, a);
}

static void
hold(struct reconcile *r, struct svc *s, const struct addr *a)
{
	if (!ipam_hold(r->supply.ipam, a, &s->tenant))
		return;
	sharing_enter(r->supply.sharing, a, &s->tenant);
	if (r->started)
		call_rivals(r, s, a);
	sync_call_sharers(r, s, a);
	sync_note(r, a);
}

static void
release(struct reconcile *r, struct svc *s, const struct addr *a)
{
	const struct addr copy = *a;

	sharing_leave(r->supply.sharing, &copy, &s->tenant);
	ipam_release(r->supply.ipam, &copy, &s->tenant);
	sync_call_sharers(r, s, &copy);
	sync_note(r, &copy);
}

static bool
holds_all(const struct svc *s, const struct addrs *list)
{
	const struct ipam_holder *h = s->tenant.first;
	size_t n = 0;

	for (; h != NULL && addrs_has(list, h->addr); h = h->more)
		n++;
	return h == NULL && n == list->n;
}

/*
 * The Service holds these addresses from now on, and no others: new addresses are
 * taken first, then old ones released.
 */
static void
held_set(struct reconcile *r, struct svc *s, const struct addrs *now)
{
	struct ipam_holder *h = s->tenant.first, *more;

	if (holds_all(s, now))
		return;
	for (size_t i = 0; i < now->n; i++)
		hold(r, s, &now->at[i]);
	for (; h != NULL; h = more) {
		more = h->more;
		if (!addrs_has(now, h->addr))
			release(r, s, h->addr);
	}
}

void
sync_held(struct reconcile *r, struct svc *s, bool with_status)
{
	struct addrs uses = svc_uses(s, with_status);

	held_set(r, s, &uses);
	free(uses.at);
}

/*
 * Takes over the plan, and has the group count the Services that keep an address
 * which the group no longer has. What it is to have from now on it may share: also
 * what it holds already, while the rest is noted when it comes to be held.
 */
static void
plan_accept(struct reconcile *r, struct svc *s, const struct plan *p)
{
	const struct addrs planned = { (struct addr *)p->addrs, p->n };
	struct addrs target = s->tenant.target;

	for (size_t i = 0; i < p->n && !addrs_same(&target, &planned); i++)
		if (ipam_holds(&s->tenant, &p->addrs[i]))
			sync_note(r, &p->addrs[i]);
	if (s->retained)
		supply_retain(&r->supply, s->tenant.from, -1);
	svc_set_plan(s, p);
	ipam_decide(r->supply.ipam, &s->tenant, !p->foreign);
	s->retained = p->retained;
	if (s->retained)
		supply_retain(&r->supply, s->tenant.from, 1);
}

void
sync_log_release(struct reconcile *r, const struct svc *s, const char *why)
{
	const struct meta *meta = &s->tenant.service->meta;
	struct addrs target = s->tenant.target;
	char text[ADDR_TEXT];

	if (target.n == 0 || !r->started)
		return;
	r->stats.released++;
	log_info("service %s/%s: %s, releases %s%s", meta->ns, meta->name, why,
	    addr_print(&target.at[0], text), target.n > 1 ? " and others" : "");
}

void
sync_forget(struct reconcile *r, struct svc *s)
{
	const struct plan nothing = { 0 };

	plan_accept(r, s, &nothing);
	held_set(r, s, &(struct addrs){ 0 });
	waiters_leave(&r->supply.waiters, &s->waiter);
	workqueue_remove(&r->queue, &s->work);
	sync_set_out(r, s, OUT_NONE);
	sync_set_news(r, s, 0);
	HASH_DEL(r->services, s);
	svc_free(s);
}

/* ---- thinking about one Service ---- */

bool
sync_is_ours(const struct reconcile *r, const struct svc *s)
{
	return plan_is_ours(s->tenant.service, &r->class);
}

bool
sync_is_of_others(const struct reconcile *r, const struct svc *s)
{
	return plan_is_of_others(s->tenant.service, &r->class);
}

bool
sync_differs(const struct reconcile *r, const struct svc *s)
{
	return !sync_is_of_others(r, s) && svc_differs(s, sync_is_ours(r, s));
}

void
sync_consider(struct reconcile *r, struct svc *s)
{
	bool differs = sync_differs(r, s);

	s->confirmed = s->confirmed || !differs;
	if (svc_is_sent(s) || s->out == OUT_SETTLED)
		return;
	if (!differs) {
		workqueue_forget(&r->queue, &s->work);
		sync_set_out(r, s, OUT_NONE);
	} else if (s->out != OUT_QUEUED && !workqueue_is_held(&s->work)) {
		sync_set_out(r, s, OUT_QUEUED);
	}
}

/*
 * The Service is not of our class, or no LoadBalancer: its addresses are given back,
 * once its status does not show them any more. What another load balancer wrote stays
 * reserved, and so does what another lbbgp did, with its marks.
 */
static void
leave(struct reconcile *r, struct svc *s)
{
	const struct service *service = s->tenant.service;
	const struct plan nothing = { 0 };
	bool marks = svc_has_marks(service) && !sync_is_of_others(r, s);
	bool theirs = service->type == SERVICE_LOAD_BALANCER && !marks;

	sync_log_release(r, s, "no longer ours");
	plan_accept(r, s, &nothing);
	ipam_decide(r->supply.ipam, &s->tenant, !theirs);
	waiters_leave(&r->supply.waiters, &s->waiter);
	if (!svc_is_sent(s)) /* it was ours then: too late now, or seen */
		svc_forget_uses(s);
	sync_held(r, s, theirs || marks);
	sync_consider(r, s);
	if ((s->out == OUT_NONE || s->out == OUT_SETTLED) &&
	    s->tenant.first == NULL && !marks && !svc_has_externals(service))
		sync_forget(r, s);
}

/*
 * Only what we deal with is remarked upon: our own Services, and those for whose
 * externalIPs somebody has made us responsible. What another load balancer has is none
 * of our business.
 */
static bool
is_deprecated(const struct reconcile *r, const struct svc *s)
{
	const struct service *service = s->tenant.service;
	bool ours = sync_is_ours(r, s);

	if (ours || service->type == SERVICE_LOAD_BALANCER)
		return ours && service->n_external_ips > 0;
	for (size_t i = 0; i < service->n_external_ips; i++)
		if (supply_covers(&r->supply, &service->external_ips[i]))
			return true;
	return !r->supply.externals_listed && service->deprecation != NULL;
}

static void
sync_service(struct reconcile *r, struct svc *s)
{
	struct plan_query query = { .groups = &r->supply.groups,
		.ipam = r->supply.ipam,
		.sharing = r->supply.sharing };
	struct plan_steps steps = { 0 };
	struct plan plan;

	r->stats.planned++;
	s->deprecated = is_deprecated(r, s);
	if (!sync_is_ours(r, s)) {
		leave(r, s);
		return;
	}
	if (s->tenant.service->meta.deleted) { /* it ends with what it has */
		waiters_leave(&r->supply.waiters, &s->waiter);
		sync_held(r, s, true);
		sync_consider(r, s);
		return;
	}
	svc_query(s, r->cooldown, &query);
	if (s->tenant.service == r->explained)
		query.steps = &steps;
	plan_make(&query, &plan);
	if (query.steps != NULL)
		plan_steps_keep(r->steps, &steps);
	plan_accept(r, s, &plan);
	sync_held(r, s, true);
	waiters_put(
	    &r->supply.waiters, &s->waiter, s, s->tenant.service, &plan);
	sync_consider(r, s);
}

/* ---- thinking about all ---- */

/*
 * A free address goes to a Service that asked for it, else to the first that waits
 * for any. If it is held, those who asked for it may have to be told of another
 * holder, and those with the key of its holders may find room for their ports.
 */
static void
serve(struct reconcile *r, const struct addr *a)
{
	r->offer = (struct offer){ .on = true,
		.addr = *a,
		.is_free = ipam_holders(r->supply.ipam, a) == NULL };
}

/* First along those who asked for it. NULL: there are no more of these or those. */
static struct waiter *
offer_next(const struct reconcile *r, const struct ipam_holder *h)
{
	const struct waiters *w = &r->supply.waiters;
	const struct offer *offer = &r->offer;

	if (!offer->asked_all)
		return waiters_for_addr(w, &offer->addr, offer->place);
	if (h != NULL) {
		const struct svc *s = h->owner;

		return waiters_for_key(w, s->tenant.service, offer->place);
	}
	size_t group = ipam_pool_of(r->supply.ipam, &offer->addr);

	return group != IPAM_NO_POOL
	    ? waiters_for_group(w, group, offer->addr.family, offer->place)
	    : NULL;
}

/* May the waiting Service find room on the address of that one? */
static bool
may_share(const struct svc *s, const struct svc *waiting)
{
	const struct service *a = s->tenant.service;
	const struct service *b = waiting->tenant.service;

	return s != waiting && share_terms_agree(a, b) &&
	    share_refusal(a, b) == NULL;
}

/*
 * The next to whom that address may go, or who may be told of it; false: no more of
 * them. Once it is held, or free, its next note brings those whom that concerns.
 */
static bool
serve_next(struct reconcile *r)
{
	struct offer *offer = &r->offer;
	const struct ipam_holder *h;
	struct waiter *w;

	if (!offer->on)
		return false;
	h = ipam_holders(r->supply.ipam, &offer->addr);
	offer->on = (h == NULL) == offer->is_free;
	while (offer->on && (w = offer_next(r, h)) == NULL) {
		offer->on = !offer->asked_all;
		offer->asked_all = true;
		offer->place = 0;
	}
	if (!offer->on)
		return false;
	offer->place = w->place;
	if (h == NULL)
		sync_service(r, w->who);
	else if (!offer->asked_all || may_share(h->owner, w->who))
		waiters_call(&r->supply.waiters, w);
	return true;
}

/*
 * First come Services whose status was wiped while we were away: their addresses look
 * free. Then Services that have something, Services that want one address, by a
 * request or by a record alone, Services that wait, in line, and new ones.
 */
static void
ask_all(struct reconcile *r)
{
	struct svc *s, *next;

	while (next_called(r) != NULL)
		;
	HASH_ITER (hh, r->services, s, next) {
		s->retained = false; /* the supply counts anew */
		if (svc_is_wiped(s))
			sync_call(r, s);
	}
	HASH_ITER (hh, r->services, s, next)
		if (s->waiter == NULL && s->tenant.target.n > 0)
			sync_call(r, s);
	HASH_ITER (hh, r->services, s, next)
		if (svc_is_particular(s))
			sync_call(r, s);
	for (struct waiter *w = r->supply.waiters.line; w != NULL; w = w->next)
		sync_call(r, w->who);
	HASH_ITER (hh, r->services, s, next)
		sync_call(r, s); /* unless it is there already */
}

bool
sync_next(struct reconcile *r)
{
	struct waiter *w;
	struct svc *s;
	struct addr a;

	if (r->supply.changed && supply_rebuild(&r->supply)) {
		addr_queue_clear(&r->noted); /* all are asked anyway */
		r->offer.on = false;
		ask_all(r);
	}
	if (serve_next(r))
		return true;
	if (addr_queue_take(&r->noted, &a))
		serve(r, &a);
	else if ((w = waiters_take_called(&r->supply.waiters)) != NULL)
		sync_service(r, w->who);
	else if ((s = next_called(r)) != NULL)
		sync_service(r, s);
	else
		return false;
	return true;
}
