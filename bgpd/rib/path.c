/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A path is one block of memory: numbers for decide.c, then the key, then the lists of
 * its attributes one behind the other. The key, with the lists, is all that makes two
 * paths the same, without padding, so that one hash and one memcmp() compare them.
 *
 * What policy makes of a received path holds that one, so that another policy can judge
 * it anew. Where it came from is a part of the key: two that look the same, made of
 * different ones, are two.
 *
 * What is looked for is written as a draft first, in room that the table keeps, and
 * copied only if no path equals it. References are counted; the last one takes the path
 * out of the table and frees its id.
 */
#include "bgpd/rib/path.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/rib/slots.h"
#include "bgpd/wire/as_path.h"
#include "bgpd/wire/attr.h"
#include "bgpd/wire/buf.h"
#include "bgpd/wire/link_bandwidth.h"
#include "common/alloc.h"

enum {
	CAP_FIRST = 16,
	BESIDE =
	    32, /* bytes for a path in the table's arrays and in malloc's */
};

struct path_table {
	struct path **paths; /* owned, by id; NULL: free */
	uint32_t *hashes;    /* owned, by id: to look at before the paths */
	uint32_t end;        /* ids are below */
	uint32_t cap;
	uint32_t *free_ids; /* owned */
	uint32_t n_free;
	uint64_t seed, key; /* of the hash */
	struct slots slots;
	size_t bytes;       /* of all paths */
	struct path *draft; /* owned: what is looked for, before it is known */
	size_t draft_room;
};

/* What makes two paths the same is one run of bytes from here to the end. */
#define KEY offsetof(struct path, med)
_Static_assert(offsetof(struct path, bytes) - KEY ==
	3 * 8 + PATH_LISTS * 4 + 6 * 4 + 3 + 2 * sizeof(struct addr),
    "padding inside of the key");

/* The values that may be absent; of the lists an empty one says so. */
static const uint64_t value_bits = ATTR_BIT(ATTR_MED) |
    ATTR_BIT(ATTR_LOCAL_PREF) | ATTR_BIT(ATTR_ATOMIC_AGGREGATE) |
    ATTR_BIT(ATTR_AGGREGATOR) | ATTR_BIT(ATTR_ORIGINATOR_ID) |
    ATTR_BIT(ATTR_OTC);

/* clang-format off */
#define LIST(field, code) { offsetof(struct attrs, field), ATTR_BIT(code) }
static const struct {
	size_t at;
	uint64_t bit;
} lists[] = {
	[LIST_AS_PATH] = LIST(as_path, ATTR_AS_PATH),
	[LIST_COMMUNITIES] = LIST(communities, ATTR_COMMUNITIES),
	[LIST_EXT_COMMUNITIES] = LIST(ext_communities, ATTR_EXT_COMMUNITIES),
	[LIST_IPV6_EXT_COMMUNITIES] =
	    LIST(ipv6_ext_communities, ATTR_IPV6_EXT_COMMUNITIES),
	[LIST_LARGE_COMMUNITIES] = LIST(large_communities, ATTR_LARGE_COMMUNITIES),
	[LIST_CLUSTERS] = LIST(cluster_list, ATTR_CLUSTER_LIST),
	[LIST_UNKNOWN] = { offsetof(struct attrs, unknown), 0 },
};
#undef LIST
/* clang-format on */
_Static_assert(sizeof(lists) / sizeof(lists[0]) == LIST_AUDIENCES,
    "every list but the last is one of struct attrs");

static struct rbuf
list_of(const struct attrs *a, enum path_list list)
{
	struct rbuf r;

	memcpy(&r, (const char *)a + lists[list].at, sizeof(r));
	return r;
}

static void
list_set(struct attrs *a, enum path_list list, struct rbuf r)
{
	memcpy((char *)a + lists[list].at, &r, sizeof(r));
}

