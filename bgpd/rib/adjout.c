/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adjout - the way from the rib to the sockets.
 *
 * The parts. A member is a session that is up. For each family it agreed it is one of
 * the tails of an update group (group.c): all whose key, struct group_key, is the
 * same. The group keeps what it tells in buckets, one for each path (buckets.c), and
 * the prefixes that changed in a list in the order of their latest change
 * (changes.c). It turns both into batches of UPDATEs, made once for all who stand at
 * the same place (batch.c, pack.c).
 *
 * The way in. The rib says that the best path of a prefix has changed. Each group of
 * that family moves the prefix to its new bucket and puts it at the end of its list;
 * members that sleep are woken. That is all: nothing is encoded, nothing queued for
 * anybody, so a change costs the same however slow the peers are.
 *
 * The way out. A socket is writable, its session asks adjout_next(). A tail goes
 * through its phases: the table, walked bucket by bucket; what was told in another
 * group before and is not told in this one; End-of-RIB (RFC 4724 2) when it has just
 * joined; then the changes since it joined, for ever. Those that are there already come
 * before End-of-RIB: the table may have left out a prefix that moved to a bucket behind
 * the walk, and a router that kept routes would drop it. A table that a peer asks for
 * stands between two markers in the same way, where it knows them (RFC 7313). It is
 * sent what the group tells at that moment, so of ten changes of a prefix a slow peer
 * sees the last one. The changes that came before its first table a new peer skips, as
 * the table has them; of one that comes while a long table is being sent it may hear
 * twice. A withdrawn prefix keeps its index in the rib until all tails are past it.
 *
 * A member that moves to another group keeps a place in the old one, until all prefixes
 * have been looked at: what that told and the new one doesn't is to be withdrawn, and
 * if the member knew all of the old table it is sent of the new one what differs (by
 * route it is sent all of it, as path ids are a group's own). It is sent nothing
 * before.
 *
 * To whom several paths of a prefix are told (RFC 7911), a group by route tells: there
 * what is said of a prefix above goes for each of its routes (group.c).
 *
 * What makes it right: whatever a batch says of a prefix, if it changes after the
 * batch was made, it stands in the list behind the place where the batch ends. The
 * last word on each prefix is the newest.
 */
#include "bgpd/rib/adjout.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "bgpd/rib/adjout_state.h"
#include "bgpd/rib/group.h"
#include "bgpd/rib/prefix_table.h"
#include "bgpd/rib/rib.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/refresh.h"
#include "bgpd/wire/update_out.h"
#include "common/alloc.h"

#define FILL_FIRST 65536 /* prefixes that are taken in at once */
#define END_FIRST 8192   /* changes and buckets that are given back at once */

static void
wake(struct member *m)
{
	if (!m->idle || !m->adjout->started)
		return;
	m->idle = false;
	m->ops->wake(m->arg);
}

/* Members are looked at after somebody fell idle, not at each change. */
static void
wake_group(struct adjout *a, struct update_group *g)
{
	struct member *m;

	if (!g->any_idle || !a->started)
		return;
	g->any_idle = false;
	DL_FOREACH (a->members, m)
		if (m->tails[g->family].group == g)
			wake(m);
}

static void
update_groups(
    struct adjout *a, enum family family, uint32_t prefix, bool by_route)
{
	struct update_group *g;

	DL_FOREACH (a->groups, g)
		if (g->family == family && !group_is_left(g) &&
		    group_by_route(g) == by_route && group_update(g, prefix))
			wake_group(a, g);
}

static void
on_changed(void *arg, enum family family, uint32_t prefix, unsigned news)
{
	(void)news;
	update_groups(arg, family, prefix, false);
}

static void
on_route_changed(void *arg, enum family family, uint32_t prefix, unsigned news)
{
	(void)news;
	update_groups(arg, family, prefix, true);
}

static bool
on_held(void *arg, enum family family, uint32_t prefix)
{
	struct adjout *a = arg;
	struct update_group *g;

	DL_FOREACH (a->groups, g)
		if (g->family == family && group_holds(g, prefix))
			return true;
	return false;
}

static void
on_packed(void *arg, enum family family, const uint32_t *map, uint32_t end)
{
	struct adjout *a = arg;
	struct update_group *g;
	struct member *m;

	DL_FOREACH (a->groups, g)
		if (g->family == family)
			group_renumber(g, map, end);
	DL_FOREACH (a->members, m)
		m->tails[family].former.next = 1; /* twice does no harm */
}

static const struct rib_ops rib_ops = {
	.news = RIB_NEWS_BEST,
	.changed = on_changed,
	.held = on_held,
	.packed = on_packed,
};

/* Only while there is a group by route: most daemons have none, but many routes. */
static const struct rib_ops route_ops = {
	.news = RIB_NEWS_BEST | RIB_NEWS_ROUTE,
	.changed = on_route_changed,
};

static void
groups_add(struct adjout *a, struct update_group *g)
{
	DL_APPEND(a->groups, g);
	if (group_by_route(g) && a->by_route++ == 0)
		rib_listen(a->rib, &a->route_listener);
}

static void
groups_remove(struct adjout *a, struct update_group *g)
{
	DL_DELETE(a->groups, g);
	if (group_by_route(g) && --a->by_route == 0)
		rib_unlisten(a->rib, &a->route_listener);
	group_free(g);
}

/* A part of a group that all have left. False: there is none. */
static bool
end_some(struct adjout *a, uint32_t most)
{
	struct update_group *g, *todo = NULL;

	DL_FOREACH (a->groups, g)
		if (todo == NULL && group_is_left(g))
			todo = g;
	if (todo == NULL)
		return false;
	if (group_end(todo, most))
		groups_remove(a, todo);
	return true;
}

struct adjout *
adjout_new(struct rib *rib)
{
	struct adjout *a = xcalloc(1, sizeof(*a));

	a->rib = rib;
	a->listener = (struct rib_listener){ .ops = &rib_ops, .arg = a };
	a->route_listener =
	    (struct rib_listener){ .ops = &route_ops, .arg = a };
	rib_listen(rib, &a->listener);
	return a;
}

void
adjout_free(struct adjout *a)
{
	if (a == NULL)
		return;
	assert(a->members == NULL);
	while (end_some(a, UINT32_MAX))
		;
	rib_unlisten(a->rib, &a->listener);
	free(a);
}

static void
wake_all(struct adjout *a)
{
	struct member *m;

	DL_FOREACH (a->members, m)
		wake(m);
}

void
adjout_start(struct adjout *a)
{
	struct update_group *g;

	a->started = true;
	DL_FOREACH (a->groups, g)
		group_fill(g, FILL_FIRST);
	wake_all(a);
}

void
adjout_hold(struct adjout *a, bool held)
{
	a->held = held;
	wake_all(a);
}

void
adjout_await(struct adjout *a, bool awaits)
{
	a->awaits = awaits;
	wake_all(a);
}

/* Of the session's key, what matters to one family. */
static struct group_key
family_key(const struct group_key *key, enum family family)
{
	struct group_key k = *key;

	for (unsigned f = 0; f < FAMILIES; f++) {
		if (f == family)
			continue;
		k.families[f] = false;
		k.add_path[f] = 0;
		k.next_hop[f] = (struct addr){ 0 };
	}
	if (family != FAMILY_V4)
		k.extended_next_hop = false;
	if (k.next_hop[family].family != FAMILY_V6)
		k.link_local = (struct addr){ 0 };
	return k;
}

static struct update_group *
group_get(struct adjout *a, const struct group_key *key, enum family family)
{
	struct update_group *g;

	DL_FOREACH (a->groups, g)
		if (g->family == family && !group_is_left(g) &&
		    group_key_eq(&g->key, key))
			return g;
	g = group_new(key, family, a->rib);
	groups_add(a, g);
	if (a->started)
		group_fill(g, FILL_FIRST);
	return g;
}

static void
start_table(struct tail *t)
{
	if (t->phase != TAIL_TABLE)
		group_table_begin(t->group);
	t->phase = TAIL_TABLE;
	t->knows = false;
	t->cursor = (struct batch_at){ 0 };
}

static void
end_table(struct tail *t)
{
	if (t->phase == TAIL_TABLE)
		group_table_end(t->group);
	t->phase = TAIL_LEFT;
}

static void
tail_join(struct tail *t, struct update_group *g)
{
	t->group = g;
	t->phase = TAIL_CHANGES;
	changes_join(&g->changes, &t->reader);
	start_table(t);
}

static void
tail_leave(struct tail *t)
{
	end_table(t);
	changes_leave(&t->group->changes, &t->reader);
	t->group = NULL;
}

static void
former_leave(struct tail *t)
{
	if (t->former.group == NULL)
		return;
	changes_leave(&t->former.group->changes, &t->former.reader);
	t->former.group = NULL;
}

static void
tail_free(struct tail *t)
{
	former_leave(t);
	if (t->group != NULL)
		tail_leave(t);
	batch_unref(t->batch);
	free(t->left.entries);
}

struct member *
adjout_join(struct adjout *a, const struct group_key *key, uint32_t source,
    const struct adjout_ops *ops, void *arg)
{
	struct member *m = xcalloc(1, sizeof(*m));

	assert(source != RIB_LOCAL);
	m->adjout = a;
	m->source = source;
	m->ops = ops;
	m->arg = arg;
	DL_APPEND(a->members, m);
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		struct group_key k = family_key(key, f);
		struct tail *t = &m->tails[f];

		t->member = m;
		t->eor_due = true;
		if (k.families[f])
			tail_join(t, group_get(a, &k, f));
	}
	return m;
}

