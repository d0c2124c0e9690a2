/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>

#include "bgpd/rib/group.h"
#include "bgpd/rib/prefix_table.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

enum { FEEDER = 1, PREFIXES = 40000 };

struct world {
	struct path_table *paths;
	struct path *path[2]; /* ours and the feeder's */
	struct rib *rib;
	struct update_group *group;
	struct change_reader readers[2];
};

static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct attrs a = heard(VIA_65001, "10.0.0.1");
	struct group_key key = ebgp_key;

	key.pass_received = true;
	w->paths = path_table_new(1);
	w->path[RIB_LOCAL] = local_path(w->paths, 1);
	w->path[FEEDER] = path_intern(w->paths, &a);
	w->rib = rib_new(w->paths);
	rib_add_source(w->rib, FEEDER, &ebgp_source);
	w->group = group_new(&key, FAMILY_V4, w->rib);
	changes_join(&w->group->changes, &w->readers[0]);
	changes_join(&w->group->changes, &w->readers[1]);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	group_free(w->group);
	rib_free(w->rib);
	path_unref(w->path[RIB_LOCAL]);
	path_unref(w->path[FEEDER]);
	path_table_free(w->paths);
	free(w);
	return 0;
}

/* The nth prefix of a source; returns its index. */
static uint32_t
set(struct world *w, uint32_t source, uint32_t n)
{
	struct addr a = addr_v4(0x0a000000 + n);
	struct prefix p = prefix_host(&a);

	rib_set(w->rib, source, &p, w->path[source]);
	return prefix_table_find(rib_prefixes(w->rib, FAMILY_V4), &p);
}

static void
it_is_filled_with_what_the_rib_has(void **state)
{
	struct world *w = *state;
	uint32_t ours = set(w, RIB_LOCAL, 1), theirs = set(w, FEEDER, 2);

	assert_true(group_fill(w->group, UINT32_MAX));
	assert_int_equal(group_told(w->group, 0), 2);
	assert_true(group_tells(w->group, 0, ours));
	assert_true(group_tells(w->group, 0, theirs));
	assert_false(group_tells(w->group, 0, theirs + 1));
}

static void
a_viewer_is_not_told_its_own(void **state)
{
	struct world *w = *state;
	uint32_t ours = set(w, RIB_LOCAL, 1), theirs = set(w, FEEDER, 2);

	assert_true(group_fill(w->group, UINT32_MAX));
	assert_int_equal(group_told(w->group, FEEDER), 1);
	assert_true(group_tells(w->group, FEEDER, ours));
	assert_false(group_tells(w->group, FEEDER, theirs));
}

static void
before_it_is_filled_no_change_matters(void **state)
{
	struct world *w = *state;
	uint32_t index = set(w, RIB_LOCAL, 1);

	assert_false(group_update(w->group, index));
	assert_true(group_fill(w->group, UINT32_MAX));
	assert_false(group_update(w->group, index)); /* known already */
	index = set(w, RIB_LOCAL, 2);
	assert_true(group_update(w->group, index));
}

/* The feeder's path is the nth prefix's best one then. */
static void
replace_ours(struct world *w, uint32_t n)
{
	struct addr a = addr_v4(0x0a000000 + n);
	struct prefix p = prefix_host(&a);

	set(w, FEEDER, n);
	rib_unset(w->rib, RIB_LOCAL, &p);
}

static void
it_is_filled_a_part_at_a_time(void **state)
{
	struct world *w = *state;
	uint32_t first = set(w, RIB_LOCAL, 0), last = first;

	for (uint32_t n = 1; n < 1000; n++)
		last = set(w, RIB_LOCAL, n);
	assert_false(group_fill(w->group, 100));
	assert_int_equal(group_told(w->group, 0), 100);
	assert_int_equal(group_unfilled(w->group), 900);
	replace_ours(w, 0);
	replace_ours(w, 999);
	assert_true(group_update(w->group, first)); /* has been taken in */
	assert_false(group_update(w->group, last)); /* will be */
	assert_true(group_fill(w->group, 1000));
	assert_false(group_tells(w->group, FEEDER, first));
	assert_false(group_tells(w->group, FEEDER, last));
	assert_int_equal(group_told(w->group, FEEDER), 998);
	assert_int_equal(group_unfilled(w->group), 0);
}

static void
a_table_goes_out_in_batches(void **state)
{
	struct world *w = *state;
	struct batch_at cursor = { 0 };
	struct batch *b;
	size_t bytes = 0;
	unsigned n = 0;

	for (uint32_t i = 0; i < PREFIXES; i++)
		set(w, RIB_LOCAL, i);
	assert_true(group_fill(w->group, UINT32_MAX));
	group_table_begin(w->group);
	assert_int_equal(group_table_rest(w->group, 0, cursor), PREFIXES);
	for (; (b = group_table(w->group, 0, &cursor)) != NULL; n++) {
		assert_true(b->len <= BATCH_SIZE);
		bytes += b->len;
		batch_unref(b);
	}
	group_table_end(w->group);
	assert_int_equal(n, (bytes + BATCH_SIZE - 1) / BATCH_SIZE);
	assert_true(bytes > PREFIXES * 5);
}

static void
who_stands_at_the_same_place_gets_the_same_batch(void **state)
{
	struct world *w = *state;

	assert_true(group_fill(w->group, UINT32_MAX));
	group_update(w->group, set(w, RIB_LOCAL, 1));
	struct batch *a = group_changes(w->group, 0, &w->readers[0]);
	struct batch *b = group_changes(w->group, 0, &w->readers[1]);

	assert_non_null(a);
	assert_ptr_equal(a, b);
	assert_null(group_changes(w->group, 0, &w->readers[0]));
	batch_unref(a);
	batch_unref(b);
}

static void
nothing_is_cached_when_all_know_all(void **state)
{
	struct world *w = *state;

	assert_true(group_fill(w->group, UINT32_MAX));
	group_update(w->group, set(w, RIB_LOCAL, 1));
	batch_unref(group_changes(w->group, 0, &w->readers[0]));
	assert_non_null(w->group->cache.first);
	batch_unref(group_changes(w->group, 0, &w->readers[1]));
	assert_null(w->group->cache.first);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(it_is_filled_with_what_the_rib_has),
		T(a_viewer_is_not_told_its_own),
		T(before_it_is_filled_no_change_matters),
		T(it_is_filled_a_part_at_a_time),
		T(a_table_goes_out_in_batches),
		T(who_stands_at_the_same_place_gets_the_same_batch),
		T(nothing_is_cached_when_all_know_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