struct path_table *
path_table_new(uint64_t seed)
{
	struct path_table *t = xcalloc(1, sizeof(*t));

	t->end = 1;
	t->cap = CAP_FIRST;
	t->paths = xcalloc(t->cap, sizeof(struct path *)); /* PATH_NONE: NULL */
	t->hashes = xcalloc(t->cap, sizeof(uint32_t));
	t->free_ids = xcalloc(t->cap, sizeof(uint32_t));
	t->seed = seed;
	t->key = slots_key(seed);
	slots_init(&t->slots);
	return t;
}

void
path_table_free(struct path_table *t)
{
	if (t == NULL)
		return;
	assert(t->slots.n == 0);
	slots_fini(&t->slots);
	free(t->paths);
	free(t->hashes);
	free(t->free_ids);
	free(t->draft);
	free(t);
}

size_t
path_bytes(const struct path *p)
{
	size_t n = 0;

	for (unsigned i = 0; i < PATH_LISTS; i++)
		n += p->list_len[i];
	return n;
}

size_t
path_cost(const struct path *p)
{
	return offsetof(struct path, bytes) + path_bytes(p) + BESIDE;
}

static struct path *
draft(struct path_table *t, size_t bytes)
{
	size_t room = sizeof(struct path) + bytes;

	if (room > t->draft_room) {
		t->draft = xrealloc(t->draft, 1, room * 2);
		t->draft_room = room * 2;
	}
	memset(t->draft, 0, sizeof(struct path));
	return t->draft;
}

static void
fill_values(struct path *p, const struct attrs *a)
{
	p->has = (a->has & value_bits) | ATTR_BIT(ATTR_ORIGIN) |
	    ATTR_BIT(ATTR_AS_PATH);
	p->origin = a->origin;
	p->med = attrs_has(a, ATTR_MED) ? a->med : 0;
	p->local_pref =
	    attrs_has(a, ATTR_LOCAL_PREF) ? a->local_pref : LOCAL_PREF_DEFAULT;
	if (attrs_has(a, ATTR_AGGREGATOR)) {
		p->aggregator_as = a->aggregator_as;
		p->aggregator_id = a->aggregator_id;
	}
	if (attrs_has(a, ATTR_ORIGINATOR_ID))
		p->originator_id = a->originator_id;
	if (attrs_has(a, ATTR_OTC))
		p->otc = a->otc;
	p->next_hop = a->next_hop.addr;
	p->link_local = a->next_hop.link_local;
	p->as_len = as_path_length(a->as_path);
	p->neighbor_as = as_path_first(a->as_path);
}

static uint32_t
key_hash(const struct path_table *t, const struct path *p)
{
	const uint8_t *key = (const uint8_t *)p + KEY;
	size_t left = offsetof(struct path, bytes) - KEY + path_bytes(p);
	uint64_t hash = left;
	uint64_t word;

	for (; left >= 8; left -= 8, key += 8) {
		memcpy(&word, key, 8);
		hash = (hash ^ word) * t->key;
		hash ^= hash >> 29;
	}
	word = 0;
	memcpy(&word, key, left);
	return slots_mix(t->key, hash ^ word);
}

static uint32_t
id_hash(const void *owner, uint32_t id)
{
	const struct path_table *t = owner;

	return t->hashes[id];
}

static uint32_t
take_id(struct path_table *t)
{
	if (t->n_free > 0)
		return t->free_ids[--t->n_free];
	if (t->end >= t->cap) {
		t->cap *= 2;
		t->paths = xrealloc(t->paths, t->cap, sizeof(struct path *));
		t->hashes = xrealloc(t->hashes, t->cap, sizeof(uint32_t));
		t->free_ids = xrealloc(t->free_ids, t->cap, sizeof(uint32_t));
	}
	return t->end++;
}

static bool
key_eq(const struct path *a, const struct path *b)
{
	size_t bytes = path_bytes(a);

	return path_bytes(b) == bytes &&
	    memcmp((const char *)a + KEY, (const char *)b + KEY,
		offsetof(struct path, bytes) - KEY + bytes) == 0;
}

