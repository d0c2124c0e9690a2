/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A group hears from adjout.c that the best route of a prefix is another one. It asks
 * what its policy makes of that route and puts the prefix into the bucket for it; how
 * members see the path of a bucket is found out once, when the bucket is new. The table
 * is the buckets one after the other. A change is an entry at the end of a list, made
 * only if members see a difference.
 *
 * Nothing is encoded before a member asks. What it is given then, a batch, is kept for
 * the next member that stands at the same place in the table or in the list.
 *
 * A group that tells several paths of a prefix (RFC 7911) keeps its table by route:
 * what stands in its buckets and changes is the number of a route (route_ids.c), not
 * the index of a prefix. Both are called an item below. When anything of a prefix
 * changes it asks which routes are told now, and puts each of them, and those that are
 * not told any more, where they belong. The rest of this file does not care which of
 * the two an item is.
 *
 * A group that is new has to take in what the rib has, from index 1 on to the end, a
 * part at a time. Changes of prefixes below that place are taken in as ever; those
 * above will be found when it comes there.
 */
#include "bgpd/rib/group.h"

#include <stdlib.h>

#include "bgpd/rib/path.h"
#include "bgpd/rib/prefix_table.h"
#include "bgpd/rib/rib.h"
#include "bgpd/rib/verdict.h"
#include "common/alloc.h"
#include "common/log.h"

bool
group_by_route(const struct update_group *g)
{
	return g->key.add_path[g->family] != 0;
}

uint32_t
group_prefix_index(const struct update_group *g, uint32_t item)
{
	return group_by_route(g) ? g->ids.at[item].prefix : item;
}

static struct prefix
item_prefix(const struct update_group *g, uint32_t item)
{
	return prefix_table_get(
	    g->packer.prefixes, group_prefix_index(g, item));
}

/* Nothing is told of the route, nor to be. */
static void
drop_id(struct update_group *g, uint32_t id)
{
	if (buckets_of(&g->buckets, id) == &g->buckets.at[0] &&
	    !changes_has(&g->changes, id))
		route_ids_remove(&g->ids, id);
}

static void
on_passed(void *arg, uint32_t item)
{
	struct update_group *g = arg;
	uint32_t prefix = group_prefix_index(g, item);

	if (group_by_route(g))
		drop_id(g, item);
	rib_release(g->rib, g->family, prefix);
}

static const struct changes_ops changes_ops = { .passed = on_passed };

struct update_group *
group_new(const struct group_key *key, enum family family, struct rib *rib)
{
	struct update_group *g = xcalloc(1, sizeof(*g));

	g->key = *key;
	g->family = family;
	g->rib = rib;
	g->filled = 1;
	buckets_init(&g->buckets);
	changes_init(&g->changes, &changes_ops, g);
	packer_init(
	    &g->packer, rib_prefixes(rib, family), key->as4, key->max_message);
	run_init(&g->run);
	route_ids_init(&g->ids);
	if (group_by_route(g))
		g->packer.ids = &g->ids;
	return g;
}

bool
group_end(struct update_group *g, uint32_t most)
{
	return changes_end(&g->changes, most) && buckets_end(&g->buckets, most);
}

void
group_free(struct update_group *g)
{
	if (g == NULL)
		return;
	changes_fini(&g->changes);
	buckets_fini(&g->buckets);
	batch_cache_clear(&g->cache);
	packer_fini(&g->packer);
	run_fini(&g->run);
	route_ids_fini(&g->ids);
	free(g);
}

/* What the members see: policy first, then what the session makes of it. */
static struct path *
export_path(const struct update_group *g, const struct bucket_key *key)
{
	const struct rib_source *source = rib_source(g->rib, key->source);
	const struct verdict_table *verdicts = rib_verdicts(g->rib);

	if (policy_is_forbidden(&g->key, source, key->in))
		return NULL;
	struct path *judged = verdict_apply(verdicts, key->verdict, key->in);

	if (judged == NULL)
		return NULL;
	struct path *out = policy_export(&g->key, g->family, source, judged,
	    verdict_sets(verdicts, key->verdict));

	path_unref(judged);
	return out;
}

static uint32_t
bucket_make(struct update_group *g, const struct bucket_key *key)
{
	struct path *out = export_path(g, key);
	bool too_long = out != NULL && !packer_fits(&g->packer, out);

	if (too_long) { /* RFC 4271 9.2 */
		path_unref(out);
		out = NULL;
	}
	uint32_t bucket = buckets_new(&g->buckets, key, out);

	g->buckets.at[bucket].too_long = too_long;
	return bucket;
}