void
adjout_leave(struct member *m)
{
	if (m == NULL)
		return;
	struct adjout *a = m->adjout;

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		tail_free(&m->tails[f]);
	DL_DELETE(a->members, m);
	free(m);
	end_some(a, END_FIRST);
}

/* The path id, 0 without, stands before the entry of the prefix. */
enum { LEFT_ID = sizeof(uint32_t) };

static void
left_add(struct left *l, const struct update_group *g, uint32_t item)
{
	const struct prefix_table *prefixes = rib_prefixes(g->rib, g->family);
	size_t size = LEFT_ID + prefixes->size;
	uint32_t id = group_by_route(g) ? item : 0;

	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? 16 : l->cap * 2;
		l->entries = xrealloc(l->entries, l->cap, size);
	}
	uint8_t *at = l->entries + l->n++ * size;

	memcpy(at, &id, LEFT_ID);
	memcpy(at + LEFT_ID,
	    prefix_table_entry(prefixes, group_prefix_index(g, item)),
	    prefixes->size);
}

/* What the group tells of the prefix is what another one told, too. */
static bool
is_same(const struct update_group *a, const struct update_group *b, uint32_t i)
{
	return buckets_of(&a->buckets, i)->out ==
	    buckets_of(&b->buckets, i)->out;
}

