/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rib that is fed by a node's own source, an external and an internal peer, by
 * UPDATEs as hex. What it tells its listeners is kept as text, so that a test reads
 * which route was best, and became best, in which order; then what is counted, limited
 * and forgotten.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bgpd/rib/path_match.h"
#include "bgpd/rib/prefix_table.h"
#include "bgpd/rib/verdict.h"
#include "bgpd/wire/as_path.h"
#include "bgpd/wire/update_in.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

enum { EBGP = 1, IBGP = 2 };

/* A rib that local, eBGP and iBGP sources feed, and what it told. */
struct world {
	struct path_table *paths;
	struct rib *rib;
	struct path *path[3]; /* by source */
	struct rib_listener listener;
	unsigned changed;
	bool hold;
	bool add_path; /* NLRI have path ids */
};

static void
on_changed(void *arg, enum family family, uint32_t index, unsigned news)
{
	struct world *w = arg;

	(void)family;
	assert_int_not_equal(news & RIB_NEWS_BEST, 0);
	assert_int_not_equal(index, 0);
	w->changed++;
}

static bool
on_held(void *arg, enum family family, uint32_t index)
{
	const struct world *w = arg;

	(void)family;
	(void)index;
	return w->hold;
}

static const struct rib_ops ops = {
	.news = RIB_NEWS_BEST,
	.changed = on_changed,
	.held = on_held,
};

static int
setup(void **state)
{
	static const struct addr own = { FAMILY_V4, { 192, 0, 2, 1 } };
	struct world *w = xcalloc(1, sizeof(*w));
	struct attrs a = heard(VIA_65001, "10.0.0.1");
	struct attrs b = heard(VIA_65002_65001, "10.0.0.2");

	w->paths = path_table_new(1);
	w->rib = rib_new(w->paths);
	w->listener = (struct rib_listener){ .ops = &ops, .arg = w };
	rib_listen(w->rib, &w->listener);
	rib_set_identity(w->rib,
	    &(struct identity){
		.asn = 65000, .router_id = 1, .addrs = &own, .n_addrs = 1 });
	rib_add_source(w->rib, EBGP, &ebgp_source);
	rib_add_source(w->rib, IBGP, &ibgp_source);
	w->path[RIB_LOCAL] = local_path(w->paths, 0);
	w->path[EBGP] = path_intern(w->paths, &a);
	w->path[IBGP] = path_intern(w->paths, &b);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	rib_unlisten(w->rib, &w->listener);
	rib_free(w->rib);
	for (unsigned i = 0; i < 3; i++)
		path_unref(w->path[i]);
	path_table_free(w->paths); /* asserts that none is left */
	free(w);
	return 0;
}

static void
set(struct world *w, uint32_t source, const char *prefix)
{
	struct prefix p = pfx(prefix);

	rib_set(w->rib, source, &p, w->path[source]);
}

static void
unset(struct world *w, uint32_t source, const char *prefix)
{
	struct prefix p = pfx(prefix);

	rib_unset(w->rib, source, &p);
}

static int
best_source(struct world *w, const char *prefix)
{
	struct prefix p = pfx(prefix);
	struct rib_route best;

	return rib_best(w->rib, &p, &best) ? (int)best.source : -1;
}

/* An UPDATE from a peer: attributes and NLRI as hex. */
static enum rib_import
import_from(struct world *w, uint32_t source, const char *withdrawn,
    const char *attrs, const char *nlri)
{
	const struct update_ctx ctx = {
		.ebgp = source == EBGP,
		.as4 = true,
		.family = { [FAMILY_V4] = true },
		.add_path = { [FAMILY_V4] = w->add_path },
	};
	uint8_t bytes[1024], room[UPDATE_SCRATCH(1024)];
	struct wbuf body = wbuf_of(bytes, sizeof(bytes));
	struct wbuf scratch = wbuf_of(room, sizeof(room));
	struct update u;
	struct bgp_err err;

	wbuf_u16(&body, (uint16_t)hex(withdrawn).left);
	wbuf_copy(&body, hex(withdrawn));
	wbuf_u16(&body, (uint16_t)hex(attrs).left);
	wbuf_copy(&body, hex(attrs));
	wbuf_copy(&body, hex(nlri));
	assert_int_not_equal(
	    update_parse(wbuf_read(&body, 0), &ctx, &scratch, &u, &err),
	    UPD_RESET);
	return rib_import(w->rib, source, &u);
}

#define ATTRS "400101 00 400206 0201 0000fde9 400304 0a000001"
#define OWN_AS "400101 00 400206 0201 0000fde8 400304 0a000001"
#define BAD_ORIGIN "400101 07 400206 0201 0000fde9 400304 0a000001"
#define LONG "400101 00 40020a 0202 0000fde9 0000fdea 400304 0a000001"
#define NET1 "18 cb0071 "
#define NET2 "18 c63364 "

static void
set_mode(struct world *w, enum import_mode mode, uint32_t max)
{
	struct rib_source s = ebgp_source;

	s.import = mode;
	s.max_prefixes[FAMILY_V4] = max;
	rib_add_source(w->rib, EBGP, &s);
}

