/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rib takes of the memory, and what it does when that is all: who is told to go,
 * what is let go of a part at a time while routes come and go, and that tables shrink.
 * Peers send many prefixes with few or many attribute sets; budgets are made so small
 * that a test of seconds fills them.
 */
#include "tests/unit/listener.h"

#include <malloc.h>

#include "bgpd/rib/verdict.h"

enum { FIRST = 1, SECOND = 2, LATE = 3 };
#define BUDGET ((size_t)8 << 20)

struct world {
	struct path_table *paths, *heard;
	struct rib *rib;
	struct adjout *adjout;
};

static void
add_source(struct world *w, uint32_t id, enum import_mode mode, uint32_t max)
{
	struct rib_source s = ebgp_source;

	s.import = mode;
	s.max_prefixes[FAMILY_V4] = s.max_prefixes[FAMILY_V6] = max;
	rib_add_source(w->rib, id, &s);
}

static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->paths = path_table_new(1);
	w->heard = path_table_new(1);
	w->rib = rib_new(w->paths);
	w->adjout = adjout_new(w->rib);
	rib_set_identity(
	    w->rib, &(struct identity){ .asn = 65000, .router_id = 1 });
	rib_set_budget(w->rib, BUDGET);
	adjout_start(w->adjout);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	adjout_free(w->adjout);
	rib_free(w->rib);
	path_table_free(w->paths);
	path_table_free(w->heard);
	free(w);
	return 0;
}

/* What one UPDATE says: n prefixes from the nth on, and communities of a set. */
struct saying {
	enum family family;
	uint32_t from, n;
	uint32_t set;  /* another number, another set */
	size_t weight; /* bytes of communities */
	bool gone;
};

static struct nlri
nlri_of(const struct saying *s, uint8_t *room, size_t size)
{
	struct wbuf w = wbuf_of(room, size);

	for (uint32_t i = s->from; i < s->from + s->n; i++) {
		wbuf_u8(&w, s->family == FAMILY_V4 ? 32 : 64);
		if (s->family == FAMILY_V6)
			wbuf_u32(&w, 0x20010db8);
		wbuf_u32(&w, 0x0b000000 + i);
	}
	assert_false(w.bad);
	return (struct nlri){ wbuf_read(&w, 0), s->family, false, s->n };
}

static enum rib_import
say(struct world *w, uint32_t source, const struct saying *s)
{
	static uint8_t nlri[65536], communities[4096];
	struct wbuf list = wbuf_of(communities, sizeof(communities));
	struct update u = { .attrs = heard(VIA_65001, "10.0.0.1") };

	while (list.len < (s->weight != 0 ? s->weight : 4))
		wbuf_u32(&list, s->set);
	u.attrs.communities = wbuf_read(&list, 0);
	u.reach[1].next_hop.addr =
	    ip(s->family == FAMILY_V4 ? "10.0.0.1" : "2001:db8::1");
	if (s->gone)
		u.unreach[1] = nlri_of(s, nlri, sizeof(nlri));
	else
		u.reach[1].nlri = nlri_of(s, nlri, sizeof(nlri));
	return rib_import(w->rib, source, &u);
}

/* n prefixes from the nth on, 100 a set. */
static enum rib_import
say_many(struct world *w, uint32_t source, const struct saying *all)
{
	struct saying part = *all;
	enum rib_import result = RIB_IMPORTED;

	for (; part.from < all->from + all->n && result == RIB_IMPORTED;
	     part.from += part.n) {
		part.n = all->from + all->n - part.from;
		part.n = part.n > 100 ? 100 : part.n;
		part.set = part.from;
		result = say(w, source, &part);
	}
	return result;
}

static unsigned
shown(struct world *w, uint32_t source)
{
	unsigned n = 0;

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		struct rib_cursor c = { .family = f };
		struct rib_route r;

		while (rib_next(w->rib, &c, &r))
			n += r.source == source;
	}
	return n;
}

static struct rib_counts
counts(struct world *w, uint32_t source, enum family family)
{
	return rib_counts(w->rib, source, family);
}

