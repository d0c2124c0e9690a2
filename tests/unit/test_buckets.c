/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>

#include "bgpd/rib/buckets.h"
#include "common/rng.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

enum { PREFIXES = 300, PATHS = 5 };

struct world {
	struct path_table *paths;
	struct path *path[PATHS];
	struct buckets b;
};

static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->paths = path_table_new(1);
	for (uint32_t i = 0; i < PATHS; i++)
		w->path[i] = local_path(w->paths, i + 1);
	buckets_init(&w->b);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	buckets_fini(&w->b);
	for (uint32_t i = 0; i < PATHS; i++)
		path_unref(w->path[i]);
	path_table_free(w->paths);
	free(w);
	return 0;
}

/* The bucket of a path that members see as it is; the first path they don't see. */
static uint32_t
bucket(struct world *w, uint32_t path)
{
	uint32_t at =
	    buckets_find(&w->b, &(struct bucket_key){ w->path[path], 0, 1, 0 });

	if (at != 0)
		return at;
	return buckets_new(&w->b,
	    &(struct bucket_key){ w->path[path], 0, 1, 0 },
	    path == 0 ? NULL : path_ref(w->path[path]));
}

static void
a_bucket_is_found_by_path_source_and_verdict(void **state)
{
	struct world *w = *state;
	uint32_t a = buckets_new(
	    &w->b, &(struct bucket_key){ w->path[1], 1, 1, 0 }, NULL);
	uint32_t b = buckets_new(
	    &w->b, &(struct bucket_key){ w->path[1], 2, 1, 0 }, NULL);

	uint32_t c = buckets_new(
	    &w->b, &(struct bucket_key){ w->path[1], 1, 2, 0 }, NULL);

	assert_int_not_equal(a, b);
	assert_int_equal(
	    buckets_find(&w->b, &(struct bucket_key){ w->path[1], 1, 2, 0 }),
	    c);
	assert_int_equal(
	    buckets_find(&w->b, &(struct bucket_key){ w->path[1], 1, 1, 0 }),
	    a);
	assert_int_equal(
	    buckets_find(&w->b, &(struct bucket_key){ w->path[1], 2, 1, 0 }),
	    b);
	assert_int_equal(
	    buckets_find(&w->b, &(struct bucket_key){ w->path[2], 1, 1, 0 }),
	    0);
	assert_int_equal(
	    buckets_find(&w->b, &(struct bucket_key){ w->path[1], 1, 1, 9 }),
	    0);
}

static void
an_empty_bucket_ends_and_lets_its_path_go(void **state)
{
	struct world *w = *state;

	buckets_put(&w->b, 7, bucket(w, 1));
	assert_int_equal(w->path[1]->refs, 3);
	buckets_put(&w->b, 7, 0);
	assert_int_equal(w->path[1]->refs, 1);
	assert_int_equal(
	    buckets_find(&w->b, &(struct bucket_key){ w->path[1], 0, 1, 0 }),
	    0);
}

static void
only_what_members_see_is_counted(void **state)
{
	struct world *w = *state;

	buckets_put(&w->b, 1, bucket(w, 0));
	buckets_put(&w->b, 2, bucket(w, 1));
	assert_int_equal(w->b.n_told, 1);
	buckets_put(&w->b, 2, bucket(w, 0));
	assert_int_equal(w->b.n_told, 0);
}

static void
every_change_has_its_version(void **state)
{
	struct world *w = *state;
	uint32_t version = w->b.version;

	buckets_put(&w->b, 1, bucket(w, 1));
	assert_int_not_equal(w->b.version, version);
}

/* Prefix and slot point at each other, and nothing is in two buckets. */
static void
check(const struct buckets *b, const uint32_t where[PREFIXES])
{
	size_t n = 0, wanted = 0;

	for (uint32_t i = 1; i < b->end; i++)
		n += b->at[i].in != NULL ? b->at[i].n : 0;
	for (uint32_t p = 1; p < PREFIXES; p++) {
		if (where[p] == 0)
			continue;
		const struct bucket *in = &b->at[b->of[p]];

		wanted++;
		assert_int_equal(in->prefixes[b->slot[p]], p);
		assert_int_equal(in->in->bytes[3], where[p]);
	}
	assert_int_equal(n, wanted);
}

static void
prefixes_and_slots_agree_after_any_moves(void **state)
{
	struct world *w = *state;
	uint32_t where[PREFIXES] = { 0 };
	struct rng rng;

	rng_init(&rng, 1);
	for (unsigned step = 0; step < 20000; step++) {
		uint32_t p = 1 + rng_below(&rng, PREFIXES - 1);
		uint32_t to = rng_below(&rng, PATHS + 1); /* 0: to none */

		if (to == where[p])
			continue;
		buckets_put(&w->b, p, to == 0 ? 0 : bucket(w, to - 1));
		where[p] = to;
		if (step % 500 == 0)
			check(&w->b, where);
	}
	check(&w->b, where);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_bucket_is_found_by_path_source_and_verdict),
		T(an_empty_bucket_ends_and_lets_its_path_go),
		T(only_what_members_see_is_counted),
		T(every_change_has_its_version),
		T(prefixes_and_slots_agree_after_any_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
