/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>

#include "bgpd/rib/changes.h"
#include "common/alloc.h"
#include "tests/test.h"

enum { PASSED_MAX = 64 };

struct world {
	struct changes c;
	struct change_reader quick, slow;
	uint32_t passed[PASSED_MAX];
	size_t n_passed;
};

static void
on_passed(void *arg, uint32_t index)
{
	struct world *w = arg;

	w->passed[w->n_passed++ % PASSED_MAX] = index;
}

static const struct changes_ops ops = { .passed = on_passed };

static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	changes_init(&w->c, &ops, w);
	changes_join(&w->c, &w->quick);
	changes_join(&w->c, &w->slow);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	changes_fini(&w->c);
	free(w);
	return 0;
}

static void
change(struct world *w, uint32_t index)
{
	changes_add(&w->c, index, false, false);
}

/* What the reader has before it, as digits; it stays where it is. */
static unsigned long
ahead(const struct world *w, const struct change_reader *r)
{
	unsigned long digits = 0;

	for (uint32_t i = r->pos; i < w->c.tail; i++)
		if (w->c.list[i] != 0)
			digits = digits * 10 + (w->c.list[i] & CHANGE_INDEX);
	return digits;
}

static void
read_all(struct world *w, struct change_reader *r)
{
	changes_read(&w->c, r, w->c.tail);
}

static void
a_prefix_stands_where_it_changed_last(void **state)
{
	struct world *w = *state;

	change(w, 1);
	change(w, 2);
	change(w, 3);
	change(w, 1);
	assert_int_equal(ahead(w, &w->slow), 231);
	assert_int_equal(w->c.n, 3);
	assert_true(changes_has(&w->c, 1));
	assert_false(changes_has(&w->c, 4));
}

static void
each_reader_sees_what_came_after_its_place(void **state)
{
	struct world *w = *state;

	change(w, 1);
	change(w, 2);
	read_all(w, &w->quick);
	change(w, 1);
	assert_int_equal(ahead(w, &w->quick), 1);
	assert_int_equal(ahead(w, &w->slow), 21);
}

static void
what_all_have_passed_leaves(void **state)
{
	struct world *w = *state;

	change(w, 1);
	change(w, 2);
	read_all(w, &w->quick);
	assert_int_equal(w->n_passed, 0);
	changes_read(&w->c, &w->slow, w->slow.pos + 1);
	assert_int_equal(w->n_passed, 1);
	assert_int_equal(w->passed[0], 1);
	assert_true(changes_has(&w->c, 2));
}

static void
the_list_starts_anew_when_all_is_read(void **state)
{
	struct world *w = *state;
	uint32_t epoch = w->c.epoch;

	change(w, 1);
	read_all(w, &w->quick);
	read_all(w, &w->slow);
	assert_int_equal(w->c.tail, 0);
	assert_int_not_equal(w->c.epoch, epoch);
	change(w, 2);
	assert_int_equal(ahead(w, &w->quick), 2);
}

static void
a_reader_that_leaves_holds_nothing_up(void **state)
{
	struct world *w = *state;

	change(w, 1);
	read_all(w, &w->quick);
	changes_leave(&w->c, &w->slow);
	assert_int_equal(w->n_passed, 1);
	changes_leave(&w->c, &w->quick);
	change(w, 2); /* there is nobody to tell */
	assert_false(changes_has(&w->c, 2));
}

static void
a_slow_reader_costs_no_more_than_the_table(void **state)
{
	struct world *w = *state;

	for (uint32_t i = 0; i < 100000; i++) {
		change(w, 1 + i % 9);
		if (i % 7 == 0)
			read_all(w, &w->quick);
	}
	assert_true(w->c.cap <= 64);
	assert_int_equal(w->c.n, 9);
	assert_int_equal(ahead(w, &w->slow), 234567891);
}

static void
a_reader_keeps_its_place_when_the_list_is_packed(void **state)
{
	struct world *w = *state;

	for (uint32_t i = 1; i <= 9; i++)
		change(w, i);
	changes_read(&w->c, &w->quick, w->quick.pos + 7);
	uint32_t epoch = w->c.epoch;

	while (w->c.epoch == epoch)
		change(w, 1);
	assert_int_equal(ahead(w, &w->quick), 891);
	assert_int_equal(ahead(w, &w->slow), 234567891);
}

static void
what_nobody_was_told_of_goes_without_a_word(void **state)
{
	struct world *w = *state;

	changes_add(&w->c, 1, true, false);
	changes_add(&w->c, 1, false, true);
	assert_int_equal(w->c.n, 0);
	assert_false(changes_has(&w->c, 1));
}

static void
what_one_was_told_of_is_withdrawn(void **state)
{
	struct world *w = *state;

	changes_add(&w->c, 1, true, false);
	read_all(w, &w->quick);
	changes_add(&w->c, 1, false, true);
	assert_int_equal(ahead(w, &w->quick), 1);
	assert_int_equal(ahead(w, &w->slow), 1);
}

static void
what_a_table_may_have_told_is_withdrawn(void **state)
{
	struct world *w = *state;

	changes_add(&w->c, 1, true, false);
	changes_expose(&w->c);
	changes_add(&w->c, 1, false, true);
	assert_int_equal(ahead(w, &w->slow), 1);
}

static void
what_one_was_told_of_is_withdrawn_after_packing(void **state)
{
	struct world *w = *state;

	for (uint32_t i = 1; i <= 8; i++)
		change(w, 8);
	changes_add(&w->c, 1, true, false);
	read_all(w, &w->quick);
	uint32_t epoch = w->c.epoch;

	while (w->c.epoch == epoch)
		change(w, 2);
	changes_add(&w->c, 3, true, false); /* nobody has come to this one */
	changes_add(&w->c, 1, false, true);
	changes_add(&w->c, 3, false, true);
	assert_int_equal(ahead(w, &w->quick), 21);
}

static void
a_large_list_gives_its_memory_back(void **state)
{
	struct world *w = *state;

	for (uint32_t i = 1; i < 10000; i++)
		change(w, i);
	read_all(w, &w->quick);
	read_all(w, &w->slow);
	assert_null(w->c.list);
	assert_null(w->c.place);
	assert_int_equal(w->n_passed, 9999);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_prefix_stands_where_it_changed_last),
		T(each_reader_sees_what_came_after_its_place),
		T(what_all_have_passed_leaves),
		T(the_list_starts_anew_when_all_is_read),
		T(a_reader_that_leaves_holds_nothing_up),
		T(a_slow_reader_costs_no_more_than_the_table),
		T(a_reader_keeps_its_place_when_the_list_is_packed),
		T(what_nobody_was_told_of_goes_without_a_word),
		T(what_one_was_told_of_is_withdrawn),
		T(what_a_table_may_have_told_is_withdrawn),
		T(what_one_was_told_of_is_withdrawn_after_packing),
		T(a_large_list_gives_its_memory_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
