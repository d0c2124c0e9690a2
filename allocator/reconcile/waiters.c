/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Most addresses that come to be held or free concern nobody who waits. So it is
 * counted how many ask for each address and wait for each group, and the line is
 * looked along only for one that there is.
 */
#include "allocator/reconcile/waiters.h"

#include <stdlib.h>

#include <uthash.h>
#include <utlist.h>

#include "allocator/ipam/share.h"
#include "allocator/plan/plan.h"
#include "allocator/pool/groups.h"
#include "common/alloc.h"

struct asked { /* an address that somebody asks for */
	struct addr addr;
	size_t n;
	UT_hash_handle hh;
};

void
waiters_fini(struct waiters *w)
{
	free(w->counts);
}

static struct asked *
asked_find(const struct waiters *w, const struct addr *a)
{
	struct asked *asked;

	HASH_FIND(hh, w->asked, a, sizeof(*a), asked);
	return asked;
}

static void
count_asked(struct waiters *w, const struct addr *a, int more)
{
	struct asked *asked = asked_find(w, a);

	if (a->family == FAMILY_NONE)
		return;
	if (asked == NULL) {
		asked = xcalloc(1, sizeof(*asked));
		asked->addr = *a;
		HASH_ADD(hh, w->asked, addr, sizeof(*a), asked);
	}
	asked->n += (size_t)more;
	if (asked->n > 0)
		return;
	HASH_DEL(w->asked, asked);
	free(asked);
}

static void
count(struct waiters *w, const struct waiter *who, int more)
{
	count_asked(w, &who->addr, more);
	for (size_t i = 0; i < w->groups->n; i++)
		if (bitset_has(&who->open, i))
			w->counts[i] += (size_t)more;
	bitset_add_all(w->changed, &who->open);
}

void
waiters_leave(struct waiters *w, struct waiter **waiter)
{
	struct waiter *who = *waiter;

	if (who == NULL)
		return;
	*waiter = NULL;
	if (w->upcoming == who)
		w->upcoming = who->next;
	count(w, who, -1);
	DL_DELETE(w->line, who);
	bitset_fini(&who->open);
	free(who);
}

static struct waiter *
line_enter(struct waiters *w, void *who)
{
	struct waiter *waiter = xcalloc(1, sizeof(*waiter));

	waiter->who = who;
	bitset_init(&waiter->open, w->groups->n);
	DL_APPEND(w->line, waiter);
	return waiter;
}

void
waiters_regroup(
    struct waiters *w, const struct groups *groups, struct bitset *changed)
{
	struct waiter *who;

	DL_FOREACH (w->line, who) {
		count_asked(w, &who->addr, -1);
		who->addr = (struct addr){ .family = FAMILY_NONE };
		who->families = 0;
		bitset_fini(&who->open);
		bitset_init(&who->open, groups->n);
	}
	waiters_stop(w);
	free(w->counts);
	w->counts = xcalloc(groups->n + 1, sizeof(*w->counts));
	w->groups = groups;
	w->changed = changed;
}

/* The groups that a Service with this plan waits for. */
static void
open_groups(const struct waiters *w, const struct service *service,
    const struct plan *p, struct bitset *open)
{
	if (p->wait == WAIT_FREE && p->wait_group == GROUPS_NONE) {
		groups_open_to(w->groups, service, open);
		return;
	}
	bitset_init(open, w->groups->n);
	if (p->wait == WAIT_FREE)
		bitset_set(open, p->wait_group, true);
}

void
waiters_put(struct waiters *w, struct waiter **waiter, void *who,
    const struct service *service, const struct plan *p)
{
	if (p->wait == WAIT_NOTHING && p->reason == REASON_ASSIGNED) {
		waiters_leave(w, waiter);
		return;
	}
	if (*waiter == NULL)
		*waiter = line_enter(w, who);
	struct waiter *is = *waiter, was = *is;

	open_groups(w, service, p, &is->open);
	is->addr = p->wait_addr;
	is->families = p->wait_families;
	is->keyed = share_key(service) != NULL;
	if (!addr_eq(&was.addr, &is->addr) ||
	    !bitset_eq(&was.open, &is->open)) {
		count(w, &was, -1);
		count(w, is, 1);
	}
	bitset_fini(&was.open);
}

/* ---- walking ---- */

void
waiters_walk(struct waiters *w, const struct addr *a, size_t group)
{
	w->upcoming = asked_find(w, a) != NULL ? w->line : NULL;
	w->walk_addr = *a;
	w->walk_group = group;
	w->walks_group = false;
}

void
waiters_stop(struct waiters *w)
{
	w->upcoming = NULL;
	w->walk_group = GROUPS_NONE;
}

static bool
matches(const struct waiters *w, const struct waiter *who)
{
	if (!w->walks_group)
		return addr_eq(&who->addr, &w->walk_addr);
	return (who->families >> w->walk_addr.family & 1) != 0 &&
	    bitset_has(&who->open, w->walk_group);
}

/* From the first in line again, for the group, if somebody waits for it. */
static bool
turn(struct waiters *w)
{
	if (w->walks_group || w->walk_group == GROUPS_NONE)
		return false;
	w->walks_group = true;
	w->upcoming = w->counts[w->walk_group] > 0 ? w->line : NULL;
	return w->upcoming != NULL;
}

struct waiter *
waiters_next(struct waiters *w)
{
	while (w->upcoming != NULL || turn(w)) {
		struct waiter *who = w->upcoming;

		w->upcoming = who->next;
		if (matches(w, who))
			return who;
	}
	return NULL;
}
