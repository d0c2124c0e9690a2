/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/mates.h"

#include "allocator/agenda.h"
#include "allocator/circle.h"
#include "allocator/ipam.h"
#include "allocator/share.h"
#include "allocator/svc.h"
#include "common/api/service.h"

void
mates_show_waiting(struct svc *s)
{
	circle_set_waiting(s->near, s->waiter != NULL);
	circle_set_waiting(s->wide, s->waiter != NULL);
}

void
mates_join(struct svc *s, struct circle **circles, const char *key)
{
	const struct service *service = s->tenant.service;
	bool consents = key != NULL &&
	    service_wishes(service, WISH_SHARING_NAMESPACES).n > 0;

	circle_join(circles, &s->near, s, service->meta.ns, key);
	circle_join(circles, &s->wide, s, "", consents ? key : NULL);
	mates_show_waiting(s);
}

/* ---- what they have ---- */

static bool
refuses(const struct svc *s, const struct tenant *t)
{
	return t != &s->tenant &&
	    share_refusal(s->tenant.service, t->service) != NULL;
}

/* Would none of those who have it mind? The mate, who is at hand, is asked first. */
static bool
is_shareable(const struct svc *s, const struct svc *mate,
    const struct ipam *ipam, const struct addr *a)
{
	if (refuses(s, &mate->tenant))
		return false;
	const struct ipam_holder *h = ipam_holders(ipam, a);

	for (; h != NULL; h = h->next)
		if (refuses(s, h->owner))
			return false;
	return true;
}

/* It itself, or one of the same pool and family. */
static bool
has_like(
    const struct addrs *list, const struct ipam *ipam, const struct addr *a)
{
	if (addrs_has(list, a))
		return true;
	for (size_t i = 0; i < list->n; i++)
		if (list->at[i].family == a->family &&
		    ipam_pool_of(ipam, &list->at[i]) == ipam_pool_of(ipam, a))
			return true;
	return false;
}

/* What it can share of what the mate has: one address of a pool will do. */
static void
add_shared(const struct svc *s, const struct svc *mate, const struct ipam *ipam,
    struct addrs *shared)
{
	struct addrs target = addr_list_view(mate->tenant.target);

	for (size_t i = 0; i < target.n && mate != s; i++)
		if (shared->n < SVC_WISH_MAX &&
		    !has_like(shared, ipam, &target.at[i]) &&
		    is_shareable(s, mate, ipam, &target.at[i]))
			addrs_add(shared, &target.at[i]);
}

/* And all else that they have, for who wants to know why not those. */
static void
add_unshared(
    const struct svc *s, const struct circle_member *m, struct addrs *wishes)
{
	for (m = circle_first(m); m != NULL; m = m->next) {
		const struct svc *mate = m->who;
		struct addrs target = addr_list_view(mate->tenant.target);

		for (size_t i = 0; i < target.n; i++)
			if (mate != s && wishes->n < SVC_WISH_MAX)
				addrs_add(wishes, &target.at[i]);
	}
}

void
mates_add(
    const struct svc *s, const struct svc_lore *lore, struct addrs *wishes)
{
	const struct circle_member *circles[] = { s->near, s->wide };
	struct addr at[SVC_WISH_MAX];
	struct addrs shared = { at, 0 };

	for (size_t i = 0; i < 2; i++) {
		const struct circle_member *m = circle_first(circles[i]);

		for (; m != NULL && shared.n < SVC_WISH_MAX; m = m->next)
			add_shared(s, m->who, lore->ipam, &shared);
	}
	for (size_t i = 0; i < shared.n && wishes->n < SVC_WISH_MAX; i++)
		addrs_add(wishes, &shared.at[i]);
	if (lore->trace == NULL)
		return;
	add_unshared(s, s->near, wishes);
	add_unshared(s, s->wide, wishes);
}

/* ---- who waits ---- */

static void
call_waiting(
    struct agenda *agenda, const struct svc *s, const struct circle_member *m)
{
	for (m = circle_first_waiting(m); m != NULL; m = m->next_waiting) {
		struct svc *mate = m->who;

		if (mate != s &&
		    share_refusal(s->tenant.service, mate->tenant.service) ==
			NULL)
			agenda_add(agenda, mate);
	}
}

void
mates_call(struct agenda *agenda, const struct svc *s)
{
	call_waiting(agenda, s, s->near);
	call_waiting(agenda, s, s->wide);
}
