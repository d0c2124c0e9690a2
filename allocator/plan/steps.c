/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/plan/steps.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/ipam/share.h"
#include "allocator/ipam/sharing.h"
#include "allocator/plan/candidates.h"
#include "allocator/plan/query.h"
#include "allocator/pool/groups.h"
#include "common/alloc.h"
#include "common/api/service.h"
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

void
step(const struct plan_query *q, const char *rule, bool good, const char *fmt,
    ...)
{
	struct plan_steps *steps = q->steps;
	char text[1024];
	va_list args;

	if (steps == NULL)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	utf8_mend(text, sizeof(text));
	steps->at = xrealloc(steps->at, steps->n + 1, sizeof(*steps->at));
	steps->at[steps->n++] = (struct plan_step){ rule, good, xstrdup(text) };
}

static void
step_annotations(
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
step_asked(const struct plan_query *q, const char *why)
{
	const struct service *s = q->service;

	if (q->steps == NULL)
		return;
	if (s->unknown != NULL)
		step(q, "request", false, "%s is no annotation of lbbgp",
		    s->unknown);
	if (why != NULL) {
		step(q, "request", false, "%s", why);
		return;
	}
	step_annotations(q, WISH_GROUP, "request");
	step_annotations(q, WISH_ADDRESSES, "request");
	if (q->request.group[0] == '\0' && q->request.n_requested == 0)
		step(q, "request", true,
		    "neither a group nor an address is asked for");
	step_families(q, s);
	step_annotations(q, WISH_SHARING_KEY, "sharing");
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

static void
step_vips(const struct plan_query *q, size_t group)
{
	uint64_t n = 0;

	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		n += ipam_reserved(q->ipam, group, f);
	if (n > 0)
		step(q, "group", false,
		    "ServiceGroup %s: addresses of VirtualIPs, never given: %llu",
		    q->groups->at[group].name, (unsigned long long)n);
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
		step_vips(q, i);
	}
}

void
step_request(const struct plan_query *q, const struct addr *a, bool good)
{
	const struct addrs have = { (struct addr *)q->have, q->n_have };
	char text[ADDR_TEXT], who[SHARE_HOLDER];

	if (q->steps == NULL)
		return;
	const struct tenant *other = other_holder(q, a);

	if (!good) {
		if (q->plan->reason == REASON_ADDRESS_OUTSIDE_POOLS)
			step_warnings(q);
		step(q, "address", false, "%s", q->plan->message);
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

/* An address that it might have by its sharing key, or had before. */
static void
step_wish(const struct plan_query *q, const struct addr *a)
{
	const struct service *s = q->service;
	const struct tenant *rival = sharing_rival(q->sharing, a, q->tenant);
	const struct tenant *other = other_holder(q, a);
	char text[ADDR_TEXT], who[SHARE_HOLDER];

	addr_print(a, text);
	if (rival != NULL)
		step(q, "sharing", false, "not %s of %s: %s", text,
		    share_holder(s, rival->service, who),
		    sharing_refusal(q->tenant, rival));
	else if (other != NULL)
		step(q, "sharing", true, "%s of %s can be shared", text,
		    share_holder(s, other->service, who));
	else
		step(q, "record", true, "it had %s before", text);
}

void
step_wishes(const struct plan_query *q)
{
	const struct addrs wishes = { (struct addr *)q->wish, q->n_wish };
	struct addr room[PLAN_WISH_MAX];
	struct addrs all = { room, 0 };

	if (q->steps == NULL)
		return;
	addrs_add_all(&all, &wishes);
	sharing_find(q->sharing, q->tenant, true, &all, PLAN_WISH_MAX);
	for (size_t i = 0; i < all.n; i++)
		step_wish(q, &all.at[i]);
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

	if (!group_allows_namespace(g, s->meta.ns))
		step(q, "group", false,
		    "ServiceGroup %s (priority %d): not for namespace %s",
		    g->name, g->priority, s->meta.ns);
	else if (!group_allows(g, s))
		step(q, "group", false,
		    "ServiceGroup %s (priority %d): its serviceSelector does "
		    "not match the labels",
		    g->name, g->priority);
	else
		for (enum family f = FAMILY_V4; f < FAMILIES; f++)
			if (missing & 1 << f)
				step_offer(q, group, f);
}

void
step_groups(const struct plan_query *q, uint8_t missing)
{
	const struct groups *gs = q->groups;

	if (q->steps == NULL)
		return;
	step_warnings(q);
	for (size_t i = q->first; i < q->end; i++)
		step_group(q, i, missing);
	for (size_t i = gs->n_auto; i < gs->n && q->only == GROUPS_NONE; i++)
		step(q, "group", false,
		    "ServiceGroup %s: autoAssign is off, and it is not "
		    "asked for",
		    gs->at[i].name);
}