/* Accepts the first 256 of the prefixes that say() makes. */
static void
add_filtered(struct world *w, uint32_t id, uint32_t max)
{
	static struct policy_rule rule;
	static const struct policy policy = {
		.rules = &rule, .n = 1, .otherwise = VERDICT_REFUSE
	};
	struct rib_source s = ebgp_source;

	rule = (struct policy_rule){ pfx("11.0.0.0/24"), 24, 32, VERDICT_ACCEPT,
		0, 0 };
	s.policy = &policy;
	s.max_prefixes[FAMILY_V4] = max;
	rib_add_source(w->rib, id, &s);
}

static void
what_nobody_uses_is_shown_while_there_is_room(void **state)
{
	struct world *w = *state;

	add_source(w, FIRST, IMPORT_KEEP, 0);
	say_many(w, FIRST, &(struct saying){ .family = FAMILY_V6, .n = 5000 });
	assert_int_equal(shown(w, FIRST), 5000);
	assert_int_equal(counts(w, FIRST, FAMILY_V6).received, 5000);
	assert_false(counts(w, FIRST, FAMILY_V6).counted);
}

static void
many_that_nobody_uses_are_counted_however_much_room_there_is(void **state)
{
	struct world *w = *state;

	rib_set_budget(w->rib, SIZE_MAX);
	add_source(w, FIRST, IMPORT_KEEP, 0);
	add_filtered(w, SECOND, 0);
	say_many(w, FIRST, &(struct saying){ .family = FAMILY_V6, .n = 384 });
	say_many(w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 16000 });
	say_many(
	    w, SECOND, &(struct saying){ .family = FAMILY_V4, .n = 30000 });
	assert_int_equal(shown(w, FIRST), 16384);
	assert_false(counts(w, FIRST, FAMILY_V4).counted);
	say(w, FIRST,
	    &(struct saying){ .family = FAMILY_V4, .from = 16000, .n = 1 });
	while (rib_has_rest(w->rib))
		rib_forget_some(w->rib, 1000);
	assert_int_equal(shown(w, FIRST), 0);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 16001);
	assert_true(counts(w, FIRST, FAMILY_V4).counted);
	assert_int_equal(shown(w, SECOND), 30000);
}

static void
a_flood_that_nobody_uses_is_counted_and_costs_no_session(void **state)
{
	struct world *w = *state;

	add_source(w, FIRST, IMPORT_KEEP, 0);
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		assert_int_equal(
		    say_many(
			w, FIRST, &(struct saying){ .family = f, .n = 300000 }),
		    RIB_IMPORTED);
	assert_true(rib_bytes(w->rib) < BUDGET / 8);
	assert_int_equal(shown(w, FIRST), 0);
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		assert_true(counts(w, FIRST, f).counted);
		assert_int_equal(counts(w, FIRST, f).received, 300000);
	}
	say(w, FIRST,
	    &(struct saying){ .family = FAMILY_V4, .n = 100, .gone = true });
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 299900);
}

#define FLOOD 300000

struct flips { /* whether a route is shown, as far as its name says it */
	struct rib_listener listener;
	bool shown[FLOOD + 1]; /* by index */
	unsigned named;
};

static void
on_route(void *arg, enum family family, uint32_t index, uint32_t source,
    uint32_t path_id, bool was_eligible)
{
	struct flips *x = arg;

	(void)family;
	(void)path_id;
	assert_false(was_eligible);
	assert_int_equal(source, FIRST);
	x->shown[index] = !x->shown[index];
	x->named++;
}

/* Their prefixes stay, as there is a limit. */
static void
what_is_shown_no_more_is_named(void **state)
{
	static const struct rib_ops named = { .route = on_route };
	struct world *w = *state;
	struct flips *x = xcalloc(1, sizeof(*x));

	x->listener = (struct rib_listener){ .ops = &named, .arg = x };
	rib_listen(w->rib, &x->listener);
	add_source(w, FIRST, IMPORT_KEEP, FLOOD);
	say_many(w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = FLOOD });
	while (rib_has_rest(w->rib))
		rib_forget_some(w->rib, 1000);
	assert_int_equal(shown(w, FIRST), 0);
	assert_true(x->named > 1000);
	for (unsigned i = 0; i <= FLOOD; i++)
		assert_false(x->shown[i]);
	rib_unlisten(w->rib, &x->listener);
	free(x);
}