static void
the_best_of_all_sources_is_told(void **state)
{
	struct world *w = *state;

	set(w, IBGP, "10.1.0.0/16");
	assert_int_equal(best_source(w, "10.1.0.0/16"), IBGP);
	set(w, EBGP, "10.1.0.0/16");
	assert_int_equal(best_source(w, "10.1.0.0/16"), EBGP);
	set(w, RIB_LOCAL, "10.1.0.0/16");
	assert_int_equal(best_source(w, "10.1.0.0/16"), RIB_LOCAL);
	assert_int_equal(w->changed, 3);
	unset(w, RIB_LOCAL, "10.1.0.0/16");
	unset(w, EBGP, "10.1.0.0/16");
	assert_int_equal(best_source(w, "10.1.0.0/16"), IBGP);
	unset(w, IBGP, "10.1.0.0/16");
	assert_int_equal(best_source(w, "10.1.0.0/16"), -1);
	assert_int_equal(w->changed, 6);
}

static void
what_does_not_change_the_best_is_not_told(void **state)
{
	struct world *w = *state;

	set(w, EBGP, "10.1.0.0/16");
	set(w, EBGP, "10.1.0.0/16");
	set(w, IBGP, "10.1.0.0/16");
	unset(w, IBGP, "10.1.0.0/16");
	unset(w, IBGP, "10.2.0.0/16");
	assert_int_equal(w->changed, 1);
}

/* Listens to all, beside the one that listens to best paths only. */
struct witness {
	struct rib_listener listener;
	unsigned routes, best, multipath;
	bool hold;
};

static void
on_witnessed(void *arg, enum family family, uint32_t index, unsigned news)
{
	struct witness *x = arg;

	(void)family;
	(void)index;
	x->routes += (news & RIB_NEWS_ROUTE) != 0;
	x->best += (news & RIB_NEWS_BEST) != 0;
	x->multipath += (news & RIB_NEWS_MULTIPATH) != 0;
}

static bool
on_witness_held(void *arg, enum family family, uint32_t index)
{
	const struct witness *x = arg;

	(void)family;
	(void)index;
	return x->hold;
}

static void
listen(struct world *w, struct witness *x)
{
	static const struct rib_ops all = {
		.news = RIB_NEWS_BEST | RIB_NEWS_ROUTE,
		.changed = on_witnessed,
		.held = on_witness_held,
	};

	*x = (struct witness){ .listener = { .ops = &all, .arg = x } };
	rib_listen(w->rib, &x->listener);
}

static void
who_listens_to_routes_is_told_of_each(void **state)
{
	struct world *w = *state;
	struct witness x;

	listen(w, &x);
	set(w, EBGP, "10.1.0.0/16");
	set(w, IBGP, "10.1.0.0/16");
	assert_int_equal(x.routes, 2);
	assert_int_equal(x.best, 1);
	set(w, IBGP, "10.1.0.0/16"); /* as before */
	assert_int_equal(x.routes, 2);
	unset(w, IBGP, "10.1.0.0/16");
	assert_int_equal(x.routes, 3);
	assert_int_equal(x.best, 1);
	assert_int_equal(w->changed, 1);
	rib_unlisten(w->rib, &x.listener);
	set(w, RIB_LOCAL, "10.1.0.0/16");
	assert_int_equal(x.routes, 3);
	assert_int_equal(w->changed, 2);
}

static void
listen_to_multipath(struct world *w, struct witness *x)
{
	static const struct rib_ops multipath = {
		.news = RIB_NEWS_MULTIPATH,
		.changed = on_witnessed,
	};

	*x = (struct witness){ .listener = { .ops = &multipath, .arg = x } };
	rib_listen(w->rib, &x->listener);
}

/* Of how many routes is traffic to the prefix shared? */
static unsigned
shared(struct world *w, const char *prefix)
{
	struct prefix p = pfx(prefix);
	struct rib_route r;
	unsigned n = 0;

	for (uint32_t i = 0; rib_lookup(w->rib, &p, i, &r); i++)
		n += r.multipath;
	return n;
}

enum { OTHER = 3 }; /* another eBGP peer */

static void
add_other(struct world *w)
{
	struct rib_source s = ebgp_source;

	s.router_id++;
	rib_add_source(w->rib, OTHER, &s);
}

static void
say(struct world *w, uint32_t source, const char *prefix, struct path *path)
{
	struct prefix p = pfx(prefix);

	rib_set(w->rib, source, &p, path);
}