/*
 * Was the peer perhaps told of an item in its old group, and is not in the new one, or,
 * if it knows all of the old one's, is told otherwise?
 */
static bool
is_left(const struct tail *t, uint32_t was_viewer, uint32_t now_viewer,
    uint32_t item)
{
	const struct update_group *was = t->former.group, *now = t->group;
	bool told = group_tells(was, was_viewer, item);
	bool waits = changes_has(&was->changes, item);

	if (!group_tells_as(
		now, now_viewer, group_prefix_index(was, item), item))
		return told || waits;
	return t->knows && (!told || waits || !is_same(was, now, item));
}

/* Looks at as many items of the old group. True: that is all. */
static bool
collect_left(struct tail *t, uint32_t most)
{
	const struct update_group *was = t->former.group;
	uint32_t end = group_end_of_items(was);
	uint32_t *i = &t->former.next;
	uint32_t was_viewer = member_viewer(t->member, was);
	uint32_t now_viewer = member_viewer(t->member, t->group);

	for (; *i < end && most > 0; ++*i, most--)
		if (is_left(t, was_viewer, now_viewer, *i))
			left_add(&t->left, was, *i);
	return *i >= end;
}

/*
 * What the peer was told last; nothing by a group that waits to be filled, nor by one
 * that it leaves before this is done.
 */
static void
former_join(struct tail *t)
{
	struct former *f = &t->former;

	if (f->group == NULL && group_is_filled(t->group)) {
		f->group = t->group;
		changes_follow(&f->group->changes, &f->reader, &t->reader);
	}
	f->next = 1;
}

static void
tail_move(struct tail *t, struct update_group *now)
{
	bool moves = t->former.group != NULL;
	/* Path ids of two groups have nothing in common. */
	bool knows = moves ? t->knows
			   : t->phase == TAIL_CHANGES &&
		group_is_filled(t->group) && !group_by_route(t->group);

	if (t->begun)
		former_join(t);
	tail_leave(t);
	tail_join(t, now);
	t->knows = knows;
}

/* A part of one group; its members wait until it is filled. */
static bool
fill_some(struct adjout *a, uint32_t most)
{
	struct update_group *g, *todo = NULL;

	DL_FOREACH (a->groups, g)
		if (todo == NULL && !group_is_left(g) && !group_is_filled(g))
			todo = g;
	if (todo == NULL)
		return false;
	if (group_fill(todo, most))
		wake_group(a, todo);
	return true;
}

