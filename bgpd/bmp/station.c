/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A station is told the state, not its history: the initiation, who is up, then all
 * routes in one walk through the table, then each prefix that was touched, as it is
 * when its turn comes. Before that it may change a hundred times, and is told once
 * (RFC 7854 5 allows it). So what waits is a set of prefixes, not of messages, and it
 * is bounded: when it is full the station is lost, its connection ends, and the next
 * one begins with a walk again.
 *
 *	JOINING -- Peer Up --> WAITING -- walk begins --> WALKING
 *	WALKING -- walk is through --> ENDING -- End-of-RIB --> LIVE
 *
 * One walk serves all who wait when it begins; who comes meanwhile waits for the next.
 * A prefix that is touched while a walk is under way may be told twice, which does no
 * harm; one of a peer whose walk has not begun is left to that. Walk and touches take
 * turns, so that neither waits for the end of the other.
 */
#include "bgpd/bmp/station.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "bgpd/wire/as_path.h"
#include "bgpd/wire/attr.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/update_out.h"
#include "common/alloc.h"

enum phase { JOINING, WAITING, WALKING, ENDING, LIVE };

struct watched { /* a peer, or the table itself */
	struct station_peer is;
	uint8_t *opens; /* owned: what is.up.sent and .received borrow */
	enum phase phase;
	UT_hash_handle hh; /* by source, in the order in which they came */
};

struct goodbye { /* a Peer Down that is due */
	struct bmp_peer peer;
	enum bmp_down why;
	size_t n;
	struct goodbye *next, *prev;
	uint8_t data[];
};

struct touch {
	struct touch_key { /* without padding, or zeroed */
		uint32_t source;
		uint32_t path_id;
		struct prefix prefix;
	} key;
	bool was_eligible; /* at any time since it was told last */
	UT_hash_handle hh; /* in the order in which they came */
};

struct station {
	const struct rib *rib;
	struct station_config config;
	const struct station_ops *ops;
	void *arg;
	bool connected, initiated, lost;
	struct watched *watched;  /* owned */
	struct goodbye *goodbyes; /* owned */
	struct touch *touches;    /* owned */
	bool walks;
	bool touches_next; /* whose turn it is */
	struct rib_cursor cursor;
	struct prefix walked; /* the cursor is in the midst of it */
	uint8_t *attrs, *message, *as_path; /* owned: room to build one */
};

/* Who is told of. -------------------------------------------------------------- */

struct station *
station_new(const struct rib *rib, const struct station_config *config,
    const struct station_ops *ops, void *arg)
{
	struct station *s = xcalloc(1, sizeof(*s));

	s->rib = rib;
	s->config = *config;
	s->ops = ops;
	s->arg = arg;
	s->attrs = xcalloc(MSG_MAX_EXTENDED, 1);
	s->message = xcalloc(MSG_MAX_EXTENDED, 1);
	s->as_path = xcalloc(MSG_MAX_EXTENDED, 1);
	return s;
}

static void
watched_free(struct station *s, struct watched *w)
{
	HASH_DEL(s->watched, w);
	free(w->opens);
	free(w);
}

static void
touch_free(struct station *s, struct touch *t)
{
	HASH_DEL(s->touches, t);
	free(t);
}

void
station_end(struct station *s)
{
	struct goodbye *g, *next;

	s->connected = false;
	DL_FOREACH_SAFE (s->goodbyes, g, next)
		free(g);
	s->goodbyes = NULL;
	while (s->touches != NULL)
		touch_free(s, s->touches);
}

void
station_free(struct station *s)
{
	if (s == NULL)
		return;
	station_end(s);
	while (s->watched != NULL)
		watched_free(s, s->watched);
	free(s->attrs);
	free(s->message);
	free(s->as_path);
	free(s);
}