static void
routes_as_good_as_the_best_are_news(void **state)
{
	struct world *w = *state;
	struct attrs a = heard(VIA_65001, "10.0.0.3");
	struct path *alike = path_intern(w->paths, &a);
	struct witness x;

	add_other(w);
	listen_to_multipath(w, &x);
	set(w, EBGP, "10.1.0.0/16");
	assert_int_equal(x.multipath, 1);
	assert_int_equal(shared(w, "10.1.0.0/16"), 1);
	say(w, OTHER, "10.1.0.0/16", w->path[EBGP]);
	assert_int_equal(x.multipath, 2);
	assert_int_equal(shared(w, "10.1.0.0/16"), 2);
	set(w, IBGP, "10.1.0.0/16"); /* a longer way */
	set(w, EBGP, "10.1.0.0/16"); /* as before */
	assert_int_equal(x.multipath, 2);
	say(w, OTHER, "10.1.0.0/16", alike); /* by another next hop */
	assert_int_equal(x.multipath, 3);
	assert_int_equal(shared(w, "10.1.0.0/16"), 2);
	say(w, OTHER, "10.1.0.0/16", w->path[IBGP]);
	assert_int_equal(x.multipath, 4);
	assert_int_equal(shared(w, "10.1.0.0/16"), 1);
	unset(w, IBGP, "10.1.0.0/16");
	assert_int_equal(x.multipath, 4);
	unset(w, EBGP, "10.1.0.0/16"); /* now the other one is the best */
	assert_int_equal(x.multipath, 5);
	unset(w, OTHER, "10.1.0.0/16");
	assert_int_equal(x.multipath, 6);
	rib_unlisten(w->rib, &x.listener);
	path_unref(alike);
}

static void
who_listens_to_multipath_late_finds_it(void **state)
{
	struct world *w = *state;
	struct witness x;

	add_other(w);
	set(w, EBGP, "10.1.0.0/16");
	say(w, OTHER, "10.1.0.0/16", w->path[EBGP]);
	assert_int_equal(shared(w, "10.1.0.0/16"), 0); /* nobody asks */
	listen_to_multipath(w, &x);
	assert_int_equal(shared(w, "10.1.0.0/16"), 2);
	assert_int_equal(x.multipath, 0);
	rib_unlisten(w->rib, &x.listener);
	assert_int_equal(shared(w, "10.1.0.0/16"), 0);
	unset(w, EBGP, "10.1.0.0/16");
	listen_to_multipath(w, &x);
	assert_int_equal(shared(w, "10.1.0.0/16"), 1);
	rib_unlisten(w->rib, &x.listener);
}

static void
a_route_that_may_not_be_used_any_more_is_news(void **state)
{
	struct world *w = *state;
	struct witness x;

	import_from(w, EBGP, "", ATTRS, NET1);
	listen(w, &x);
	set_mode(w, IMPORT_KEEP, 0);
	import_from(w, EBGP, "", ATTRS, NET1); /* the same path */
	assert_int_equal(x.routes, 1);
	assert_int_equal(x.best, 1);
	rib_unlisten(w->rib, &x.listener);
}

static void
any_listener_can_hold_a_prefix(void **state)
{
	struct world *w = *state;
	struct witness x;

	listen(w, &x);
	x.hold = true;
	set(w, EBGP, "10.1.0.0/16");
	unset(w, EBGP, "10.1.0.0/16");
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V4)->n, 1);
	x.hold = false;
	rib_release(w->rib, FAMILY_V4, 1);
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V4)->n, 0);
	rib_unlisten(w->rib, &x.listener);
}

static void
a_new_path_of_the_same_source_is_told(void **state)
{
	struct world *w = *state;
	struct prefix p = pfx("10.1.0.0/16");
	struct path *other = local_path(w->paths, 9);

	set(w, RIB_LOCAL, "10.1.0.0/16");
	rib_set(w->rib, RIB_LOCAL, &p, other);
	path_unref(other);
	assert_int_equal(w->changed, 2);
	assert_int_equal(rib_size(w->rib, FAMILY_V4), 1);
}

static void
host_bits_make_no_other_prefix(void **state)
{
	struct world *w = *state;

	set(w, RIB_LOCAL, "10.1.2.3/16");
	assert_int_equal(best_source(w, "10.1.0.0/16"), RIB_LOCAL);
	unset(w, RIB_LOCAL, "10.1.4.5/16");
	assert_int_equal(best_source(w, "10.1.0.0/16"), -1);
}

static void
families_do_not_mix(void **state)
{
	struct world *w = *state;

	set(w, RIB_LOCAL, "10.0.0.0/8");
	set(w, RIB_LOCAL, "2001:db8::/32");
	assert_int_equal(rib_size(w->rib, FAMILY_V4), 1);
	assert_int_equal(rib_size(w->rib, FAMILY_V6), 1);
	assert_int_equal(best_source(w, "2001:db8::/32"), RIB_LOCAL);
}

static void
a_forgotten_source_leaves_nothing(void **state)
{
	struct world *w = *state;

	set(w, EBGP, "10.1.0.0/16");
	set(w, EBGP, "2001:db8::/32");
	set(w, IBGP, "10.1.0.0/16");
	rib_forget(w->rib, EBGP);
	assert_int_equal(best_source(w, "10.1.0.0/16"), IBGP);
	assert_int_equal(best_source(w, "2001:db8::/32"), -1);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).received, 0);
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V6)->n, 0);
}

static void
a_held_prefix_keeps_its_index_until_it_is_released(void **state)
{
	struct world *w = *state;
	struct prefix p = pfx("10.1.0.0/16");

	set(w, EBGP, "10.1.0.0/16");
	uint32_t index = prefix_table_find(rib_prefixes(w->rib, FAMILY_V4), &p);

	w->hold = true;
	unset(w, EBGP, "10.1.0.0/16");
	rib_release(w->rib, FAMILY_V4, index);
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V4)->n, 1);
	assert_int_equal(rib_size(w->rib, FAMILY_V4), 0);
	w->hold = false;
	rib_release(w->rib, FAMILY_V4, index);
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V4)->n, 0);
}

