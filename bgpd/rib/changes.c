/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/changes.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "common/alloc.h"

enum {
	LIST_FIRST = 16,
	LIST_KEPT = 4096, /* a longer one is given back when it is empty */
};

void
changes_init(struct changes *c, const struct changes_ops *ops, void *arg)
{
	*c = (struct changes){ .ops = ops, .arg = arg };
}

/* Forgets what stands at a position that all readers have passed. */
static void
drop(struct changes *c, uint32_t pos)
{
	uint32_t index = c->list[pos] & CHANGE_INDEX;

	if (index == 0)
		return;
	c->list[pos] = 0;
	c->place[index] = 0;
	c->n--;
	c->ops->passed(c->arg, index);
}

static void
free_room(struct changes *c)
{
	free(c->list);
	free(c->place);
	c->list = c->place = NULL;
	c->cap = c->place_cap = 0;
}

/*
 * All is read: start again from 0. Room is given back only after many changes, which
 * have paid for getting it again.
 */
static void
restart(struct changes *c)
{
	struct change_reader *r;

	if (c->tail == 0)
		return;
	c->head = c->tail = c->seen = 0;
	c->epoch++;
	DL_FOREACH (c->readers, r)
		r->pos = 0;
	if (c->cap > LIST_KEPT)
		free_room(c);
}

static void
trim(struct changes *c)
{
	uint32_t least = c->tail;
	struct change_reader *r;

	DL_FOREACH (c->readers, r)
		if (r->pos < least)
			least = r->pos;
	while (c->head < least)
		drop(c, c->head++);
	if (c->head == c->tail)
		restart(c);
}

bool
changes_end(struct changes *c, uint32_t most)
{
	for (; c->head < c->tail && most > 0; most--)
		drop(c, c->head++);
	return c->head == c->tail;
}

void
changes_fini(struct changes *c)
{
	changes_end(c, UINT32_MAX);
	free_room(c);
}

void
changes_join(struct changes *c, struct change_reader *r)
{
	r->pos = c->tail;
	DL_APPEND(c->readers, r);
	changes_expose(c);
}

void
changes_follow(struct changes *c, struct change_reader *r,
    const struct change_reader *other)
{
	r->pos = other->pos;
	DL_APPEND(c->readers, r);
}

void
changes_expose(struct changes *c)
{
	c->seen = c->tail;
}

void
changes_leave(struct changes *c, struct change_reader *r)
{
	DL_DELETE(c->readers, r);
	if (c->readers != NULL)
		trim(c);
}

/* How many prefixes stand before pos: where pos will be without the holes. */
static uint32_t
packed_pos(const struct changes *c, uint32_t pos)
{
	uint32_t n = 0;

	for (uint32_t i = c->head; i < pos; i++)
		n += c->list[i] != 0;
	return n;
}

static void
pack(struct changes *c)
{
	struct change_reader *r;
	uint32_t to = 0;

	DL_FOREACH (c->readers, r)
		r->pos = packed_pos(c, r->pos);
	c->seen = packed_pos(c, c->seen);
	for (uint32_t i = c->head; i < c->tail; i++) {
		uint32_t entry = c->list[i];

		if (entry == 0)
			continue;
		c->list[to++] = entry;
		c->place[entry & CHANGE_INDEX] = to;
	}
	c->head = 0;
	c->tail = to;
	c->epoch++;
}

/* Room for one more. Packing costs what at least as many changes before it saved. */
static void
make_room(struct changes *c)
{
	if (c->tail < c->cap)
		return;
	if (c->cap > 0 && c->n <= c->cap / 2) {
		pack(c);
		return;
	}
	c->cap = c->cap == 0 ? LIST_FIRST : c->cap * 2;
	c->list = xrealloc(c->list, c->cap, sizeof(*c->list));
}

/* Zeroed by calloc, so that of a large one only what is used becomes memory. */
static void
make_place(struct changes *c, uint32_t index)
{
	uint32_t cap = c->place_cap == 0 ? LIST_FIRST : c->place_cap;

	if (index < c->place_cap)
		return;
	while (cap <= index)
		cap *= 2;
	uint32_t *place = xcalloc(cap, sizeof(*place));

	if (c->place_cap > 0)
		memcpy(place, c->place, c->place_cap * sizeof(*place));
	free(c->place);
	c->place = place;
	c->place_cap = cap;
}

/* Takes a prefix out of the list. Is it still one of which nobody was told? */
static bool
take_out(struct changes *c, uint32_t index)
{
	uint32_t pos = c->place[index] - 1;
	bool fresh = (c->list[pos] & CHANGE_FRESH) != 0 && pos >= c->seen;

	c->list[pos] = 0;
	c->place[index] = 0;
	c->n--;
	return fresh;
}

void
changes_add(struct changes *c, uint32_t index, bool fresh, bool gone)
{
	if (c->readers == NULL)
		return;
	make_place(c, index);
	if (c->place[index] != 0)
		fresh = take_out(c, index);
	if (fresh && gone)
		return;
	make_room(c);
	c->list[c->tail++] = index | (fresh ? CHANGE_FRESH : 0);
	c->place[index] = c->tail;
	c->n++;
}

void
changes_read(struct changes *c, struct change_reader *r, uint32_t pos)
{
	r->pos = pos;
	if (pos > c->seen)
		c->seen = pos;
	trim(c);
}

bool
changes_has(const struct changes *c, uint32_t index)
{
	return index < c->place_cap && c->place[index] != 0;
}

bool
changes_waits(
    const struct changes *c, const struct change_reader *reader, uint32_t index)
{
	return changes_has(c, index) && c->place[index] > reader->pos;
}

void
changes_renumber(struct changes *c, const uint32_t *map)
{
	free(c->place);
	c->place = NULL;
	c->place_cap = 0;
	for (uint32_t pos = c->head; pos < c->tail; pos++) {
		uint32_t entry = c->list[pos];

		if (entry == 0)
			continue;
		uint32_t index = map[entry & CHANGE_INDEX];

		make_place(c, index);
		c->place[index] = pos + 1;
		c->list[pos] = index | (entry & CHANGE_FRESH);
	}
}