static bool
collect_some(struct adjout *a, uint32_t most)
{
	struct member *m;

	DL_FOREACH (a->members, m)
		for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
			struct tail *t = &m->tails[f];

			if (t->former.group == NULL)
				continue;
			if (collect_left(t, most)) {
				former_leave(t);
				wake(m);
			}
			return true;
		}
	return false;
}

bool
adjout_fill_some(struct adjout *a, uint32_t most)
{
	return !(a->started && (fill_some(a, most) || collect_some(a, most))) &&
	    !end_some(a, most);
}

void
adjout_move(struct member *m, const struct group_key *key)
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		struct group_key k = family_key(key, f);
		struct tail *t = &m->tails[f];

		/* The families were agreed in the OPENs and stay. */
		assert(k.families[f] == (t->group != NULL));
		if (t->group == NULL || group_key_eq(&t->group->key, &k))
			continue;
		tail_move(t, group_get(m->adjout, &k, f));
	}
	wake(m);
}

void
adjout_refresh(struct member *m, enum family family, bool marked)
{
	struct tail *t = &m->tails[family];

	if (t->group == NULL)
		return;
	t->begin_due = marked && !t->eor_due; /* RFC 7313 4 */
	start_table(t);
	wake(m);
}

/* The item that is told in its place, as things stand; 0: none. */
static uint32_t
told_item(const struct tail *t, const uint8_t *left)
{
	const struct update_group *g = t->group;
	const uint8_t *entry = left + LEFT_ID;
	struct prefix p = {
		.addr = addr_from(g->family, entry + 1),
		.len = entry[0],
	};
	uint32_t index = prefix_table_find(rib_prefixes(g->rib, g->family), &p);
	uint32_t id;

	memcpy(&id, left, LEFT_ID);

	if (index == 0 ||
	    !group_tells_as(g, member_viewer(t->member, g), index, id))
		return 0;
	return group_by_route(g) ? id : index;
}

#define SAID_MOST 512 /* items in a batch */

/* The next batch of what is told otherwise than before; NULL when that is all. */
static struct batch *
say_left(struct tail *t)
{
	struct update_group *g = t->group;
	struct left *l = &t->left;
	size_t size = LEFT_ID + 1 + family_bytes(g->family);
	uint32_t items[SAID_MOST];
	size_t n = 0;

	for (; l->said < l->n && n < SAID_MOST; l->said++) {
		uint32_t item = told_item(t, l->entries + l->said * size);

		if (item != 0)
			items[n++] = item;
	}
	return n > 0 ? group_say(g, items, n) : NULL;
}

/* The next message with what was told in another group; NULL when that is all. */
static struct batch *
withdraw_left(struct tail *t)
{
	struct left *l = &t->left;
	size_t size = LEFT_ID + 1 + family_bytes(t->group->family);
	struct batch *b = batch_new(&(struct batch_key){ .of = BATCH_OTHER });
	struct wbuf w = batch_room(b, t->group->packer.max);
	struct update_out o = {
		.w = &w,
		.max = t->group->packer.max,
		.family = (uint8_t)t->group->family,
		.add_path = group_by_route(t->group),
	};

	update_out_unreach(&o);
	for (; l->n > 0; l->n--) {
		const uint8_t *at = l->entries + (l->n - 1) * size;
		const uint8_t *entry = at + LEFT_ID;
		uint32_t id;

		memcpy(&id, at, LEFT_ID);
		if (told_item(t, at) == 0 &&
		    !update_out_add(&o, entry + 1, entry[0], id))
			break;
	}
	update_out_end(&o);
	batch_wrote(b, &w);
	if (b->len > 0)
		return b;
	batch_unref(b);
	free(l->entries);
	*l = (struct left){ 0 };
	return NULL;
}

/* RFC 7313 3.2. */
static struct batch *
marker(const struct tail *t, enum refresh_kind kind)
{
	struct refresh r = { (uint8_t)t->group->family, (uint8_t)kind };
	struct batch *b = batch_new(&(struct batch_key){ .of = BATCH_OTHER });
	struct wbuf w = batch_room(b, MSG_MAX);

	refresh_build(&w, &r);
	batch_wrote(b, &w);
	return b;
}