static void
routes_are_walked_one_by_one(void **state)
{
	struct world *w = *state;
	struct rib_cursor c = { .family = FAMILY_V4 };
	struct rib_route r;
	unsigned n = 0, best = 0;

	set(w, EBGP, "10.1.0.0/16");
	set(w, IBGP, "10.1.0.0/16");
	set(w, IBGP, "10.2.0.0/16");
	unset(w, IBGP, "10.2.0.0/16");
	set(w, RIB_LOCAL, "10.3.0.0/16");
	for (; rib_next(w->rib, &c, &r); n++)
		best += r.best;
	assert_int_equal(n, 3);
	assert_int_equal(best, 2);
}

static void
a_prefix_is_looked_up_best_first(void **state)
{
	struct world *w = *state;
	struct prefix p = pfx("10.1.0.0/16");
	struct rib_route r;

	set(w, EBGP, "10.1.0.0/16");
	set(w, IBGP, "10.1.0.0/16");
	assert_true(rib_lookup(w->rib, &p, 0, &r));
	assert_int_equal(r.source, EBGP);
	assert_true(r.best);
	assert_true(rib_lookup(w->rib, &p, 1, &r));
	assert_int_equal(r.source, IBGP);
	assert_false(rib_lookup(w->rib, &p, 2, &r));
}

/* One after the other is the same as each by its number. */
static void
routes_of_a_prefix_are_one_behind_the_other(void **state)
{
	struct world *w = *state;
	struct prefix p = pfx("10.1.0.0/16");
	struct rib_route r, nth;
	uint32_t n = 0;

	for (uint32_t source = RIB_LOCAL; source <= IBGP; source++)
		set(w, source, "10.1.0.0/16");
	for (bool more = rib_lookup(w->rib, &p, 0, &r); more;
	     more = rib_lookup_next(w->rib, &r)) {
		assert_true(rib_lookup(w->rib, &p, n++, &nth));
		assert_int_equal(r.source, nth.source);
		assert_ptr_equal(r.path, nth.path);
		assert_int_equal(r.best, nth.best);
		assert_int_equal(r.eligible, nth.eligible);
		assert_true(prefix_eq(&r.prefix, &nth.prefix));
	}
	assert_int_equal(n, 3);
}

static void
an_update_is_taken_in(void **state)
{
	struct world *w = *state;

	import_from(w, EBGP, "", ATTRS, NET1 NET2);
	assert_int_equal(best_source(w, "203.0.113.0/24"), EBGP);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).received, 2);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).accepted, 2);
	import_from(w, EBGP, NET1, "", "");
	assert_int_equal(best_source(w, "203.0.113.0/24"), -1);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).received, 1);
}

#define PATH_1 "00000001 "
#define PATH_2 "00000002 "
#define LONGER "400101 00 40020a 0202 0000fde9 0000fdea 400304 0a000001"

static void
a_source_has_a_route_for_each_path_id(void **state)
{
	struct world *w = *state;
	struct prefix p = pfx("203.0.113.0/24");
	struct rib_route r;

	w->add_path = true;
	import_from(w, EBGP, "", LONGER, PATH_1 NET1);
	import_from(w, EBGP, "", ATTRS, PATH_2 NET1);
	assert_true(rib_lookup(w->rib, &p, 0, &r));
	assert_int_equal(r.path_id, 2);
	assert_true(rib_lookup(w->rib, &p, 1, &r));
	assert_int_equal(r.path_id, 1);
	assert_int_equal(rib_size(w->rib, FAMILY_V4), 1);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).received, 2);
	import_from(w, EBGP, PATH_2 NET1, "", "");
	assert_true(rib_best(w->rib, &p, &r));
	assert_int_equal(r.path_id, 1);
	assert_false(rib_lookup(w->rib, &p, 1, &r));
	assert_int_equal(w->changed, 3);
}

static void
a_path_id_said_again_replaces_its_route(void **state)
{
	struct world *w = *state;
	struct prefix p = pfx("203.0.113.0/24");
	struct rib_route r;

	w->add_path = true;
	import_from(w, EBGP, "", ATTRS, PATH_1 NET1 PATH_2 NET1);
	import_from(w, EBGP, "", LONGER, PATH_1 NET1);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).received, 2);
	assert_true(rib_best(w->rib, &p, &r));
	assert_int_equal(r.path_id, 2);
}

static void
all_paths_of_a_forgotten_source_go(void **state)
{
	struct world *w = *state;

	w->add_path = true;
	import_from(w, EBGP, "", ATTRS, PATH_1 NET1 PATH_2 NET1 PATH_1 NET2);
	rib_forget(w->rib, EBGP);
	assert_int_equal(rib_size(w->rib, FAMILY_V4), 0);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).received, 0);
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V4)->n, 0);
}

