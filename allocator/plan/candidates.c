/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/plan/candidates.h"

#include <string.h>

#include "allocator/ipam/ipam.h"
#include "allocator/ipam/share.h"
#include "allocator/ipam/sharing.h"
#include "allocator/plan/query.h"
#include "allocator/pool/groups.h"
#include "common/api/service.h"

const struct tenant *
candidates_rival(const struct plan_query *q, const struct addr *a)
{
	const struct ipam_holder *h = ipam_holders(q->ipam, a);
	const struct tenant *oldest = NULL;

	if (sharing_fits(q->sharing, a, q->tenant))
		return NULL;
	for (; h != NULL; h = h->next) {
		const struct tenant *t = h->owner;

		if (t != q->tenant &&
		    share_refusal(q->service, t->service) != NULL &&
		    (oldest == NULL ||
			meta_age_cmp(
			    &t->service->meta, &oldest->service->meta) < 0))
			oldest = t;
	}
	return oldest;
}

static bool
is_open(const struct plan_query *q, size_t group)
{
	return group_allows(&q->groups->at[group], q->service);
}

void
candidates_init(struct candidates *c, const struct plan_query *q, size_t one)
{
	c->one = one;
	if (one == GROUPS_NONE) {
		groups_open_to(q->groups, q->service, &c->open);
		return;
	}
	bitset_init(&c->open, q->groups->n);
	bitset_set(&c->open, one, is_open(q, one));
}

void
candidates_fini(struct candidates *c)
{
	bitset_fini(&c->open);
}

bool
candidates_offer(const struct plan_query *q, size_t group, enum family family,
    struct addr *offer)
{
	if (!is_open(q, group))
		return false;
	for (size_t i = 0; i < q->n_wish; i++) {
		*offer = q->wish[i];
		if (offer->family == family &&
		    ipam_pool_of(q->ipam, offer) == group &&
		    candidates_rival(q, offer) == NULL)
			return true;
	}
	return ipam_lowest_free(q->ipam, group, family, offer);
}

static bool
has_all(const struct plan_query *q, size_t group, uint8_t families)
{
	struct addr offer;

	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		if (families & 1 << f && !candidates_offer(q, group, f, &offer))
			return false;
	return true;
}

/*
 * autoAssign is about Services without a wish: a Service of the group that was
 * restored or wiped is none of them. A group that is closed to a Service stays closed
 * whatever its record says, as records get copied.
 */
static bool
assigns_to(const struct plan_query *q, const struct group *g)
{
	const char *from = q->service->allocated_from;

	return g->auto_assign || (from != NULL && strcmp(from, g->name) == 0);
}

/*
 * The group of an address that the Service had before or might share, and can have.
 */
static size_t
wished_group(const struct plan_query *q, uint8_t families)
{
	for (size_t i = 0; i < q->n_wish; i++) {
		const struct addr *a = &q->wish[i];
		size_t pool = ipam_pool_of(q->ipam, a);

		if (families & 1 << a->family && pool != IPAM_NO_POOL &&
		    assigns_to(q, &q->groups->at[pool]) &&
		    candidates_rival(q, a) == NULL)
			return pool;
	}
	return GROUPS_NONE;
}

/* In their order; one with an address that is wished for needs no other room. */
static size_t
first_group(
    const struct plan_query *q, const struct candidates *c, uint8_t families)
{
	size_t first = ipam_first_with_room(q->ipam, &c->open, families);

	for (size_t i = 0; i < q->n_wish; i++) {
		size_t group = ipam_pool_of(q->ipam, &q->wish[i]);

		if (group < first && bitset_has(&c->open, group) &&
		    has_all(q, group, families))
			first = group;
	}
	return first;
}

size_t
candidates_group(
    const struct plan_query *q, const struct candidates *c, uint8_t families)
{
	size_t wished =
	    c->one == GROUPS_NONE ? wished_group(q, families) : GROUPS_NONE;

	if (wished != GROUPS_NONE && has_all(q, wished, families))
		return wished;
	return first_group(q, c, families);
}

size_t
candidates_some_group(
    const struct plan_query *q, const struct candidates *c, uint8_t families)
{
	size_t first = GROUPS_NONE;

	for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
		size_t group = families & 1 << f
		    ? first_group(q, c, (uint8_t)(1 << f))
		    : GROUPS_NONE;

		if (group < first)
			first = group;
	}
	return first;
}

/* Families that the group has pools of. */
static uint8_t
pooled(const struct plan_query *q, size_t group)
{
	uint8_t families = 0;

	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		if (ipam_capacity(q->ipam, group, f) > 0)
			families |= (uint8_t)(1 << f);
	return families;
}

uint8_t
candidates_lacking(const struct plan_query *q, const struct candidates *c,
    uint8_t families, bool all)
{
	uint8_t lacking = families;

	for (size_t i = 0; i < q->groups->n; i++) {
		if (!bitset_has(&c->open, i))
			continue;
		uint8_t has = pooled(q, i) & families;

		if (has == families || (!all && has != 0))
			return 0;
		lacking &= (uint8_t)~has;
	}
	return lacking != 0 ? lacking : families;
}

uint8_t
candidates_exhausted(
    const struct plan_query *q, const struct candidates *c, uint8_t families)
{
	uint8_t none = 0;

	for (size_t i = 0; i < q->groups->n && none != families; i++)
		for (enum family f = FAMILY_V4; f < FAMILIES; f++)
			if (families & 1 << f && bitset_has(&c->open, i) &&
			    ipam_available(q->ipam, i, f) == 0)
				none |= (uint8_t)(1 << f);
	return none;
}
