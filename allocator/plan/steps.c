/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/plan/steps.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/ipam/addrs.h"
#include "allocator/ipam/ipam.h"
#include "allocator/ipam/share.h"
#include "allocator/ipam/sharing.h"
#include "allocator/plan/candidates.h"
#include "allocator/plan/query.h"
#include "allocator/plan/request.h"
#include "allocator/pool/groups.h"
#include "common/alloc.h"
#include "common/api/service.h"
#include "common/err.h"
#include "common/utf8.h"

void
plan_steps_fini(struct plan_steps *steps)
{
	for (size_t i = 0; i < steps->n; i++)
		free(steps->at[i].text);
	free(steps->at);
	*steps = (struct plan_steps){ 0 };
}

void
plan_steps_keep(struct plan_steps *steps, struct plan_steps *later)
{
	if (steps->n > 0 &&
	    strcmp(steps->at[steps->n - 1].text,
		later->at[later->n - 1].text) == 0) {
		plan_steps_fini(later);
		return;
	}
	plan_steps_fini(steps);
	*steps = *later;
	*later = (struct plan_steps){ 0 };
}

__attribute__((format(printf, 4, 5))) static void
step(const struct plan_query *q, const char *rule, bool good, const char *fmt,
    ...)
{
	struct plan_steps *steps = q->steps;
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	utf8_mend(text, sizeof(text));
	steps->at = xrealloc(steps->at, steps->n + 1, sizeof(*steps->at));
	steps->at[steps->n++] = (struct plan_step){ rule, good, xstrdup(text) };
}

void
step_have(const struct plan_query *q, const struct addr *a, bool good)
{
	char text[ADDR_TEXT];

	if (q->steps != NULL)
		step(q, "ownership", good,
		    good ? "it has %s"
			 : "it has %s, which a Service that goes before it has "
			   "too: it must give it up",
		    addr_print(a, text));
}

static void
step_wishes(
    const struct plan_query *q, enum service_wish_kind kind, const char *rule)
{
	struct service_wishes wishes = service_wishes(q->service, kind);

	for (size_t i = 0; i < wishes.n; i++)
		step(q, rule, true, "%s: %s", wishes.at[i].key,
		    wishes.at[i].text);
}

static void
step_families(const struct plan_query *q, const struct service *s)
{
	static const char *const policies[] = {
		[FAMILY_POLICY_SINGLE] = "SingleStack",
		[FAMILY_POLICY_PREFER_DUAL] = "PreferDualStack",
		[FAMILY_POLICY_REQUIRE_DUAL] = "RequireDualStack",
	};

	step(q, "families", s->n_families > 0, "%s: %s%s%s",
	    policies[s->family_policy],
	    s->n_families > 0 ? family_name(s->families[0]) : "none",
	    s->n_families > 1 ? ", " : "",
	    s->n_families > 1 ? family_name(s->families[1]) : "");
}

void
step_asked(const struct plan_query *q, const struct request *request,
    const struct err *why)
{
	const struct service *s = q->service;

	if (q->steps == NULL)
		return;
	if (s->unknown != NULL)
		step(q, "request", false, "%s is no annotation of lbbgp",
		    s->unknown);
	if (why != NULL) {
		step(q, "request", false, "%s", why->text);
		return;
	}
	step_wishes(q, WISH_GROUP, "request");
	step_wishes(q, WISH_ADDRESSES, "request");
	if (request->group[0] == '\0' && request->n_requested == 0)
		step(q, "request", true,
		    "neither a group nor an address is asked for");
	step_families(q, s);
	step_wishes(q, WISH_SHARING_KEY, "sharing");
}

/* Another one that holds the address, or NULL. */
static const struct tenant *
other_holder(const struct plan_query *q, const struct addr *a)
{
	const struct ipam_holder *h = ipam_holders(q->ipam, a);

	while (h != NULL && h->owner == q->tenant)
		h = h->next;
	return h != NULL ? h->owner : NULL;
}

/* Pools and addresses that are left out, and why. */
static void
step_warnings(const struct plan_query *q)
{
	for (size_t i = 0; i < q->groups->n; i++) {
		const struct group *g = &q->groups->at[i];

		if (g->fault != NULL)
			step(q, "group", false, "ServiceGroup %s: %s", g->name,
			    g->fault);
		if (g->warning != NULL)
			step(q, "group", false, "ServiceGroup %s: %s", g->name,
			    g->warning);
	}
}

void
step_request(const struct plan_query *q, const struct addr *a,
    enum reason reason, const char *message)
{
	const struct addrs have = { (struct addr *)q->have, q->n_have };
	char text[ADDR_TEXT], who[SHARE_HOLDER];