void
station_begin(struct station *s)
{
	station_end(s);
	s->connected = true;
	s->initiated = s->lost = s->walks = false;
	for (struct watched *w = s->watched; w != NULL; w = w->hh.next)
		w->phase = JOINING;
	s->ops->wake(s->arg);
}

static struct watched *
watched_find(const struct station *s, uint32_t source)
{
	struct watched *w;

	HASH_FIND(hh, s->watched, &source, sizeof(source), w);
	return w;
}

static void
wake(struct station *s)
{
	if (s->connected)
		s->ops->wake(s->arg);
}

void
station_up(struct station *s, const struct station_peer *p)
{
	size_t sent = p->up.sent.left, received = p->up.received.left;

	if (p->source == STATION_LOC_RIB && !s->config.loc_rib)
		return;
	struct watched *w = xcalloc(1, sizeof(*w));

	w->is = *p;
	w->opens = xcalloc(sent + received + 1, 1);
	struct wbuf opens = wbuf_of(w->opens, sent + received);

	wbuf_copy(&opens, p->up.sent);
	wbuf_copy(&opens, p->up.received);
	w->is.up.sent = rbuf_of(w->opens, sent);
	w->is.up.received = rbuf_of(w->opens + sent, received);
	HASH_ADD(hh, s->watched, is.source, sizeof(w->is.source), w);
	wake(s);
}

void
station_down(
    struct station *s, uint32_t source, enum bmp_down why, struct rbuf data)
{
	struct watched *w = watched_find(s, source);

	if (w == NULL)
		return;
	if (s->connected && w->phase != JOINING) {
		struct goodbye *g = xcalloc(1, sizeof(*g) + data.left);

		g->peer = w->is.peer;
		g->why = why;
		g->n = data.left;
		if (data.left > 0)
			memcpy(g->data, data.p, data.left);
		DL_APPEND(s->goodbyes, g);
	}
	watched_free(s, w);
	wake(s);
}

void
station_touch(struct station *s, uint32_t source, const struct prefix *prefix,
    uint32_t path_id, bool was_eligible)
{
	const struct watched *w = watched_find(s, source);
	struct touch *t;
	struct touch_key key;

	if (prefix_eq(prefix, &s->walked))
		s->cursor.nth = 0; /* what is left of it may stand before */
	if (!s->connected || s->lost || w == NULL || w->phase < WALKING)
		return;
	memset(&key, 0, sizeof(key));
	key.source = source;
	key.path_id = path_id;
	key.prefix = *prefix;
	HASH_FIND(hh, s->touches, &key, sizeof(key), t);
	if (t != NULL) {
		t->was_eligible |= was_eligible;
		return;
	}
	s->lost = HASH_COUNT(s->touches) == STATION_TOUCHES;
	if (!s->lost) {
		t = xcalloc(1, sizeof(*t));
		memcpy(&t->key, &key, sizeof(key));
		t->was_eligible = was_eligible;
		HASH_ADD(hh, s->touches, key, sizeof(key), t);
	}
	wake(s);
}

/* Routes. ---------------------------------------------------------------------- */

/*
 * RFC 7854 5: before the policy a route is as the peer gave it, without what
 * localASNumber puts in front (RFC 7705 3.1). Routes that are kept over a restart may
 * have come before that was agreed.
 */
static struct rbuf
as_path_before(struct station *s, const struct watched *of, struct rbuf path)
{
	struct wbuf w = wbuf_of(s->as_path, MSG_MAX_EXTENDED);

	if (of->is.prepended == 0 || as_path_first(path) != of->is.prepended ||
	    !as_path_drop_first(&w, path))
		return path;
	return wbuf_read(&w, 0);
}

