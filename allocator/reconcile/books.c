/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/reconcile/books.h"

#include <stdlib.h>

#include "allocator/ipam/ipam.h"
#include "allocator/reconcile/svc.h"
#include "common/api/service.h"
#include "common/log.h"

static void
complain(
    struct books *b, const struct svc *s, const struct addr *a, const char *how)
{
	const struct meta *meta = &s->tenant.service->meta;
	char text[ADDR_TEXT];

	log_error("service %s/%s: the books are wrong: %s is held %s", meta->ns,
	    meta->name, addr_print(a, text), how);
	b->bad = true;
	b->ops->mismatch(b->arg);
}

static void
hold(struct books *b, struct svc *s, const struct addr *a)
{
	b->sum += ipam_sum_of(a, s);
	if (ipam_hold(b->ipam, a, s))
		b->ops->taken(b->arg, s, a);
	else
		complain(b, s, a, "before it is taken");
}

static void
release(struct books *b, struct svc *s, const struct addr *a)
{
	b->sum -= ipam_sum_of(a, s);
	if (!ipam_release(b->ipam, a, s))
		complain(b, s, a, "by others only");
	else
		b->ops->left(b->arg, a);
}

/* What is new first, then what goes. */
static void
rebook(struct books *b, struct svc *s, const struct addrs *old,
    const struct addrs *now)
{
	for (size_t i = 0; i < now->n; i++)
		if (!addrs_has(old, &now->at[i]))
			hold(b, s, &now->at[i]);
	for (size_t i = 0; i < old->n; i++)
		if (!addrs_has(now, &old->at[i]))
			release(b, s, &old->at[i]);
}

bool
books_set(struct books *b, struct svc *s, const struct addr *at, size_t n)
{
	const struct addrs now = { (struct addr *)at, n };
	struct addrs held = svc_held(s);
	struct addr_list *copy = addr_list_new(held.at, held.n);
	struct addrs old = addr_list_view(copy);
	bool same = addrs_same(&old, &now);

	svc_set_held(s, at, n);
	if (!same)
		rebook(b, s, &old, &now);
	free(copy);
	return !same;
}

bool
books_are_good(const struct books *b)
{
	return !b->bad && b->sum == ipam_sum(b->ipam);
}

/* ---- when they are not ---- */

/* Takes out of ipam what it remembers to hold. */
static void
retire(struct books *b, struct svc *s)
{
	struct addrs held = svc_held(s);

	for (size_t i = 0; i < held.n; i++)
		if (!ipam_release(b->ipam, &held.at[i], s))
			complain(b, s, &held.at[i], "by others only");
}

static void
on_stray(void *arg, const struct addr *a)
{
	struct books *b = arg;
	char text[ADDR_TEXT];

	log_error("address %s: the books are wrong: who holds it does not know "
		  "of it",
	    addr_print(a, text));
	b->ops->mismatch(b->arg);
}

/* What it uses for all one knows is what it holds. */
static void
enter(struct books *b, struct svc *s)
{
	struct addr_list *list = svc_uses(s, true);
	struct addrs uses = addr_list_view(list);

	svc_set_held(s, uses.at, uses.n);
	for (size_t i = 0; i < uses.n; i++)
		ipam_hold(b->ipam, &uses.at[i], s);
	free(list);
}

void
books_rebuild(struct books *b, struct svc *services)
{
	struct svc *s, *next;

	HASH_ITER (hh, services, s, next)
		retire(b, s);
	ipam_evict(b->ipam, on_stray, b);
	HASH_ITER (hh, services, s, next)
		enter(b, s);
	b->sum = ipam_sum(b->ipam);
	b->bad = false;
}
