/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's links in an array by index, each with its addresses. A link is known
 * from its first facts on; addresses may be told before, and stay with the index.
 *
 * A link that is deleted keeps its row, empty, until the list is made: one that comes
 * back before that with the same index has what was asked of it. Its settings are the
 * kernel's defaults again, so what they were before is then read anew.
 *
 * Hushing never lowers a setting. What was there is put back only if nobody has changed
 * it since. A setting that was given out counts as made until the kernel says what is.
 */
#include "bgpd/link/interfaces.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

static const struct arp_setting hushed = { .ignore = 1, .announce = 2 };

struct at {
	struct prefix prefix;
	unsigned rank;
	bool seen; /* in the dump that goes on */
};

struct row {
	int index;
	bool known; /* facts are there */
	bool seen;
	struct link_facts facts;
	struct at *at; /* owned; by rank */
	size_t n;
	unsigned hush; /* how many want it to be */
	bool set;      /* by us, and before it was: */
	struct arp_setting before;
};

struct interfaces {
	struct row *rows; /* owned; by index */
	size_t n;
	struct interface *list; /* owned, with what they own */
	size_t n_list;
};

struct interfaces *
interfaces_new(void)
{
	return xcalloc(1, sizeof(struct interfaces));
}

static void
list_free(struct interface *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i].at);
	free(list);
}

void
interfaces_free(struct interfaces *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++)
		free(t->rows[i].at);
	free(t->rows);
	list_free(t->list, t->n_list);
	free(t);
}

/* The first row that is not before this index. */
static size_t
place(const struct interfaces *t, int index)
{
	size_t from = 0, to = t->n;

	while (from < to) {
		size_t middle = (from + to) / 2;

		if (t->rows[middle].index < index)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static struct row *
find(struct interfaces *t, int index)
{
	size_t i = place(t, index);

	return i < t->n && t->rows[i].index == index ? &t->rows[i] : NULL;
}

static struct row *
find_or_add(struct interfaces *t, int index)
{
	size_t i = place(t, index);

	if (i < t->n && t->rows[i].index == index)
		return &t->rows[i];
	t->rows = xrealloc(t->rows, t->n + 1, sizeof(*t->rows));
	memmove(t->rows + i + 1, t->rows + i, (t->n - i) * sizeof(*t->rows));
	t->rows[i] = (struct row){ .index = index };
	t->n++;
	return &t->rows[i];
}

/* What the kernel tells. */

void
interfaces_link(struct interfaces *t, const struct link_facts *facts)
{
	struct row *r = find_or_add(t, facts->index);

	r->known = r->seen = true;
	r->facts = *facts;
}

static void
row_empty(struct row *r)
{
	r->known = r->set = false;
	r->n = 0;
}

void
interfaces_link_gone(struct interfaces *t, int index)
{
	struct row *r = find(t, index);

	if (r != NULL)
		row_empty(r);
}

static void
at_remove(struct row *r, size_t i)
{
	r->n--;
	memmove(r->at + i, r->at + i + 1, (r->n - i) * sizeof(*r->at));
}

static size_t
at_find(const struct row *r, const struct prefix *p)
{
	size_t i = 0;

	while (i < r->n && !prefix_eq(&r->at[i].prefix, p))
		i++;
	return i;
}

static void
at_add(struct row *r, const struct prefix *p, unsigned rank)
{
	size_t i = r->n;

	r->at = xrealloc(r->at, r->n + 1, sizeof(*r->at));
	for (; i > 0 && r->at[i - 1].rank > rank; i--)
		r->at[i] = r->at[i - 1];
	r->at[i] = (struct at){ *p, rank, true };
	r->n++;
}

void
interfaces_addr(
    struct interfaces *t, int index, const struct prefix *p, unsigned rank)
{
	struct row *r = find_or_add(t, index);
	size_t i = at_find(r, p);

	if (i < r->n && r->at[i].rank == rank) {
		r->at[i].seen = true;
		return;
	}
	if (i < r->n)
		at_remove(r, i);
	at_add(r, p, rank);
}

void
interfaces_addr_gone(struct interfaces *t, int index, const struct prefix *p)
{
	struct row *r = find(t, index);
	size_t i = r != NULL ? at_find(r, p) : 0;

	if (r != NULL && i < r->n)
		at_remove(r, i);
}

void
interfaces_links_begin(struct interfaces *t)
{
	for (size_t i = 0; i < t->n; i++)
		t->rows[i].seen = false;
}

void
interfaces_links_end(struct interfaces *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (!t->rows[i].seen)
			row_empty(&t->rows[i]);
}

void
interfaces_addrs_begin(struct interfaces *t)
{
	for (size_t i = 0; i < t->n; i++)
		for (size_t j = 0; j < t->rows[i].n; j++)
			t->rows[i].at[j].seen = false;
}

void
interfaces_addrs_end(struct interfaces *t)
{
	for (size_t i = 0; i < t->n; i++)
		for (size_t j = t->rows[i].n; j-- > 0;)
			if (!t->rows[i].at[j].seen)
				at_remove(&t->rows[i], j);
}

/* The list. */

static struct interface
interface_of(const struct row *r)
{
	struct interface out = {
		.index = r->index,
		.mac = r->facts.mac,
		.up = r->facts.up,
		.mtu = r->facts.mtu,
		.n = r->n,
	};

	memcpy(out.name, r->facts.name, sizeof(out.name));
	out.at = r->n > 0 ? xcalloc(r->n, sizeof(*out.at)) : NULL;
	for (size_t i = 0; i < r->n; i++)
		out.at[i] = r->at[i].prefix;
	return out;
}

static bool
same(const struct interface *a, const struct interface *b)
{
	bool same = a->index == b->index && strcmp(a->name, b->name) == 0 &&
	    mac_eq(&a->mac, &b->mac) && a->up == b->up && a->mtu == b->mtu &&
	    a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = prefix_eq(&a->at[i], &b->at[i]);
	return same;
}

static void
forget_gone(struct interfaces *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].known || t->rows[i].n > 0)
			t->rows[kept++] = t->rows[i];
		else
			free(t->rows[i].at);
	t->n = kept;
}