/* path NULL: it has gone. */
static void
put_update(struct station *s, struct wbuf *w, const struct watched *of,
    uint8_t flags, const struct rib_route *r, const struct path *path)
{
	static const uint8_t zero[16];
	const struct prefix *prefix = &r->prefix;
	enum family family = prefix->addr.family;
	struct wbuf attrs = wbuf_of(s->attrs, MSG_MAX_EXTENDED);
	struct wbuf m = wbuf_of(s->message, MSG_MAX_EXTENDED);
	struct update_out o = { .w = &m,
		.max = MSG_MAX_EXTENDED,
		.family = family,
		.add_path = of->is.path_ids[family] };
	struct bmp_peer peer = of->is.peer;
	struct attrs a;
	bool begun;

	if (path != NULL) {
		path_attrs(path, &a);
		if ((flags & BMP_POST_POLICY) == 0)
			a.as_path = as_path_before(s, of, a.as_path);
		if (a.next_hop.addr.family == FAMILY_NONE)
			a.next_hop.addr = addr_from(family, zero);
		begun = attrs_build(&attrs, &a, family, true) &&
		    update_out_reach(&o, &a.next_hop, wbuf_read(&attrs, 0));
	} else {
		begun = update_out_unreach(&o);
	}
	peer.flags = flags;
	if (begun &&
	    update_out_add(&o, prefix->addr.bytes, prefix->len, r->path_id) &&
	    update_out_end(&o))
		bmp_route(w, &peer, wbuf_read(&m, 0));
}

/* As the peer gave it. */
static const struct path *
path_before(const struct path *path)
{
	return path != NULL && path->from != NULL ? path->from : path;
}

static void
put_route(struct station *s, struct wbuf *w, const struct watched *of,
    const struct rib_route *r, bool was_eligible)
{
	if (of->is.source == STATION_LOC_RIB) {
		put_update(s, w, of, 0, r, r->path);
		return;
	}
	if (s->config.pre_policy)
		put_update(s, w, of, 0, r, path_before(r->path));
	if (s->config.post_policy && (r->eligible || was_eligible))
		put_update(
		    s, w, of, BMP_POST_POLICY, r, r->eligible ? r->path : NULL);
}

static bool
is_of(const struct touch_key *key, const struct rib_route *r)
{
	return r->source == key->source && r->path_id == key->path_id;
}

/* As it is now. */
static void
put_touched(struct station *s, struct wbuf *w, const struct touch *t)
{
	const struct touch_key *key = &t->key;
	const struct watched *of = watched_find(s, key->source);
	struct rib_route r;
	bool found;

	if (of == NULL || of->phase < WALKING)
		return;
	if (key->source == STATION_LOC_RIB) {
		found = rib_best(s->rib, &key->prefix, &r);
	} else {
		found = rib_lookup(s->rib, &key->prefix, 0, &r);
		while (found && !is_of(key, &r))
			found = rib_lookup_next(s->rib, &r);
	}
	if (!found)
		r = (struct rib_route){ .prefix = key->prefix,
			.path_id = key->path_id };
	put_route(s, w, of, &r, t->was_eligible);
}

/* In a walk, which tells no more than there is. */
static void
put_walked(struct station *s, struct wbuf *w, const struct rib_route *r)
{
	const struct watched *of = watched_find(s, r->source);
	const struct watched *table = watched_find(s, STATION_LOC_RIB);

	if (of != NULL && of->phase == WALKING) {
		if (s->config.pre_policy)
			put_update(s, w, of, 0, r, path_before(r->path));
		if (s->config.post_policy && r->eligible)
			put_update(s, w, of, BMP_POST_POLICY, r, r->path);
	}
	if (table != NULL && table->phase == WALKING && r->best)
		put_update(s, w, table, 0, r, r->path);
}

/* RFC 7854 5, RFC 9069 5.4.1. */
static void
put_end(struct station *s, struct wbuf *w, const struct watched *of,
    enum family family)
{
	struct wbuf m = wbuf_of(s->message, MSG_MAX_EXTENDED);
	struct bmp_peer peer = of->is.peer;
	bool table = of->is.source == STATION_LOC_RIB;

