/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan is made in steps, and what they find is in the query:
 *
 *	keep_find	what the Service has and may keep: no older Service holds it on
 *			terms that exclude this one
 *	request_read	what its annotations and its spec ask for
 *	grant_requested	all addresses that it asks for one by one, or none of them
 *	fill		for each family still without an address: one that it has, if it
 *			fits the request, else one of a candidate group
 *	message_good	the message that people read
 *
 * A step that fails says why by message_refuse(), and the Service keeps what it has
 * (make before break), but for a family that it does not want any more: that is
 * released whatever else is wrong.
 *
 * Nothing here changes who holds what: sync.c carries a plan out. So the same
 * question has the same answer, and explain can ask it again.
 */
#include "allocator/plan/plan.h"

#include <stdio.h>
#include <string.h>

#include "allocator/ipam/share.h"
#include "allocator/ipam/sharing.h"
#include "allocator/plan/candidates.h"
#include "allocator/plan/message.h"
#include "allocator/plan/remark.h"
#include "allocator/plan/steps.h"
#include "allocator/pool/groups.h"
#include "allocator/pool/pool.h"
#include "common/api/service.h"
#include "common/err.h"

const char *
plan_not_ours(const struct service *s, const struct plan_class *c)
{
	if (s->type != SERVICE_LOAD_BALANCER)
		return "it is not of type LoadBalancer";
	if (s->headless)
		return "it is headless";
	if (plan_is_of_others(s, c))
		return "it is of another lbbgp's class";
	if (s->class == NULL) /* one that has an address of ours stays ours */
		return c->unclassed || s->allocated_from != NULL
		    ? NULL
		    : "it has no loadBalancerClass";
	return instance_serves(&c->instance, s->class)
	    ? NULL
	    : "its loadBalancerClass is another load balancer's";
}

bool
plan_is_of_others(const struct service *s, const struct plan_class *c)
{
	return s->type == SERVICE_LOAD_BALANCER && !s->headless &&
	    instance_of_others(&c->instance, s->class);
}

bool
plan_is_ours(const struct service *s, const struct plan_class *c)
{
	return plan_not_ours(s, c) == NULL;
}

static void
plan_add(struct plan *p, const struct addr *a)
{
	struct addrs list = { p->addrs, p->n };

	if (p->n < REQUEST_MAX)
		addrs_add(&list, a);
	p->n = list.n;
}

static bool
plan_has(const struct plan *p, enum family family)
{
	return query_count_family(p->addrs, p->n, family) > 0;
}

/*
 * If two Services hold one address and cannot share it, the older one keeps it (rule
 * 2 of doc/rules.md), unless only one of them has changed its terms of sharing: then
 * the other one does (rule 30).
 */
static bool
goes_before(const struct tenant *t, const struct tenant *other)
{
	if (t->gives_way != other->gives_way)
		return other->gives_way;
	return meta_age_cmp(&t->service->meta, &other->service->meta) < 0;
}

/*
 * A status counts, also beside that of another load balancer; a mere record does not
 * (rule 19).
 */
static bool
may_keep(const struct plan_query *q, const struct addr *a)
{
	const struct ipam_holder *h = ipam_holders(q->ipam, a);
	const struct tenant *me = q->tenant;

	if (sharing_fits(q->sharing, a, me))
		return !q->wiped || sharing_rival(q->sharing, a, me) == NULL;
	for (; h != NULL; h = h->next) {
		const struct tenant *t = h->owner;

		bool stays = !t->decided || addrs_has(&t->target, a);

		if (t != me && stays && goes_before(t, me) &&
		    share_refusal(me->service, t->service) != NULL)
			return false;
	}
	return true;
}

/*
 * Addresses that the Service has, plus those that it lost when its status was wiped
 * (rule 6): both count as still held, whatever the group has become, unless another
 * Service has taken them.
 */
