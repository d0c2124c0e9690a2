/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel tells: a look at everything, and what changes behind it.
 */
#include "bgpd/kernel/addresses_table.h"

#include <string.h>
#include <utlist.h>

void
addresses_forget(struct addresses *a)
{
	struct holding *h, *next_held;
	struct site *s, *next;

	a->looking = true;
	a->must_look = false;
	HASH_CLEAR(hh_index, a->by_index);
	HASH_ITER (hh, a->helds, h, next_held) {
		h->there = false;
		h->protocol = 0;
	}
	HASH_ITER (hh, a->sites, s, next) {
		s->link.index = 0;
		s->link.ours = false;
	}
}

void
addresses_remember(
    struct addresses *a, const char *interface, const struct prefix *at)
{
	a->looking = true;
	held_of(a, site_of(a, interface), at)->ours = true;
}

/* What was on it may be on one of another name by now. */
static void
site_lose(struct addresses *a, struct site *s)
{
	struct holding *h;

	HASH_DELETE(hh_index, a->by_index, s);
	s->link.index = 0;
	s->link.ours = false;
	s->refused = 0;
	DL_FOREACH2(s->helds, h, next_there)
	{
		h->there = h->ours = false;
		h->removed = true;
		h->refused = 0;
	}
	site_settle(a, s);
}

/*
 * The addresses on it have the new name now, and ours are to be known there, where the
 * kernel does not tell which they are. A look is due at the rest.
 */
static void
site_rename(struct addresses *a, struct site *s, const char *name)
{
	struct site *other = site_find(a, name);
	const struct holding *h;

	if (other != NULL &&
	    other->link.index != 0) /* its end is not told yet */
		site_lose(a, other);
	DL_FOREACH2(s->helds, h, next_there)
	if (h->ours)
		addresses_remember(a, name, &h->key.at);
	site_lose(a, s);
	a->must_look = true;
}

void
addresses_found_link(struct addresses *a, const struct addresses_link *link)
{
	struct site *s = site_of_index(a, link->index);

	if (s != NULL && strcmp(s->link.name, link->name) != 0) {
		site_rename(a, s, link->name);
		s = NULL;
	}
	if (s == NULL) {
		s = site_of(a, link->name);
		if (s->link.index != 0) /* that one's end is not told yet */
			site_lose(a, s), s = site_of(a, link->name);
		s->link.index = link->index;
		HASH_ADD(
		    hh_index, a->by_index, link.index, sizeof(link->index), s);
		s->refused = 0;
	}
	s->link = *link;
	site_settle(a, s);
	macvlans_settle(a);
}

void
addresses_lost_link(struct addresses *a, int index)
{
	struct site *s = site_of_index(a, index);

	if (s == NULL)
		return;
	site_lose(a, s);
	macvlans_settle(a);
}

/* What the kernel gives each interface by itself. */
static bool
is_kernels(const struct prefix *at)
{
	return at->addr.family == FAMILY_V6 && addr_is_link_local(&at->addr);
}

void
addresses_found(
    struct addresses *a, int index, const struct prefix *at, uint8_t protocol)
{
	struct site *s = site_of_index(a, index);
	bool ours = protocol == ADDRESSES_PROTOCOL;

	a->knows_protocol |= protocol != 0;
	if (s == NULL)
		return;
	struct holding *h = ours || (s->link.ours && !is_kernels(at))
	    ? held_of(a, s, at)
	    : held_find(a, s->link.name, at);

	if (h == NULL)
		return;
	h->there = true;
	h->ours = ours ||
	    (protocol == 0 && !a->knows_protocol && (h->ours || h->adding));
	h->protocol = protocol;
	h->refused = 0;
	table_update(a, h);
}

void
addresses_lost(struct addresses *a, int index, const struct prefix *at)
{
	struct site *s = site_of_index(a, index);
	struct holding *h = s != NULL ? held_find(a, s->link.name, at) : NULL;

	if (h == NULL)
		return;
	h->there = h->ours = false;
	h->removed = true;
	table_update(a, h);
}

void
addresses_compare(struct addresses *a)
{
	struct holding *h, *next_held;
	struct site *s, *next;

	a->looking = false;
	HASH_ITER (hh, a->helds, h, next_held)
		h->ours = h->ours && h->there &&
		    (h->protocol != 0 || !a->knows_protocol);
	HASH_ITER (hh, a->sites, s, next)
		site_settle(a, s);
}

bool
addresses_must_look(const struct addresses *a)
{
	return a->must_look;
}

bool
addresses_know_protocol(const struct addresses *a)
{
	return a->knows_protocol;
}
