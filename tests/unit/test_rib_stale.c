/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes of a peer that is about to restart: what stays, for how long, and what it is
 * worth (RFC 4724 4.2, RFC 9494). At the end a long random history against a model.
 */
#include <stdbool.h>
#include <stdio.h>

#include "bgpd/rib/prefix_table.h"
#include "common/rng.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

enum { AWAY = 1, OTHER = 2 };

static const bool both[FAMILIES] = { false, true, true };
static const bool v4[FAMILIES] = { false, true, false };

struct world {
	struct path_table *paths;
	struct rib *rib;
	struct path *good, *longer, *no_llgr, *llgr_stale;
};

static struct path *
path_of(struct world *w, const char *as_path, const char *communities)
{
	struct attrs a = heard(as_path, "10.0.0.1");

	a.communities = hex(communities);
	if (a.communities.left > 0)
		a.has |= ATTR_BIT(ATTR_COMMUNITIES);
	return path_intern(w->paths, &a);
}

static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->paths = path_table_new(1);
	w->rib = rib_new(w->paths);
	rib_add_source(w->rib, AWAY, &ebgp_source);
	rib_add_source(w->rib, OTHER, &ibgp_source);
	w->good = path_of(w, VIA_65001, "");
	w->longer = path_of(w, VIA_65002_65001, "");
	w->no_llgr = path_of(w, VIA_65001, "00010001 ffff0007");
	w->llgr_stale = path_of(w, VIA_65001, "ffff0006");
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	rib_free(w->rib);
	path_unref(w->good);
	path_unref(w->longer);
	path_unref(w->no_llgr);
	path_unref(w->llgr_stale);
	path_table_free(w->paths); /* asserts that none is left */
	free(w);
	return 0;
}

static void
set(struct world *w, uint32_t source, const char *text, struct path *path)
{
	struct prefix p = pfx(text);

	rib_set(w->rib, source, &p, path);
}

static void
sweep(struct world *w)
{
	while (!rib_forget_some(w->rib, 1))
		;
}

/* The source of the best route, and whether that is stale: "1", "1 stale", "". */
static const char *
best(const struct world *w, const char *text)
{
	static char word[20];
	struct prefix p = pfx(text);
	struct rib_route r;

	if (!rib_best(w->rib, &p, &r))
		return "";
	snprintf(word, sizeof(word), "%u%s", r.source, r.stale ? " stale" : "");
	return word;
}

static uint32_t
stale(const struct world *w, enum family f)
{
	return rib_counts(w->rib, AWAY, f).stale;
}

/* --- What stays. --- */

static void
routes_stay_until_they_are_said_again_or_swept(void **state)
{
	struct world *w = *state;

	set(w, AWAY, "10.1.0.0/16", w->good);
	set(w, AWAY, "10.2.0.0/16", w->good);
	assert_true(rib_stale_begin(w->rib, AWAY, both));
	sweep(w);
	assert_string_equal(best(w, "10.1.0.0/16"), "1 stale");
	assert_int_equal(stale(w, FAMILY_V4), 2);
	set(w, AWAY, "10.1.0.0/16", w->good);
	assert_string_equal(best(w, "10.1.0.0/16"), "1");
	assert_int_equal(stale(w, FAMILY_V4), 1);
	set(w, AWAY, "10.3.0.0/16", w->good);
	rib_stale_end(w->rib, AWAY, FAMILY_V4);
	sweep(w);
	assert_string_equal(best(w, "10.1.0.0/16"), "1");
	assert_string_equal(best(w, "10.2.0.0/16"), "");
	assert_string_equal(best(w, "10.3.0.0/16"), "1");
	assert_int_equal(stale(w, FAMILY_V4), 0);
	assert_int_equal(rib_counts(w->rib, AWAY, FAMILY_V4).received, 2);
}

