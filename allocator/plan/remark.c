/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/plan/remark.h"

#include "allocator/ipam/share.h"
#include "allocator/plan/message.h"
#include "allocator/pool/groups.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/api/service_routes.h"
#include "common/err.h"

/* NULL: no pool has it, so nobody allows anything. */
static const struct service_group *
group_of(const struct plan_query *q, const struct addr *a)
{
	size_t i = ipam_pool_of(q->ipam, a);

	return i != IPAM_NO_POOL ? q->groups->at[i].spec : NULL;
}

/* The first annotation that is in force. */
static const char *
key_of(const struct service *s, const struct service_routes *r)
{
	unsigned kind = 0;

	while ((r->said & 1u << kind) == 0)
		kind++;
	return service_wishes(s, (enum service_wish_kind)(WISH_ROUTES + kind))
	    .at[0]
	    .key;
}

/* One that has the address, too, and says otherwise of it; NULL: there is none. */
static const struct service *
other_view(const struct plan_query *q, const struct addr *a,
    const struct service_group *g, const struct service_routes *own)
{
	const struct ipam_holder *h = ipam_holders(q->ipam, a);

	for (; h != NULL; h = h->next) {
		const struct tenant *t = h->owner;
		struct service_routes r;
		struct err err;

		if (t == q->tenant ||
		    !service_group_has_routes_alone(
			g, a, t->service->external_local))
			continue;
		service_routes_read(t->service, g, &r, &err);
		bool same = service_routes_eq(&r, own);

		service_routes_fini(&r);
		if (!same)
			return t->service;
	}
	return NULL;
}

static bool
remark_refused(struct plan_query *q, unsigned refused, const struct err *why)
{
	if (refused == 0)
		return false;
	message_add(q->plan->message, "; %.240s", why->text);
	if (refused > 1)
		message_add(q->plan->message, "; and %u more", refused - 1);
	return true;
}

/* Of those in force, whether they come to something. */
static bool
remark_said(struct plan_query *q, const struct addr *a,
    const struct service_group *g, const struct service_routes *r)
{
	char text[ADDR_TEXT], who[SHARE_HOLDER];

	if (r->said == 0)
		return false;
	addr_print(a, text);
	if (!service_group_has_routes_alone(g, a, q->service->external_local)) {
		message_add(q->plan->message,
		    "; %s: no effect, as ServiceGroup %.63s announces no route "
		    "for %s alone (announce.bgp.lengths)",
		    key_of(q->service, r), g->meta.name, text);
		return true;
	}
	const struct service *other = other_view(q, a, g, r);

	if (other == NULL)
		return false;
	message_add(q->plan->message,
	    "; %s: no effect, as %.160s has %s and says otherwise",
	    key_of(q->service, r), share_holder(q->service, other, who), text);
	return true;
}

void
remark_routes(struct plan_query *q)
{
	const struct plan *p = q->plan;
	bool done = p->foreign || !service_says_routes(q->service);

	for (size_t i = 0; i < p->n && !done; i++) {
		const struct service_group *g = group_of(q, &p->addrs[i]);
		struct service_routes r;
		struct err why;

		if (g == NULL)
			continue;
		done =
		    remark_refused(q,
			service_routes_read(q->service, g, &r, &why), &why) ||
		    remark_said(q, &p->addrs[i], g, &r);
		service_routes_fini(&r);
	}
}
