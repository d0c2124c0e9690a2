/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/bfd/bfd_entries.h"

#include "common/fnv.h"

/* --- The heap. --- */

void
entry_put(struct bfd *b, size_t at, struct entry *e)
{
	b->heap[at] = e;
	e->heap = at;
}

static void
heap_up(struct bfd *b, struct entry *e)
{
	size_t at = e->heap;

	while (at > 0 && b->heap[(at - 1) / 2]->due > e->due) {
		entry_put(b, at, b->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	entry_put(b, at, e);
}

static void
heap_down(struct bfd *b, struct entry *e)
{
	size_t at = e->heap, child;

	while ((child = 2 * at + 1) < b->n) {
		if (child + 1 < b->n &&
		    b->heap[child + 1]->due < b->heap[child]->due)
			child++;
		if (b->heap[child]->due >= e->due)
			break;
		entry_put(b, at, b->heap[child]);
		at = child;
	}
	entry_put(b, at, e);
}

void
entry_schedule(struct bfd *b, struct entry *e)
{
	e->due = bfd_session_due(&e->session);
	heap_up(b, e);
	heap_down(b, e);
}

/* --- Who is who. --- */

struct entry **
entries_at(struct bfd *b, const struct addr *a)
{
	uint64_t hash =
	    fnv_add(FNV_START, (const char *)a->bytes, sizeof(a->bytes));

	return &b->addrs[hash % HEADS];
}

struct entry *
entry_of(const struct bfd *b, uint32_t id)
{
	struct entry *e = b->ids[id % HEADS];

	while (e != NULL && e->session.config.id != id)
		e = e->by_id;
	return e;
}

void
entry_unlink_id(struct bfd *b, struct entry *e)
{
	struct entry **at = &b->ids[e->session.config.id % HEADS];

	while (*at != e)
		at = &(*at)->by_id;
	*at = e->by_id;
	e->session.config.id = 0;
}

void
entry_unlink_addr(struct bfd *b, struct entry *e)
{
	struct entry **at = entries_at(b, &e->session.config.remote.addr);

	while (*at != e)
		at = &(*at)->by_addr;
	*at = e->by_addr;
}

struct entry *
entry_of_mine(const struct bfd *b, uint32_t mine)
{
	struct entry *e = b->mines[mine % HEADS];

	while (e != NULL && e->session.mine != mine)
		e = e->by_mine;
	return e;
}

void
entry_link_mine(struct bfd *b, struct entry *e)
{
	struct entry **at = &b->mines[e->session.mine % HEADS];

	e->by_mine = *at;
	*at = e;
}

void
entry_unlink_mine(struct bfd *b, struct entry *e)
{
	struct entry **at = &b->mines[e->session.mine % HEADS];

	while (*at != e)
		at = &(*at)->by_mine;
	*at = e->by_mine;
}
