/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wanted, the changes that make it so, and what is told about that.
 */
#include "bgpd/kernel/addresses_table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "common/alloc.h"
#include "common/err.h"

struct addresses *
addresses_new(void)
{
	struct addresses *a = xcalloc(1, sizeof(*a));

	a->stand_in = ADDRESSES_DUMMY;
	return a;
}

void
addresses_free(struct addresses *a)
{
	struct holding *h, *next_held;
	struct site *s, *next_site;

	if (a == NULL)
		return;
	HASH_ITER (hh, a->helds, h, next_held) {
		HASH_DEL(a->helds, h);
		free(h);
	}
	HASH_CLEAR(hh_index, a->by_index);
	HASH_ITER (hh, a->sites, s, next_site) {
		HASH_DEL(a->sites, s);
		free(s);
	}
	free(a);
}

/* What is wanted. */

void
addresses_want(
    struct addresses *a, const char *interface, const struct prefix *at)
{
	struct holding *h = held_of(a, site_of(a, interface), at);
	struct site *s = h->site;

	if (h->wanted++ == 0) {
		a->n_wanted++;
		s->n_wanted++;
	}
	h->refused = 0;
	table_update(a, h);
}

static void
held_unwant(struct addresses *a, struct holding *h)
{
	a->n_wanted--;
	h->site->n_wanted--;
	h->wanted = 0;
	h->refused = 0;
	table_update(a, h);
}

void
addresses_unwant(
    struct addresses *a, const char *interface, const struct prefix *at)
{
	struct holding *h = held_find(a, interface, at);

	assert(h != NULL && h->wanted > 0);
	if (h->wanted > 1)
		h->wanted--;
	else
		held_unwant(a, h);
}

void
addresses_want_macvlan(
    struct addresses *a, const char *name, const struct addresses_macvlan *m)
{
	struct site *s = site_of(a, name);

	a->n_defined -= s->defined;
	s->defined = m != NULL;
	a->n_defined += s->defined;
	s->macvlan = m != NULL ? *m : (struct addresses_macvlan){ 0 };
	s->refused = 0;
	site_settle(a, s);
}

void
addresses_clear(struct addresses *a)
{
	struct holding *h, *next_held;
	struct site *s, *next;

	a->leaving = true;
	HASH_ITER (hh, a->helds, h, next_held)
		if (h->wanted > 0)
			held_unwant(a, h);
	HASH_ITER (hh, a->sites, s, next)
		if (s->defined)
			addresses_want_macvlan(a, s->link.name, NULL);
		else
			site_update(a, s);
}

size_t
addresses_count(const struct addresses *a)
{
	return a->n_wanted;
}

bool
addresses_is_placed(
    const struct addresses *a, const char *interface, const struct prefix *at)
{
	const struct holding *h = held_find(a, interface, at);

	return h != NULL && h->wanted > 0 && h->there;
}

/* Changes. */

static struct addresses_change
change_of(const struct site *s, enum addresses_step step)
{
	struct addresses_change c = { .step = step, .index = s->link.index };

	memcpy(c.interface, s->link.name, sizeof(c.interface));
	return c;
}

static size_t
next_helds(struct addresses *a, enum queue queue, enum addresses_step step,
    struct addresses_change *c, size_t max)
{
	size_t n = 0;

	while (n < max && a->held_queues[queue] != NULL) {
		struct holding *h = a->held_queues[queue];
		const struct site *s = h->site;

		c[n] = change_of(s, step);
		c[n].at = h->key.at;
		c[n].routed = !s->link.ours &&
		    h->key.at.len < family_bits(h->key.at.addr.family);
		n++;
		h->in_flight = true;
		h->adding = step == ADDRESSES_ADD;
		h->removed = false;
		held_update(a, h);
	}
	return n;
}

static size_t
next_site(struct addresses *a, enum queue queue, enum addresses_step step,
    struct addresses_change *c)
{
	struct site *s = a->site_queues[queue];

	if (s == NULL)
		return 0;
	*c = change_of(s, step);
	c->kind = s->defined ? ADDRESSES_MACVLAN : a->stand_in;
	c->parent = s->defined ? site_parent(a, s) : 0;
	memcpy(c->mac, s->macvlan.mac, sizeof(c->mac));
	s->in_flight = true;
	site_queue(a, s);
	return 1;
}

bool
addresses_have_changes(const struct addresses *a)
{
	for (unsigned q = 0; q < QUEUES; q++)
		if (a->held_queues[q] != NULL || a->site_queues[q] != NULL)
			return true;
	return false;
}