static void
keep_find(struct plan_query *q)
{
	char text[ADDR_TEXT];

	for (size_t i = 0; i < q->n_have; i++) {
		bool good = q->n_keep < REQUEST_MAX && may_keep(q, &q->have[i]);

		step(q, "ownership", good,
		    good ? "it has %s"
			 : "it has %s, which a Service that goes before it has "
			   "too: it must give it up",
		    addr_print(&q->have[i], text));
		if (good)
			q->keep[q->n_keep++] = q->have[i];
	}
}

/*
 * Make before break: an address that can't be replaced stays. An address of a family
 * that the Service gave up stays only if the Service has no other; else it is
 * released, whatever is wrong (rule 34), provided that the families can be read at
 * all.
 */
static void
keep_all(struct plan_query *q)
{
	bool readable = q->service->fault == NULL, wanted = false;

	for (size_t i = 0; i < q->n_keep && readable; i++)
		wanted =
		    wanted || query_wants_family(q->service, q->keep[i].family);
	for (size_t i = 0; i < q->n_keep; i++)
		if (!wanted ||
		    query_wants_family(q->service, q->keep[i].family))
			plan_add(q->plan, &q->keep[i]);
}

static bool
was_allocated_from(const struct plan_query *q, const char *group)
{
	return q->origin != NULL && strcmp(q->origin, group) == 0;
}

/*
 * Does this address satisfy the name of the group? An address that came from that
 * group does for good: pools may be moved to another group under it (rule 26).
 */
static bool
fits(const struct plan_query *q, const struct addr *a)
{
	if (query_is_reclaimed(q, a))
		return false;
	if (q->request.group[0] == '\0' ||
	    was_allocated_from(q, q->request.group))
		return true;
	return q->pinned != GROUPS_NONE &&
	    ipam_pool_with(q->ipam, a) == q->pinned;
}

/* ---- addresses asked for one by one ---- */

static bool
may_have(struct plan_query *q, const struct addr *a)
{
	size_t pool = ipam_pool_of(q->ipam, a);
	const struct tenant *holder;
	char text[ADDR_TEXT];

	if (!query_wants_family(q->service, a->family))
		return message_refuse(q, REASON_FAMILY_MISMATCH,
		    "%s is asked for, but the Service has no %s",
		    addr_print(a, text), family_name(a->family));
	for (size_t i = 0; i < q->n_keep; i++)
		if (addr_eq(&q->keep[i], a) && fits(q, a))
			return true; /* even if its pool has gone since */
	if (q->request.group[0] != '\0' && q->pinned == GROUPS_NONE)
		return message_no_group(q);
	if (pool == IPAM_NO_POOL && ipam_pool_with(q->ipam, a) != pool)
		return message_reserved(q, a);
	if (pool == IPAM_NO_POOL)
		return message_outside(q, a);
	if (q->pinned != GROUPS_NONE && pool != q->pinned)
		return message_refuse(q, REASON_ADDRESS_OUTSIDE_POOLS,
		    "%s is not in ServiceGroup %s", addr_print(a, text),
		    q->request.group);
	if (!group_allows(&q->groups->at[pool], q->service))
		return message_closed(q, &q->groups->at[pool]);
	holder = sharing_rival(q->sharing, a, q->tenant);
	return holder == NULL || message_in_use(q, a, holder);
}

/* All that is asked for, or nothing. */
static bool
grant_requested(struct plan_query *q)
{
	for (size_t i = 0; i < q->request.n_requested; i++) {
		const struct addr *a = &q->request.requested[i];
		bool good = may_have(q, a);

		step_request(q, a, good);
		if (!good)
			return false;
	}
	for (size_t i = 0; i < q->request.n_requested; i++)
		plan_add(q->plan, &q->request.requested[i]);
	return true;
}

/* ---- any address ---- */

/*
 * Keeps what fits of each family for which the Service asks no address, also if there
 * are several (rule 46); returns the families still without one.
 */
