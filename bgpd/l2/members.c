/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record for each life of each node, in an array in the order in which they came:
 * there are tens of them, hundreds at most. by_id finds one by the small number that
 * claims bear.
 *
 * What state a member is in follows from its record and the time, in one place:
 * state_of(). Hearing and the tick compare it with what it was.
 *
 * marks are our own numbers and when they were sent, a few to each dead interval: they
 * tell whether a number that a member lists is a recent one.
 */
#include "bgpd/l2/members.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/clock.h"

enum {
	MARKS = 8,
	MARKS_A_DEAD = 4,     /* so many to a dead interval */
	DEAD_MAX = 60 * 1000, /* ms; whatever a member says */
	LIST_PATIENCE =
	    4, /* times the dead interval, for one that names a part each time */
};

struct mark {
	uint64_t at, seq;
};

struct members {
	const char *self; /* borrowed */
	uint64_t hash, epoch;
	const struct members_ops *ops;
	void *arg;
	uint32_t dead;
	struct l2_member **at; /* owned, each too */
	size_t n;
	struct l2_member **by_id; /* owned; ids from 1 on */
	size_t n_ids;
	size_t turn; /* where the next list begins */
	struct mark marks[MARKS];
	size_t newest;
	uint64_t first_seq, last_seq; /* said by us */
};

struct members *
members_new(
    const char *self, uint64_t epoch, const struct members_ops *ops, void *arg)
{
	struct members *m = xcalloc(1, sizeof(*m));

	m->self = self;
	m->hash = hello_name_hash(self);
	m->epoch = epoch;
	m->ops = ops;
	m->arg = arg;
	return m;
}

static void
member_free(struct l2_member *mb)
{
	free((char *)mb->name);
	free(mb);
}

void
members_free(struct members *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n; i++)
		member_free(m->at[i]);
	free(m->at);
	free(m->by_id);
	free(m);
}

void
members_set_dead(struct members *m, uint32_t ms)
{
	m->dead = ms;
}

/* --- What we said, and who has heard it. --- */

void
members_said(struct members *m, uint64_t seq, uint64_t now)
{
	const struct mark *last = &m->marks[m->newest];

	if (m->first_seq == 0)
		m->first_seq = seq;
	m->last_seq = seq;
	if (last->seq != 0 && now < last->at + m->dead / MARKS_A_DEAD)
		return;
	m->newest = (m->newest + 1) % MARKS;
	m->marks[m->newest] = (struct mark){ now, seq };
}

/* The low bits of a number that we sent within the last dead interval, about. */
static bool
is_recent(const struct members *m, uint32_t seq, uint64_t now)
{
	uint64_t horizon = m->first_seq - 1;
	uint32_t back = (uint32_t)m->last_seq - seq; /* from the last one */

	if (m->first_seq == 0)
		return false;
	for (size_t i = 0; i < MARKS; i++) {
		const struct mark *k = &m->marks[i];

		if (k->seq > horizon &&
		    k->at + m->dead + m->dead / MARKS_A_DEAD <= now)
			horizon = k->seq;
	}
	return back < m->last_seq - horizon;
}

static bool
lists_us(const struct members *m, const struct hello *h, uint64_t now)
{
	for (size_t i = 0; i < h->n_heard; i++)
		if (h->heard[i].name == m->hash &&
		    h->heard[i].epoch == m->epoch)
			return is_recent(m, h->heard[i].seq, now);
	return false;
}

/* --- In which state a member is. --- */

/* Another life of the same node goes on after this one. */
static bool
is_outlived(const struct members *m, const struct l2_member *mb)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct l2_member *o = m->at[i];

		if (o != mb && o->hash == mb->hash && o->proven &&
		    o->seq > mb->seq)
			return true;
	}
	return false;
}

static uint64_t
listed_until(const struct l2_member *mb)
{
	return mb->lists_us_at +
	    (uint64_t)mb->dead * (mb->lists_all ? 1 : LIST_PATIENCE);
}

static uint64_t
grace_until(const struct l2_member *mb)
{
	return mb->alive_from + mb->dead / 2;
}