static void
each_path_counts_against_the_limit(void **state)
{
	struct world *w = *state;

	w->add_path = true;
	set_mode(w, IMPORT_ACCEPT, 1);
	assert_int_equal(
	    import_from(w, EBGP, "", ATTRS, PATH_1 NET1), RIB_IMPORTED);
	assert_int_equal(
	    import_from(w, EBGP, "", ATTRS, PATH_2 NET1), RIB_OVER_LIMIT);
}

/* One of them is known, others have no place until one goes. */
static void
paths_of_a_prefix_have_a_limit(void **state)
{
	struct world *w = *state;
	char text[40];

	w->add_path = true;
	for (unsigned id = 1; id <= RIB_PATHS_MOST + 2; id++) {
		snprintf(text, sizeof(text), "%08x " NET1, id);
		import_from(w, EBGP, "", ATTRS, text);
	}
	import_from(w, EBGP, "", LONGER, PATH_1 NET1);
	import_from(w, IBGP, "", ATTRS, PATH_1 NET1 PATH_2 NET1);
	import_from(w, EBGP, "", ATTRS, PATH_2 NET2);
	struct rib_counts c = rib_counts(w->rib, EBGP, FAMILY_V4);

	assert_int_equal(c.received, RIB_PATHS_MOST + 1);
	assert_int_equal(c.refused, 2);
	assert_int_equal(rib_counts(w->rib, IBGP, FAMILY_V4).received, 2);
	import_from(w, EBGP, PATH_1 NET1, ATTRS, text);
	c = rib_counts(w->rib, EBGP, FAMILY_V4);
	assert_int_equal(c.received, RIB_PATHS_MOST + 1);
	assert_int_equal(c.refused, 2);
}

/* As many of this session as of the one before, which are about to go. */
static void
stale_paths_of_a_prefix_are_no_part_of_the_limit(void **state)
{
	static const bool keep[FAMILIES] = { false, true, true };
	struct world *w = *state;
	char text[40];

	w->add_path = true;
	for (unsigned id = 1; id <= 2 * RIB_PATHS_MOST; id++) {
		if (id == RIB_PATHS_MOST + 1)
			assert_true(rib_stale_begin(w->rib, EBGP, keep));
		snprintf(text, sizeof(text), "%08x " NET1, id);
		import_from(w, EBGP, "", ATTRS, text);
	}
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).refused, 0);
}

/* Of one UPDATE one prefix gets a LOCAL_PREF, one is refused, one stays as it is. */
static void
policy_judges_each_prefix_of_an_update(void **state)
{
	struct world *w = *state;
	struct action low = { ACTION_LOCAL_PREF, { 50 }, { 0 } };
	const struct policy_rule rules[] = {
		{ pfx("203.0.113.0/24"), 24, 24, rib_verdict(w->rib, &low, 1),
		    0, 0 },
		{ pfx("198.51.100.0/24"), 24, 24, VERDICT_REFUSE, 0, 0 },
	};
	const struct policy policy = {
		.rules = rules, .n = 2, .otherwise = VERDICT_ACCEPT
	};
	struct prefix changed = pfx("203.0.113.0/24");
	struct prefix refused = pfx("198.51.100.0/24");
	struct prefix same = pfx("192.0.2.0/24");
	struct rib_source s = ebgp_source;
	struct rib_route r;

	s.policy = &policy;
	rib_add_source(w->rib, EBGP, &s);
	import_from(w, EBGP, "", ATTRS, NET1 NET2 "18 c00002");
	assert_true(rib_best(w->rib, &changed, &r));
	assert_int_equal(r.path->local_pref, 50);
	assert_true(rib_best(w->rib, &same, &r));
	assert_int_equal(r.path->local_pref, LOCAL_PREF_DEFAULT);
	assert_false(rib_best(w->rib, &refused, &r));
	assert_true(rib_lookup(w->rib, &refused, 0, &r)); /* to be shown */
	assert_false(r.eligible);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).received, 3);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).accepted, 2);
	import_from(
	    w, EBGP, "", OWN_AS, NET1); /* policy does not mend a loop */
	assert_false(rib_best(w->rib, &changed, &r));
}

static void
judge_anew(struct world *w, enum import_mode mode, const struct policy *policy)
{
	struct rib_source s = ebgp_source;

	s.import = mode;
	s.policy = policy;
	rib_add_source(w->rib, EBGP, &s);
	assert_true(rib_judge_begin(w->rib, EBGP));
	while (rib_has_rest(w->rib))
		rib_forget_some(w->rib, 1);
}

/* A route of the peer; 0: not used, else with that LOCAL_PREF. */
static uint32_t
used(struct world *w, const char *text)
{
	struct prefix p = pfx(text);
	struct rib_route r;

	assert_true(rib_lookup(w->rib, &p, 0, &r));
	assert_int_equal(r.best, r.eligible);
	assert_int_not_equal(r.filtered, r.eligible);
	if (!r.eligible) /* shown as it came */
		assert_null(r.path->from);
	return r.eligible ? r.path->local_pref : 0;
}

