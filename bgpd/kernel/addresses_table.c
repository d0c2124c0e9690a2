/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wanted minus actual, for addresses and for the interfaces that they are on.
 *
 * A site is an interface by its name, which exists while the kernel has it, while it
 * is to be made, or while an address is wanted on it. A holding is an address at one,
 * which exists while it is wanted, or ours and there; on interfaces of ours those of
 * others are known too, since such an interface is not removed under them.
 *
 * What is there is told by the kernel, our own changes too, in the order in which
 * things happened: the news of a change come before its answer, but those of an IPv6
 * address that is added come a little later (its duplicate address detection ends
 * elsewhere). So an address is there when the answer says so or the news, and not if
 * somebody has removed it in between.
 *
 * Whatever differs stands in a queue, so that one more address costs one entry however
 * many there are. What is refused stands in none until it is tried again, or its
 * interface changes.
 */
#include "bgpd/kernel/addresses_table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "common/alloc.h"

static void
name_copy(char to[ADDRESSES_NAME], const char *name)
{
	size_t n = strlen(name);

	assert(n < ADDRESSES_NAME);
	memset(to, 0, ADDRESSES_NAME);
	memcpy(to, name, n);
}

/* Places. */

static bool
is_own(const struct site *s)
{
	return strcmp(s->link.name, ADDRESSES_OWN) == 0;
}

struct site *
site_find(const struct addresses *a, const char *name)
{
	struct site *s;

	HASH_FIND_STR(a->sites, name, s);
	return s;
}

struct site *
site_of_index(const struct addresses *a, int index)
{
	struct site *s;

	HASH_FIND(hh_index, a->by_index, &index, sizeof(index), s);
	return s;
}

struct site *
site_of(struct addresses *a, const char *name)
{
	struct site *s = site_find(a, name);

	if (s != NULL)
		return s;
	s = xcalloc(1, sizeof(*s));
	name_copy(s->link.name, name);
	HASH_ADD_STR(a->sites, link.name, s);
	return s;
}

static bool
site_is_wanted(const struct site *s)
{
	return s->defined || (is_own(s) && s->n_wanted > 0);
}

int
site_parent(const struct addresses *a, const struct site *s)
{
	const struct site *parent = site_find(a, s->macvlan.parent);

	return parent != NULL ? parent->link.index : 0;
}

/* Why nothing can be added there now, and won't be until something happens. */
int
site_error(const struct addresses *a, const struct site *s)
{
	if (s->defined && s->link.index != 0 && !s->link.ours)
		return EEXIST;
	if (s->defined && site_parent(a, s) == 0)
		return ENODEV;
	if (s->link.index == 0 && !site_is_wanted(s))
		return ENODEV;
	return s->refused;
}

static bool
is_as_defined(const struct addresses *a, const struct site *s)
{
	return !s->defined ||
	    (s->link.parent == site_parent(a, s) &&
		memcmp(s->link.mac, s->macvlan.mac, sizeof(s->link.mac)) == 0);
}

static enum queue
site_due_wanted(const struct addresses *a, const struct site *s)
{
	if (site_error(a, s) != 0)
		return NO_QUEUE;
	if (s->link.index == 0)
		return TO_MAKE;
	if (!s->link.ours) /* ADDRESSES_OWN, and the operator's */
		return NO_QUEUE;
	if (!is_as_defined(a, s))
		return TO_REMOVE;
	return s->link.up ? NO_QUEUE : TO_MAKE;
}

static enum queue
site_due(const struct addresses *a, const struct site *s)
{
	if (s->in_flight)
		return NO_QUEUE;
	if (site_is_wanted(s))
		return site_due_wanted(a, s);
	if (s->link.index == 0 || !s->link.ours || s->helds != NULL ||
	    s->refused != 0)
		return NO_QUEUE;
	return is_own(s) && !a->leaving ? NO_QUEUE : TO_REMOVE;
}

void
site_queue(struct addresses *a, struct site *s)
{
	enum queue queue = site_due(a, s);

	if (s->queue == queue)
		return;
	if (s->queue != NO_QUEUE)
		DL_DELETE(a->site_queues[s->queue], s);
	if (queue != NO_QUEUE)
		DL_APPEND(a->site_queues[queue], s);
	s->queue = queue;
}

