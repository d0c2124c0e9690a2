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
 *	tell, tell_kept	the message that people read
 *
 * A step that fails says why by refuse(), and the Service keeps what it has (make
 * before break), but for a family that it does not want any more: that is released
 * whatever else is wrong.
 *
 * Nothing here changes who holds what: sync.c carries a plan out. So the same
 * question has the same answer, and explain can ask it again.
 */
#include "allocator/plan/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "allocator/ipam/share.h"
#include "allocator/ipam/sharing.h"
#include "allocator/plan/candidates.h"
#include "allocator/plan/steps.h"
#include "allocator/pool/groups.h"
#include "allocator/pool/pool.h"
#include "common/api/service.h"
#include "common/err.h"
#include "common/utf8.h"

/* In a message, for what tell_kept() adds. */
#define KEEPS_ROOM (sizeof(PLAN_KEEPS) + ADDR_TEXT + sizeof(AND_OTHERS))
#define AND_OTHERS " and others"

const char *
plan_not_ours(const struct service *s, bool default_class)
{
	if (s->type != SERVICE_LOAD_BALANCER)
		return "it is not of type LoadBalancer";
	if (s->headless)
		return "it is headless";
	if (s->class == NULL) /* one that has an address of ours stays ours */
		return default_class || s->allocated_from != NULL
		    ? NULL
		    : "it has no loadBalancerClass";
	return strcmp(s->class, SERVICE_CLASS) == 0
	    ? NULL
	    : "its loadBalancerClass is another load balancer's";
}

bool
plan_is_ours(const struct service *s, bool default_class)
{
	return plan_not_ours(s, default_class) == NULL;
}

/* Always false, so that a refusal is one line. */
__attribute__((format(printf, 3, 4))) static bool
refuse(struct plan_query *q, enum reason reason, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(q->plan->message, sizeof(q->plan->message), fmt, args);
	va_end(args);
	utf8_mend(q->plan->message, sizeof(q->plan->message));
	q->plan->reason = reason;
	return false;
}

/* Adds to a message. */
__attribute__((format(printf, 2, 3))) static void
say(char text[PLAN_MESSAGE], const char *fmt, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, fmt);
	vsnprintf(text + used, PLAN_MESSAGE - used, fmt, args);
	va_end(args);
	utf8_mend(text, PLAN_MESSAGE);
}

static void
plan_add(struct plan *p, const struct addr *a)
{
	struct addrs list = { p->addrs, p->n };

	if (p->n < REQUEST_MAX)
		addrs_add(&list, a);
	p->n = list.n;
}

static size_t
count_family(const struct addr *at, size_t n, enum family family)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += at[i].family == family;
	return found;
}