static enum member_state
state_of(const struct members *m, const struct l2_member *mb, uint64_t now)
{
	bool heard_us =
	    mb->lists_us_at != 0 && mb->lists_us_at >= mb->alive_from;

	if (mb->buried || now >= mb->heard_at + mb->dead)
		return MEMBER_DEAD;
	if (mb->hears_us && now < listed_until(mb))
		return MEMBER_BOTH;
	if ((!mb->proven && !mb->near) || is_outlived(m, mb))
		return MEMBER_DOUBTED;
	return !heard_us && now < grace_until(mb) ? MEMBER_NEW : MEMBER_DEAF;
}

enum ear
member_ear(const struct l2_member *mb)
{
	return mb->state == MEMBER_BOTH ? EAR_BOTH
	    : mb->state == MEMBER_NEW   ? EAR_NEW
					: EAR_DEAF;
}

static void
reconsider(struct members *m, struct l2_member *mb, uint64_t now)
{
	enum member_state was = mb->state;

	mb->state = state_of(m, mb, now);
	if (mb->state != was)
		m->ops->changed(m->arg, mb, was);
}

/*
 * The lives before the one that has shown to be the node's. One that has come back is
 * not ended again, nor ends others: the two would take turns at that for good.
 */
static void
bury(struct members *m, const struct l2_member *mb, uint64_t now)
{
	if (mb->returned)
		return;
	for (size_t i = 0; i < m->n; i++) {
		struct l2_member *o = m->at[i];

		if (o == mb || o->hash != mb->hash || o->seq > mb->seq ||
		    o->returned)
			continue;
		o->buried = true;
		o->hears_us = false;
		reconsider(m, o, now);
	}
}

/* --- Records. --- */

static struct l2_member *
find(const struct members *m, uint64_t hash, uint64_t epoch)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->at[i]->hash == hash && m->at[i]->epoch == epoch)
			return m->at[i];
	return NULL;
}

static void
forget(struct members *m, size_t i)
{
	struct l2_member *mb = m->at[i];

	m->ops->gone(m->arg, mb);
	m->by_id[mb->id] = NULL;
	m->n--;
	memmove(m->at + i, m->at + i + 1, (m->n - i) * sizeof(m->at[0]));
	member_free(mb);
}

static uint16_t
take_id(struct members *m, struct l2_member *mb)
{
	size_t id = 1;

	while (id < m->n_ids && m->by_id[id] != NULL)
		id++;
	if (id >= m->n_ids) {
		m->by_id = xrealloc(m->by_id, id + 1, sizeof(m->by_id[0]));
		m->by_id[0] = NULL;
		m->n_ids = id + 1;
	}
	m->by_id[id] = mb;
	return (uint16_t)id;
}

/* One that counts for nothing makes room for another. */
static bool
make_room(struct members *m)
{
	if (m->n < MEMBERS_MAX)
		return true;
	for (size_t i = 0; i < m->n; i++)
		if (m->at[i]->state <= MEMBER_DOUBTED) {
			forget(m, i);
			return true;
		}
	return false;
}

static struct l2_member *
add(struct members *m, const struct hello *h)
{
	struct l2_member *mb;

	if (!make_room(m))
		return NULL;
	mb = xcalloc(1, sizeof(*mb));
	mb->name = xstrdup(h->name);
	mb->hash = hello_name_hash(h->name);
	mb->epoch = h->epoch;
	mb->id = take_id(m, mb);
	m->at = xrealloc(m->at, m->n + 1, sizeof(m->at[0]));
	m->at[m->n++] = mb;
	return mb;
}

/* --- What is heard. --- */

static bool
is_near(uint64_t seq, int64_t wall)
{
	int64_t apart = (int64_t)(seq / 1000) - wall;

	return apart < MEMBERS_CLOCKS_WITHIN && apart > -MEMBERS_CLOCKS_WITHIN;
}