static struct batch *
end_of_rib(const struct tail *t)
{
	struct batch *b = batch_new(&(struct batch_key){ .of = BATCH_OTHER });
	struct wbuf w = batch_room(b, MSG_MAX);

	eor_build(&w, t->group->family);
	batch_wrote(b, &w);
	return b;
}

/* What is said once, before and behind a table that somebody waits for as a whole. */
static struct batch *
begin(struct tail *t)
{
	if (!t->begin_due)
		return NULL;
	t->begin_due = false;
	t->end_due = true;
	return marker(t, REFRESH_BEGIN);
}

static struct batch *
end(struct tail *t)
{
	bool first = t->eor_due;

	if (!first && !t->end_due)
		return NULL;
	t->eor_due = t->end_due = false;
	return first ? end_of_rib(t) : marker(t, REFRESH_END);
}

/* The first state is not all there yet. */
static bool
end_waits(const struct tail *t)
{
	const struct adjout *a = t->member->adjout;

	return t->eor_due && (a->held || (a->awaits && group_passes(t->group)));
}

/*
 * Who was told nothing yet is not told of a prefix by its table, and again by a change
 * that came before that: routers count it as two updates.
 */
static void
begin_first_table(struct tail *t)
{
	if (t->begun)
		return;
	t->begun = true;
	changes_read(&t->group->changes, &t->reader, t->group->changes.tail);
}

/* The next batch by phase: each gives way to the one after it when it has nothing. */
static struct batch *
next_batch(struct tail *t)
{
	struct batch *b = NULL;

	if (!group_is_filled(t->group) || t->former.group != NULL)
		return NULL;
	uint32_t as = member_viewer(t->member, t->group);

	if (t->phase == TAIL_TABLE) {
		begin_first_table(t);
		b = begin(t);
		if (b == NULL)
			b = t->knows ? say_left(t)
				     : group_table(t->group, as, &t->cursor);
		if (b != NULL)
			return b;
		end_table(t);
	}
	if (t->phase == TAIL_LEFT) {
		b = withdraw_left(t);
		if (b != NULL)
			return b;
		t->phase = TAIL_EOR;
	}
	if (t->phase == TAIL_EOR) {
		if (t->eor_due || t->end_due)
			b = group_changes(t->group, as, &t->reader);
		if (b != NULL || end_waits(t))
			return b;
		t->phase = TAIL_CHANGES;
		b = end(t);
		if (b != NULL)
			return b;
	}
	return group_changes(t->group, as, &t->reader);
}

/* The length of a message stands behind its marker of 16 bytes. */
static struct rbuf
cut_message(const struct batch *b, size_t *offset)
{
	struct rbuf rest = rbuf_of(b->bytes + *offset, b->len - *offset);
	struct rbuf head = rest;

	rbuf_bytes(&head, 16);
	size_t len = rbuf_u16(&head);

	*offset += len;
	return rbuf_cut(&rest, len);
}

static bool
tail_next(struct tail *t, struct rbuf *msg)
{
	if (t->batch == NULL || t->offset == t->batch->len) {
		batch_unref(t->batch);
		t->offset = 0;
		t->batch = next_batch(t);
	}
	if (t->batch == NULL)
		return false;
	*msg = cut_message(t->batch, &t->offset);
	return true;
}

static void
fall_idle(struct member *m)
{
	m->idle = true;
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		if (m->tails[f].group != NULL)
			m->tails[f].group->any_idle = true;
}

/* The families take turns, so that churn of one doesn't hold up the other. */
bool
adjout_next(struct member *m, struct rbuf *msg)
{
	static const enum family other[FAMILIES] = {
		[FAMILY_NONE] = FAMILY_V4,
		[FAMILY_V4] = FAMILY_V6,
		[FAMILY_V6] = FAMILY_V4,
	};

	for (unsigned n = 0; m->adjout->started && n < 2; n++) {
		m->turn = other[m->turn];
		struct tail *t = &m->tails[m->turn];

		if (t->group != NULL && tail_next(t, msg))
			return true;
	}
	fall_idle(m);
	rib_tidy(m->adjout->rib); /* of withdrawn prefixes that are told */
	return false;
}

bool
adjout_family_has_ended(const struct member *m, enum family family)
{
	return m->tails[family].group != NULL && !m->tails[family].eor_due;
}

bool
adjout_has_ended(const struct member *m)
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		if (m->tails[f].group != NULL && m->tails[f].eor_due)
			return false;
	return true;
}