/* The last of them, too. */
static void
stale_routes_that_are_judged_stay_stale(void **state)
{
	struct world *w = *state;

	set(w, AWAY, "10.1.0.0/16", w->good);
	assert_true(rib_stale_begin(w->rib, AWAY, both));
	assert_true(rib_judge_begin(w->rib, AWAY));
	sweep(w);
	assert_string_equal(best(w, "10.1.0.0/16"), "1 stale");
	assert_int_equal(stale(w, FAMILY_V4), 1);
	rib_stale_end(w->rib, AWAY, FAMILY_V4);
	sweep(w);
	assert_string_equal(best(w, "10.1.0.0/16"), "");
}

/* Its filters are edited while it is away, and the walk for that is not through. */
static void
stale_routes_go_though_they_are_being_judged(void **state)
{
	struct world *w = *state;

	set(w, AWAY, "10.1.0.0/16", w->good);
	set(w, AWAY, "10.2.0.0/16", w->good);
	assert_true(rib_stale_begin(w->rib, AWAY, both));
	assert_true(rib_judge_begin(w->rib, AWAY));
	set(w, AWAY, "10.1.0.0/16", w->good);
	rib_stale_end(w->rib, AWAY, FAMILY_V4);
	sweep(w);
	assert_string_equal(best(w, "10.1.0.0/16"), "1");
	assert_string_equal(best(w, "10.2.0.0/16"), "");
	assert_int_equal(stale(w, FAMILY_V4), 0);
}

static void
families_that_are_not_kept_go(void **state)
{
	struct world *w = *state;

	set(w, AWAY, "10.1.0.0/16", w->good);
	set(w, AWAY, "2001:db8::/32", w->good);
	assert_true(rib_stale_begin(w->rib, AWAY, v4));
	sweep(w);
	assert_string_equal(best(w, "10.1.0.0/16"), "1 stale");
	assert_string_equal(best(w, "2001:db8::/32"), "");
	assert_int_equal(stale(w, FAMILY_V6), 0);
}

static void
families_end_each_by_itself(void **state)
{
	struct world *w = *state;

	set(w, AWAY, "10.1.0.0/16", w->good);
	set(w, AWAY, "2001:db8::/32", w->good);
	rib_stale_begin(w->rib, AWAY, both);
	rib_stale_end(w->rib, AWAY, FAMILY_V6);
	sweep(w);
	assert_string_equal(best(w, "10.1.0.0/16"), "1 stale");
	assert_string_equal(best(w, "2001:db8::/32"), "");
}

/* RFC 4724 4.2: of two restarts in a row the routes of the first go. */
static void
what_is_stale_twice_goes(void **state)
{
	struct world *w = *state;

	set(w, AWAY, "10.1.0.0/16", w->good);
	set(w, AWAY, "10.2.0.0/16", w->good);
	rib_stale_begin(w->rib, AWAY, both);
	set(w, AWAY, "10.2.0.0/16", w->longer);
	rib_stale_begin(w->rib, AWAY, both);
	assert_string_equal(best(w, "10.1.0.0/16"), "");
	assert_string_equal(best(w, "10.2.0.0/16"), "1 stale");
	assert_int_equal(stale(w, FAMILY_V4), 1);
}

/* RFC 7313 4 */
static void
routes_of_a_family_are_said_once_more(void **state)
{
	struct world *w = *state;

	set(w, AWAY, "10.1.0.0/16", w->good);
	set(w, AWAY, "10.2.0.0/16", w->good);
	set(w, AWAY, "2001:db8::/32", w->good);
	assert_true(rib_stale_again(w->rib, AWAY, FAMILY_V4));
	set(w, AWAY, "10.1.0.0/16", w->good);
	/* What is stale already is not taken for fresh. */
	assert_false(rib_stale_again(w->rib, AWAY, FAMILY_V4));
	assert_string_equal(best(w, "10.2.0.0/16"), "1 stale");
	rib_stale_end(w->rib, AWAY, FAMILY_V4);
	sweep(w);
	assert_string_equal(best(w, "10.1.0.0/16"), "1");
	assert_string_equal(best(w, "10.2.0.0/16"), "");
	assert_string_equal(best(w, "2001:db8::/32"), "1");
}