/* One line from the first such prefix until there is none; the views name all. */
static void
warn_too_long(struct update_group *g, uint32_t item)
{
	struct prefix p = item_prefix(g, item);
	char text[PREFIX_TEXT];

	if (!g->too_long_told)
		log_warn("prefix %s: not announced, its attributes fit no "
			 "message of %u bytes",
		    prefix_print(&p, text), g->key.max_message);
	g->too_long_told = true;
}

static uint32_t
judge(const struct update_group *g, struct policy_case *c, uint32_t prefix)
{
	if (g->key.policy == NULL)
		return VERDICT_ACCEPT;
	struct prefix p = prefix_table_get(g->packer.prefixes, prefix);

	return policy_judge(c, &p);
}

/* RFC 4456 8: what policy_export() makes it the route of. */
static uint32_t
originator_of(const struct update_group *g, const struct rib_source *source)
{
	return g->key.cluster_id != 0 && source->kind == PEER_IBGP
	    ? source->router_id
	    : 0;
}

static uint32_t
bucket_for(struct update_group *g, const struct bucket_key *key)
{
	uint32_t bucket = buckets_find(&g->buckets, key);

	return bucket != 0 ? bucket : bucket_make(g, key);
}

/* Takes in a part of a run: n prefixes that get the same verdict. */
static void
fill_part(struct update_group *g, const struct bucket_key *key,
    const uint32_t *prefixes, uint32_t n)
{
	uint32_t bucket = bucket_for(g, key);

	if (g->buckets.at[bucket].too_long)
		warn_too_long(g, prefixes[0]);
	if (bucket != 0)
		buckets_add(&g->buckets, prefixes, n, bucket);
}

/* Takes a run in. Returns in how many parts. */
static uint32_t
fill_run(struct update_group *g, const struct rib_run *run)
{
	struct bucket_key key = { .in = run->path, .source = run->source };
	const struct rib_source *source = rib_source(g->rib, run->source);
	struct policy_case c;
	uint32_t parts = 0, from = 0;

	if (run->n == 0 || !policy_passes(&g->key, source))
		return run->n > 0;
	policy_case_init(&c, g->key.policy, run->path, source);
	key.originator = originator_of(g, source);
	key.verdict = judge(g, &c, run->index[0]);
	for (uint32_t i = 1; i <= run->n; i++) {
		uint32_t next = i < run->n ? judge(g, &c, run->index[i]) : 0;

		if (i < run->n && next == key.verdict)
			continue;
		fill_part(g, &key, &run->index[from], i - from);
		key.verdict = next;
		from = i;
		parts++;
	}
	return parts;
}

/* The bucket that a route of the prefix belongs to; 0: none of our concern. */
static uint32_t
route_bucket(
    struct update_group *g, uint32_t prefix, uint32_t from, struct path *path)
{
	struct bucket_key key = { .in = path, .source = from };
	const struct rib_source *source = rib_source(g->rib, from);
	struct policy_case c;

	if (path == NULL || !policy_passes(&g->key, source))
		return 0;
	policy_case_init(&c, g->key.policy, path, source);
	key.originator = originator_of(g, source);
	key.verdict = judge(g, &c, prefix);
	return bucket_for(g, &key);
}

/* What members see of an item that is put into another bucket. */
struct item_move {
	bool same;  /* nothing else than before */
	bool fresh; /* they did not know of it */
	bool gone;  /* they are not to know of it any more */
};

static struct item_move
put_item(struct update_group *g, uint32_t item, uint32_t bucket)
{
	const struct bucket *now = &g->buckets.at[bucket];
	const struct bucket *was = buckets_of(&g->buckets, item);
	bool was_too_long = was->too_long;
	struct item_move m = {
		.same = now == was,
		.fresh = was->out == NULL,
		.gone = now->out == NULL,
	};

	if (m.same)
		return m;
	m.same = now->out == was->out && (m.gone || now->source == was->source);
	buckets_put(&g->buckets, item, bucket);
	if (g->buckets.at[bucket].too_long)
		warn_too_long(g, item);
	else if (was_too_long)
		g->too_long_told = group_too_long(g) > 0;
	return m;
}