/* Or it would hold up all others; its number is right all the time. */
static void
a_flood_goes_a_part_at_a_time(void **state)
{
	struct world *w = *state;
	struct saying part = { .family = FAMILY_V4, .n = 100 };

	add_source(w, FIRST, IMPORT_KEEP, 0);
	for (; !counts(w, FIRST, FAMILY_V4).counted; part.from += part.n)
		say(w, FIRST, &part);
	unsigned left = shown(w, FIRST);

	assert_in_range(left, 1, part.from);
	assert_true(rib_has_rest(w->rib));
	rib_forget_some(w->rib, 100);
	assert_in_range(left - shown(w, FIRST), 1, 101);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, part.from);
	while (rib_has_rest(w->rib))
		rib_forget_some(w->rib, 1000);
	assert_int_equal(shown(w, FIRST), 0);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, part.from);
	assert_true(counts(w, FIRST, FAMILY_V4).counted);
}

static void
only_the_one_who_floods_is_no_longer_shown(void **state)
{
	struct world *w = *state;

	add_source(w, FIRST, IMPORT_KEEP, 0);
	add_source(w, SECOND, IMPORT_KEEP, 0);
	say_many(w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 2000 });
	say_many(w, SECOND,
	    &(struct saying){ .family = FAMILY_V4, .from = 1000, .n = 100000 });
	assert_int_equal(shown(w, FIRST), 2000);
	assert_int_equal(shown(w, SECOND), 0);
	assert_false(counts(w, FIRST, FAMILY_V4).counted);
}

static void
a_new_session_is_shown_again(void **state)
{
	struct world *w = *state;

	add_source(w, FIRST, IMPORT_KEEP, 0);
	say_many(
	    w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 100000 });
	rib_forget(w->rib, FIRST);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 0);
	say_many(w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 100 });
	assert_int_equal(shown(w, FIRST), 100);
	assert_false(counts(w, FIRST, FAMILY_V4).counted);
}

static void
with_a_limit_a_flood_is_counted_exactly(void **state)
{
	struct world *w = *state;
	struct saying flood = { FAMILY_V4, .n = 20000, .weight = 4000 };

	add_source(w, FIRST, IMPORT_KEEP, 20001);
	for (unsigned i = 0; i < 3; i++) /* again is not more */
		assert_int_equal(say_many(w, FIRST, &flood), RIB_IMPORTED);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 20000);
	assert_true(counts(w, FIRST, FAMILY_V4).counted);
	assert_int_equal(shown(w, FIRST), 0);
	assert_int_equal(path_table_count(w->paths), 0);
	say(w, FIRST,
	    &(struct saying){ .family = FAMILY_V4, .n = 1, .gone = true });
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 19999);
	flood.from = 30000;
	flood.n = 2;
	assert_int_equal(say(w, FIRST, &flood), RIB_IMPORTED);
	flood.from = 40000;
	flood.n = 1;
	assert_int_equal(say(w, FIRST, &flood), RIB_OVER_LIMIT);
}

static void
flood_until_counted(struct world *w, uint32_t from)
{
	struct saying part = { .family = FAMILY_V4, .from = from, .n = 100 };

	for (; !counts(w, FIRST, FAMILY_V4).counted; part.from += part.n)
		assert_int_equal(say(w, FIRST, &part), RIB_IMPORTED);
	assert_true(rib_has_rest(w->rib));
}

/* Its filters go while what they refused is let go: then nothing of it is used. */
static void
a_mode_changes_in_the_midst_of_letting_go(void **state)
{
	struct world *w = *state;

	/* Those that are used stand behind more than are looked at in one go. */
	rib_set_budget(w->rib, 4 * BUDGET);
	add_filtered(w, FIRST, 1000000);
	say_many(w, FIRST,
	    &(struct saying){ .family = FAMILY_V4, .from = 1000, .n = 90000 });
	say(w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 100 });
	assert_int_equal(counts(w, FIRST, FAMILY_V4).accepted, 100);
	flood_until_counted(w, 100000);
	add_source(w, FIRST, IMPORT_KEEP, 1000000);
	assert_false(rib_judge_begin(w->rib, FIRST));
	add_source(w, SECOND, IMPORT_ACCEPT, 0);
	say(w, SECOND, &(struct saying){ .family = FAMILY_V4, .n = 100 });
	while (rib_has_rest(w->rib))
		rib_forget_some(w->rib, 1000);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).accepted, 0);
	assert_int_equal(counts(w, SECOND, FAMILY_V4).accepted, 100);
	assert_int_equal(shown(w, FIRST), 0);
}