static void
routes_of_others_are_never_stale(void **state)
{
	struct world *w = *state;

	set(w, OTHER, "10.1.0.0/16", w->good);
	rib_stale_begin(w->rib, AWAY, both);
	rib_stale_end(w->rib, AWAY, FAMILY_V4);
	sweep(w);
	assert_string_equal(best(w, "10.1.0.0/16"), "2");
}

static void
forgotten_source_leaves_nothing_stale(void **state)
{
	struct world *w = *state;

	set(w, AWAY, "10.1.0.0/16", w->good);
	rib_stale_begin(w->rib, AWAY, both);
	rib_stale_end(w->rib, AWAY, FAMILY_V4);
	rib_forget(w->rib, AWAY);
	assert_int_equal(stale(w, FAMILY_V4), 0);
	assert_false(rib_has_rest(w->rib));
	rib_add_source(w->rib, AWAY, &ebgp_source);
	set(w, AWAY, "10.1.0.0/16", w->good);
	assert_string_equal(best(w, "10.1.0.0/16"), "1");
}

static void
what_was_only_counted_is_not_kept(void **state)
{
	struct world *w = *state;
	struct rib_source counted = ebgp_source;

	counted.import = IMPORT_COUNT;
	rib_add_source(w->rib, AWAY, &counted);
	assert_false(rib_stale_begin(w->rib, AWAY, both));
	rib_add_source(w->rib, OTHER, &ibgp_source);
	rib_forget_begin(w->rib, OTHER);
	assert_false(rib_stale_begin(w->rib, OTHER, both));
	sweep(w);
}

/* Nobody is told of a route that is said again as it was. */
static void
count_changed(void *arg, enum family family, uint32_t index, unsigned news)
{
	unsigned *n = arg;

	(void)family;
	(void)index;
	(void)news;
	++*n;
}

static void
route_that_is_said_again_is_no_news(void **state)
{
	static const struct rib_ops ops = {
		.news = RIB_NEWS_BEST | RIB_NEWS_ROUTE, .changed = count_changed
	};
	struct world *w = *state;
	unsigned n = 0;
	struct rib_listener l = { .ops = &ops, .arg = &n };

	set(w, AWAY, "10.1.0.0/16", w->good);
	rib_listen(w->rib, &l);
	rib_stale_begin(w->rib, AWAY, both);
	set(w, AWAY, "10.1.0.0/16", w->good);
	rib_stale_end(w->rib, AWAY, FAMILY_V4);
	sweep(w);
	assert_int_equal(n, 0);
	rib_unlisten(w->rib, &l);
}

/* By its router id (RFC 4271 9.1.2.2, RFC 4456 8) or its address. */
static void
routes_of_who_is_back_as_another_are_compared_and_told_anew(void **state)
{
	static const struct rib_ops ops = { .news = RIB_NEWS_ROUTE,
		.changed = count_changed };
	struct world *w = *state;
	struct rib_source rows[3] = { ibgp_source, ibgp_source, ibgp_source };
	static const char *const winners[] = { "1", "2", "1" };
	unsigned n = 0;
	struct rib_listener l = { .ops = &ops, .arg = &n };

	rows[0].router_id--;
	rows[1].router_id++;
	rows[2].addr.bytes[3]--;
	rib_add_source(w->rib, AWAY, &ibgp_source);
	set(w, AWAY, "10.1.0.0/16", w->good);
	set(w, OTHER, "10.1.0.0/16", w->good);
	rib_listen(w->rib, &l);
	for (unsigned i = 0; i < 3; i++) {
		n = 0;
		rib_stale_begin(w->rib, AWAY, both);
		rib_add_source(w->rib, AWAY, &rows[i]);
		set(w, AWAY, "10.1.0.0/16", w->good);
		rib_stale_end(w->rib, AWAY, FAMILY_V4);
		sweep(w);
		assert_string_equal(best(w, "10.1.0.0/16"), winners[i]);
		assert_true(n > 0);
	}
	rib_unlisten(w->rib, &l);
}