static void
another_policy_holds_for_what_is_kept(void **state)
{
	struct world *w = *state;
	struct action low = { ACTION_LOCAL_PREF, { 50 }, { 0 } };
	struct action high = { ACTION_LOCAL_PREF, { 70 }, { 0 } };
	const struct policy_rule first[] = {
		{ pfx("203.0.113.0/24"), 24, 24, rib_verdict(w->rib, &low, 1),
		    0, 0 },
		{ pfx("198.51.100.0/24"), 24, 24, VERDICT_REFUSE, 0, 0 },
	};
	const struct policy_rule second[] = {
		{ pfx("203.0.113.0/24"), 24, 24, VERDICT_REFUSE, 0, 0 },
		{ pfx("0.0.0.0/0"), 0, 32, rib_verdict(w->rib, &high, 1), 0,
		    0 },
	};
	const struct policy before = {
		.rules = first, .n = 2, .otherwise = VERDICT_ACCEPT
	};
	const struct policy after = {
		.rules = second, .n = 2, .otherwise = VERDICT_REFUSE
	};
	struct rib_source s = ebgp_source;

	s.policy = &before;
	rib_add_source(w->rib, EBGP, &s);
	import_from(w, EBGP, "", ATTRS, NET1 NET2 "18 c00002");
	unsigned changed = w->changed;

	judge_anew(w, IMPORT_ACCEPT, &before);
	assert_int_equal(w->changed, changed); /* a difference only */
	judge_anew(w, IMPORT_ACCEPT, &after);
	assert_int_equal(used(w, "203.0.113.0/24"), 0);
	assert_int_equal(used(w, "198.51.100.0/24"), 70);
	assert_int_equal(used(w, "192.0.2.0/24"), 70);
	assert_int_equal(w->changed, changed + 3);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).accepted, 2);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).filtered, 1);
	judge_anew(w, IMPORT_ACCEPT, NULL);
	assert_int_equal(used(w, "203.0.113.0/24"), LOCAL_PREF_DEFAULT);
	assert_int_equal(used(w, "198.51.100.0/24"), LOCAL_PREF_DEFAULT);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).filtered, 0);
}

static void
another_mode_holds_for_what_is_kept(void **state)
{
	struct world *w = *state;

	set_mode(w, IMPORT_KEEP, 0);
	import_from(w, EBGP, "", ATTRS, NET1);
	import_from(w, EBGP, "", OWN_AS, NET2);
	assert_int_equal(best_source(w, "203.0.113.0/24"), -1);
	judge_anew(w, IMPORT_ACCEPT, NULL);
	assert_int_equal(best_source(w, "203.0.113.0/24"), EBGP);
	assert_int_equal(best_source(w, "198.51.100.0/24"), -1); /* a loop */
	judge_anew(w, IMPORT_KEEP, NULL);
	assert_int_equal(best_source(w, "203.0.113.0/24"), -1);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).received, 2);
}

/* RFC 7911: one of a prefix's paths may be refused, and the other not. */
static void
each_path_of_a_prefix_is_judged(void **state)
{
	struct world *w = *state;
	const struct path_match long_ones = { .min_length = 2 };
	const struct policy_rule rule = { pfx("0.0.0.0/0"), 0, 32,
		VERDICT_REFUSE, 1, 0 };
	const struct policy policy = { .rules = &rule,
		.n = 1,
		.otherwise = VERDICT_ACCEPT,
		.matches = &long_ones,
		.n_matches = 1 };
	struct prefix p = pfx("203.0.113.0/24");
	struct rib_route r;

	w->add_path = true;
	set_mode(w, IMPORT_ACCEPT, 0);
	import_from(w, EBGP, "", ATTRS, PATH_1 NET1);
	import_from(w, EBGP, "", LONG, PATH_2 NET1);
	judge_anew(w, IMPORT_ACCEPT, &policy);
	assert_true(rib_lookup(w->rib, &p, 0, &r));
	assert_int_equal(r.path_id, 1);
	assert_true(r.best);
	assert_true(rib_lookup(w->rib, &p, 1, &r));
	assert_true(r.filtered);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).accepted, 1);
}

/* Each route that is named to it, "SOURCE PREFIX ID", and "used" if it was. */
struct namer {
	struct rib_listener listener;
	const struct rib *rib;
	char text[256];
};

static void
on_named(void *arg, enum family family, uint32_t index, uint32_t source,
    uint32_t path_id, bool was_eligible)
{
	struct namer *x = arg;
	struct prefix p = prefix_table_get(rib_prefixes(x->rib, family), index);
	char text[PREFIX_TEXT];
	size_t n = strlen(x->text);

	snprintf(x->text + n, sizeof(x->text) - n, "%u %s %u%s\n", source,
	    prefix_print(&p, text), path_id, was_eligible ? " used" : "");
}

static void
listen_to_names(struct world *w, struct namer *x)
{
	static const struct rib_ops named = { .route = on_named };

	*x = (struct namer){ .listener = { .ops = &named, .arg = x },
		.rib = w->rib };
	rib_listen(w->rib, &x->listener);
}

static void
assert_named(struct namer *x, const char *want)
{
	assert_string_equal(x->text, want);
	x->text[0] = '\0';
}