size_t
addresses_next(struct addresses *a, struct addresses_change *c, size_t max)
{
	size_t n = next_helds(a, TO_DELETE, ADDRESSES_DELETE, c, max);

	if (n == 0)
		n = next_site(a, TO_MAKE, ADDRESSES_MAKE, c);
	if (n == 0)
		n = next_helds(a, TO_ADD, ADDRESSES_ADD, c, max);
	return n > 0 ? n : next_site(a, TO_REMOVE, ADDRESSES_REMOVE, c);
}

/* It is there now, unless somebody was quick to remove it. */
static void
held_added(struct holding *h)
{
	if (!h->removed)
		h->there = h->ours = true;
}

static void
held_made(struct addresses *a, const struct addresses_change *c, int error)
{
	struct holding *h = held_find(a, c->interface, &c->at);

	assert(h != NULL && h->in_flight);
	h->in_flight = h->adding = false;
	if (error == 0 && c->step == ADDRESSES_ADD) {
		held_added(h);
	} else if (error == EEXIST && c->step == ADDRESSES_ADD) {
		h->there = true; /* somebody was first: it serves */
		h->ours = false;
	} else if (error == EADDRNOTAVAIL && c->step == ADDRESSES_DELETE) {
		h->there = h->ours = false;
	} else {
		h->refused = error;
	}
	table_update(a, h);
}

static void
site_made(struct addresses *a, const struct addresses_change *c, int error)
{
	struct site *s = site_find(a, c->interface);

	assert(s != NULL && s->in_flight);
	s->in_flight = false;
	if (error == EOPNOTSUPP && c->kind >= ADDRESSES_DUMMY &&
	    a->stand_in + 1 < ADDRESSES_KINDS)
		a->stand_in++;
	else
		s->refused = error;
	site_settle(a, s);
}

void
addresses_made(struct addresses *a, const struct addresses_change *c, int error)
{
	if (c->step == ADDRESSES_ADD || c->step == ADDRESSES_DELETE)
		held_made(a, c, error);
	else
		site_made(a, c, error);
}

void
addresses_retry(struct addresses *a)
{
	struct holding *h, *next_held;
	struct site *s, *next;

	HASH_ITER (hh, a->helds, h, next_held)
		h->refused = 0;
	HASH_ITER (hh, a->sites, s, next) {
		s->refused = 0;
		site_settle(a, s);
	}
}

/* What is told. */

bool
addresses_next_news(struct addresses *a, struct addresses_news *news)
{
	struct holding *h = a->news;

	if (h == NULL)
		return false;
	memcpy(news->interface, h->key.interface, ADDRESSES_NAME);
	news->at = h->key.at;
	news->error = h->there ? 0 : held_error(a, h);
	h->told = held_state(a, h);
	h->told_error = news->error;
	held_report(a, h);
	return true;
}

/* Of an address that is wanted and not there, or ours that can't be deleted. */
static int
held_trouble(const struct addresses *a, const struct holding *h)
{
	return h->wanted == 0 ? h->refused : h->there ? 0 : held_error(a, h);
}

static const char *
trouble_text(const struct site *s, int error)
{
	if (error != ENODEV)
		return strerror(error);
	return s->defined ? "its parent is not there"
			  : "there is no such interface";
}

/* An interface that can't be made and that no address says so of. */
static bool
sites_are_made(const struct addresses *a, struct err *err)
{
	for (const struct site *s = a->sites; s != NULL; s = s->hh.next) {
		int error = s->defined ? site_error(a, s) : s->refused;

		if (error != 0)
			return err_set(err, "%s: %s", s->link.name,
			    trouble_text(s, error));
	}
	return true;
}

bool
addresses_are_placed(const struct addresses *a, struct err *err)
{
	const struct holding *h, *first = NULL;
	size_t n = 0;

	for (h = a->helds; h != NULL; h = h->hh.next)
		if (held_trouble(a, h) != 0 && n++ == 0)
			first = h;
	if (n == 0)
		return sites_are_made(a, err);
	char text[PREFIX_TEXT];

	err_set(err, "%s: %s: %s", first->key.interface,
	    prefix_print(&first->key.at, text),
	    trouble_text(first->site, held_trouble(a, first)));
	if (n > 1)
		err_prefix(err, "%zu addresses, the first ", n);
	return false;
}

void
addresses_each_ours(const struct addresses *a,
    void (*each)(void *arg, const char *interface, const struct prefix *),
    void *arg)
{
	for (const struct holding *h = a->helds; h != NULL; h = h->hh.next)
		if (h->ours || h->adding)
			each(arg, h->key.interface, &h->key.at);
}
