/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/plan/query.h"

#include "allocator/pool/groups.h"
#include "common/api/service.h"

size_t
query_count_family(const struct addr *at, size_t n, enum family family)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += at[i].family == family;
	return found;
}

bool
query_wants_family(const struct service *s, enum family family)
{
	for (size_t i = 0; i < s->n_families; i++)
		if (s->families[i] == family)
			return true;
	return false;
}

bool
query_is_reclaimed(const struct plan_query *q, const struct addr *a)
{
	const struct groups *gs = q->groups;
	size_t group =
	    q->origin != NULL ? groups_find(gs, q->origin) : GROUPS_NONE;

	return ipam_pool_of(q->ipam, a) == IPAM_NO_POOL &&
	    group != GROUPS_NONE && gs->at[group].reallocate;
}

bool
query_needs_all(const struct plan_query *q)
{
	return q->service->family_policy == FAMILY_POLICY_REQUIRE_DUAL;
}