/* --- What it is worth. --- */

static void
stale_route_is_as_good_as_before(void **state)
{
	struct world *w = *state;

	set(w, AWAY, "10.1.0.0/16", w->good);
	set(w, OTHER, "10.1.0.0/16", w->longer);
	rib_stale_begin(w->rib, AWAY, both);
	assert_string_equal(best(w, "10.1.0.0/16"), "1 stale");
}

/* RFC 9494 4.3. */
static void
aged_route_is_the_last_resort(void **state)
{
	struct world *w = *state;

	set(w, AWAY, "10.1.0.0/16", w->good);
	set(w, OTHER, "10.1.0.0/16", w->longer);
	set(w, AWAY, "10.2.0.0/16", w->good);
	rib_stale_begin(w->rib, AWAY, both);
	rib_stale_age(w->rib, AWAY, FAMILY_V4);
	sweep(w);
	assert_string_equal(best(w, "10.1.0.0/16"), "2");
	assert_string_equal(best(w, "10.2.0.0/16"), "1 stale");
	set(w, AWAY, "10.1.0.0/16", w->good);
	assert_string_equal(best(w, "10.1.0.0/16"), "1");
}

static bool
is_marked(const struct world *w, const char *text)
{
	struct prefix p = pfx(text);
	struct rib_route r;

	assert_true(rib_best(w->rib, &p, &r));
	return path_has_community(r.path, COMMUNITY_LLGR_STALE);
}

static void
count_news(void *arg, enum family family, uint32_t index, unsigned news)
{
	unsigned *n = arg;

	(void)family;
	(void)index;
	(void)news;
	(*n)++;
}

/* RFC 9494 4.3: whom it is passed on to is told so. */
static void
aged_route_is_marked_until_it_is_said_again(void **state)
{
	static const struct rib_ops ops = { .news = RIB_NEWS_BEST,
		.changed = count_news };
	struct world *w = *state;
	struct path *other = path_of(w, VIA_65001, "00010001 ffffffff");
	struct attrs judged = heard(VIA_65001, "10.0.0.9");
	struct path *made = path_like(w->good, &judged);
	unsigned news = 0;
	struct rib_listener l = { .ops = &ops, .arg = &news };
	struct prefix p = pfx("10.2.0.0/16"), q = pfx("10.3.0.0/16");
	struct rib_route r;

	set(w, AWAY, "10.1.0.0/16", w->good);
	set(w, AWAY, "10.2.0.0/16", other);
	set(w, AWAY, "10.3.0.0/16", made);
	rib_stale_begin(w->rib, AWAY, both);
	sweep(w);
	assert_false(is_marked(w, "10.1.0.0/16"));
	rib_listen(w->rib, &l);
	rib_stale_age(w->rib, AWAY, FAMILY_V4);
	sweep(w);
	assert_int_equal(news, 3);
	assert_true(is_marked(w, "10.1.0.0/16"));
	assert_true(is_marked(w, "10.2.0.0/16"));
	rib_best(w->rib, &p, &r);
	assert_true(path_has_community(r.path, 0x00010001));
	assert_ptr_equal(r.path->from, other); /* as it came */
	assert_true(is_marked(w, "10.3.0.0/16"));
	rib_best(w->rib, &q, &r);
	assert_ptr_equal(r.path->from, w->good);
	assert_true(addr_eq(&r.path->next_hop, &made->next_hop));
	rib_judge_begin(w->rib, AWAY); /* filters are others now */
	sweep(w);
	assert_true(is_marked(w, "10.2.0.0/16"));
	rib_best(w->rib, &p, &r);
	assert_ptr_equal(r.path->from, other);
	set(w, AWAY, "10.2.0.0/16", other);
	assert_false(is_marked(w, "10.2.0.0/16"));
	assert_true(is_marked(w, "10.1.0.0/16"));
	rib_unlisten(w->rib, &l);
	path_unref(other);
	path_unref(made);
}