/* True: members are to be told. */
static bool
change_item(struct update_group *g, uint32_t item, uint32_t bucket)
{
	struct item_move m = put_item(g, item, bucket);

	if (m.same)
		return false;
	changes_add(&g->changes, item, m.fresh, m.gone);
	if (g->tables > 0)
		changes_expose(&g->changes);
	return true;
}

static bool
fill_item(struct update_group *g, uint32_t item, uint32_t bucket)
{
	put_item(g, item, bucket);
	return false;
}

typedef bool item_sets(struct update_group *, uint32_t item, uint32_t bucket);

/* The routes of the prefix that are told now. True: members are to be told. */
static bool
set_wanted(struct update_group *g, uint32_t prefix, item_sets *set)
{
	size_t n = rib_several(g->rib, g->family, prefix, &g->key);
	bool news = false;

	for (size_t i = 0; i < n; i++) {
		struct rib_one one = rib_one_of(g->rib, i);
		uint32_t id =
		    route_ids_get(&g->ids, prefix, one.source, one.path_id);

		g->ids.at[id].wanted = true;
		news |=
		    set(g, id, route_bucket(g, prefix, one.source, one.path));
	}
	return news;
}

/* … and those that were told before and are not any more. */
static bool
set_routes(struct update_group *g, uint32_t prefix, item_sets *set)
{
	bool news = set_wanted(g, prefix, set);
	uint32_t next;

	for (uint32_t id = route_ids_first(&g->ids, prefix); id != 0;
	     id = next) {
		struct route_id *r = &g->ids.at[id];
		bool wanted = r->wanted;

		next = r->next;
		r->wanted = false;
		if (wanted)
			continue;
		news |= set(g, id, 0);
		drop_id(g, id);
	}
	return news;
}

#define ROUTES_WORK 8 /* to place all routes of one, in prefixes of a run */

static void
fill_routes(struct update_group *g, uint32_t most, uint32_t end)
{
	uint32_t n = most / ROUTES_WORK + 1;
	uint32_t to = n < end - g->filled ? g->filled + n : end;

	for (; g->filled < to; g->filled++)
		set_routes(g, g->filled, fill_item);
}

#define BUCKET_WORK 64 /* to find a bucket, in prefixes added to it */

static void
fill_runs(struct update_group *g, uint32_t most, uint32_t end)
{
	uint32_t to = most < end - g->filled ? g->filled + most : end;
	uint32_t buckets_left = most / BUCKET_WORK + 1;
	struct rib_run run;

	while (g->filled < to && buckets_left > 0) {
		g->filled =
		    rib_best_run(g->rib, g->family, g->filled, to, &run);
		uint32_t parts = fill_run(g, &run);

		buckets_left -= parts < buckets_left ? parts : buckets_left;
	}
}

bool
group_fill(struct update_group *g, uint32_t most)
{
	uint32_t end = rib_prefixes(g->rib, g->family)->end;

	if (group_is_filled(g))
		return true;
	buckets_reserve(&g->buckets, end);
	if (group_by_route(g))
		fill_routes(g, most, end);
	else
		fill_runs(g, most, end);
	if (g->filled < end)
		return false;
	g->filled = GROUP_FILLED;
	return true;
}

size_t
group_unfilled(const struct update_group *g)
{
	uint32_t end = rib_prefixes(g->rib, g->family)->end;

	return g->filled < end ? end - g->filled : 0;
}

/* The bucket of the best route. */
static uint32_t
best_bucket(struct update_group *g, uint32_t prefix)
{
	uint32_t source = RIB_LOCAL;
	struct path *path = rib_best_at(g->rib, g->family, prefix, &source);

	return route_bucket(g, prefix, source, path);
}

bool
group_update(struct update_group *g, uint32_t prefix)
{
	if (prefix >= g->filled)
		return false;
	if (group_by_route(g))
		return set_routes(g, prefix, change_item);
	return change_item(g, prefix, best_bucket(g, prefix));
}

bool
group_holds(const struct update_group *g, uint32_t prefix)
{
	uint32_t id = route_ids_first(&g->ids, prefix);

	if (!group_by_route(g))
		return changes_has(&g->changes, prefix);
	while (id != 0 && !changes_has(&g->changes, id))
		id = g->ids.at[id].next;
	return id != 0;
}

uint32_t
group_end_of_items(const struct update_group *g)
{
	return group_by_route(g) ? g->ids.end
				 : rib_prefixes(g->rib, g->family)->end;
}