static uint8_t
keep_fitting(struct plan_query *q)
{
	uint8_t missing = 0;
	char text[ADDR_TEXT];

	for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
		bool asked = plan_has(q->plan, f);

		for (size_t i = 0; i < q->n_keep; i++) {
			const struct addr *a = &q->keep[i];

			if (asked || a->family != f ||
			    !query_wants_family(q->service, f))
				continue;
			step(q, "kept", fits(q, a),
			    fits(q, a) ? "%s fits, so it stays"
				       : "%s does not fit: it is not of the "
					 "group asked for, or its group wants "
					 "back what no pool has",
			    addr_print(a, text));
			if (fits(q, a))
				plan_add(q->plan, a);
		}
		if (query_wants_family(q->service, f) && !plan_has(q->plan, f))
			missing |= (uint8_t)(1 << f);
	}
	return missing;
}

/* Takes what the group can give of these families; returns the other families. */
static uint8_t
group_take(struct plan_query *q, size_t group, uint8_t families)
{
	struct addr offer;

	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		if (families & 1 << f &&
		    candidates_offer(q, group, f, &offer)) {
			plan_add(q->plan, &offer);
			families &= (uint8_t) ~(1 << f);
		}
	return families;
}

/*
 * The groups that may serve the families still without an address: the one asked for by
 * name, or that of the Service's other addresses, or all that assign by themselves.
 */
static void
choose_candidates(struct plan_query *q)
{
	const struct plan *p = q->plan;

	q->only = q->pinned;
	if (q->only == GROUPS_NONE && p->n > 0) {
		q->only = ipam_pool_with(q->ipam, &p->addrs[0]);
		if (q->only == IPAM_NO_POOL && q->origin != NULL)
			q->only = groups_find(q->groups, q->origin);
	}
	q->first = q->only != GROUPS_NONE ? q->only : 0;
	q->end = q->only != GROUPS_NONE ? q->only + 1 : q->groups->n_auto;
	q->near = q->only != GROUPS_NONE
	    ? NULL
	    : groups_open_to_namespace(q->groups, q->service->meta.ns);
}

/*
 * PreferDualStack with one family: good for now, the other family may come later. Not
 * if the Service has an address of the other family, which would be lost.
 */
static bool
may_do_for_now(const struct plan_query *q)
{
	const struct plan *p = q->plan;

	for (size_t i = 0; i < q->n_keep; i++)
		if (query_wants_family(q->service, q->keep[i].family) &&
		    !plan_has(p, q->keep[i].family))
			return false;
	return q->service->family_policy == FAMILY_POLICY_PREFER_DUAL &&
	    p->n > 0;
}

/* Addresses that the Service had before or might share, as far as it can have them. */
static void
find_wishes(struct plan_query *q)
{
	struct addrs wishes = { q->wish, q->n_wish };

	sharing_find(q->sharing, q->tenant, false, &wishes, PLAN_WISH_MAX);
	q->n_wish = wishes.n;
	step_wishes(q);
	candidates_wishes(q);
}

static bool
fill(struct plan_query *q)
{
	uint8_t wanted = keep_fitting(q), missing = wanted;
	size_t kept = q->plan->n;

	if (wanted == 0)
		return true;
	if (q->request.group[0] != '\0' && q->pinned == GROUPS_NONE)
		return message_no_group(q);
	find_wishes(q);
	choose_candidates(q);
	step_groups(q, wanted);
	size_t best = candidates_group(q, wanted, query_needs_all(q));

	if (best != GROUPS_NONE)
		missing = group_take(q, best, wanted);
	if (missing == 0)
		return true;
	if (may_do_for_now(q)) {
		choose_candidates(q); /* the rest is from where this is from */
	} else {
		q->plan->n = kept;
		missing = wanted;
	}
	return message_missing(q, missing);
}

/* ---- the whole ---- */

static void
name_origin(struct plan_query *q)
{
	struct plan *p = q->plan;
	const char *from = q->origin != NULL ? q->origin : "";

	if (p->n == 0)
		return;
	size_t pool = ipam_pool_with(q->ipam, &p->addrs[0]);
	bool moved = q->request.group[0] != '\0' && pool != q->pinned &&
	    was_allocated_from(q, q->request.group);

	if (pool != IPAM_NO_POOL && !moved)
		from = q->groups->at[pool].name;
	snprintf(p->from, sizeof(p->from), "%s", from);
}