/* RFC 9494 4.2. */
static void
route_that_says_no_llgr_does_not_age(void **state)
{
	struct world *w = *state;

	set(w, AWAY, "10.1.0.0/16", w->no_llgr);
	set(w, AWAY, "10.2.0.0/16", w->good);
	rib_stale_begin(w->rib, AWAY, both);
	assert_string_equal(best(w, "10.1.0.0/16"), "1 stale");
	rib_stale_age(w->rib, AWAY, FAMILY_V4);
	sweep(w);
	assert_string_equal(best(w, "10.1.0.0/16"), "");
	assert_string_equal(best(w, "10.2.0.0/16"), "1 stale");
}

/* RFC 9494 4.2: not with the second of two restarts in a row, as others do. */
static void
last_resort_outlasts_another_restart(void **state)
{
	struct world *w = *state;

	set(w, AWAY, "10.1.0.0/16", w->good);
	set(w, AWAY, "10.2.0.0/16", w->good);
	set(w, AWAY, "2001:db8::/32", w->good);
	rib_stale_begin(w->rib, AWAY, both);
	rib_stale_age(w->rib, AWAY, FAMILY_V4);
	sweep(w);
	set(w, AWAY, "10.2.0.0/16", w->good);
	set(w, AWAY, "10.3.0.0/16", w->no_llgr);
	set(w, AWAY, "2001:db8:1::/48", w->good);
	assert_false(is_marked(w, "10.2.0.0/16"));
	rib_stale_begin(w->rib, AWAY, both);
	sweep(w);
	assert_string_equal(best(w, "10.1.0.0/16"), "1 stale");
	assert_string_equal(best(w, "10.2.0.0/16"), "1 stale");
	assert_true(is_marked(w, "10.1.0.0/16"));
	assert_true(is_marked(w, "10.2.0.0/16"));
	assert_string_equal(best(w, "10.3.0.0/16"), "");
	assert_string_equal(best(w, "2001:db8::/32"), "");
	assert_string_equal(best(w, "2001:db8:1::/48"), "1 stale");
	assert_false(is_marked(w, "2001:db8:1::/48"));
	set(w, AWAY, "10.1.0.0/16", w->good);
	rib_stale_end(w->rib, AWAY, FAMILY_V4);
	sweep(w);
	assert_string_equal(best(w, "10.1.0.0/16"), "1");
	assert_string_equal(best(w, "10.2.0.0/16"), "");
}

static void
path_that_is_stale_elsewhere_is_the_last_resort(void **state)
{
	struct world *w = *state;

	set(w, AWAY, "10.1.0.0/16", w->llgr_stale);
	assert_string_equal(best(w, "10.1.0.0/16"), "1");
	set(w, OTHER, "10.1.0.0/16", w->longer);
	assert_string_equal(best(w, "10.1.0.0/16"), "2");
}

/* --- Whatever happens. --- */

enum { PREFIXES = 24 };

struct model {
	bool there[FAMILIES][PREFIXES], stale[FAMILIES][PREFIXES];
	bool aged[FAMILIES];
};

static const char *
nth(enum family f, unsigned i)
{
	static char text[40];

	snprintf(text, sizeof(text),
	    f == FAMILY_V4 ? "10.%u.0.0/16" : "fd%02x::/16", i);
	return text;
}

static bool
model_has_stale(const struct model *m, enum family f)
{
	for (unsigned i = 0; i < PREFIXES; i++)
		if (m->there[f][i] && m->stale[f][i])
			return true;
	return false;
}

static void
model_end(struct model *m, enum family f)
{
	m->aged[f] = false;
	for (unsigned i = 0; i < PREFIXES; i++)
		m->there[f][i] &= !m->stale[f][i];
}

static void
model_begin(struct model *m, const bool keep[FAMILIES])
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		if (!keep[f] || !m->aged[f] || !model_has_stale(m, f))
			model_end(m, f);
		for (unsigned i = 0; i < PREFIXES; i++)
			m->there[f][i] &= keep[f];
		memcpy(m->stale[f], m->there[f], sizeof(m->stale[f]));
	}
}