uint32_t
group_next_item(const struct update_group *g, uint32_t prefix, uint32_t item)
{
	if (!group_by_route(g))
		return item == 0 ? prefix : 0;
	return item == 0 ? route_ids_first(&g->ids, prefix)
			 : g->ids.at[item].next;
}

void
group_renumber(struct update_group *g, const uint32_t *map, uint32_t end)
{
	uint32_t now = rib_prefixes(g->rib, g->family)->end;

	if (!group_is_filled(g)) {
		while (g->filled < end && map[g->filled] == 0)
			g->filled++;
		g->filled = g->filled < end ? map[g->filled] : now;
	}
	if (group_by_route(g)) {
		route_ids_renumber(&g->ids, map, end);
		return;
	}
	changes_renumber(&g->changes, map);
	if (!group_is_left(g))
		buckets_renumber(&g->buckets, map, end, now);
}

bool
group_tells(const struct update_group *g, uint32_t viewer, uint32_t item)
{
	return bucket_told(buckets_of(&g->buckets, item), viewer);
}

bool
group_tells_as(const struct update_group *g, uint32_t viewer, uint32_t prefix,
    uint32_t path_id)
{
	if (!group_by_route(g))
		return group_tells(g, viewer, prefix);
	return route_ids_is_of(&g->ids, path_id, prefix) &&
	    group_tells(g, viewer, path_id);
}

size_t
group_told(const struct update_group *g, uint32_t viewer)
{
	size_t n = g->buckets.n_told;

	for (uint32_t i = 1; viewer != 0 && i < g->buckets.end; i++) {
		const struct bucket *b = &g->buckets.at[i];

		if (b->out != NULL && b->source == viewer)
			n -= b->n;
	}
	return n;
}

size_t
group_too_long(const struct update_group *g)
{
	size_t n = 0;

	for (uint32_t i = 1; i < g->buckets.end; i++)
		if (g->buckets.at[i].too_long)
			n += g->buckets.at[i].n;
	return n;
}

bool
group_too_long_next(const struct update_group *g, uint32_t *bucket,
    uint32_t *slot, struct prefix *prefix)
{
	for (; *bucket < g->buckets.end; ++*bucket, *slot = 0) {
		const struct bucket *b = &g->buckets.at[*bucket];

		if (!b->too_long || *slot >= b->n)
			continue;
		*prefix = item_prefix(g, b->prefixes[(*slot)++]);
		return true;
	}
	return false;
}

void
group_table_begin(struct update_group *g)
{
	g->tables++;
	changes_expose(&g->changes);
}

void
group_table_end(struct update_group *g)
{
	g->tables--;
}

static bool
is_shared(const struct update_group *g)
{
	const struct change_reader *first = g->changes.readers;

	return first != NULL && first->next != NULL;
}

/* Ends what was encoded: nothing, or a batch that the next member finds. */
static struct batch *
finish(struct update_group *g, struct batch *b, struct batch_at to)
{
	b->to = to;
	if (b->len == 0) {
		batch_unref(b);
		return NULL;
	}
	batch_close(b);
	if (is_shared(g))
		batch_cache_put(&g->cache, b);
	return b;
}

/* Moves on to the next bucket that has something for the viewer. */
static bool
skip_to_told(const struct update_group *g, uint32_t viewer, struct batch_at *at)
{
	const struct buckets *all = &g->buckets;

	if (at->bucket >= all->end)
		return false;
	if (at->slot > all->at[at->bucket].n) /* it has shrunk */
		at->slot = all->at[at->bucket].n;
	while (at->slot == 0 || !bucket_told(&all->at[at->bucket], viewer)) {
		if (++at->bucket >= all->end)
			return false;
		at->slot = all->at[at->bucket].n;
	}
	return true;
}

/*
 * From the end of each bucket to its start: what is taken away meanwhile moves
 * prefixes down that were sent already, and what is added is a change as well.
 */
static struct batch *
encode_table(struct update_group *g, const struct batch_key *key)
{
	struct batch *b = batch_new(key);
	struct batch_at at = key->from;
	const struct path *path = NULL;

	while (skip_to_told(g, key->viewer, &at) &&
	    b->len + g->packer.max <= BATCH_SIZE) {
		const struct bucket *bucket = &g->buckets.at[at.bucket];
		struct wbuf w = batch_room(b, g->packer.max);

		if (bucket->out != path)
			packer_set_path(&g->packer, path = bucket->out);
		at.slot = (uint32_t)pack_reach(
		    &g->packer, &w, bucket->prefixes, at.slot);
		batch_wrote(b, &w);
	}
	return finish(g, b, at);
}