/*
 * Rule 19: until a Service is ours, an address that somebody else wrote is left
 * alone. A Service of ours stays ours, even if it loses both its pool and its record
 * (rules 6 and 24).
 */
static bool
is_foreign(struct plan_query *q)
{
	const struct service *s = q->service;
	const struct tenant *t = q->tenant;

	if (s->allocated_from != NULL || (t->decided && t->target.n > 0) ||
	    (s->n_ingress == 0 && !s->ingress_other))
		return false;
	for (size_t i = 0; i < s->n_ingress; i++)
		if (ipam_pool_with(q->ipam, &s->ingress[i].addr) !=
		    IPAM_NO_POOL)
			return false;
	q->plan->foreign = true;
	message_refuse(q, REASON_FOREIGN_ADDRESS,
	    "the status has an address that lbbgp did not write; it is left "
	    "as it is");
	return true;
}

static void
order_by_family(struct plan *p, const struct service *s)
{
	struct addr sorted[REQUEST_MAX];
	size_t n = 0;

	for (size_t f = 0; f < s->n_families; f++)
		for (size_t i = 0; i < p->n; i++)
			if (p->addrs[i].family == s->families[f])
				sorted[n++] = p->addrs[i];
	for (size_t i = 0; i < p->n; i++) /* kept, though no longer wanted */
		if (!query_wants_family(s, p->addrs[i].family))
			sorted[n++] = p->addrs[i];
	memcpy(p->addrs, sorted, sizeof(sorted[0]) * n);
}

/* Does the plan have an address that no pool has, or would not give any more? */
static bool
is_retained(const struct plan_query *q)
{
	for (size_t i = 0; i < q->plan->n; i++)
		if (ipam_pool_of(q->ipam, &q->plan->addrs[i]) == IPAM_NO_POOL)
			return true;
	return false;
}

/* Plans a Service that is ours to change. */
static void
decide(struct plan_query *q)
{
	struct plan *p = q->plan;
	char wrong[sizeof(p->message)];
	struct err err;
	bool good;

	q->origin = q->service->allocated_from != NULL
	    ? q->service->allocated_from
	    : q->tenant->from;
	keep_find(q);
	good = request_read(q->service, &q->request, &err) ||
	    message_refuse(q, q->request.reason, "%s", err.text);
	step_asked(q, good ? NULL : err.text);
	q->pinned = groups_find(q->groups, q->request.group);
	good = good && grant_requested(q) && fill(q);
	if (!good && p->wait != WAIT_ADDRESS && q->request.n_requested > 0)
		p->wait_addr = q->request.requested[0];
	memcpy(wrong, p->message, sizeof(wrong));
	if (!good && may_do_for_now(q) &&
	    (p->reason == REASON_POOL_EXHAUSTED ||
		p->reason == REASON_FAMILY_MISMATCH)) {
		p->reason = REASON_ASSIGNED;
		good = true;
	}
	if (!good) {
		p->n = 0;
		keep_all(q);
	}
	order_by_family(p, q->service);
	p->retained = is_retained(q);
	name_origin(q);
	if (good)
		message_good(q, wrong);
	else
		message_keeps(q);
}

void
plan_make(struct plan_query *q, struct plan *p)
{
	*p = (struct plan){ .reason = REASON_ASSIGNED,
		.wait_group = GROUPS_NONE };
	q->plan = p;
	if (!is_foreign(q))
		decide(q);
	remark_routes(q);
	if (q->service->unknown != NULL) /* it may be a request misspelt */
		message_add(p->message, "; %.80s is no annotation of lbbgp",
		    q->service->unknown);
	step(q, "result", p->reason == REASON_ASSIGNED, "%s: %s",
	    reason_name(p->reason), p->message);
}
