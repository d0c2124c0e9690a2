/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan is made in steps that share one struct, struct maker:
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

#include "allocator/ipam/addrs.h"
#include "allocator/ipam/ipam.h"
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

struct maker { /* what the steps of plan_make() share */
	const struct plan_query *query;
	const struct service *service;
	struct request request;
	size_t pinned; /* group asked for by name, or GROUPS_NONE */
	struct addr keep[REQUEST_MAX]; /* what it has and may keep */
	size_t n_keep;
	struct plan *plan;
};

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
refuse(struct maker *m, enum reason reason, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(m->plan->message, sizeof(m->plan->message), fmt, args);
	va_end(args);
	utf8_mend(m->plan->message, sizeof(m->plan->message));
	m->plan->reason = reason;
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
	for (size_t i = 0; i < p->n; i++)
		if (addr_eq(&p->addrs[i], a))
			return;
	if (p->n < REQUEST_MAX)
		p->addrs[p->n++] = *a;
}

static bool
plan_has(const struct plan *p, enum family family)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->addrs[i].family == family)
			return true;
	return false;
}

static bool
stays(const struct tenant *t, const struct addr *a)
{
	struct addrs target = addr_list_view(t->target);

	return !t->decided || addrs_has(&target, a);
}

/*
 * Of two that have one address and can't share it the older keeps it (rule 2 of
 * doc/rules.md), unless only one has changed its terms: then the other (rule 30).
 */
static bool
goes_before(const struct tenant *t, const struct tenant *other)
{
	if (t->gives_way != other->gives_way)
		return other->gives_way;
	return meta_age_cmp(&t->service->meta, &other->service->meta) < 0;
}

static bool
may_keep(const struct maker *m, const struct addr *a)
{
	const struct ipam_holder *h = ipam_holders(m->query->ipam, a);
	const struct tenant *me = m->query->tenant;

	if (sharing_fits(m->query->sharing, a, me))
		return true;
	for (; h != NULL; h = h->next) {
		const struct tenant *t = h->owner;

		if (t != me && stays(t, a) && goes_before(t, me) &&
		    share_refusal(me->service, t->service) != NULL)
			return false;
	}
	return true;
}

/*
 * What it has, and what it had until its status was wiped (rule 6): as if it had it
 * still, whatever its group has become, if nobody else has it by now.
 */