static void
a_route_is_named_when_it_is_another(void **state)
{
	struct world *w = *state;
	struct namer x;

	w->add_path = true;
	set_mode(w, IMPORT_ACCEPT, 0);
	listen_to_names(w, &x);
	import_from(w, EBGP, "", ATTRS, PATH_1 NET1 PATH_2 NET1);
	assert_named(&x, "1 203.0.113.0/24 1\n1 203.0.113.0/24 2\n");
	import_from(w, EBGP, "", ATTRS, PATH_2 NET1); /* as before */
	assert_named(&x, "");
	import_from(w, EBGP, PATH_2 NET1, "", "");
	assert_named(&x, "1 203.0.113.0/24 2 used\n");
	judge_anew(w, IMPORT_KEEP, NULL);
	assert_named(&x, "1 203.0.113.0/24 1 used\n");
	rib_forget(w->rib, EBGP);
	assert_named(&x, "1 203.0.113.0/24 1\n");
	rib_unlisten(w->rib, &x.listener);
}

static void
nothing_is_stored_of_what_is_only_counted(void **state)
{
	struct world *w = *state;

	set_mode(w, IMPORT_COUNT, 0);
	import_from(w, EBGP, "", ATTRS, NET1 NET2);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).received, 2);
	assert_int_equal(rib_size(w->rib, FAMILY_V4), 0);
	assert_int_equal(path_table_count(w->paths), 3);
	import_from(w, EBGP, NET1 NET2 NET2, "", "");
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).received, 0);
}

static void
what_is_only_kept_is_never_the_best(void **state)
{
	struct world *w = *state;
	struct rib_cursor c = { .family = FAMILY_V4 };
	struct rib_route r;

	set_mode(w, IMPORT_KEEP, 0);
	import_from(w, EBGP, "", ATTRS, NET1);
	assert_int_equal(best_source(w, "203.0.113.0/24"), -1);
	assert_true(rib_next(w->rib, &c, &r));
	assert_false(r.best);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).received, 1);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).accepted, 0);
	assert_int_equal(w->changed, 0);
}

static const char *
unused_for(struct world *w, const char *text)
{
	struct prefix p = pfx(text);
	struct rib_route r;

	assert_true(rib_lookup(w->rib, &p, 0, &r));
	const char *why = rib_unused_for(w->rib, &r);

	return why != NULL ? why : "";
}

static void
why_a_route_is_not_used_is_known(void **state)
{
	const struct policy none = { .otherwise = VERDICT_REFUSE };
	struct world *w = *state;

	import_from(w, EBGP, "", OWN_AS, NET1);
	assert_non_null(
	    strstr(unused_for(w, "203.0.113.0/24"), "in its AS path"));
	import_from(w, EBGP, "", ATTRS, NET1);
	assert_string_equal(unused_for(w, "203.0.113.0/24"), "");
	judge_anew(w, IMPORT_ACCEPT, &none);
	assert_string_equal(unused_for(w, "203.0.113.0/24"),
	    "no rule of the import filters accepts it");
	judge_anew(w, IMPORT_KEEP, NULL);
	assert_string_equal(unused_for(w, "203.0.113.0/24"),
	    "no import filter accepts anything from this peer");
}

static void
a_looped_path_is_kept_but_not_used(void **state)
{
	struct world *w = *state;

	import_from(w, EBGP, "", OWN_AS, NET1);
	assert_int_equal(best_source(w, "203.0.113.0/24"), -1);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).looped, 1);
	import_from(w, EBGP, "", ATTRS, NET1);
	assert_int_equal(best_source(w, "203.0.113.0/24"), EBGP);
	import_from(w, EBGP, "", OWN_AS, NET1); /* replaces the good one */
	assert_int_equal(best_source(w, "203.0.113.0/24"), -1);
}

/* RFC 7705 3.1. */
static void
what_we_are_to_a_peer_stands_in_front_of_its_paths(void **state)
{
	struct world *w = *state;
	struct rib_source s = *rib_source(w->rib, EBGP);
	struct rib_cursor c = { .family = FAMILY_V4 };
	struct rib_route r;

	import_from(w, EBGP, "", ATTRS, NET1);
	assert_true(rib_next(w->rib, &c, &r));
	unsigned length = r.path->as_len;

	s.local_as = 64999;
	s.prepended = true;
	rib_add_source(w->rib, EBGP, &s);
	import_from(w, EBGP, "", ATTRS, NET1);
	c = (struct rib_cursor){ .family = FAMILY_V4 };
	assert_true(rib_next(w->rib, &c, &r));
	assert_int_equal(best_source(w, "203.0.113.0/24"), EBGP);
	assert_int_equal(r.path->as_len, length + 1);
	assert_int_equal(as_path_first(path_list(r.path, LIST_AS_PATH)), 64999);
}