/* Puts it where it belongs; one that nobody needs is freed. */
void
site_update(struct addresses *a, struct site *s)
{
	site_queue(a, s);
	if (s->link.index != 0 || s->helds != NULL || s->defined ||
	    s->in_flight || a->looking)
		return;
	HASH_DEL(a->sites, s);
	free(s);
}

/* Addresses. */

int
held_error(const struct addresses *a, const struct holding *h)
{
	return h->refused != 0 ? h->refused : site_error(a, h->site);
}

enum told
held_state(const struct addresses *a, const struct holding *h)
{
	if (h->wanted == 0)
		return TOLD_NOTHING;
	if (h->there)
		return TOLD_THERE;
	return held_error(a, h) != 0 ? TOLD_NOT : h->told; /* on its way */
}

void
held_report(struct addresses *a, struct holding *h)
{
	enum told state = held_state(a, h);
	int error = held_error(a, h);
	bool other = state == TOLD_NOT && error != 0 && error != h->told_error;
	bool news = state != TOLD_NOTHING && (state != h->told || other);

	if (state == TOLD_NOTHING)
		h->told = state;
	if (news == h->in_news)
		return;
	if (news)
		DL_APPEND2(a->news, h, prev_news, next_news);
	else
		DL_DELETE2(a->news, h, prev_news, next_news);
	h->in_news = news;
}

struct holding *
held_find(
    const struct addresses *a, const char *interface, const struct prefix *at)
{
	struct held_key key = { .at = *at };
	struct holding *h;

	name_copy(key.interface, interface);
	HASH_FIND(hh, a->helds, &key, sizeof(key), h);
	return h;
}

struct holding *
held_of(struct addresses *a, struct site *s, const struct prefix *at)
{
	struct holding *h = held_find(a, s->link.name, at);

	if (h != NULL)
		return h;
	h = xcalloc(1, sizeof(*h));
	h->key.at = *at;
	name_copy(h->key.interface, s->link.name);
	h->site = s;
	HASH_ADD(hh, a->helds, key, sizeof(h->key), h);
	DL_APPEND2(s->helds, h, prev_there, next_there);
	return h;
}

static enum queue
held_due(const struct addresses *a, const struct holding *h)
{
	const struct site *s = h->site;

	if (h->in_flight || h->refused != 0)
		return NO_QUEUE;
	if (h->wanted == 0)
		return h->there && h->ours ? TO_DELETE : NO_QUEUE;
	if (h->there || s->link.index == 0 || s->in_flight)
		return NO_QUEUE;
	return site_due(a, s) == NO_QUEUE && site_error(a, s) == 0 ? TO_ADD
								   : NO_QUEUE;
}

static bool
held_is_needed(const struct addresses *a, const struct holding *h)
{
	return h->wanted > 0 || h->in_flight || (h->ours && a->looking) ||
	    (h->there && (h->ours || h->site->link.ours));
}

/* Puts it where it belongs; one that nobody needs is freed. */
void
held_update(struct addresses *a, struct holding *h)
{
	enum queue queue = held_due(a, h);

	if (h->queue != queue) {
		if (h->queue != NO_QUEUE)
			DL_DELETE(a->held_queues[h->queue], h);
		if (queue != NO_QUEUE)
			DL_APPEND(a->held_queues[queue], h);
		h->queue = queue;
	}
	held_report(a, h);
	if (held_is_needed(a, h))
		return;
	DL_DELETE2(h->site->helds, h, prev_there, next_there);
	HASH_DEL(a->helds, h);
	free(h);
}

/* Both the address and its site; either may be freed. */
void
table_update(struct addresses *a, struct holding *h)
{
	struct site *s = h->site;

	held_update(a, h);
	site_update(a, s);
}

/* The site has changed: all that is at it, and what hangs on it. */
void
site_settle(struct addresses *a, struct site *s)
{
	struct holding *h, *next;

	DL_FOREACH_SAFE2 (s->helds, h, next, next_there)
		held_update(a, h);
	site_update(a, s);
}

void
macvlans_settle(struct addresses *a)
{
	struct site *s, *next;

	if (a->n_defined == 0)
		return;
	HASH_ITER (hh, a->sites, s, next)
		if (s->defined)
			site_settle(a, s);
}