/* The path that is equal to the draft: found, or a copy of it made. */
static struct path *
settle(struct path_table *t, struct path *wanted)
{
	size_t bytes = path_bytes(wanted);
	uint32_t id;

	wanted->hash = key_hash(t, wanted);
	struct slots_walk w = slots_walk(&t->slots, wanted->hash);

	while ((id = slots_next(&w)) != 0) {
		struct path *p = t->paths[id];

		if (t->hashes[id] == wanted->hash && key_eq(p, wanted))
			return path_ref(p);
	}

	struct path *p =
	    xrealloc(NULL, 1, offsetof(struct path, bytes) + bytes);

	memcpy(p, wanted, offsetof(struct path, bytes) + bytes);
	if (p->from != NULL)
		path_ref(p->from);
	p->table = t;
	p->refs = 1;
	t->bytes += path_cost(p);
	p->id = take_id(t);
	t->paths[p->id] = p;
	t->hashes[p->id] = p->hash;
	slots_add(&t->slots, p->id, p->hash, id_hash, t);
	return p;
}

static struct path *
sketch(struct path_table *t, const struct attrs *a, struct rbuf audiences)
{
	size_t room = audiences.left;

	for (unsigned i = 0; i < LIST_AUDIENCES; i++)
		room += list_of(a, i).left;

	struct path *p = draft(t, room);
	struct wbuf w = wbuf_of(p->bytes, room);

	fill_values(p, a);
	for (unsigned i = 0; i < LIST_AUDIENCES; i++) {
		struct rbuf list = list_of(a, i);

		if (list.left == 0)
			continue;
		p->list_len[i] = (uint32_t)list.left;
		p->has |= lists[i].bit;
		wbuf_copy(&w, list);
	}
	p->list_len[LIST_AUDIENCES] = (uint32_t)audiences.left;
	wbuf_copy(&w, audiences);
	p->partial = a->partial & p->has;
	return p;
}

struct path *
path_intern(struct path_table *t, const struct attrs *a)
{
	return settle(t, sketch(t, a, (struct rbuf){ 0 }));
}