size_t
group_table_rest(
    const struct update_group *g, uint32_t viewer, struct batch_at at)
{
	size_t n = 0;

	for (; skip_to_told(g, viewer, &at); at.slot = 0)
		n += at.slot;
	return n;
}

bool
group_table_passed(
    const struct update_group *g, struct batch_at cursor, uint32_t prefix)
{
	uint32_t bucket = g->buckets.of[prefix];

	return bucket < cursor.bucket ||
	    (bucket == cursor.bucket && g->buckets.slot[prefix] >= cursor.slot);
}

struct batch *
group_table(struct update_group *g, uint32_t viewer, struct batch_at *cursor)
{
	struct batch_key key = { BATCH_TABLE, g->buckets.version, viewer,
		*cursor };
	struct batch *b = batch_cache_find(&g->cache, &key);

	if (b == NULL)
		b = encode_table(g, &key);
	if (b != NULL)
		*cursor = b->to;
	return b;
}

/*
 * Fills the run with as many changes as make a batch. Returns where it ended. Of its
 * own route, if it is fresh, the viewer has nothing to unlearn.
 */
static uint32_t
collect(struct update_group *g, uint32_t viewer, uint32_t pos)
{
	const struct changes *c = &g->changes;
	size_t bytes = 0;

	while (pos < c->tail && bytes < BATCH_SIZE) {
		uint32_t entry = c->list[pos++];
		uint32_t prefix = entry & CHANGE_INDEX;
		bool told = prefix != 0 && group_tells(g, viewer, prefix);

		if (prefix == 0 || (!told && (entry & CHANGE_FRESH) != 0))
			continue;
		uint32_t bucket = told ? g->buckets.of[prefix] : 0;

		if (run_add(&g->run, &g->buckets, bucket, prefix) && told)
			bytes += path_bytes(g->buckets.at[bucket].out);
		bytes += g->packer.prefixes->size;
	}
	return pos;
}

static void
encode_bucket(struct update_group *g, struct batch *b, uint32_t bucket,
    const uint32_t *prefixes, size_t n)
{
	if (bucket != 0)
		packer_set_path(&g->packer, g->buckets.at[bucket].out);
	while (n > 0) {
		struct wbuf w = batch_room(b, g->packer.max);

		n = bucket != 0 ? pack_reach(&g->packer, &w, prefixes, n)
				: pack_unreach(&g->packer, &w, prefixes, n);
		batch_wrote(b, &w);
	}
}

struct batch *
group_say(struct update_group *g, const uint32_t *items, size_t n)
{
	struct batch *b = batch_new(&(struct batch_key){ .of = BATCH_OTHER });
	const uint32_t *some;
	uint32_t bucket;

	for (size_t i = 0; i < n; i++)
		run_add(
		    &g->run, &g->buckets, g->buckets.of[items[i]], items[i]);
	while ((n = run_take(&g->run, &g->buckets, &bucket, &some)) > 0)
		encode_bucket(g, b, bucket, some, n);
	return b;
}

static struct batch *
encode_changes(struct update_group *g, const struct batch_key *key)
{
	struct batch *b = batch_new(key);
	uint32_t end = collect(g, key->viewer, key->from.slot);
	const uint32_t *prefixes;
	uint32_t bucket;
	size_t n;

	while ((n = run_take(&g->run, &g->buckets, &bucket, &prefixes)) > 0)
		encode_bucket(g, b, bucket, prefixes, n);
	return finish(g, b, (struct batch_at){ 0, end });
}

struct batch *
group_changes(
    struct update_group *g, uint32_t viewer, struct change_reader *reader)
{
	struct batch_key key = { BATCH_CHANGES, g->changes.epoch, viewer,
		{ 0, reader->pos } };

	if (reader->pos == g->changes.tail)
		return NULL;
	struct batch *b = batch_cache_find(&g->cache, &key);

	if (b == NULL)
		b = encode_changes(g, &key);
	changes_read(
	    &g->changes, reader, b == NULL ? g->changes.tail : b->to.slot);
	if (g->changes.n == 0 && g->tables == 0)
		batch_cache_clear(&g->cache); /* all know all */
	return b;
}