/* Or it would be used once there is a filter that takes it. */
static void
what_is_taken_back_in_the_midst_of_letting_go_is_gone(void **state)
{
	struct world *w = *state;
	struct prefix p = pfx("11.0.60.1/32"); /* the 15361st */
	struct saying one = { .family = FAMILY_V4, .from = 15361, .n = 1 };
	struct rib_route r;

	add_source(w, FIRST, IMPORT_KEEP, 0);
	flood_until_counted(w, 0);
	assert_true(rib_lookup(w->rib, &p, 0, &r));
	uint32_t received = counts(w, FIRST, FAMILY_V4).received;

	one.gone = true;
	say(w, FIRST, &one);
	assert_false(rib_lookup(w->rib, &p, 0, &r));
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, received - 1);
}

/* Said otherwise, it is not as it was said before. */
static void
what_is_only_counted_in_the_midst_of_letting_go_is_not_kept(void **state)
{
	struct world *w = *state;
	struct prefix p = pfx("11.0.60.1/32");
	struct saying one = { .family = FAMILY_V4, .from = 15361, .n = 1 };
	struct rib_route r;

	add_source(w, FIRST, IMPORT_KEEP, 0);
	flood_until_counted(w, 0);
	assert_true(rib_lookup(w->rib, &p, 0, &r));
	uint32_t received = counts(w, FIRST, FAMILY_V4).received;

	say(w, FIRST, &one);
	assert_false(rib_lookup(w->rib, &p, 0, &r));
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, received);
}

static void
a_flood_that_is_refused_is_counted_and_what_is_used_stays(void **state)
{
	struct world *w = *state;

	add_filtered(w, FIRST, 0);
	say_many(w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 2000 });
	assert_int_equal(shown(w, FIRST), 2000);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).filtered, 2000 - 256);
	assert_true(rib_judge_begin(w->rib, FIRST));
	assert_int_equal(
	    say_many(w, FIRST,
		&(struct saying){
		    .family = FAMILY_V4, .from = 2000, .n = 298000 }),
	    RIB_IMPORTED);
	while (rib_has_rest(w->rib))
		rib_forget_some(w->rib, 1000);
	assert_true(rib_bytes(w->rib) < BUDGET / 8);
	assert_int_equal(shown(w, FIRST), 256);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).accepted, 256);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 300000);
	assert_true(counts(w, FIRST, FAMILY_V4).counted);
	say(w, FIRST,
	    &(struct saying){
		.family = FAMILY_V4, .from = 250, .n = 10, .gone = true });
	assert_int_equal(counts(w, FIRST, FAMILY_V4).accepted, 250);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 299990);
	/* What was refused only the peer can tell again. */
	assert_false(rib_judge_begin(w->rib, FIRST));
	rib_relearn(w->rib, FIRST);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 250);
	say_many(w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 1000 });
	assert_int_equal(shown(w, FIRST), 1000);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 1000);
	assert_true(rib_judge_begin(w->rib, FIRST));
}

static void
with_a_limit_what_is_refused_is_counted_exactly(void **state)
{
	struct world *w = *state;
	struct saying flood = { FAMILY_V4, .n = 20000, .weight = 4000 };

	add_filtered(w, FIRST, 20001);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(say_many(w, FIRST, &flood), RIB_IMPORTED);
	while (rib_has_rest(w->rib))
		rib_forget_some(w->rib, 1000);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 20000);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).accepted, 256);
	assert_int_equal(shown(w, FIRST), 256);
	flood.from = 30000;
	flood.n = 2;
	assert_int_equal(say(w, FIRST, &flood), RIB_OVER_LIMIT);
}

