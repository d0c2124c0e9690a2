/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>

#include "bgpd/rib/verdict.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

struct world {
	struct path_table *paths;
	struct verdict_table *verdicts;
	struct path *path; /* of ours, for the audience 7 */
};

static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->paths = path_table_new(1);
	w->verdicts = verdict_table_new();
	w->path = path_local(w->paths,
	    &(struct path_local){ .local_pref = 100,
		.audiences = &(uint32_t){ 7 },
		.n_audiences = 1 });
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	path_unref(w->path);
	verdict_table_free(w->verdicts);
	path_table_free(w->paths);
	free(w);
	return 0;
}

static void
equal_lists_are_one_verdict(void **state)
{
	struct world *w = *state;
	struct action a[] = { { ACTION_LOCAL_PREF, 50 },
		{ ACTION_PREPEND, 65000 } };
	struct action b[] = { a[1], a[0] };
	uint32_t one = verdict_intern(w->verdicts, a, 2);

	assert_int_equal(verdict_intern(w->verdicts, a, 2), one);
	assert_int_not_equal(verdict_intern(w->verdicts, a, 1), one);
	assert_int_not_equal(verdict_intern(w->verdicts, b, 2), one);
	assert_int_equal(verdict_intern(w->verdicts, NULL, 0), VERDICT_ACCEPT);
}

static void
without_actions_a_path_stays_or_is_refused(void **state)
{
	struct world *w = *state;
	struct path *p = verdict_apply(w->verdicts, VERDICT_ACCEPT, w->path);

	assert_ptr_equal(p, w->path);
	path_unref(p);
	assert_null(verdict_apply(w->verdicts, VERDICT_REFUSE, w->path));
	assert_int_equal(w->path->refs, 1);
}

static void
actions_are_done_in_their_order(void **state)
{
	struct world *w = *state;
	struct action list[] = { { ACTION_LOCAL_PREF, 50 },
		{ ACTION_PREPEND, 65001 }, { ACTION_PREPEND, 65002 } };
	struct path *p = verdict_apply(
	    w->verdicts, verdict_intern(w->verdicts, list, 3), w->path);
	struct attrs a;

	path_attrs(p, &a);
	assert_int_equal(a.local_pref, 50);
	assert_true(rbuf_eq(a.as_path, hex(VIA_65002_65001)));
	assert_true(path_for_audience(p, 7));
	assert_false(path_for_audience(p, 8));
	path_unref(p);
	assert_int_equal(path_table_count(w->paths), 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(equal_lists_are_one_verdict),
		T(without_actions_a_path_stays_or_is_refused),
		T(actions_are_done_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
