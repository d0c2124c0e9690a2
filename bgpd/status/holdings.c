/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/status/holdings.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "common/alloc.h"

#define PAUSE 30000 /* ms between two things that are told of one address */
#define TURN 1000   /* ms, in which … */
#define IN_TURN 10  /* … so many addresses are told of */

struct entry {
	struct addr addr;
	struct holding_state is,
	    told;         /* told.held, told.conflict: of what still is */
	uint64_t told_at; /* ms; 0: never */
	UT_hash_handle hh;
};

struct holdings {
	struct entry *by_addr; /* owned; in the order they came */
	uint64_t due;          /* no entry is due before; 0: none is */
	uint64_t turn_at;      /* when the next turn may begin, ms */
};

struct holdings *
holdings_new(void)
{
	return xcalloc(1, sizeof(struct holdings));
}

static void
entry_remove(struct holdings *h, struct entry *e)
{
	HASH_DEL(h->by_addr, e);
	free(e);
}

void
holdings_free(struct holdings *h)
{
	struct entry *e, *next;

	if (h == NULL)
		return;
	HASH_ITER (hh, h->by_addr, e, next)
		entry_remove(h, e);
	free(h);
}

static bool
is_held_anew(const struct entry *e)
{
	return e->is.held &&
	    (!e->told.held || strcmp(e->told.interface, e->is.interface) != 0);
}

static bool
is_contested_anew(const struct entry *e)
{
	return e->is.conflict &&
	    (!e->told.conflict ||
		memcmp(e->told.mac, e->is.mac, sizeof(e->is.mac)) != 0);
}

static bool
has_news(const struct entry *e)
{
	return is_held_anew(e) || is_contested_anew(e);
}

/* Nothing is to be told, now or if it comes back at once: it may be forgotten. */
static bool
is_over(const struct holding_state *is)
{
	return !is->held && !is->conflict;
}

static uint64_t
entry_due(const struct entry *e)
{
	if (!has_news(e) && !is_over(&e->is))
		return 0;
	return e->told_at != 0 ? e->told_at + PAUSE : 1;
}

static void
due_by(struct holdings *h, uint64_t at)
{
	if (at != 0 && (h->due == 0 || at < h->due))
		h->due = at;
}

/* NULL: there is none, and nothing to keep one for. */
static struct entry *
entry_get(struct holdings *h, const struct addr *addr, bool needed)
{
	struct entry *e;

	HASH_FIND(hh, h->by_addr, addr, sizeof(*addr), e);
	if (e != NULL || !needed)
		return e;
	e = xcalloc(1, sizeof(*e));
	e->addr = *addr;
	HASH_ADD(hh, h->by_addr, addr, sizeof(e->addr), e);
	return e;
}

/* What has ended is news when it begins again. */
void
holdings_set(struct holdings *h, const struct addr *addr,
    const struct holding_state *is, uint64_t now)
{
	const struct holding_state now_is =
	    is != NULL ? *is : (struct holding_state){ .held = false };
	struct entry *e = entry_get(h, addr, !is_over(&now_is));
	uint64_t due;

	if (e == NULL)
		return;
	e->is = now_is;
	e->told.held &= e->is.held;
	e->told.conflict &= e->is.conflict;
	due = entry_due(e);
	due_by(h, due != 0 && due < now ? now : due);
}

uint64_t
holdings_due(const struct holdings *h)
{
	return h->due != 0 && h->due < h->turn_at ? h->turn_at : h->due;
}

static void
entry_tell(struct entry *e, uint64_t now,
    void (*each)(void *arg, const struct addr *, const struct holding_state *,
	enum holdings_news),
    void *arg)
{
	if (is_held_anew(e))
		each(arg, &e->addr, &e->is, HOLDINGS_HELD);
	if (is_contested_anew(e))
		each(arg, &e->addr, &e->is, HOLDINGS_CONFLICT);
	e->told = e->is;
	e->told_at = now;
}

/* What is put off stays due, for the next turn. */
void
holdings_take(struct holdings *h, uint64_t now,
    void (*each)(void *arg, const struct addr *, const struct holding_state *,
	enum holdings_news),
    void *arg)
{
	struct entry *e, *next;
	unsigned left = IN_TURN;

	if (now < h->turn_at)
		return;
	h->due = 0;
	h->turn_at = now + TURN;
	HASH_ITER (hh, h->by_addr, e, next) {
		bool due = entry_due(e) != 0 && entry_due(e) <= now;

		if (due && is_over(&e->is)) {
			entry_remove(h, e);
			continue;
		}
		if (due && left > 0) {
			left--;
			entry_tell(e, now, each, arg);
		}
		due_by(h, entry_due(e));
	}
}