static int
u32_cmp(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static int
large_cmp(const void *a, const void *b)
{
	for (size_t i = 0; i < 3; i++) {
		int c =
		    u32_cmp((const char *)a + i * 4, (const char *)b + i * 4);

		if (c != 0)
			return c;
	}
	return 0;
}

/*
 * Writes the n things of words 32-bit numbers each, sorted and without doubles, so
 * that equal sets are equal bytes.
 */
static struct rbuf
write_set(struct wbuf *w, const void *things, size_t n, size_t words)
{
	size_t start = w->len;
	size_t size = words * 4;

	if (n == 0)
		return (struct rbuf){ 0 };
	uint32_t *sorted = xrealloc(NULL, n, size);

	memcpy(sorted, things, n * size);
	qsort(sorted, n, size, words == 1 ? u32_cmp : large_cmp);
	for (size_t i = 0; i < n; i++) {
		uint32_t *at = sorted + i * words;

		if (i > 0 && memcmp(at - words, at, size) == 0)
			continue;
		for (size_t word = 0; word < words; word++)
			wbuf_u32(w, at[word]);
	}
	free(sorted);
	return wbuf_read(w, start);
}

struct path *
path_local(struct path_table *t, const struct path_local *l)
{
	size_t room = 4 * (l->n_communities + l->n_audiences) + 12 * l->n_large;
	uint8_t *bytes = xcalloc(room + 1, 1);
	struct wbuf w = wbuf_of(bytes, room);
	struct attrs a = {
		.has = ATTR_BIT(ATTR_LOCAL_PREF) |
		    (l->has_med ? ATTR_BIT(ATTR_MED) : 0),
		.origin = ORIGIN_IGP,
		.local_pref = l->local_pref,
		.med = l->med,
		.next_hop.addr = l->next_hop,
		.communities =
		    write_set(&w, l->communities, l->n_communities, 1),
		.large_communities = write_set(&w, l->large, l->n_large, 3),
		.ext_communities = rbuf_of(l->link_bandwidth,
		    l->link_bandwidth != NULL ? LINK_BANDWIDTH_OCTETS : 0),
	};
	struct path *p =
	    sketch(t, &a, write_set(&w, l->audiences, l->n_audiences, 1));

	p->kinds = l->kinds;
	p->prepends = l->prepends;
	p = settle(t, p);
	free(bytes);
	return p;
}

struct rbuf
path_list(const struct path *p, enum path_list list)
{
	const uint8_t *at = p->bytes;

	for (unsigned i = 0; i < list; i++)
		at += p->list_len[i];
	return rbuf_of(at, p->list_len[list]);
}

bool
path_has_community(const struct path *p, uint32_t community)
{
	struct rbuf list = path_list(p, LIST_COMMUNITIES);

	while (list.left > 0)
		if (rbuf_u32(&list) == community)
			return true;
	return false;
}

struct path *
path_like(struct path *p, const struct attrs *a)
{
	struct path *made = sketch(p->table, a, path_list(p, LIST_AUDIENCES));

	made->kinds = p->kinds;
	made->prepends = p->prepends;
	made->from = p->from;
	if (key_eq(made, p))
		return path_ref(p);
	made->from = p;
	return settle(p->table, made);
}

struct path *
path_ref(struct path *p)
{
	p->refs++;
	return p;
}

void
path_unref(struct path *p)
{
	if (p == NULL || --p->refs > 0)
		return;
	struct path_table *t = p->table;

	slots_remove(&t->slots, id_hash, t, p->id);
	t->paths[p->id] = NULL;
	t->free_ids[t->n_free++] = p->id;
	t->bytes -= path_cost(p);
	path_unref(p->from);
	free(p);
}

struct path *
path_by_id(const struct path_table *t, uint32_t id)
{
	return t->paths[id];
}

uint32_t *
path_table_pack(struct path_table *t)
{
	uint32_t *map = xcalloc(t->end, sizeof(*map));
	uint32_t to = 1;

	slots_reset(&t->slots, t->slots.n);
	for (uint32_t id = 1; id < t->end; id++) {
		struct path *p = t->paths[id];

		if (p == NULL)
			continue;
		p->id = to;
		t->paths[to] = p;
		t->hashes[to] = p->hash;
		slots_add(&t->slots, to, p->hash, id_hash, t);
		map[id] = to++;
	}
	t->end = to;
	t->n_free = 0;
	t->cap = to > CAP_FIRST ? to : CAP_FIRST;
	t->paths = xrealloc(t->paths, t->cap, sizeof(struct path *));
	t->hashes = xrealloc(t->hashes, t->cap, sizeof(uint32_t));
	t->free_ids = xrealloc(t->free_ids, t->cap, sizeof(uint32_t));
	return map;
}

uint32_t
path_table_end(const struct path_table *t)
{
	return t->end;
}

uint64_t
path_table_seed(const struct path_table *t)
{
	return t->seed;
}

size_t
path_table_count(const struct path_table *t)
{
	return t->slots.n;
}

size_t
path_table_bytes(const struct path_table *t)
{
	return t->bytes;
}

void
path_attrs(const struct path *p, struct attrs *a)
{
	const uint8_t *at = p->bytes;

	*a = (struct attrs){
		.has = p->has,
		.partial = p->partial,
		.origin = p->origin,
		.med = p->med,
		.local_pref = p->local_pref,
		.aggregator_as = p->aggregator_as,
		.aggregator_id = p->aggregator_id,
		.originator_id = p->originator_id,
		.otc = p->otc,
		.next_hop = { p->next_hop, p->link_local },
	};
	for (unsigned i = 0; i < LIST_AUDIENCES; i++) {
		list_set(a, i, rbuf_of(at, p->list_len[i]));
		at += p->list_len[i];
	}
}

bool
path_for_audience(const struct path *p, uint32_t audience)
{
	struct rbuf r = path_list(p, LIST_AUDIENCES);
	bool all = r.left == 0;

	while (r.left > 0)
		if (rbuf_u32(&r) == audience)
			return true;
	return all;
}