static void
keep_find(struct maker *m)
{
	const struct plan_query *q = m->query;

	for (size_t i = 0; i < q->n_have; i++) {
		bool good = m->n_keep < REQUEST_MAX && may_keep(m, &q->have[i]);

		step_have(q, &q->have[i], good);
		if (good)
			m->keep[m->n_keep++] = q->have[i];
	}
	for (size_t i = 0; i < q->n_had && m->n_keep < REQUEST_MAX; i++)
		if (candidates_rival(q, &q->wish[i]) == NULL)
			m->keep[m->n_keep++] = q->wish[i];
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
 * Make before break: what can't be replaced stays. That of a family given up only
 * when there is nothing else: else it is released, whatever is wrong (rule 34), as
 * long as it can be read which ones that are.
 */
static void
keep_all(struct maker *m)
{
	bool readable = m->service->fault == NULL, wanted = false;

	for (size_t i = 0; i < m->n_keep && readable; i++)
		wanted = wanted || wants_family(m->service, m->keep[i].family);
	for (size_t i = 0; i < m->n_keep; i++)
		if (!wanted || wants_family(m->service, m->keep[i].family))
			plan_add(m->plan, &m->keep[i]);
}

/* The group that its addresses came from, be it that its record is lost; or NULL. */
static const char *
origin_of(const struct maker *m)
{
	return m->service->allocated_from != NULL ? m->service->allocated_from
						  : m->query->tenant->from;
}

static bool
was_allocated_from(const struct maker *m, const char *group)
{
	const char *from = origin_of(m);

	return from != NULL && strcmp(from, group) == 0;
}

/* Has its pool gone, and does the group want such addresses back? */
static bool
is_reclaimed(const struct maker *m, const struct addr *a)
{
	const struct groups *gs = m->query->groups;
	const char *from = origin_of(m);
	size_t group = from != NULL ? groups_find(gs, from) : GROUPS_NONE;

	return ipam_pool_of(m->query->ipam, a) == IPAM_NO_POOL &&
	    group != GROUPS_NONE && gs->at[group].reallocate;
}

/*
 * Does this address satisfy the name of the group? One that came from that group
 * does for good: pools may be moved to another group under it (rule 26).
 */
static bool
fits(const struct maker *m, const struct addr *a)
{
	if (is_reclaimed(m, a))
		return false;
	if (m->request.group[0] == '\0' ||
	    was_allocated_from(m, m->request.group))
		return true;
	return m->pinned != GROUPS_NONE &&
	    ipam_pool_of(m->query->ipam, a) == m->pinned;
}

/* ---- addresses asked for one by one ---- */

static bool
refuse_outside(struct maker *m, const struct addr *a)
{
	const struct groups *gs = m->query->groups;
	char text[ADDR_TEXT];

	addr_print(a, text);
	for (size_t i = 0; i < gs->n; i++)
		if (pool_covers(gs->at[i].pool, a))
			return refuse(m, REASON_ADDRESS_OUTSIDE_POOLS,
			    "%s is excluded from ServiceGroup %s", text,
			    gs->at[i].name);
	return refuse(m, REASON_ADDRESS_OUTSIDE_POOLS,
	    "%s is in no pool of any ServiceGroup", text);
}

static bool
refuse_in_use(
    struct maker *m, const struct addr *a, const struct tenant *holder)
{
	const char *why = share_refusal(m->service, holder->service);
	bool shares = share_key(m->service) != NULL;
	char text[ADDR_TEXT], who[SHARE_HOLDER];

	m->plan->wait = WAIT_ADDRESS;
	m->plan->wait_addr = *a;
	refuse(m, shares ? REASON_SHARING_CONFLICT : REASON_ADDRESS_IN_USE,
	    "%s is held by %s", addr_print(a, text),
	    share_holder(m->service, holder->service, who));
	if (shares)
		say(m->plan->message, ": %s", why);
	return false;
}

static bool
refuse_group(struct maker *m)
{
	return refuse(m, REASON_GROUP_NOT_FOUND, "there is no ServiceGroup %s",
	    m->request.group);
}

static bool
refuse_closed(struct maker *m, const struct group *g)
{
	if (group_allows_namespace(g, m->service->meta.ns))
		return refuse(m, REASON_SERVICE_NOT_ALLOWED,
		    "ServiceGroup %s is not for Services with these labels",
		    g->name);
	return refuse(m, REASON_NAMESPACE_NOT_ALLOWED,
	    "ServiceGroup %s is not for namespace %s", g->name,
	    m->service->meta.ns);
}

static bool
may_have(struct maker *m, const struct addr *a)
{
	size_t pool = ipam_pool_of(m->query->ipam, a);
	const struct tenant *holder = candidates_rival(m->query, a);
	char text[ADDR_TEXT];

	if (!wants_family(m->service, a->family))
		return refuse(m, REASON_FAMILY_MISMATCH,
		    "%s is asked for, but the Service has no %s",
		    addr_print(a, text), family_name(a->family));
	for (size_t i = 0; i < m->n_keep; i++)
		if (addr_eq(&m->keep[i], a) && fits(m, a))
			return true; /* even if its pool has gone since */
	if (m->request.group[0] != '\0' && m->pinned == GROUPS_NONE)
		return refuse_group(m);
	if (pool == IPAM_NO_POOL)
		return refuse_outside(m, a);
	if (m->pinned != GROUPS_NONE && pool != m->pinned)
		return refuse(m, REASON_ADDRESS_OUTSIDE_POOLS,
		    "%s is not in ServiceGroup %s", addr_print(a, text),
		    m->request.group);
	if (!group_allows(&m->query->groups->at[pool], m->service))
		return refuse_closed(m, &m->query->groups->at[pool]);
	return holder == NULL || refuse_in_use(m, a, holder);
}

/* All that is asked for, or nothing. */
static bool
grant_requested(struct maker *m)
{
	for (size_t i = 0; i < m->request.n_requested; i++) {
		const struct addr *a = &m->request.requested[i];
		bool good = may_have(m, a);

		step_request(m->query, a, m->plan->reason, m->plan->message);
		if (!good)
			return false;
	}
	for (size_t i = 0; i < m->request.n_requested; i++)
		plan_add(m->plan, &m->request.requested[i]);
	return true;
}

/* ---- any address ---- */

/* Keeps the addresses of one family that fit, be they several (rule 46). */
static void
keep_family(struct maker *m, enum family family)
{
	for (size_t i = 0; i < m->n_keep; i++) {
		if (m->keep[i].family != family)
			continue;
		bool good = fits(m, &m->keep[i]);

		step_keep(m->query, &m->keep[i], good);
		if (good)
			plan_add(m->plan, &m->keep[i]);
	}
}

/*
 * Keeps what the Service has of each family that it asks no address of; returns the
 * families still without.
 */
static uint8_t
keep_fitting(struct maker *m)
{
	uint8_t missing = 0;

	for (size_t f = 0; f < m->service->n_families; f++) {
		enum family family = m->service->families[f];

		if (!plan_has(m->plan, family))
			keep_family(m, family);
		if (!plan_has(m->plan, family))
			missing |= (uint8_t)(1 << family);
	}
	return missing;
}

/* Takes what the group can give of these families; returns the rest. */
static uint8_t
group_take(struct maker *m, size_t group, uint8_t families)
{
	struct addr offer;

	for (size_t f = 0; f < m->service->n_families; f++) {
		enum family family = m->service->families[f];

		if (!(families & 1 << family) ||
		    !candidates_offer(m->query, group, family, &offer))
			continue;
		plan_add(m->plan, &offer);
		families &= (uint8_t) ~(1 << family);
	}
	return families;
}

/* The group of the addresses it has: the second family comes from there too. */
static size_t
home_group(const struct maker *m)
{
	const struct plan *p = m->plan;

	if (p->n == 0)
		return GROUPS_NONE;
	size_t pool = ipam_pool_of(m->query->ipam, &p->addrs[0]);

	if (pool == IPAM_NO_POOL && origin_of(m) != NULL)
		return groups_find(m->query->groups, origin_of(m));
	return pool;
}

/* Those who may serve what it is still without. */
static void
find_candidates(const struct maker *m, struct candidates *c)
{
	size_t one = m->pinned != GROUPS_NONE ? m->pinned : home_group(m);

	candidates_init(c, m->query, one);
}

/* Returns the families that nobody could serve. */
static uint8_t
take_free(struct maker *m, const struct candidates *c, uint8_t missing)
{
	bool all = m->service->family_policy == FAMILY_POLICY_REQUIRE_DUAL;
	size_t best = candidates_group(m->query, c, missing);

	if (best == GROUPS_NONE && !all)
		best = candidates_some_group(m->query, c, missing);
	return best != GROUPS_NONE ? group_take(m, best, missing) : missing;
}

static const char *
families_text(uint8_t families)
{
	return families == 1 << FAMILY_V4 ? "IPv4"
	    : families == 1 << FAMILY_V6  ? "IPv6"
					  : "IPv4 and IPv6";
}

/* There are such pools, but all are left out: the fault of the group says why. */
static bool
refuse_unusable(struct maker *m, const struct group *g, uint8_t families)
{
	char *message = m->plan->message;

	refuse(m, REASON_FAMILY_MISMATCH,
	    "no usable pool of %s in ServiceGroup %s", families_text(families),
	    g->name);
	size_t used = strlen(message) + strlen(": ") + KEEPS_ROOM;

	if (used < PLAN_MESSAGE)
		say(message, ": %.*s", (int)(PLAN_MESSAGE - used), g->fault);
	return false;
}

static bool
refuse_lacking(struct maker *m, const struct group *one, uint8_t families)
{
	bool both = (families & (families - 1)) != 0;

	if (one != NULL && (one->refused & families) != 0)
		return refuse_unusable(m, one, families);
	if (one != NULL)
		return refuse(m, REASON_FAMILY_MISMATCH,
		    "no pool of %s in ServiceGroup %s", families_text(families),
		    one->name);
	return refuse(m, REASON_FAMILY_MISMATCH,
	    both ? "no ServiceGroup has pools of both %s"
		 : "no pool of %s in any ServiceGroup",
	    families_text(families));
}

static bool
refuse_missing(struct maker *m, const struct candidates *c, uint8_t missing)
{
	const struct group *one =
	    c->one != GROUPS_NONE ? &m->query->groups->at[c->one] : NULL;
	bool all = m->service->family_policy == FAMILY_POLICY_REQUIRE_DUAL;
	uint8_t lacking = candidates_lacking(m->query, c, missing, all);

	if (one != NULL && !group_allows(one, m->service))
		return refuse_closed(m, one);
	if (bitset_first(&c->open) == BITSET_NONE)
		return refuse(m, REASON_NO_GROUP,
		    "no ServiceGroup assigns by itself to this Service; "
		    "name one in the annotation lbbgp.io/service-group");
	if (lacking != 0)
		return refuse_lacking(m, one, lacking);
	m->plan->wait = WAIT_FREE;
	m->plan->wait_group = c->one;
	m->plan->wait_families = candidates_exhausted(m->query, c, missing);
	return refuse(m, REASON_POOL_EXHAUSTED, "no free %s address in %s%s",
	    families_text(missing),
	    one != NULL ? "ServiceGroup " : "any ServiceGroup",
	    one != NULL ? one->name : "");
}

/*
 * PreferDualStack with one family: good for now, the other one may come later. Not
 * when it has an address of the other one, which would be lost.
 */
static bool
may_do_for_now(const struct maker *m)
{
	const struct plan *p = m->plan;

	for (size_t i = 0; i < m->n_keep; i++)
		if (wants_family(m->service, m->keep[i].family) &&
		    !plan_has(p, m->keep[i].family))
			return false;
	return m->service->family_policy == FAMILY_POLICY_PREFER_DUAL &&
	    p->n > 0;
}

static bool
fill(struct maker *m)
{
	uint8_t wanted = keep_fitting(m), missing;
	size_t kept = m->plan->n;
	struct candidates c;

	if (wanted == 0)
		return true;
	if (m->request.group[0] != '\0' && m->pinned == GROUPS_NONE)
		return refuse_group(m);
	find_candidates(m, &c);
	step_candidates(m->query, &c, wanted);
	missing = take_free(m, &c, wanted);
	if (missing != 0 && may_do_for_now(m)) {
		/* The rest comes from where this came from. */
		candidates_fini(&c);
		find_candidates(m, &c);
	} else if (missing != 0) {
		m->plan->n = kept;
		missing = wanted;
	}
	if (missing != 0)
		refuse_missing(m, &c, missing);
	candidates_fini(&c);
	return missing == 0;
}

/* ---- the whole ---- */

static void
name_origin(struct maker *m)
{
	struct plan *p = m->plan;
	const char *from = origin_of(m) != NULL ? origin_of(m) : "";

	if (p->n == 0)
		return;
	size_t pool = ipam_pool_of(m->query->ipam, &p->addrs[0]);
	bool moved = m->request.group[0] != '\0' && pool != m->pinned &&
	    was_allocated_from(m, m->request.group);

	if (pool != IPAM_NO_POOL && !moved)
		from = m->query->groups->at[pool].name;
	snprintf(p->from, sizeof(p->from), "%s", from);
}

/*
 * Rule 19: until it is ours, an address that somebody else wrote is left alone. Ours
 * stays ours, should it lose both its pool and its record (rules 6 and 24).
 */
static bool
is_foreign(const struct maker *m)
{
	const struct service *s = m->service;
	const struct tenant *t = m->query->tenant;

	if (s->allocated_from != NULL || (t->decided && t->target != NULL) ||
	    (s->n_ingress == 0 && !s->ingress_other))
		return false;
	for (size_t i = 0; i < s->n_ingress; i++)
		if (ipam_pool_of(m->query->ipam, &s->ingress[i].addr) !=
		    IPAM_NO_POOL)
			return false;
	m->plan->foreign = true;
	refuse((struct maker *)m, REASON_FOREIGN_ADDRESS,
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

/* Does it have an address that no pool has? */
static bool
is_retained(const struct maker *m)
{
	for (size_t i = 0; i < m->plan->n; i++)
		if (ipam_pool_of(m->query->ipam, &m->plan->addrs[i]) ==
		    IPAM_NO_POOL)
			return true;
	return false;
}

const char *
plan_say(const struct addrs *addrs, const char *from, char text[PLAN_MESSAGE])
{
	char one[ADDR_TEXT];

	text[0] = '\0';
	for (size_t i = 0; i < addrs->n; i++)
		say(text, "%s%s", i > 0 ? ", " : "",
		    addr_print(&addrs->at[i], one));
	if (from[0] != '\0')
		say(text, PLAN_FROM "%s", from);
	return text;
}

/* ---- addresses that a rule takes away ---- */

static size_t
count_family(const struct addr *at, size_t n, enum family family)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += at[i].family == family;
	return found;
}

static bool
is_asked_for(const struct maker *m, enum family family)
{
	return count_family(
		   m->request.requested, m->request.n_requested, family) > 0;
}

/*
 * Has the Service fewer addresses of this family than before, though it still wants
 * the family and asks for no address of it? Then a rule took them, not its owner.
 */
static bool
is_narrowed(const struct maker *m, enum family family)
{
	const struct plan_query *q = m->query;

	return wants_family(m->service, family) && !is_asked_for(m, family) &&
	    count_family(q->have, q->n_have, family) >
	    count_family(m->plan->addrs, m->plan->n, family);
}

static bool
is_given_up(const struct maker *m, const struct addr *a)
{
	const struct addrs planned = { m->plan->addrs, m->plan->n };

	return !addrs_has(&planned, a) && is_narrowed(m, a->family);
}

/* Which rule takes this address from the Service. Contains no ';'. */
static void
say_why_given_up(
    const struct maker *m, const struct addr *a, char text[PLAN_MESSAGE])
{
	const struct tenant *rival = candidates_rival(m->query, a);
	char who[SHARE_HOLDER];

	if (rival != NULL)
		say(text, ", held by %s",
		    share_holder(m->service, rival->service, who));
	else if (is_reclaimed(m, a))
		say(text, ", which no pool has any more");
	else
		say(text, ", which is not in ServiceGroup %s",
		    m->request.group);
}

/* Of those that a rule took the first, and how many there are. */
static const struct addr *
find_given_up(const struct maker *m, size_t *n)
{
	const struct plan_query *q = m->query;
	const struct addr *first = NULL;

	*n = q->n_beyond;
	for (size_t i = 0; i < q->n_have; i++) {
		if (!is_given_up(m, &q->have[i]))
			continue;
		first = first != NULL ? first : &q->have[i];
		++*n;
	}
	return first;
}

/* What was said of addresses given up, while the Service has the same ones still. */
static void
repeat_given_up(struct maker *m)
{
	struct plan *p = m->plan;
	const char *said = m->query->said;
	size_t same = strlen(p->message);

	if (said == NULL || p->n == 0 || strncmp(said, p->message, same) != 0 ||
	    strncmp(said + same, PLAN_GAVE_UP, strlen(PLAN_GAVE_UP)) != 0)
		return;
	said += same + strlen(PLAN_GAVE_UP);
	say(p->message, PLAN_GAVE_UP "%.*s", (int)strcspn(said, ";"), said);
	p->plain = false;
}

/*
 * Appends the addresses that a rule took, the first with its reason. It stays said when
 * they have gone from the status, since nothing else tells of them then.
 */
static void
tell_given_up(struct maker *m)
{
	struct plan *p = m->plan;
	char text[ADDR_TEXT];
	size_t n;
	const struct addr *first = find_given_up(m, &n);

	if (n == 0) {
		repeat_given_up(m);
		return;
	}
	p->plain = false;
	if (first == NULL) {
		say(p->message,
		    PLAN_GAVE_UP
		    "%zu addresses, since a Service has %d at most",
		    n, REQUEST_MAX);
		return;
	}
	say(p->message, PLAN_GAVE_UP "%s", addr_print(first, text));
	say_why_given_up(m, first, p->message);
	if (n > 1)
		say(p->message, ", and %zu more", n - 1);
}

/* What a person reads when all is well. */
static void
tell(struct maker *m, const char *remark)
{
	struct plan *p = m->plan;
	const struct addrs addrs = { p->addrs, p->n };

	plan_say(&addrs, p->from, p->message);
	p->plain = !p->retained && remark[0] == '\0';
	if (p->retained)
		say(p->message, "; retained, no pool has it any more");
	tell_given_up(m);
	if (remark[0] != '\0')
		say(p->message, "; %s", remark);
}

/* The Service goes on with what it has, and is told what could not be done. */
static void
tell_kept(struct maker *m)
{
	struct plan *p = m->plan;
	char text[ADDR_TEXT];

	if (p->n > 0)
		say(p->message, PLAN_KEEPS "%s%s",
		    addr_print(&p->addrs[0], text), p->n > 1 ? AND_OTHERS : "");
}

/* It may well be a wish that is misspelt. */
static void
tell_unknown(struct maker *m)
{
	struct plan *p = m->plan;

	if (m->service->unknown == NULL)
		return;
	say(p->message, "; %.80s is no annotation of lbbgp",
	    m->service->unknown);
	p->plain = false;
}

static bool
is_good_for_now(const struct maker *m)
{
	return may_do_for_now(m) &&
	    (m->plan->reason == REASON_POOL_EXHAUSTED ||
		m->plan->reason == REASON_FAMILY_MISMATCH);
}

/* For one that is ours to change. */
static void
decide(struct maker *m)
{
	struct plan *p = m->plan;
	char wrong[sizeof(p->message)];
	struct err err;
	bool good;

	keep_find(m);
	good = request_read(m->service, &m->request, &err) ||
	    refuse(m, m->request.reason, "%s", err.text);
	step_asked(m->query, &m->request, good ? NULL : &err);
	m->pinned = groups_find(m->query->groups, m->request.group);
	good = good && grant_requested(m) && fill(m);
	if (!good && p->wait != WAIT_ADDRESS && m->request.n_requested > 0)
		p->wait_addr = m->request.requested[0];
	memcpy(wrong, p->message, sizeof(wrong));
	if (!good && is_good_for_now(m)) {
		p->reason = REASON_ASSIGNED;
		good = true;
	}
	if (!good) {
		p->n = 0;
		keep_all(m);
	}
	order_by_family(p, m->service);
	p->retained = is_retained(m);
	name_origin(m);
	if (good)
		tell(m, wrong);
	else
		tell_kept(m);
}

void
plan_make(const struct plan_query *query, struct plan *p)
{
	struct maker m = {
		.query = query, .service = query->tenant->service, .plan = p
	};

	*p = (struct plan){ .reason = REASON_ASSIGNED,
		.wait_group = GROUPS_NONE };
	if (!is_foreign(&m))
		decide(&m);
	tell_unknown(&m);
	step_result(query, p->reason, p->message);
}