/* What is used of it is what its restart keeps (RFC 4724 4.2). */
static void
who_is_counted_in_part_may_restart(void **state)
{
	struct world *w = *state;
	const bool keep[FAMILIES] = { [FAMILY_V4] = true };

	add_filtered(w, FIRST, 0);
	say_many(
	    w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 100000 });
	assert_true(counts(w, FIRST, FAMILY_V4).counted);
	assert_true(rib_stale_begin(w->rib, FIRST, keep));
	assert_int_equal(counts(w, FIRST, FAMILY_V4).accepted, 256);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).stale, 256);
}

static void
a_limit_that_comes_late_holds_for_what_was_counted(void **state)
{
	struct world *w = *state;

	add_source(w, FIRST, IMPORT_KEEP, 0);
	say_many(
	    w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 100000 });
	add_source(w, FIRST, IMPORT_KEEP, 100050);
	/* Nobody knows which they were, but that they are fewer. */
	say(w, FIRST,
	    &(struct saying){
		.family = FAMILY_V4, .from = 0, .n = 50, .gone = true });
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 99950);
	assert_int_equal(
	    say(w, FIRST,
		&(struct saying){
		    .family = FAMILY_V4, .from = 100000, .n = 100 }),
	    RIB_IMPORTED);
	assert_int_equal(say(w, FIRST,
			     &(struct saying){
				 .family = FAMILY_V4, .from = 100100, .n = 1 }),
	    RIB_OVER_LIMIT);
}

/* What was withdrawn meanwhile is not withdrawn once more. */
static void
a_limit_may_go_and_come_again(void **state)
{
	const struct saying gone = { FAMILY_V4, .n = 200, .gone = true };
	struct world *w = *state;

	add_source(w, FIRST, IMPORT_KEEP, 20000);
	say_many(w, FIRST,
	    &(struct saying){ FAMILY_V4, .n = 20000, .weight = 4000 });
	say_many(
	    w, FIRST, &(struct saying){ FAMILY_V4, .n = 20000, .gone = true });
	say_many(w, FIRST, &(struct saying){ FAMILY_V4, .n = 200 });
	assert_true(counts(w, FIRST, FAMILY_V4).counted);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 200);
	add_source(w, FIRST, IMPORT_KEEP, 0);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 200);
	say(w, FIRST, &gone);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 0);
	add_source(w, FIRST, IMPORT_KEEP, 200);
	say(w, FIRST, &gone);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 0);
	assert_int_equal(say(w, FIRST, &(struct saying){ FAMILY_V4, .n = 200 }),
	    RIB_IMPORTED);
}

static void
used_routes_over_the_budget_name_who_has_to_go(void **state)
{
	struct world *w = *state;

	add_source(w, FIRST, IMPORT_ACCEPT, 0);
	add_source(w, SECOND, IMPORT_ACCEPT, 0);
	say_many(w, SECOND, &(struct saying){ .family = FAMILY_V6, .n = 1000 });
	assert_int_equal(
	    say_many(w, FIRST,
		&(struct saying){ .family = FAMILY_V6, .n = 1000000 }),
	    RIB_NO_ROOM);
	assert_true(rib_bytes(w->rib) < BUDGET + BUDGET / 16);
	assert_int_equal(rib_heaviest(w->rib), FIRST);
	rib_forget(w->rib, FIRST);
	assert_int_equal(
	    say(w, SECOND, &(struct saying){ .family = FAMILY_V6, .n = 100 }),
	    RIB_IMPORTED);
}

/* One set on many routes against a set on each of few. */
static void
a_set_weighs_once_however_many_routes_have_it(void **state)
{
	struct world *w = *state;
	struct saying one = { FAMILY_V4, .n = 1000, .weight = 4000 };

	add_source(w, FIRST, IMPORT_ACCEPT, 0);
	add_source(w, SECOND, IMPORT_ACCEPT, 0);
	say(w, FIRST, &one);
	for (uint32_t i = 0; i < 200; i++)
		say(w, SECOND,
		    &(struct saying){ FAMILY_V4, 5000 + i, 1, i, 1000, false });
	assert_int_equal(rib_heaviest(w->rib), SECOND);
}

