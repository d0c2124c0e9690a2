/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/buckets.h"
#include "bgpd/rib/run.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

struct world {
	struct path_table *paths;
	struct path *path;
	struct buckets b;
	uint32_t one, other;
	struct run run;
};

static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->paths = path_table_new(1);
	w->path = local_path(w->paths, 1);
	buckets_init(&w->b);
	w->one = buckets_new(
	    &w->b, &(struct bucket_key){ w->path, 1, 1, 0 }, path_ref(w->path));
	w->other = buckets_new(
	    &w->b, &(struct bucket_key){ w->path, 2, 1, 0 }, path_ref(w->path));
	run_init(&w->run);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	run_fini(&w->run);
	buckets_fini(&w->b);
	path_unref(w->path);
	path_table_free(w->paths);
	free(w);
	return 0;
}

static void
prefixes_come_back_by_bucket(void **state)
{
	struct world *w = *state;
	const uint32_t *prefixes;
	uint32_t bucket;

	run_add(&w->run, &w->b, w->one, 11);
	run_add(&w->run, &w->b, 0, 12);
	run_add(&w->run, &w->b, w->one, 13);
	assert_int_equal(run_take(&w->run, &w->b, &bucket, &prefixes), 2);
	assert_int_equal(bucket, w->one);
	assert_int_equal(prefixes[0], 13); /* the latest first */
	assert_int_equal(prefixes[1], 11);
	assert_int_equal(run_take(&w->run, &w->b, &bucket, &prefixes), 1);
	assert_int_equal(bucket, 0);
	assert_int_equal(prefixes[0], 12);
	assert_int_equal(run_take(&w->run, &w->b, &bucket, &prefixes), 0);
}

static void
the_first_of_a_bucket_is_known(void **state)
{
	struct world *w = *state;

	assert_true(run_add(&w->run, &w->b, w->one, 1));
	assert_false(run_add(&w->run, &w->b, w->one, 2));
	assert_true(run_add(&w->run, &w->b, w->other, 3));
}

static void
a_run_that_was_taken_is_empty(void **state)
{
	struct world *w = *state;
	const uint32_t *prefixes;
	uint32_t bucket;

	run_add(&w->run, &w->b, w->one, 1);
	while (run_take(&w->run, &w->b, &bucket, &prefixes) > 0)
		;
	assert_true(run_add(&w->run, &w->b, w->one, 2));
	assert_int_equal(run_take(&w->run, &w->b, &bucket, &prefixes), 1);
	assert_int_equal(prefixes[0], 2);
}

static void
it_grows_with_what_comes(void **state)
{
	struct world *w = *state;
	const uint32_t *prefixes;
	uint32_t bucket;

	for (uint32_t i = 1; i <= 5000; i++)
		run_add(&w->run, &w->b, i % 2 ? w->one : w->other, i);
	assert_int_equal(run_take(&w->run, &w->b, &bucket, &prefixes), 2500);
	assert_int_equal(prefixes[2499], 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(prefixes_come_back_by_bucket),
		T(the_first_of_a_bucket_is_known),
		T(a_run_that_was_taken_is_empty),
		T(it_grows_with_what_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
