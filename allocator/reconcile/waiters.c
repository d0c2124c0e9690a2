/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Most addresses that come to be held or free concern nobody who waits. So it is
 * counted how many ask for each address, have each sharing key and wait for each group,
 * and the line is looked along only when there is one of them.
 */
#include "allocator/reconcile/waiters.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>
#include <utlist.h>

#include "allocator/ipam/share.h"
#include "allocator/plan/plan.h"
#include "allocator/pool/groups.h"
#include "common/alloc.h"

struct asked { /* what somebody asks for: the bytes of an address, or a key */
	size_t n;
	UT_hash_handle hh;
	char what[];
};

void
waiters_fini(struct waiters *w)
{
	free(w->counts);
}

static struct asked *
asked_find(const struct waiters *w, const void *what, size_t size)
{
	struct asked *asked;

	HASH_FIND(hh, w->asked, what, size, asked);
	return asked;
}

static void
count_asked(struct waiters *w, const void *what, size_t size, int more)
{
	struct asked *asked = asked_find(w, what, size);

	if (asked == NULL) {
		asked = xcalloc(1, sizeof(*asked) + size);
		memcpy(asked->what, what, size);
		HASH_ADD(hh, w->asked, what, size, asked);
	}
	asked->n += (size_t)more;
	if (asked->n > 0)
		return;
	HASH_DEL(w->asked, asked);
	free(asked);
}

static void
count_asks(struct waiters *w, const struct waiter *who, int more)
{
	if (who->addr.family != FAMILY_NONE)
		count_asked(w, &who->addr, sizeof(who->addr), more);
	if (who->key != NULL)
		count_asked(w, who->key, strlen(who->key), more);
}

static void
count_groups(struct waiters *w, const struct bitset *open, int more)
{
	for (size_t i = bitset_next(open, 0); i != BITSET_NONE;
	     i = bitset_next(open, i + 1))
		w->counts[i] += (size_t)more;
	bitset_add_all(w->changed, open);
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
	count_asks(w, who, -1);
	count_groups(w, &who->open, -1);
	DL_DELETE(w->line, who);
	bitset_fini(&who->open);
	free(who->key);
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
		count_asks(w, who, -1);
		who->addr = (struct addr){ .family = FAMILY_NONE };
		count_asks(w, who, 1);
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
	is->key = xstrdup(share_key(service));
	count_asks(w, is, 1);
	count_asks(w, &was, -1);
	if (!bitset_eq(&was.open, &is->open)) {
		count_groups(w, &was.open, -1);
		count_groups(w, &is->open, 1);
	}
	bitset_fini(&was.open);
	free(was.key);
}

struct waiter *
waiters_with_key(const struct waiters *w, const struct service *service)
{
	const char *key = share_key(service);

	return key != NULL && asked_find(w, key, strlen(key)) != NULL ? w->line
								      : NULL;
}

/* ---- walking ---- */

void
waiters_walk(struct waiters *w, const struct addr *a, size_t group)
{
	w->upcoming = asked_find(w, a, sizeof(*a)) != NULL ? w->line : NULL;
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