	if (!of->is.families[family] || !eor_build(&m, family))
		return;
	if (table || s->config.pre_policy)
		bmp_route(w, &peer, wbuf_read(&m, 0));
	peer.flags = BMP_POST_POLICY;
	if (!table && s->config.post_policy)
		bmp_route(w, &peer, wbuf_read(&m, 0));
}

/* What comes next. ------------------------------------------------------------- */

static struct watched *
first_in(const struct station *s, enum phase phase)
{
	struct watched *w = s->watched;

	while (w != NULL && w->phase != phase)
		w = w->hh.next;
	return w;
}

static void
all_go_on(struct station *s, enum phase from, enum phase to)
{
	for (struct watched *w = s->watched; w != NULL; w = w->hh.next)
		if (w->phase == from)
			w->phase = to;
}

static void
next_goodbye(struct station *s, struct wbuf *w)
{
	struct goodbye *g = s->goodbyes;

	bmp_down(w, &g->peer, g->why, rbuf_of(g->data, g->n));
	DL_DELETE(s->goodbyes, g);
	free(g);
}

static void
next_touch(struct station *s, struct wbuf *w)
{
	put_touched(s, w, s->touches);
	touch_free(s, s->touches);
}

static void
walk_begin(struct station *s)
{
	all_go_on(s, WAITING, WALKING);
	s->cursor = (struct rib_cursor){ .family = FAMILY_V4 };
	s->walks = true;
}

static void
walk_some(struct station *s, struct wbuf *w, uint32_t most)
{
	size_t start = w->len;
	struct rib_route r;

	for (; most > 0 && s->walks && w->len == start; most--) {
		if (rib_next(s->rib, &s->cursor, &r)) {
			s->walked = r.prefix;
			put_walked(s, w, &r);
		} else if (s->cursor.family == FAMILY_V4) {
			s->cursor = (struct rib_cursor){ .family = FAMILY_V6 };
		} else {
			s->walks = false;
			all_go_on(s, WALKING, ENDING);
		}
	}
}

static void
next_route(struct station *s, struct wbuf *w, uint32_t most)
{
	if (!s->walks && first_in(s, WAITING) != NULL)
		walk_begin(s);
	s->touches_next = !s->touches_next;
	if (s->touches != NULL && (s->touches_next || !s->walks))
		next_touch(s, w);
	else if (s->walks)
		walk_some(s, w, most);
}

bool
station_waits(const struct station *s)
{
	return s->connected && !s->lost &&
	    (!s->initiated || s->goodbyes != NULL || s->touches != NULL ||
		s->walks || first_in(s, JOINING) != NULL ||
		first_in(s, WAITING) != NULL || first_in(s, ENDING) != NULL);
}

bool
station_next(struct station *s, struct wbuf *w, uint32_t most)
{
	size_t start = w->len;
	struct watched *of;

	if (!station_waits(s))
		return false;
	if (!s->initiated) {
		s->initiated = true;
		bmp_initiation(w, s->config.name, s->config.description);
	} else if (s->goodbyes != NULL) {
		next_goodbye(s, w);
	} else if ((of = first_in(s, JOINING)) != NULL) {
		of->phase = WAITING;
		bmp_up(w, &of->is.peer, &of->is.up);
	} else if ((of = first_in(s, ENDING)) != NULL) {
		of->phase = LIVE;
		put_end(s, w, of, FAMILY_V4);
		put_end(s, w, of, FAMILY_V6);
	} else {
		next_route(s, w, most);
	}
	return w->len > start;
}

void
station_report(struct station *s, struct wbuf *w, uint32_t source,
    const struct bmp_count *counts, size_t n)
{
	const struct watched *of = watched_find(s, source);

	if (of != NULL && of->phase != JOINING && n > 0)
		bmp_statistics(w, &of->is.peer, counts, n);
}

size_t
station_touched(const struct station *s)
{
	return HASH_COUNT(s->touches);
}

bool
station_is_lost(const struct station *s)
{
	return s->lost;
}
