/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/overlap.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/path.h"
#include "common/alloc.h"
#include "common/api/addr_range.h"
#include "common/err.h"

struct claim { /* of a group, by one of its pools */
	struct made *made;
	json_t *pool; /* borrowed */
	size_t order; /* in the input */
	bool limited; /* its group is for some Services only */
	struct addr_range range;
};

struct overlaps {
	struct claim *at; /* owned */
	size_t n;
};

/* ---- which goes first ---- */

/* How many addresses there are behind the first one. */
static void
width_of(const struct addr_range *r, uint8_t width[16])
{
	unsigned n = family_bytes(r->first.family), borrow = 0;

	memset(width, 0, 16);
	for (unsigned i = n; i-- > 0;) {
		int d = r->last.bytes[i] - r->first.bytes[i] - (int)borrow;

		borrow = d < 0;
		width[i] = (uint8_t)d;
	}
}

static int
claim_order(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	uint8_t of_x[16], of_y[16];

	width_of(&x->range, of_x);
	width_of(&y->range, of_y);
	int c = (int)x->range.first.family - (int)y->range.first.family;

	if (c == 0)
		c = memcmp(of_x, of_y, 16);
	if (c == 0)
		c = (int)x->limited - (int)y->limited;
	return c != 0 ? c : x->order < y->order ? -1 : 1;
}

static bool
is_limited(const json_t *group)
{
	return path_get(group, "spec.namespaces") != NULL ||
	    path_get(group, "spec.namespaceSelector") != NULL ||
	    path_get(group, "spec.serviceSelector") != NULL;
}

static void
claims_read(struct overlaps *c, struct job *j)
{
	for (size_t i = 0; i < j->n_made; i++) {
		struct made *m = &j->made[i];
		const json_t *pools =
		    json_object_get(job_spec(m->obj), "pools");
		json_t *pool;
		size_t k;

		json_array_foreach (m->gone ? NULL : pools, k, pool) {
			struct claim one = { .made = m,
				.pool = pool,
				.order = c->n,
				.limited = is_limited(m->obj) };
			struct err err;

			if (!addr_range_parse(
				path_text(pool, "pool"), &one.range, &err))
				continue;
			c->at = xrealloc(c->at, c->n + 1, sizeof(*c->at));
			c->at[c->n++] = one;
		}
	}
	if (c->n > 0)
		qsort(c->at, c->n, sizeof(*c->at), claim_order);
}

/* ---- who has what: disjoint ranges in their order ---- */

struct held {
	struct addr_range range;
	const struct made *made;
};

struct owners {
	struct held *at; /* owned */
	size_t n;
};

/* The first that ends at or behind the address. */
static size_t
owners_from(const struct owners *o, const struct addr *a)
{
	size_t low = 0, high = o->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (addr_cmp(&o->at[mid].range.last, a) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void
owners_add(
    struct owners *o, const struct addr_range *range, const struct made *made)
{
	size_t i = owners_from(o, &range->first);

	o->at = xrealloc(o->at, o->n + 1, sizeof(*o->at));
	memmove(&o->at[i + 1], &o->at[i], (o->n - i) * sizeof(*o->at));
	o->at[i] = (struct held){ *range, made };
	o->n++;
}

static struct addr
addr_before(struct addr a)
{
	for (unsigned i = family_bytes(a.family); i-- > 0;)
		if (a.bytes[i]-- != 0)
			break;
	return a;
}

/*
 * What of *range is still to be had, from its beginning; *range becomes what is
 * behind it. False: nothing. *owner is set to one that has some of it.
 */
static bool
part_next(const struct owners *o, struct addr_range *range, bool *over,
    struct addr_range *part, const struct made **owner)
{
	size_t i = owners_from(o, &range->first);

	for (; !*over && i < o->n &&
	     addr_cmp(&o->at[i].range.first, &range->first) <= 0;
	     i++) {
		*owner = o->at[i].made;
		range->first = o->at[i].range.last;
		*over = addr_cmp(&range->first, &range->last) >= 0 ||
		    !addr_next(&range->first);
	}
	if (*over)
		return false;
	*part = *range;
	if (i < o->n && addr_cmp(&o->at[i].range.first, &range->last) <= 0) {
		*owner = o->at[i].made;
		part->last = addr_before(o->at[i].range.first);
		range->first = o->at[i].range.first;
	} else {
		*over = true;
	}
	return true;
}

static void
claim_tell(
    struct job *j, const struct claim *c, const struct made *owner, size_t left)
{
	const char *group = job_name(c->made->obj);

	job_remark(j, c->made->label, NULL,
	    owner == c->made ? "pool %s of %s: other pools of %s have some of "
			       "it%s"
			     : "pool %s of %s: it overlaps %s, which keeps the "
			       "addresses%s",
	    path_text(c->pool, "pool"), group, job_name(owner->obj),
	    left == 0 ? ": left out" : "");
}

/* The pool as the parts that are left of it. */
static json_t *
pool_parts(const struct claim *c, const struct addr_range *parts, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *one = json_copy(c->pool);

		json_object_set_new(one, "pool", group_range_text(&parts[i]));
		json_array_append_new(list, one);
	}
	return list;
}

static void
pool_replace(const struct claim *c, const json_t *by)
{
	json_t *pools = json_object_get(job_spec(c->made->obj), "pools");
	size_t i = 0, k;
	json_t *part;

	while (json_array_get(pools, i) != c->pool)
		i++;
	json_array_foreach (by, k, part)
		json_array_insert(pools, i + 1 + k, part);
	json_array_remove(pools, i);
}

static void
claim_settle(struct job *j, struct owners *o, const struct claim *c)
{
	struct addr_range rest = c->range, part, *parts = NULL;
	const struct made *owner = NULL;
	bool over = false;
	size_t n = 0;

	while (part_next(o, &rest, &over, &part, &owner)) {
		parts = xrealloc(parts, n + 1, sizeof(*parts));
		parts[n++] = part;
	}
	for (size_t i = 0; i < n; i++)
		owners_add(o, &parts[i], c->made);
	if (owner != NULL) {
		json_t *list = pool_parts(c, parts, n);

		claim_tell(j, c, owner, n);
		pool_replace(c, list);
		json_decref(list);
	}
	free(parts);
}

void
overlap_resolve(struct job *j)
{
	struct overlaps claims = { 0 };
	struct owners owners = { 0 };

	claims_read(&claims, j);
	for (size_t i = 0; i < claims.n; i++)
		claim_settle(j, &owners, &claims.at[i]);
	free(claims.at);
	free(owners.at);
}
