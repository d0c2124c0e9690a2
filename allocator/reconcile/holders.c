/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/reconcile/holders.h"

#include <stdlib.h>

#include "allocator/ipam/ipam.h"
#include "allocator/reconcile/svc.h"
#include "common/api/service.h"
#include "common/log.h"

static void
complain(struct holders *h, const struct svc *s, const struct addr *a,
    const char *how)
{
	const struct meta *meta = &s->tenant.service->meta;
	char text[ADDR_TEXT];

	log_error("service %s/%s: the books are wrong: %s is held %s", meta->ns,
	    meta->name, addr_print(a, text), how);
	h->bad = true;
	h->ops->mismatch(h->arg);
}

static void
hold(struct holders *h, struct svc *s, const struct addr *a)
{
	h->sum += ipam_sum_of(a, s);
	if (ipam_hold(h->ipam, a, s))
		h->ops->taken(h->arg, s, a);
	else
		complain(h, s, a, "before it is taken");
}

static void
release(struct holders *h, struct svc *s, const struct addr *a)
{
	h->sum -= ipam_sum_of(a, s);
	if (!ipam_release(h->ipam, a, s))
		complain(h, s, a, "by others only");
	else
		h->ops->left(h->arg, a);
}

/* What is new first, then what goes. */
static void
rebook(struct holders *h, struct svc *s, const struct addrs *old,
    const struct addrs *now)
{
	for (size_t i = 0; i < now->n; i++)
		if (!addrs_has(old, &now->at[i]))
			hold(h, s, &now->at[i]);
	for (size_t i = 0; i < old->n; i++)
		if (!addrs_has(now, &old->at[i]))
			release(h, s, &old->at[i]);
}

bool
holders_set(struct holders *h, struct svc *s, const struct addr *at, size_t n)
{
	const struct addrs now = { (struct addr *)at, n };
	struct addrs held = svc_held(s);
	struct addr_list *copy = addr_list_new(held.at, held.n);
	struct addrs old = addr_list_view(copy);
	bool same = addrs_same(&old, &now);

	svc_set_held(s, at, n);
	if (!same)
		rebook(h, s, &old, &now);
	free(copy);
	return !same;
}

bool
holders_are_good(const struct holders *h)
{
	return !h->bad && h->sum == ipam_sum(h->ipam);
}

/* ---- when they are not ---- */

/* Takes out of ipam what it remembers to hold. */
static void
retire(struct holders *h, struct svc *s)
{
	struct addrs held = svc_held(s);

	for (size_t i = 0; i < held.n; i++)
		if (!ipam_release(h->ipam, &held.at[i], s))
			complain(h, s, &held.at[i], "by others only");
}

static void
on_stray(void *arg, const struct addr *a)
{
	struct holders *h = arg;
	char text[ADDR_TEXT];

	log_error("address %s: the books are wrong: who holds it does not know "
		  "of it",
	    addr_print(a, text));
	h->ops->mismatch(h->arg);
}

/* What it uses for all one knows is what it holds. */
static void
enter(struct holders *h, struct svc *s)
{
	struct addr_list *list = svc_uses(s, true);
	struct addrs uses = addr_list_view(list);

	svc_set_held(s, uses.at, uses.n);
	for (size_t i = 0; i < uses.n; i++)
		ipam_hold(h->ipam, &uses.at[i], s);
	free(list);
}

void
holders_rebuild(struct holders *h, struct svc *services)
{
	struct svc *s, *next;

	HASH_ITER (hh, services, s, next)
		retire(h, s);
	ipam_evict(h->ipam, on_stray, h);
	HASH_ITER (hh, services, s, next)
		enter(h, s);
	h->sum = ipam_sum(h->ipam);
	h->bad = false;
}