/* Only where nothing is stale, nor yet to be swept. */
static void
model_again(struct model *m, enum family f)
{
	assert_false(model_has_stale(m, f));
	m->aged[f] = false;
	memcpy(m->stale[f], m->there[f], sizeof(m->stale[f]));
}

static void
one_step(struct world *w, struct model *m, struct rng *rng)
{
	enum family f = rng_below(rng, 2) == 0 ? FAMILY_V4 : FAMILY_V6;
	unsigned i = rng_below(rng, PREFIXES);
	struct prefix p = pfx(nth(f, i));
	const bool *keep = rng_below(rng, 4) == 0 ? v4 : both;

	switch (rng_below(rng, 14)) {
	case 0:
		assert_true(rib_stale_begin(w->rib, AWAY, keep));
		model_begin(m, keep);
		break;
	case 1:
		rib_stale_end(w->rib, AWAY, f);
		model_end(m, f);
		break;
	case 2:
		rib_stale_age(w->rib, AWAY, f);
		m->aged[f] |= model_has_stale(m, f);
		break;
	case 3:
		rib_pack(w->rib);
		break;
	case 4:
	case 5:
		rib_unset(w->rib, AWAY, &p);
		m->there[f][i] = false;
		break;
	case 6:
		rib_forget_some(w->rib, 1);
		break;
	case 7:
		if (rib_stale_again(w->rib, AWAY, f))
			model_again(m, f);
		break;
	case 8:
		rib_judge_begin(w->rib, AWAY);
		break;
	default:
		rib_set(w->rib, AWAY, &p, w->good);
		m->there[f][i] = true;
		m->stale[f][i] = false;
	}
}

static void
compare(struct world *w, const struct model *m)
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		uint32_t there = 0, old = 0;

		for (unsigned i = 0; i < PREFIXES; i++) {
			bool is_old = m->there[f][i] && m->stale[f][i];

			assert_string_equal(best(w, nth(f, i)),
			    !m->there[f][i] ? ""
				: is_old    ? "1 stale"
					    : "1");
			if (m->there[f][i])
				assert_int_equal(is_marked(w, nth(f, i)),
				    is_old && m->aged[f]);
			there += m->there[f][i];
			old += is_old;
		}
		assert_int_equal(rib_counts(w->rib, AWAY, f).received, there);
		assert_int_equal(rib_counts(w->rib, AWAY, f).stale, old);
	}
}

static void
any_history_ends_as_the_model_does(void **state)
{
	struct world *w = *state;
	struct rng rng;

	for (unsigned seed = 1; seed <= 200; seed++) {
		struct model m = { 0 };

		rng_init(&rng, seed);
		for (unsigned n = 0; n < 200; n++) {
			one_step(w, &m, &rng);
			if (rng_below(&rng, 20) == 0) {
				sweep(w);
				compare(w, &m);
			}
		}
		rib_forget(w->rib, AWAY);
		rib_add_source(w->rib, AWAY, &ebgp_source);
	}
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(routes_stay_until_they_are_said_again_or_swept),
		T(stale_routes_that_are_judged_stay_stale),
		T(stale_routes_go_though_they_are_being_judged),
		T(families_that_are_not_kept_go),
		T(families_end_each_by_itself),
		T(what_is_stale_twice_goes),
		T(routes_of_a_family_are_said_once_more),
		T(routes_of_others_are_never_stale),
		T(forgotten_source_leaves_nothing_stale),
		T(what_was_only_counted_is_not_kept),
		T(route_that_is_said_again_is_no_news),
		T(routes_of_who_is_back_as_another_are_compared_and_told_anew),
		T(stale_route_is_as_good_as_before),
		T(aged_route_is_the_last_resort),
		T(aged_route_is_marked_until_it_is_said_again),
		T(route_that_says_no_llgr_does_not_age),
		T(last_resort_outlasts_another_restart),
		T(path_that_is_stale_elsewhere_is_the_last_resort),
		T(any_history_ends_as_the_model_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
