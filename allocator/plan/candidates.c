/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/plan/candidates.h"

#include <string.h>

#include "allocator/ipam/sharing.h"
#include "allocator/plan/query.h"
#include "allocator/pool/groups.h"
#include "common/api/service.h"

void
candidates_wishes(struct plan_query *q)
{
	size_t n = q->n_wish;

	q->n_wish = 0;
	for (size_t i = 0; i < n; i++) {
		size_t pool = ipam_pool_of(q->ipam, &q->wish[i]);

		if (pool == IPAM_NO_POOL ||
		    sharing_rival(q->sharing, &q->wish[i], q->tenant) != NULL)
			continue;
		q->wish_group[q->n_wish] = pool;
		q->wish[q->n_wish++] = q->wish[i];
	}
}

static const struct addr *
wish_in(const struct plan_query *q, size_t group, enum family family)
{
	for (size_t i = 0; i < q->n_wish; i++)
		if (q->wish_group[i] == group && q->wish[i].family == family)
			return &q->wish[i];
	return NULL;
}

bool
candidates_offer(const struct plan_query *q, size_t group, enum family family,
    struct addr *offer)
{
	const struct addr *wish = wish_in(q, group, family);

	if (wish == NULL)
		return ipam_lowest_free(q->ipam, group, family, offer);
	*offer = *wish;
	return true;
}

/* The families that the group could serve. */
static uint8_t
served(const struct plan_query *q, size_t group)
{
	uint8_t families = 0;

	if (!group_allows(&q->groups->at[group], q->service))
		return 0;
	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		if (ipam_available(q->ipam, group, f) > 0 ||
		    wish_in(q, group, f) != NULL)
			families |= (uint8_t)(1 << f);
	return families;
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

/* The group of an address that the Service had before or might share. */
static size_t
wished_group(const struct plan_query *q, uint8_t families)
{
	for (size_t i = 0; i < q->n_wish; i++) {
		size_t group = q->wish_group[i];

		if (families & 1 << q->wish[i].family &&
		    assigns_to(q, &q->groups->at[group]))
			return group;
	}
	return GROUPS_NONE;
}

size_t
candidates_next(const struct plan_query *q, size_t from)
{
	return q->near != NULL ? bitset_next(q->near, from) : from;
}

size_t
candidates_group(const struct plan_query *q, uint8_t families, bool need_all)
{
	size_t some = GROUPS_NONE, wished = wished_group(q, families);

	if (q->only == GROUPS_NONE && wished != GROUPS_NONE &&
	    (served(q, wished) & families) == families)
		return wished;
	for (size_t i = candidates_next(q, q->first); i < q->end;
	     i = candidates_next(q, i + 1)) {
		uint8_t has = served(q, i) & families;

		if (has == families)
			return i;
		if (has != 0 && some == GROUPS_NONE)
			some = i;
	}
	return need_all ? GROUPS_NONE : some;
}