const struct interface *
interfaces_list(struct interfaces *t, size_t *n, bool *changed)
{
	struct interface *list = xcalloc(t->n + 1, sizeof(*list));

	*n = 0;
	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].known && t->rows[i].facts.has_neighbors)
			list[(*n)++] = interface_of(&t->rows[i]);
	*changed = *n != t->n_list;
	for (size_t i = 0; !*changed && i < *n; i++)
		*changed = !same(&list[i], &t->list[i]);
	list_free(t->list, t->n_list);
	t->list = list;
	t->n_list = *n;
	forget_gone(t);
	return t->list;
}

const char *
interfaces_name(struct interfaces *t, int index)
{
	const struct row *r = find(t, index);

	return r != NULL && r->known ? r->facts.name : "?";
}

/* Hushing. */

void
interfaces_hush(struct interfaces *t, int index, bool hush)
{
	struct row *r = find(t, index);

	if (r != NULL && hush)
		r->hush++;
	else if (r != NULL && r->hush > 0) /* else it was gone meanwhile */
		r->hush--;
}

void
interfaces_hush_none(struct interfaces *t)
{
	for (size_t i = 0; i < t->n; i++)
		t->rows[i].hush = 0;
}

static struct arp_setting
at_least_hushed(struct arp_setting s)
{
	if (s.ignore < hushed.ignore)
		s.ignore = hushed.ignore;
	if (s.announce < hushed.announce)
		s.announce = hushed.announce;
	return s;
}

static bool
arp_eq(struct arp_setting a, struct arp_setting b)
{
	return a.ignore == b.ignore && a.announce == b.announce;
}

/* Whether the link is to be set otherwise, and how. */
static bool
row_setting(struct row *r, struct arp_setting *s)
{
	struct arp_setting is = r->facts.arp;

	if (!r->known || !r->facts.has_arp)
		return false;
	if (r->hush > 0) {
		*s = at_least_hushed(is);
		if (!r->set && !arp_eq(is, *s))
			r->before = is;
		r->set |= !arp_eq(is, *s);
		return !arp_eq(is, *s);
	}
	bool restore = r->set && arp_eq(is, at_least_hushed(r->before));

	r->set = false;
	*s = r->before;
	return restore;
}

bool
interfaces_next_setting(struct interfaces *t, int *index, struct arp_setting *s)
{
	for (size_t i = 0; i < t->n; i++)
		if (row_setting(&t->rows[i], s)) {
			t->rows[i].facts.arp = *s;
			*index = t->rows[i].index;
			return true;
		}
	return false;
}
