/* SPDX-License-Identifier: Apache-2.0 */
#include "common/quota.h"

#include <stddef.h>

#define V6_BITS \
	64 /* of a link: a host there has as many addresses as it likes */

/* Where those of this prefix are counted; NULL: there is no room for another one. */
static unsigned *
counter(struct quota *q, const struct prefix *of)
{
	for (unsigned i = 0; i < q->n_from; i++)
		if (prefix_eq(&q->from[i].of, of))
			return &q->from[i].n;
	if (q->n_from == QUOTA_MOST)
		return NULL;
	q->from[q->n_from].of = *of;
	q->from[q->n_from].n = 0;
	return &q->from[q->n_from++].n;
}

struct prefix
quota_of(const struct addr *from)
{
	return prefix_of(from, from->family == FAMILY_V6 ? V6_BITS : 32);
}

bool
quota_take(struct quota *q, const struct addr *from)
{
	struct prefix of = quota_of(from);

	if (quota_is_used_up(q))
		return false;
	unsigned *n = counter(q, &of);

	if (n == NULL || *n >= q->each)
		return false;
	++*n;
	q->n++;
	return true;
}

bool
quota_is_used_up(const struct quota *q)
{
	return q->n >= q->all;
}

void
quota_renew(struct quota *q)
{
	q->n = 0;
	q->n_from = 0;
}
