/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/l2_status.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/control/views.h"
#include "bgpd/l2/l2.h"
#include "common/alloc.h"

#define HELD_MAX 1024 /* as the schema has it */

struct counts {
	json_int_t wanted, held, members, conflicts;
};

static bool
is_held(const struct l2_view *v)
{
	return v->state == L2_HELD || v->state == L2_YIELDING;
}

static bool
count_address(void *arg, const struct l2_view *v)
{
	struct counts *t = arg;

	t->wanted++;
	t->held += is_held(v);
	t->conflicts += v->has_conflict;
	return true;
}

static bool
count_member(void *arg, const struct l2_member_view *m)
{
	struct counts *t = arg;

	t->members += strcmp(m->state, "two-way") == 0;
	return true;
}

json_t *
l2_status_counts(const struct daemon_view *view)
{
	struct counts t = { 0 };

	if (view->l2 != NULL) {
		l2_each(view->l2, count_address, &t);
		l2_each_member(view->l2, count_member, &t);
	}
	return json_pack("{s:I, s:I, s:I, s:I}", "wanted", t.wanted, "held",
	    t.held, "members", t.members, "conflicts", t.conflicts);
}

struct held {
	struct l2_view *at; /* owned */
	size_t n, room;
};

static bool
held_each(void *arg, const struct l2_view *v)
{
	struct held *h = arg;

	if (!is_held(v))
		return true;
	if (h->n == h->room) {
		h->room = h->room * 2 + 16;
		h->at = xrealloc(h->at, h->room, sizeof(*h->at));
	}
	h->at[h->n++] = *v;
	return true;
}

static int
by_address(const void *a, const void *b)
{
	const struct l2_view *x = a, *y = b;
	int order = addr_cmp(&x->addr, &y->addr);

	return order != 0 ? order : strcmp(x->interface, y->interface);
}

json_t *
l2_status_held(const struct daemon_view *view)
{
	json_t *list = json_array();
	struct held held = { 0 };

	if (view->l2 != NULL)
		l2_each(view->l2, held_each, &held);
	if (held.n > 0)
		qsort(held.at, held.n, sizeof(*held.at), by_address);
	for (size_t i = 0; i < held.n && i < HELD_MAX; i++)
		json_array_append_new(list,
		    json_pack("{s:o, s:s, s:o}", "address",
			view_addr(&held.at[i].addr), "interface",
			held.at[i].interface, "since",
			view_time(view, held.at[i].since)));
	free(held.at);
	return list;
}