static uint32_t
greater(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static void
hear_alive(struct members *m, struct l2_member *mb, const struct hello *h,
    uint64_t now)
{
	uint32_t dead = h->dead < DEAD_MAX ? h->dead : DEAD_MAX;

	if (mb->number != 0 && h->number > mb->number)
		mb->missed = h->number - mb->number - 1;
	mb->lost += mb->missed;
	mb->number = h->number;
	mb->interval = h->interval;
	mb->dead = greater(dead, m->dead);
	mb->turned = h->idle != mb->idle;
	mb->idle = h->idle;
	mb->n_held = h->n_held;
	if (!mb->met)
		mb->came_with = h->n_held;
	mb->met = true;
	mb->lists_all = h->complete;
	catchup_told(&mb->catchup, h->version);
	if (lists_us(m, h, now)) {
		mb->hears_us = mb->proven = true;
		mb->lists_us_at = now;
	} else if (h->complete) {
		mb->hears_us = false;
	}
}

enum heard
members_hear(struct members *m, const struct hello *h, const struct mac *from,
    uint64_t now, int64_t wall, struct l2_member **out, enum member_state *was)
{
	uint64_t hash = hello_name_hash(h->name);
	struct l2_member *mb = find(m, hash, h->epoch);

	if (hash == m->hash)
		return h->epoch == m->epoch ? HEARD_OWN : HEARD_NAMESAKE;
	if (mb == NULL && (mb = add(m, h)) == NULL)
		return HEARD_FULL;
	if (h->seq <= mb->seq)
		return HEARD_OLD;
	*was = mb->state;
	mb->dead = greater(mb->dead, m->dead);
	if (mb->buried || now >= mb->heard_at + mb->dead) {
		mb->alive_from = now;
		mb->met = false;
	}
	mb->returned |= mb->buried;
	mb->buried = false;
	mb->seq = h->seq;
	mb->mac = *from;
	mb->heard_at = now;
	mb->near = is_near(h->seq, wall);
	mb->turned = false;
	mb->missed = 0;
	if (h->kind == HELLO_ALIVE)
		hear_alive(m, mb, h, now);
	mb->state = state_of(m, mb, now);
	if (mb->state == MEMBER_BOTH && *was != MEMBER_BOTH)
		bury(m, mb, now);
	*out = mb;
	return HEARD_GOOD;
}

/* --- The time. --- */

void
members_tick(struct members *m, uint64_t now)
{
	for (size_t i = m->n; i-- > 0;) {
		struct l2_member *mb = m->at[i];

		reconsider(m, mb, now);
		if (mb->state == MEMBER_DEAD &&
		    (!mb->proven || now >= mb->heard_at + MEMBERS_KEPT))
			forget(m, i);
	}
}

uint64_t
members_due(const struct members *m)
{
	uint64_t due = UINT64_MAX;

	for (size_t i = 0; i < m->n; i++) {
		const struct l2_member *mb = m->at[i];

		clock_hasten(&due,
		    mb->heard_at +
			(mb->state == MEMBER_DEAD ? MEMBERS_KEPT : mb->dead));
		if (mb->state == MEMBER_BOTH)
			clock_hasten(&due, listed_until(mb));
		if (mb->state == MEMBER_NEW)
			clock_hasten(&due, grace_until(mb));
	}
	return due;
}

/* --- Questions. --- */

void
members_list(struct members *m, struct hello *h)
{
	size_t i, looked = 0;

	h->n_heard = 0;
	for (; looked < m->n && h->n_heard < HELLO_HEARD_MAX; looked++) {
		i = (m->turn + looked) % m->n;
		const struct l2_member *mb = m->at[i];

		if (mb->state != MEMBER_DEAD)
			h->heard[h->n_heard++] = (struct hello_heard){ mb->hash,
				mb->epoch, (uint32_t)mb->seq };
	}
	h->complete = looked == m->n;
	m->turn = m->n == 0 ? 0 : (m->turn + looked) % m->n;
}

bool
members_have_mac(const struct members *m, const struct mac *mac)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct l2_member *mb = m->at[i];

		if (mac_eq(&mb->mac, mac))
			return true;
	}
	return false;
}

struct l2_member *
members_by_id(const struct members *m, uint16_t id)
{
	return id < m->n_ids ? m->by_id[id] : NULL;
}

struct l2_member *
members_next_known(const struct members *m, size_t *i)
{
	return *i < m->n ? m->at[(*i)++] : NULL;
}

struct l2_member *
members_next(const struct members *m, size_t *i)
{
	struct l2_member *mb;

	while ((mb = members_next_known(m, i)) != NULL)
		if (mb->state != MEMBER_DEAD)
			return mb;
	return NULL;
}

size_t
members_both(const struct members *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		n += m->at[i]->state == MEMBER_BOTH;
	return n;
}

bool
members_some_stand(const struct members *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->at[i]->state == MEMBER_BOTH && !m->at[i]->idle)
			return true;
	return false;
}

bool
members_some_deaf(const struct members *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->at[i]->state == MEMBER_DEAF)
			return true;
	return false;
}
