/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "bgpd/rib/decide.h"
#include "common/alloc.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

/* What one candidate has that the other has not; 0 leaves the default. */
struct trait {
	const char *as_path;
	uint32_t local_pref, med, originator, router_id;
	uint8_t origin, addr;
	bool local, ibgp;
	const char *clusters;
	uint32_t path_id;
	bool stale; /* RFC 9494 4.3 */
	const char *communities;
};

struct row {
	const char *why;
	struct trait better, worse;
	bool tie; /* traffic may be shared */
};

/* clang-format off */
static const struct row rows[] = {
	{ "ours",           { .local = true, .local_pref = 1 }, { .local_pref = 200 }, false },
	{ "stale",          { .local_pref = 1, .as_path = VIA_65002_65001 }, { .local_pref = 200, .stale = true }, false },
	{ "LLGR_STALE",     { .local_pref = 1 },                     { .local_pref = 200, .communities = "ffff0006" }, false },
	{ "stale, both",    { .local_pref = 101, .stale = true },    { .local_pref = 100, .communities = "ffff0006" }, false },
	{ "ours, stale",    { .local = true, .communities = "ffff0006" }, { .local_pref = 200 }, false },
	{ "LOCAL_PREF",     { .local_pref = 101, .as_path = VIA_65002_65001 }, { .local_pref = 100 }, false },
	{ "AS path length", { .origin = ORIGIN_EGP },                { .as_path = VIA_65002_65001 }, false },
	{ "origin",         { .med = 9 },                            { .origin = ORIGIN_EGP }, false },
	{ "MED",            { .med = 1, .ibgp = true },         { .med = 2 }, false },
	{ "eBGP",           { .router_id = 9 },                      { .ibgp = true, .router_id = 1 }, false },
	{ "router id",      { .router_id = 1, .addr = 9 },           { .router_id = 2 }, true },
	{ "originator id",  { .originator = 1, .router_id = 9 },     { .router_id = 2 }, true },
	{ "cluster list",   { .addr = 9 },                           { .clusters = "00000001" }, true },
	{ "address",        { .addr = 1 },                           { .addr = 2 }, true },
	{ "path id",        { .path_id = 1 },                        { .path_id = 2 }, true },
	{ "MED of two AS",  { .med = 9, .router_id = 1, .as_path = VIA_65002 }, { .med = 1, .router_id = 2 }, true },
};
/* clang-format on */

struct pair {
	struct path_table *paths;
	struct rib_source sources[3];
	struct route_candidate c[3];
};

static void
add(struct pair *p, uint32_t tag, const struct trait *x)
{
	struct attrs a =
	    heard(x->as_path == NULL ? VIA_65001 : x->as_path, "10.0.0.1");
	struct rib_source *s = &p->sources[tag];

	a.has |= ATTR_BIT(ATTR_MED) | ATTR_BIT(ATTR_LOCAL_PREF) |
	    (x->originator != 0 ? ATTR_BIT(ATTR_ORIGINATOR_ID) : 0);
	a.med = x->med;
	a.local_pref = x->local_pref != 0 ? x->local_pref : 100;
	a.originator_id = x->originator;
	a.origin = x->origin;
	a.cluster_list = hex(x->clusters == NULL ? "" : x->clusters);
	a.communities = hex(x->communities == NULL ? "" : x->communities);
	*s = ebgp_source;
	s->kind = x->local ? PEER_LOCAL : x->ibgp ? PEER_IBGP : PEER_EBGP;
	s->router_id = x->router_id != 0 ? x->router_id : 5;
	s->addr.bytes[3] = x->addr != 0 ? x->addr : 5;
	p->c[tag] = (struct route_candidate){ path_intern(p->paths, &a), s,
		x->path_id, x->stale, tag };
}

static void
end(struct pair *p, struct path *paths[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		path_unref(paths[i]);
	path_table_free(p->paths);
}

/* Tag 0 wins, whichever of the two stands first. */
static void
assert_better(const struct trait *better, const struct trait *worse, bool tie)
{
	struct pair p = { .paths = path_table_new(1) };

	add(&p, 0, better);
	add(&p, 1, worse);
	struct path *paths[] = { (struct path *)p.c[0].path,
		(struct path *)p.c[1].path };
	struct route_candidate turned[] = { p.c[1], p.c[0] };
	struct route_candidate shared[] = { p.c[1], p.c[0] };

	assert_int_equal(decide_multipath(shared, 2), tie ? 2 : 1);
	assert_int_equal(shared[tie].tag, 0);

	decide(p.c, 2);
	assert_int_equal(p.c[0].tag, 0);
	decide(turned, 2);
	assert_int_equal(turned[0].tag, 0);
	end(&p, paths, 2);
}

TEST(each_step_decides_when_those_before_it_are_equal)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# %s\n", rows[i].why);
		assert_better(&rows[i].better, &rows[i].worse, rows[i].tie);
	}
}

/*
 * Pair by pair each of the three loses to another: by MED, by router id, by router
 * id. The one with the larger MED is out before router ids are looked at.
 */
TEST(the_order_of_candidates_does_not_matter)
{
	static const uint8_t orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 },
		{ 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct pair p = { .paths = path_table_new(1) };

	add(&p, 0, &(struct trait){ .med = 2, .router_id = 1 });
	add(&p, 1, &(struct trait){ .as_path = VIA_65002, .router_id = 2 });
	add(&p, 2, &(struct trait){ .med = 1, .router_id = 3 });
	for (size_t i = 0; i < 6; i++) {
		struct route_candidate c[3];

		for (size_t j = 0; j < 3; j++)
			c[j] = p.c[orders[i][j]];
		decide(c, 3);
		assert_int_equal(c[0].tag, 1);
		assert_int_equal(c[1].tag + c[2].tag, 2); /* both are there */
		assert_int_not_equal(c[1].tag, c[2].tag);
	}
	struct path *paths[] = { (struct path *)p.c[0].path,
		(struct path *)p.c[1].path, (struct path *)p.c[2].path };

	end(&p, paths, 3);
}

enum { MANY = 20001 };

/* A peer may give as many (RFC 7911): what would take each with each takes minutes. */
TEST(thousands_are_chosen_from_at_once)
{
	struct pair p = { .paths = path_table_new(1) };
	struct route_candidate *c = xcalloc(MANY, sizeof(*c));
	bool *seen = xcalloc(MANY, sizeof(*seen));
	clock_t start = clock();

	add(&p, 0, &(struct trait){ .med = 2 });
	add(&p, 1, &(struct trait){ .med = 1 });
	add(&p, 2, &(struct trait){ .med = 9, .as_path = VIA_65002 });
	for (uint32_t i = 0; i < MANY; i++) {
		c[i] = p.c[i % 3];
		c[i].source = &p.sources[0];
		c[i].path_id = MANY - i;
		c[i].tag = i;
	}
	assert_int_equal(decide_multipath(c, MANY), MANY / 3 * 2);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(c[i].tag % 3 == 0, i >= MANY / 3 * 2);
		assert_false(seen[c[i].tag]);
		seen[c[i].tag] = true;
	}
	decide(c, MANY);
	assert_int_equal(c[0].tag, MANY - 1);
	assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
	struct path *paths[] = { (struct path *)p.c[0].path,
		(struct path *)p.c[1].path, (struct path *)p.c[2].path };

	end(&p, paths, 3);
	free(c);
	free(seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_step_decides_when_those_before_it_are_equal),
		cmocka_unit_test(the_order_of_candidates_does_not_matter),
		cmocka_unit_test(thousands_are_chosen_from_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