static bool
plan_has(const struct plan *p, enum family family)
{
	return count_family(p->addrs, p->n, family) > 0;
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

static bool
wants_family(const struct service *s, enum family family)
{
	for (size_t i = 0; i < s->n_families; i++)
		if (s->families[i] == family)
			return true;
	return false;
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
		wanted = wanted || wants_family(q->service, q->keep[i].family);
	for (size_t i = 0; i < q->n_keep; i++)
		if (!wanted || wants_family(q->service, q->keep[i].family))
			plan_add(q->plan, &q->keep[i]);
}

static bool
was_allocated_from(const struct plan_query *q, const char *group)
{
	return q->origin != NULL && strcmp(q->origin, group) == 0;
}

/* Has its pool gone, and does the group want such addresses back? */
static bool
is_reclaimed(const struct plan_query *q, const struct addr *a)
{
	const struct groups *gs = q->groups;
	size_t group =
	    q->origin != NULL ? groups_find(gs, q->origin) : GROUPS_NONE;

	return ipam_pool_of(q->ipam, a) == IPAM_NO_POOL &&
	    group != GROUPS_NONE && gs->at[group].reallocate;
}

/*
 * Does this address satisfy the name of the group? An address that came from that
 * group does for good: pools may be moved to another group under it (rule 26).
 */
static bool
fits(const struct plan_query *q, const struct addr *a)
{
	if (is_reclaimed(q, a))
		return false;
	if (q->request.group[0] == '\0' ||
	    was_allocated_from(q, q->request.group))
		return true;
	return q->pinned != GROUPS_NONE &&
	    ipam_pool_with(q->ipam, a) == q->pinned;
}

/* ---- addresses asked for one by one ---- */

static bool
refuse_outside(struct plan_query *q, const struct addr *a)
{
	const struct groups *gs = q->groups;
	char text[ADDR_TEXT];

	addr_print(a, text);
	for (size_t i = 0; i < gs->n; i++)
		if (pool_covers(gs->at[i].pool, a))
			return refuse(q, REASON_ADDRESS_OUTSIDE_POOLS,
			    "%s is excluded from ServiceGroup %s", text,
			    gs->at[i].name);
	return refuse(q, REASON_ADDRESS_OUTSIDE_POOLS,
	    "%s is in no pool of any ServiceGroup", text);
}

/* Rule 49. There is nothing to wait for but that the VirtualIP lets it go. */
static bool
refuse_reserved(struct plan_query *q, const struct addr *a)
{
	char text[ADDR_TEXT];

	q->plan->wait = WAIT_ADDRESS;
	q->plan->wait_addr = *a;
	return refuse(q, REASON_ADDRESS_IN_USE, "%s is " PLAN_VIP "%s",
	    addr_print(a, text), ipam_reserved_by(q->ipam, a));
}

static bool
refuse_in_use(
    struct plan_query *q, const struct addr *a, const struct tenant *holder)
{
	bool shares = share_key(q->service) != NULL;
	char text[ADDR_TEXT], who[SHARE_HOLDER];

	q->plan->wait = WAIT_ADDRESS;
	q->plan->wait_addr = *a;
	refuse(q, shares ? REASON_SHARING_CONFLICT : REASON_ADDRESS_IN_USE,
	    "%s is held by %s", addr_print(a, text),
	    share_holder(q->service, holder->service, who));
	if (shares)
		say(q->plan->message, ": %s",
		    sharing_refusal(q->tenant, holder));
	return false;
}

static bool
refuse_group(struct plan_query *q)
{
	return refuse(q, REASON_GROUP_NOT_FOUND, "there is no ServiceGroup %s",
	    q->request.group);
}

static bool
refuse_closed(struct plan_query *q, const struct group *g)
{
	if (group_allows_namespace(g, q->service->meta.ns))
		return refuse(q, REASON_SERVICE_NOT_ALLOWED,
		    "ServiceGroup %s is not for Services with these labels",
		    g->name);
	return refuse(q, REASON_NAMESPACE_NOT_ALLOWED,
	    "ServiceGroup %s is not for namespace %s", g->name,
	    q->service->meta.ns);
}

static bool
may_have(struct plan_query *q, const struct addr *a)
{
	size_t pool = ipam_pool_of(q->ipam, a);
	const struct tenant *holder;
	char text[ADDR_TEXT];

	if (!wants_family(q->service, a->family))
		return refuse(q, REASON_FAMILY_MISMATCH,
		    "%s is asked for, but the Service has no %s",
		    addr_print(a, text), family_name(a->family));
	for (size_t i = 0; i < q->n_keep; i++)
		if (addr_eq(&q->keep[i], a) && fits(q, a))
			return true; /* even if its pool has gone since */
	if (q->request.group[0] != '\0' && q->pinned == GROUPS_NONE)
		return refuse_group(q);
	if (pool == IPAM_NO_POOL && ipam_pool_with(q->ipam, a) != pool)
		return refuse_reserved(q, a);
	if (pool == IPAM_NO_POOL)
		return refuse_outside(q, a);
	if (q->pinned != GROUPS_NONE && pool != q->pinned)
		return refuse(q, REASON_ADDRESS_OUTSIDE_POOLS,
		    "%s is not in ServiceGroup %s", addr_print(a, text),
		    q->request.group);
	if (!group_allows(&q->groups->at[pool], q->service))
		return refuse_closed(q, &q->groups->at[pool]);
	holder = sharing_rival(q->sharing, a, q->tenant);
	return holder == NULL || refuse_in_use(q, a, holder);
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
			    !wants_family(q->service, f))
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
		if (wants_family(q->service, f) && !plan_has(q->plan, f))
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

static bool
needs_all(const struct plan_query *q)
{
	return q->service->family_policy == FAMILY_POLICY_REQUIRE_DUAL;
}

static const char *
families_text(uint8_t families)
{
	return families == 1 << FAMILY_V4 ? "IPv4"
	    : families == 1 << FAMILY_V6  ? "IPv6"
					  : "IPv4 and IPv6";
}

/* No candidate has pools of these families: one is NULL if it was not only one. */
static bool
refuse_lacking(struct plan_query *q, const struct group *one, uint8_t families)
{
	bool both = (families & (families - 1)) != 0;
	char *message = q->plan->message;

	if (one == NULL)
		return refuse(q, REASON_FAMILY_MISMATCH,
		    both ? "no ServiceGroup has pools of both %s"
			 : "no pool of %s in any ServiceGroup",
		    families_text(families));
	if ((one->refused & families) == 0)
		return refuse(q, REASON_FAMILY_MISMATCH,
		    "no pool of %s in ServiceGroup %s", families_text(families),
		    one->name);
	/* There are such pools, but left out: the fault of the group says why. */
	refuse(q, REASON_FAMILY_MISMATCH,
	    "no usable pool of %s in ServiceGroup %s", families_text(families),
	    one->name);
	size_t used = strlen(message) + strlen(": ") + KEEPS_ROOM;

	if (used < PLAN_MESSAGE)
		say(message, ": %.*s", (int)(PLAN_MESSAGE - used), one->fault);
	return false;
}

/*
 * Nobody could serve these families: the candidates are all closed, or have no such
 * pools, or they are full.
 */
static bool
refuse_missing(struct plan_query *q, uint8_t missing)
{
	const struct group *one =
	    q->only != GROUPS_NONE ? &q->groups->at[q->only] : NULL;
	uint8_t lacking = missing, full = 0;
	bool open = false, pools = false;

	for (size_t i = candidates_next(q, q->first); i < q->end;
	     i = candidates_next(q, i + 1)) {
		if (!group_allows(&q->groups->at[i], q->service))
			continue;
		uint8_t has = 0;

		for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
			if (ipam_capacity(q->ipam, i, f) > 0)
				has |= (uint8_t)(1 << f) & missing;
			if (ipam_available(q->ipam, i, f) == 0)
				full |= (uint8_t)(1 << f) & missing;
		}
		open = true;
		pools = pools || has == missing || (!needs_all(q) && has != 0);
		lacking &= (uint8_t)~has;
	}
	if (one != NULL && !open)
		return refuse_closed(q, one);
	if (!open)
		return refuse(q, REASON_NO_GROUP,
		    "no ServiceGroup assigns by itself to this Service; "
		    "name one in the annotation lbbgp.io/service-group");
	if (!pools) /* each of the families, but not together */
		return refuse_lacking(q, one, lacking != 0 ? lacking : missing);
	q->plan->wait = WAIT_FREE;
	q->plan->wait_group = q->only;
	q->plan->wait_families = full;
	return refuse(q, REASON_POOL_EXHAUSTED, "no free %s address in %s%s",
	    families_text(missing),
	    one != NULL ? "ServiceGroup " : "any ServiceGroup",
	    one != NULL ? one->name : "");
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
		if (wants_family(q->service, q->keep[i].family) &&
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
		return refuse_group(q);
	find_wishes(q);
	choose_candidates(q);
	step_groups(q, wanted);
	size_t best = candidates_group(q, wanted, needs_all(q));

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
	return refuse_missing(q, missing);
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
	refuse(q, REASON_FOREIGN_ADDRESS,
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
		if (!wants_family(s, p->addrs[i].family))
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

/* ---- addresses that a rule takes away ---- */

/*
 * Has the Service fewer addresses of this family than before, though it still wants
 * the family and asks for no address of it? Then a rule took them, not its owner.
 */
static bool
is_given_up(const struct plan_query *q, const struct addr *a)
{
	const struct addrs planned = { q->plan->addrs, q->plan->n };
	const struct request *r = &q->request;
	enum family f = a->family;

	return !addrs_has(&planned, a) && wants_family(q->service, f) &&
	    count_family(r->requested, r->n_requested, f) == 0 &&
	    count_family(q->have, q->n_have, f) >
	    count_family(planned.at, planned.n, f);
}

/* Which rule takes this address from the Service. Contains no ';'. */
static void
say_why_given_up(
    const struct plan_query *q, const struct addr *a, char text[PLAN_MESSAGE])
{
	const struct tenant *rival = sharing_rival(q->sharing, a, q->tenant);
	const char *vip = ipam_reserved_by(q->ipam, a);
	char who[SHARE_HOLDER];

	if (rival != NULL)
		say(text, ", held by %s",
		    share_holder(q->service, rival->service, who));
	else if (vip != NULL)
		say(text, ", " PLAN_VIP "%s", vip);
	else if (is_reclaimed(q, a))
		say(text, ", which no pool has any more");
	else
		say(text, ", which is not in ServiceGroup %s",
		    q->request.group);
}

/* What was said of addresses given up, while the Service has the same ones still. */
static void
repeat_given_up(struct plan_query *q)
{
	struct plan *p = q->plan;
	const char *said = q->said;
	size_t same = strlen(p->message);

	if (said == NULL || p->n == 0 || strncmp(said, p->message, same) != 0 ||
	    strncmp(said + same, PLAN_GAVE_UP, strlen(PLAN_GAVE_UP)) != 0)
		return;
	said += same + strlen(PLAN_GAVE_UP);
	say(p->message, PLAN_GAVE_UP "%.*s", (int)strcspn(said, ";"), said);
}

/*
 * Appends the addresses that a rule took, the first with its reason. The words stay
 * when the addresses have gone from the status, since nothing else tells of them
 * then.
 */
static void
tell_given_up(struct plan_query *q)
{
	const struct addr *first = NULL;
	char *message = q->plan->message, text[ADDR_TEXT];
	size_t n = q->n_beyond;

	for (size_t i = q->n_have; i-- > 0;)
		if (is_given_up(q, &q->have[i])) {
			first = &q->have[i];
			n++;
		}
	if (n == 0) {
		repeat_given_up(q);
	} else if (first == NULL) {
		say(message,
		    PLAN_GAVE_UP
		    "%zu addresses, since a Service has %d at most",
		    n, REQUEST_MAX);
	} else {
		say(message, PLAN_GAVE_UP "%s", addr_print(first, text));
		say_why_given_up(q, first, message);
		if (n > 1)
			say(message, ", and %zu more", n - 1);
	}
}

/* The first of its addresses that a VirtualIP has too, or any that no pool has. */
static void
tell_retained(struct plan_query *q)
{
	struct plan *p = q->plan;
	char text[ADDR_TEXT];

	for (size_t i = 0; i < p->n; i++) {
		const char *vip = ipam_reserved_by(q->ipam, &p->addrs[i]);

		if (vip == NULL)
			continue;
		say(p->message, "; retained, though %s is " PLAN_VIP "%s too",
		    addr_print(&p->addrs[i], text), vip);
		return;
	}
	if (p->retained)
		say(p->message, "; retained, no pool has it any more");
}

/* What a person reads when all is well. */
static void
tell(struct plan_query *q, const char *remark)
{
	struct plan *p = q->plan;
	char one[ADDR_TEXT];

	p->message[0] = '\0';
	for (size_t i = 0; i < p->n; i++)
		say(p->message, "%s%s", i > 0 ? ", " : "",
		    addr_print(&p->addrs[i], one));
	if (p->from[0] != '\0')
		say(p->message, PLAN_FROM "%s", p->from);
	tell_retained(q);
	tell_given_up(q);
	if (remark[0] != '\0')
		say(p->message, "; %s", remark);
}

/* The Service goes on with what it has, and is told what could not be done. */
static void
tell_kept(struct plan_query *q)
{
	struct plan *p = q->plan;
	char text[ADDR_TEXT];

	if (p->n > 0)
		say(p->message, PLAN_KEEPS "%s%s",
		    addr_print(&p->addrs[0], text), p->n > 1 ? AND_OTHERS : "");
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
	    refuse(q, q->request.reason, "%s", err.text);
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
		tell(q, wrong);
	else
		tell_kept(q);
}

void
plan_make(struct plan_query *q, struct plan *p)
{
	*p = (struct plan){ .reason = REASON_ASSIGNED,
		.wait_group = GROUPS_NONE };
	q->plan = p;
	if (!is_foreign(q))
		decide(q);
	if (q->service->unknown != NULL) /* it may be a request misspelt */
		say(p->message, "; %.80s is no annotation of lbbgp",
		    q->service->unknown);
	step(q, "result", p->reason == REASON_ASSIGNED, "%s: %s",
	    reason_name(p->reason), p->message);
}