	if (q->steps == NULL)
		return;
	const struct tenant *other = other_holder(q, a);

	if (reason != REASON_ASSIGNED) {
		if (reason == REASON_ADDRESS_OUTSIDE_POOLS)
			step_warnings(q);
		step(q, "address", false, "%s", message);
	} else if (other != NULL) {
		step(q, "sharing", true, "%s is shared with %s",
		    addr_print(a, text),
		    share_holder(q->service, other->service, who));
	} else {
		step(q, "address", true,
		    addrs_has(&have, a) ? "%s is what it has" : "%s is free",
		    addr_print(a, text));
	}
}

void
step_keep(const struct plan_query *q, const struct addr *a, bool good)
{
	char text[ADDR_TEXT];

	if (q->steps != NULL)
		step(q, "kept", good,
		    good ? "%s fits, so it stays"
			 : "%s does not fit: it is not of the group asked for, "
			   "or its group wants back what no pool has",
		    addr_print(a, text));
}

/* An address that it might have by its sharing key, or had before. */
static void
step_wish(const struct plan_query *q, const struct addr *a)
{
	const struct service *s = q->service;
	const struct tenant *rival = candidates_rival(q, a);
	const struct tenant *other = other_holder(q, a);
	char text[ADDR_TEXT], who[SHARE_HOLDER];

	addr_print(a, text);
	if (rival != NULL)
		step(q, "sharing", false, "not %s of %s: %s", text,
		    share_holder(s, rival->service, who),
		    share_refusal(s, rival->service));
	else if (other != NULL)
		step(q, "sharing", true, "%s of %s can be shared", text,
		    share_holder(s, other->service, who));
	else
		step(q, "record", true, "it had %s before", text);
}

static void
step_sharing(const struct plan_query *q)
{
	const struct addrs wishes = { (struct addr *)q->wish, q->n_wish };
	struct addr room[PLAN_WISH_MAX];
	struct addrs others = { room, 0 };

	for (size_t i = 0; i < q->n_wish; i++)
		step_wish(q, &q->wish[i]);
	sharing_find(q->sharing, q->tenant, true, &others, PLAN_WISH_MAX);
	for (size_t i = 0; i < others.n; i++)
		if (!addrs_has(&wishes, &others.at[i]))
			step_wish(q, &others.at[i]);
}

static void
step_offer(const struct plan_query *q, size_t group, enum family family)
{
	const struct group *g = &q->groups->at[group];
	char text[ADDR_TEXT];
	struct addr offer;

	if (candidates_offer(q, group, family, &offer))
		step(q, "group", true, "ServiceGroup %s (priority %d): %s",
		    g->name, g->priority, addr_print(&offer, text));
	else if (ipam_capacity(q->ipam, group, family) == 0)
		step(q, "group", false,
		    "ServiceGroup %s (priority %d): no %spool of %s", g->name,
		    g->priority, g->refused & 1 << family ? "usable " : "",
		    family_name(family));
	else
		step(q, "group", false,
		    "ServiceGroup %s (priority %d): no free %s address",
		    g->name, g->priority, family_name(family));
}

static void
step_group(const struct plan_query *q, size_t group, uint8_t missing)
{
	const struct group *g = &q->groups->at[group];
	const struct service *s = q->service;

	if (!group_allows_namespace(g, s->meta.ns)) {
		step(q, "group", false,
		    "ServiceGroup %s (priority %d): not for namespace %s",
		    g->name, g->priority, s->meta.ns);
		return;
	}
	if (!group_allows(g, s)) {
		step(q, "group", false,
		    "ServiceGroup %s (priority %d): its serviceSelector does "
		    "not match the labels",
		    g->name, g->priority);
		return;
	}
	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		if (missing & 1 << f)
			step_offer(q, group, f);
}

void
step_candidates(
    const struct plan_query *q, const struct candidates *c, uint8_t missing)
{
	if (q->steps == NULL)
		return;
	step_sharing(q);
	step_warnings(q);
	if (c->one != GROUPS_NONE) {
		step_group(q, c->one, missing);
		return;
	}
	for (size_t i = 0; i < q->groups->n_auto; i++)
		step_group(q, i, missing);
	for (size_t i = q->groups->n_auto; i < q->groups->n; i++)
		step(q, "group", false,
		    "ServiceGroup %s: autoAssign is off, and it is not "
		    "asked for",
		    q->groups->at[i].name);
}

void
step_result(const struct plan_query *q, enum reason reason, const char *message)
{
	if (q->steps != NULL)
		step(q, "result", reason == REASON_ASSIGNED, "%s: %s",
		    reason_name(reason), message);
}