static void
who_shares_a_set_shares_its_weight(void **state)
{
	struct world *w = *state;
	struct saying shared = { FAMILY_V4, 0, 10, 1, 4000, false };
	struct saying own = { FAMILY_V4, 100, 10, 2, 3000, false };

	for (uint32_t id = 1; id <= 4; id++)
		add_source(w, id, IMPORT_ACCEPT, 0);
	for (uint32_t id = 1; id <= 3; id++)
		say(w, id, &shared);
	say(w, 4, &own);
	assert_int_equal(rib_heaviest(w->rib), 4);
	rib_forget(w->rib, 2);
	rib_forget(w->rib, 3); /* the whole set is the first one's now */
	assert_int_equal(rib_heaviest(w->rib), 1);
}

static void
tables_shrink_when_a_source_goes(void **state)
{
	struct world *w = *state;
	struct prefix late = pfx("2001:db8:9::/48");
	struct path *path = local_path(w->paths, 7);
	struct path *other = local_path(w->paths, 8);
	struct listener *l = listener_new(w->adjout, w->heard, &ebgp_key, LATE);
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;

	rib_set_budget(w->rib, SIZE_MAX);
	add_source(w, FIRST, IMPORT_ACCEPT, 0);
	say_many(
	    w, FIRST, &(struct saying){ .family = FAMILY_V6, .n = 200000 });
	rib_set(w->rib, RIB_LOCAL, &late, path); /* behind all of these */
	listener_drain(l);
	rib_forget(w->rib, FIRST);
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V6)->n, 1);
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V6)->end, 2);
	assert_true(path_table_end(w->paths) < 100);
	assert_true(
	    mallinfo2().uordblks + mallinfo2().hblkhd < before + (1 << 20));

	const struct path *believed = listener_belief(l, &late);

	assert_non_null(believed);
	rib_set(w->rib, RIB_LOCAL, &late, other);
	listener_drain(l);
	assert_non_null(listener_belief(l, &late));
	assert_ptr_not_equal(listener_belief(l, &late), believed);
	listener_free(l);
	path_unref(path);
	path_unref(other);
}

/* Until nothing is left to forget. Returns how many calls that took. */
static unsigned
forget_all(struct world *w, uint32_t most)
{
	unsigned n = 1;

	while (!rib_forget_some(w->rib, most))
		n++;
	return n;
}

static void
a_source_is_forgotten_a_part_at_a_time(void **state)
{
	struct world *w = *state;
	unsigned before;

	for (uint32_t id = FIRST; id <= SECOND; id++) {
		add_source(w, id, IMPORT_ACCEPT, 0);
		say_many(
		    w, id, &(struct saying){ .family = FAMILY_V4, .n = 2000 });
		say_many(
		    w, id, &(struct saying){ .family = FAMILY_V6, .n = 2000 });
	}
	rib_forget_begin(w->rib, FIRST);
	rib_forget_begin(w->rib, FIRST); /* that it is known is fine */
	while ((before = shown(w, FIRST)) > 0) {
		assert_false(rib_forget_some(w->rib, 100));
		assert_in_range(before - shown(w, FIRST), 1, 101);
		assert_int_equal(counts(w, FIRST, FAMILY_V4).accepted +
			counts(w, FIRST, FAMILY_V6).accepted,
		    shown(w, FIRST));
	}
	forget_all(w, 100);
	assert_int_equal(shown(w, SECOND), 4000);
	assert_int_equal(counts(w, FIRST, FAMILY_V4).received, 0);
}

static void
several_may_be_forgotten_at_the_same_time(void **state)
{
	struct world *w = *state;

	for (uint32_t id = FIRST; id <= LATE; id++) {
		add_source(w, id, IMPORT_ACCEPT, 0);
		say_many(
		    w, id, &(struct saying){ .family = FAMILY_V4, .n = 2000 });
	}
	rib_forget_begin(w->rib, LATE);
	rib_forget_some(w->rib, 500);
	rib_forget_begin(w->rib, FIRST);
	assert_true(forget_all(w, 500) > 4);
	assert_int_equal(shown(w, FIRST) + shown(w, LATE), 0);
	assert_int_equal(shown(w, SECOND), 2000);
}

