/* SPDX-License-Identifier: Apache-2.0 */
/* l2_views - what l2 tells of itself; see l2.h. */
#include "bgpd/l2/l2.h"

#include <stdlib.h>

#include "bgpd/l2/seat.h"
#include "bgpd/l2/state.h"

const char *
l2_state_name(enum l2_state state)
{
	static const char *const names[] = {
		[L2_AWAY] = "no interface",
		[L2_EXCLUDED] = "excluded",
		[L2_OTHER] = "other node",
		[L2_WAITING] = "waiting",
		[L2_PROBING] = "probing",
		[L2_CONFLICT] = "conflict",
		[L2_HELD] = "held",
		[L2_YIELDING] = "yielding",
	};

	return names[state];
}

static const char *
seat_why(const struct l2_seat *s)
{
	static const char *const why[] = {
		[L2_OTHER] = NULL,
		[L2_WAITING] = "gives others time to say that they hold it",
		[L2_PROBING] = "asks whether it is in use already",
		[L2_CONFLICT] =
		    "in use by somebody who is no node of the cluster",
	};

	if (s->link->l2->leaving)
		return "this node is leaving";
	if (s->want->preference >= 0 && s->second)
		return "another interface of this node is for it";
	if (!seat_may(s))
		return s->want->why_not;
	return s->state < L2_HELD ? why[s->state] : NULL;
}

static const char *
seat_holder(const struct l2_seat *s)
{
	const struct l2_member *mb = members_by_id(s->link->members, s->holder);

	if (seat_answers(s))
		return s->link->l2->node;
	return mb == NULL ? NULL : mb->name;
}

static struct l2_view
view_of(const struct l2_seat *s)
{
	return (struct l2_view){ .addr = s->addr,
		.interface = s->link->interface.name,
		.state = s->state,
		.holder = seat_holder(s),
		.since = s->since,
		.why = seat_why(s),
		.has_conflict = s->has_conflict,
		.conflict = s->conflict,
		.transitions = s->transitions };
}

static struct l2_view
view_away(const struct l2 *l2, const struct l2_wanted *w)
{
	const char *why = w->preference < 0 ? w->why_not
	    : !l2->configured               ? "not configured yet"
	    : l2->blocked ? "the key for the hellos between nodes is missing"
			  : "no interface that is up is for it";

	return (
	    struct l2_view){ .addr = w->addr, .state = L2_AWAY, .why = why };
}

bool
l2_find(const struct l2 *l2, const struct addr *addr, struct l2_view *out)
{
	const struct l2_seat *best = NULL;
	const struct l2_link *k;
	struct l2_wanted *w;

	HASH_FIND(hh, l2->wants, addr, sizeof(*addr), w);
	if (w == NULL)
		return false;
	DL_FOREACH (l2->links, k) {
		const struct l2_seat *s = seat_find(k, addr);

		if (s != NULL && s->want != NULL &&
		    (best == NULL || s->state > best->state))
			best = s;
	}
	*out = best != NULL ? view_of(best) : view_away(l2, w);
	return true;
}

/* Its seats; false: it was told to end. */
static bool
each_seat(const struct l2 *l2, const struct l2_wanted *w,
    bool (*each)(void *, const struct l2_view *), void *arg)
{
	const struct l2_link *k;
	bool is_away = true;

	DL_FOREACH (l2->links, k) {
		const struct l2_seat *s = seat_find(k, &w->addr);
		struct l2_view view;

		if (s == NULL || s->want == NULL)
			continue;
		is_away = false;
		view = view_of(s);
		if (!each(arg, &view))
			return false;
	}
	struct l2_view away = view_away(l2, w);

	return !is_away || each(arg, &away);
}

void
l2_each(const struct l2 *l2, bool (*each)(void *, const struct l2_view *),
    void *arg)
{
	const struct l2_wanted *w;

	for (w = l2->wants; w != NULL; w = w->hh.next)
		if (!each_seat(l2, w, each, arg))
			return;
}

static struct l2_member_view
member_view(const struct l2_link *k, const struct l2_member *mb)
{
	static const char *const states[] = {
		[MEMBER_DEAD] = "dead",
		[MEMBER_DOUBTED] = "doubted",
		[MEMBER_NEW] = "new",
		[MEMBER_DEAF] = "one-way",
		[MEMBER_BOTH] = "two-way",
	};

	return (struct l2_member_view){ .interface = k->interface.name,
		.node = mb->name,
		.mac = mb->mac,
		.heard_at = mb->heard_at,
		.interval = mb->interval,
		.state = states[mb->state],
		.idle = mb->idle,
		.n_held = mb->n_held,
		.lost = mb->lost };
}

void
l2_each_member(const struct l2 *l2,
    bool (*each)(void *, const struct l2_member_view *), void *arg)
{
	const struct l2_link *k;
	const struct l2_member *mb;

	DL_FOREACH (l2->links, k) {
		if (!k->open)
			continue;
		for (size_t i = 0;
		     (mb = members_next_known(k->members, &i)) != NULL;) {
			struct l2_member_view view = member_view(k, mb);

			if (mb->buried)
				continue; /* its next life is shown */
			if (!each(arg, &view))
				return;
		}
	}
}

void
l2_count(const struct l2 *l2, struct l2_counters *out)
{
	*out = l2->counters;
}

static int
index_cmp(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

size_t
l2_listens(const struct l2 *l2, int *out, size_t max)
{
	const struct l2_link *k;
	size_t n = 0;

	DL_FOREACH (l2->links, k)
		if (k->open && n++ < max)
			out[n - 1] = k->interface.index;
	qsort(out, n < max ? n : max, sizeof(out[0]), index_cmp);
	return n;
}