/* RFC 9234 5: a customer that passes on what it has of another provider. */
static void
a_leaked_path_is_kept_but_not_used(void **state)
{
	struct world *w = *state;
	struct rib_source s = *rib_source(w->rib, EBGP);
	struct rib_cursor c = { .family = FAMILY_V4 };
	struct rib_route r;

	s.role = ROLE_PROVIDER;
	rib_add_source(w->rib, EBGP, &s);
	import_from(w, EBGP, "", ATTRS "c02304 0000fe00", NET1);
	assert_int_equal(best_source(w, "203.0.113.0/24"), -1);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).leaked, 1);
	assert_true(rib_next(w->rib, &c, &r));
	import_from(w, EBGP, "", ATTRS, NET1);
	assert_int_equal(best_source(w, "203.0.113.0/24"), EBGP);
	s.role = ROLE_CUSTOMER;
	rib_add_source(w->rib, EBGP, &s);
	import_from(w, EBGP, "", ATTRS, NET1);
	assert_true(rib_best(w->rib, &r.prefix, &r));
	assert_int_equal(r.path->otc, s.asn);
}

static void
a_bad_attribute_withdraws_its_prefixes(void **state)
{
	struct world *w = *state;

	import_from(w, EBGP, "", ATTRS, NET1 NET2);
	import_from(w, EBGP, "", BAD_ORIGIN, NET1);
	assert_int_equal(best_source(w, "203.0.113.0/24"), -1);
	assert_int_equal(best_source(w, "198.51.100.0/24"), EBGP);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).refused, 1);
}

static void
martians_are_ignored(void **state)
{
	struct world *w = *state;

	import_from(w, EBGP, "", ATTRS, "08 7f " NET1);
	assert_int_equal(best_source(w, "127.0.0.0/8"), -1);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).received, 1);
	assert_int_equal(rib_counts(w->rib, EBGP, FAMILY_V4).refused, 1);
}

static void
one_prefix_too_many_is_reported_exactly(void **state)
{
	struct world *w = *state;

	set_mode(w, IMPORT_COUNT, 1);
	assert_int_equal(import_from(w, EBGP, "", ATTRS, NET1), RIB_IMPORTED);
	assert_int_equal(/* again the same prefix */
	    import_from(w, EBGP, "", ATTRS, NET1), RIB_IMPORTED);
	assert_int_equal(import_from(w, EBGP, "", ATTRS, NET2), RIB_OVER_LIMIT);
	assert_int_equal(best_source(w, "203.0.113.0/24"), -1);
}

static void
the_heaviest_source_has_the_most_bytes_of_attributes(void **state)
{
	struct world *w = *state;
	size_t before = path_table_bytes(w->paths);

	assert_int_equal(rib_heaviest(w->rib), RIB_LOCAL);
	import_from(w, IBGP, "", ATTRS, NET1);
	assert_int_equal(rib_heaviest(w->rib), IBGP);
	import_from(w, EBGP, "", ATTRS, NET1 NET2);
	assert_int_equal(rib_heaviest(w->rib), EBGP);
	import_from(w, EBGP, NET2, "", "");
	import_from(w, IBGP, "", ATTRS, NET2);
	assert_int_equal(rib_heaviest(w->rib), IBGP);
	rib_forget(w->rib, IBGP);
	rib_forget(w->rib, EBGP);
	assert_int_equal(rib_heaviest(w->rib), RIB_LOCAL);
	assert_int_equal(path_table_bytes(w->paths), before);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_heaviest_source_has_the_most_bytes_of_attributes),
		T(the_best_of_all_sources_is_told),
		T(what_does_not_change_the_best_is_not_told),
		T(who_listens_to_routes_is_told_of_each),
		T(a_route_is_named_when_it_is_another),
		T(routes_as_good_as_the_best_are_news),
		T(who_listens_to_multipath_late_finds_it),
		T(a_route_that_may_not_be_used_any_more_is_news),
		T(any_listener_can_hold_a_prefix),
		T(a_new_path_of_the_same_source_is_told),
		T(host_bits_make_no_other_prefix),
		T(families_do_not_mix),
		T(a_forgotten_source_leaves_nothing),
		T(a_held_prefix_keeps_its_index_until_it_is_released),
		T(routes_are_walked_one_by_one),
		T(a_prefix_is_looked_up_best_first),
		T(routes_of_a_prefix_are_one_behind_the_other),
		T(an_update_is_taken_in),
		T(a_source_has_a_route_for_each_path_id),
		T(a_path_id_said_again_replaces_its_route),
		T(all_paths_of_a_forgotten_source_go),
		T(each_path_counts_against_the_limit),
		T(paths_of_a_prefix_have_a_limit),
		T(stale_paths_of_a_prefix_are_no_part_of_the_limit),
		T(policy_judges_each_prefix_of_an_update),
		T(another_policy_holds_for_what_is_kept),
		T(another_mode_holds_for_what_is_kept),
		T(each_path_of_a_prefix_is_judged),
		T(nothing_is_stored_of_what_is_only_counted),
		T(what_is_only_kept_is_never_the_best),
		T(a_looped_path_is_kept_but_not_used),
		T(why_a_route_is_not_used_is_known),
		T(what_we_are_to_a_peer_stands_in_front_of_its_paths),
		T(a_leaked_path_is_kept_but_not_used),
		T(a_bad_attribute_withdraws_its_prefixes),
		T(martians_are_ignored),
		T(one_prefix_too_many_is_reported_exactly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