static void
who_comes_back_while_it_is_forgotten_starts_anew(void **state)
{
	struct world *w = *state;

	for (uint32_t id = FIRST; id <= SECOND; id++) {
		add_source(w, id, IMPORT_ACCEPT, 0);
		say_many(
		    w, id, &(struct saying){ .family = FAMILY_V4, .n = 2000 });
		rib_forget_begin(w->rib, id);
	}
	rib_forget_some(w->rib, 100);
	assert_true(rib_is_leaving(w->rib, FIRST));
	add_source(w, FIRST, IMPORT_ACCEPT, 0);
	assert_false(rib_is_leaving(w->rib, FIRST));
	assert_true(rib_is_leaving(w->rib, SECOND)); /* has the time */
	assert_int_equal(shown(w, FIRST), 0);
	say_many(w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 100 });
	forget_all(w, 100);
	assert_int_equal(shown(w, FIRST), 100);
}

/* Or each time half of it is gone what is left would be moved. */
static void
nothing_is_packed_before_a_source_is_forgotten(void **state)
{
	struct world *w = *state;
	const struct prefix_table *t = rib_prefixes(w->rib, FAMILY_V4);

	add_source(w, FIRST, IMPORT_ACCEPT, 0);
	add_source(w, SECOND, IMPORT_ACCEPT, 0);
	say_many(w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 4000 });
	uint32_t end = t->end;

	rib_forget_begin(w->rib, FIRST);
	while (shown(w, FIRST) > 0) {
		assert_true(t->end >= end);
		rib_forget_some(w->rib, 500);
		say(w, SECOND,
		    &(struct saying){ .family = FAMILY_V4, .n = 10 });
	}
	forget_all(w, 500);
	assert_true(t->end < 1024);
}

/* Else what was taken away without giving back its index would stay for good. */
static void
where_most_went_it_is_packed_whatever_has_come(void **state)
{
	struct world *w = *state;
	const struct prefix_table *t = rib_prefixes(w->rib, FAMILY_V4);

	add_source(w, FIRST, IMPORT_ACCEPT, 0);
	add_source(w, SECOND, IMPORT_ACCEPT, 0);
	say_many(w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 4000 });
	rib_forget_begin(w->rib, FIRST);
	rib_forget_some(w->rib, 500);
	assert_true(t->buried > 0);
	say_many(w, SECOND,
	    &(struct saying){ .family = FAMILY_V4, .from = 10000, .n = 20000 });
	forget_all(w, 500);
	assert_int_equal(t->buried, 0);
	assert_int_equal(t->end, 20001);
	assert_int_equal(shown(w, SECOND), 20000);
}

/* That costs more, where much stays. */
static void
where_some_goes_nothing_is_packed(void **state)
{
	struct world *w = *state;
	const struct prefix_table *t = rib_prefixes(w->rib, FAMILY_V4);

	where_most_went_it_is_packed_whatever_has_come(state);
	say_many(w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 5000 });
	uint32_t end = t->end;

	rib_forget_begin(w->rib, FIRST);
	forget_all(w, 500);
	assert_int_equal(t->end, end);
	assert_int_equal(shown(w, SECOND), 20000);
}

/* What is as good as gone must not cost another peer its session. */
static void
where_room_is_short_forgetting_does_not_wait(void **state)
{
	struct world *w = *state;
	struct saying much = { .family = FAMILY_V6, .n = 100000 };

	add_source(w, FIRST, IMPORT_ACCEPT, 0);
	add_source(w, SECOND, IMPORT_ACCEPT, 0);
	assert_int_equal(say_many(w, FIRST, &much), RIB_IMPORTED);
	rib_forget_begin(w->rib, FIRST);
	much.from = 200000;
	assert_int_equal(say_many(w, SECOND, &much), RIB_IMPORTED);
	assert_int_equal(shown(w, FIRST), 0);
	assert_int_equal(shown(w, SECOND), 100000);
}

/* The walk is not where they are when the budget is passed. */
static void
over_the_budget_all_that_goes_is_gone_first(void **state)
{
	struct world *w = *state;
	struct saying last = { FAMILY_V4, 100000, 100, 1, 4000, false };
	uint32_t from = 0;

	add_source(w, FIRST, IMPORT_ACCEPT, 0);
	add_source(w, SECOND, IMPORT_ACCEPT, 0);
	say_many(
	    w, SECOND, &(struct saying){ .family = FAMILY_V4, .n = 60000 });
	say(w, FIRST, &(struct saying){ FAMILY_V4, .from = 200000, .n = 1 });
	for (; rib_bytes(w->rib) < BUDGET - 6000; from += 50)
		assert_int_equal(
		    say(w, FIRST,
			&(struct saying){
			    .family = FAMILY_V6, .from = from, .n = 50 }),
		    RIB_IMPORTED);
	rib_forget_begin(w->rib, FIRST);
	assert_int_equal(say(w, SECOND, &last), RIB_IMPORTED);
	assert_int_equal(shown(w, FIRST), 0);
	assert_int_equal(shown(w, SECOND), 60100);
}

static void
tables_shrink_when_routes_are_withdrawn_one_by_one(void **state)
{
	struct world *w = *state;

	rib_set_budget(w->rib, SIZE_MAX);
	add_source(w, FIRST, IMPORT_ACCEPT, 0);
	say_many(w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 20000 });
	say_many(w, FIRST,
	    &(struct saying){ .family = FAMILY_V4, .n = 19000, .gone = true });
	assert_int_equal(shown(w, FIRST), 1000);
	assert_true(rib_prefixes(w->rib, FAMILY_V4)->end < 2100);
	assert_true(path_table_end(w->paths) < 1100);
}

static void
a_walk_sees_all_that_stays_though_the_rib_is_packed(void **state)
{
	struct world *w = *state;
	struct rib_cursor c = { .family = FAMILY_V4 };
	struct rib_route r;
	bool seen[100] = { false };

	add_source(w, FIRST, IMPORT_KEEP, 0);
	say_many(w, FIRST, &(struct saying){ .family = FAMILY_V4, .n = 5000 });
	for (unsigned n = 0; n < 4000; n++)
		assert_true(rib_next(w->rib, &c, &r));
	say_many(w, FIRST,
	    &(struct saying){ .family = FAMILY_V4, .n = 4900, .gone = true });
	while (rib_next(w->rib, &c, &r))
		seen[r.prefix.addr.bytes[3] + (r.prefix.addr.bytes[2] << 8) -
		    4900] = true;
	for (unsigned n = 0; n < 100; n++)
		assert_true(seen[n]);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_nobody_uses_is_shown_while_there_is_room),
		T(many_that_nobody_uses_are_counted_however_much_room_there_is),
		T(a_flood_that_nobody_uses_is_counted_and_costs_no_session),
		T(what_is_shown_no_more_is_named),
		T(a_flood_goes_a_part_at_a_time),
		T(only_the_one_who_floods_is_no_longer_shown),
		T(a_new_session_is_shown_again),
		T(with_a_limit_a_flood_is_counted_exactly),
		T(a_mode_changes_in_the_midst_of_letting_go),
		T(what_is_taken_back_in_the_midst_of_letting_go_is_gone),
		T(what_is_only_counted_in_the_midst_of_letting_go_is_not_kept),
		T(a_flood_that_is_refused_is_counted_and_what_is_used_stays),
		T(with_a_limit_what_is_refused_is_counted_exactly),
		T(who_is_counted_in_part_may_restart),
		T(a_limit_that_comes_late_holds_for_what_was_counted),
		T(a_limit_may_go_and_come_again),
		T(used_routes_over_the_budget_name_who_has_to_go),
		T(a_set_weighs_once_however_many_routes_have_it),
		T(who_shares_a_set_shares_its_weight),
		T(tables_shrink_when_a_source_goes),
		T(a_source_is_forgotten_a_part_at_a_time),
		T(several_may_be_forgotten_at_the_same_time),
		T(who_comes_back_while_it_is_forgotten_starts_anew),
		T(nothing_is_packed_before_a_source_is_forgotten),
		T(where_most_went_it_is_packed_whatever_has_come),
		T(where_some_goes_nothing_is_packed),
		T(where_room_is_short_forgetting_does_not_wait),
		T(over_the_budget_all_that_goes_is_gone_first),
		T(tables_shrink_when_routes_are_withdrawn_one_by_one),
		T(a_walk_sees_all_that_stays_though_the_rib_is_packed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
