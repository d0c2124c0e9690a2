/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/reconcile/workqueue.h"

#include <stdlib.h>
#include <time.h>

#include "common/alloc.h"
#include "common/rng.h"
#include "tests/test.h"

TEST(a_key_is_in_line_once)
{
	struct workqueue q = { 0 };
	struct work a = { 0 }, b = { 0 };

	workqueue_add(&q, &a);
	workqueue_add(&q, &b);
	workqueue_add(&q, &a);
	assert_ptr_equal(workqueue_take(&q), &a);
	workqueue_add(&q, &a); /* behind the others again */
	assert_ptr_equal(workqueue_take(&q), &b);
	assert_ptr_equal(workqueue_take(&q), &a);
	assert_null(workqueue_take(&q));
	workqueue_fini(&q);
}

TEST(who_fails_is_held_back_ever_longer_until_it_succeeds)
{
	static const uint64_t delays[] = { 5000, 10000, 20000, 30000, 30000 };
	struct workqueue q = { 0 };
	struct work a = { 0 };

	for (size_t i = 0; i < 5; i++) {
		workqueue_add_failed(&q, &a, 30000, 7);
		assert_int_equal(workqueue_due(&q), 7 + delays[i]);
	}
	workqueue_forget(&q, &a);
	assert_false(workqueue_is_held(&a));
	assert_int_equal(workqueue_due(&q), UINT64_MAX);
	workqueue_add_failed(&q, &a, 30000, 7);
	assert_int_equal(workqueue_due(&q), 7 + delays[0]);
	workqueue_remove(&q, &a);
	workqueue_fini(&q);
}

static void
drain(struct workqueue *q)
{
	while (q->n_held > 0)
		workqueue_let_go(q, q->held[0]);
	workqueue_fini(q);
}

TEST(when_the_server_is_back_those_it_was_away_for_are_hastened)
{
	struct workqueue q = { 0 };
	struct work rests = { 0 }, refused = { 0 }, away[3] = { 0 };

	workqueue_add_after(&q, &rests, 4000);
	workqueue_add_failed(&q, &refused, 300000, 0);
	for (size_t i = 0; i < 3; i++)
		workqueue_add_away(&q, &away[i], 300000, 3000);
	workqueue_hasten(&q, 3000);
	for (size_t i = 0; i < 3; i++) { /* not all at once */
		assert_int_equal(workqueue_due(&q), 3000 + i);
		workqueue_run(&q, 3000 + i);
		assert_non_null(workqueue_take(&q));
		assert_null(workqueue_take(&q));
	}
	assert_int_equal(rests.due, 4000);
	assert_int_equal(refused.due, 5000);
	drain(&q);
}

TEST(who_is_refused_after_that_is_not_hastened_any_more)
{
	struct workqueue q = { 0 };
	struct work a = { 0 };

	workqueue_add_away(&q, &a, 300000, 0);
	workqueue_add_failed(&q, &a, 300000, 0);
	workqueue_hasten(&q, 1000);
	assert_int_equal(workqueue_due(&q), 10000);
	drain(&q);
}

enum { KEYS = 40 };

/* The earliest of those held back, looked for one by one. */
static uint64_t
first_due(const struct work keys[KEYS])
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < KEYS; i++)
		if (workqueue_is_held(&keys[i]) && keys[i].due < first)
			first = keys[i].due;
	return first;
}

static void
change(struct workqueue *q, struct work *w, struct rng *rng)
{
	switch (rng_below(rng, 6)) {
	case 0:
		workqueue_let_go(q, w);
		break;
	case 1:
		workqueue_hasten(q, rng_below(rng, 1000));
		break;
	case 2:
		workqueue_add_failed(q, w, 20000, rng_below(rng, 1000));
		break;
	case 3:
		workqueue_add_away(q, w, 20000, rng_below(rng, 1000));
		break;
	default:
		workqueue_add_after(q, w, rng_below(rng, 1000));
	}
}

TEST(whatever_is_held_back_comes_in_the_order_of_its_time)
{
	struct workqueue q = { 0 };
	struct work keys[KEYS] = { 0 };
	struct rng rng;
	uint64_t now;

	rng_init(&rng, 1);
	for (unsigned i = 0; i < 20000; i++) {
		change(&q, &keys[rng_below(&rng, KEYS)], &rng);
		assert_int_equal(workqueue_due(&q), first_due(keys));
	}
	while ((now = workqueue_due(&q)) != UINT64_MAX) {
		workqueue_run(&q, now);
		assert_true(first_due(keys) > now);
		while (workqueue_take(&q) != NULL)
			;
	}
	workqueue_fini(&q);
}

/* Most of them fail for long: a write that is refused is tried again in 300 s. */
TEST(to_be_held_back_costs_little_however_many_are)
{
	enum { LATE = 50000, SOON = 20000 };
	struct work *keys = xcalloc(LATE + SOON, sizeof(*keys));
	struct workqueue q = { 0 };
	clock_t from = clock();

	for (unsigned i = 0; i < LATE; i++)
		workqueue_add_after(&q, &keys[i], 300000 + i);
	for (unsigned i = LATE; i < LATE + SOON; i++)
		workqueue_add_after(&q, &keys[i], 5000 + i);
	double took = (double)(clock() - from) / CLOCKS_PER_SEC;

	print_message("%.3f s\n", took);
	assert_true(took < 0.5);
	assert_int_equal(workqueue_due(&q), 5000 + LATE);
	workqueue_run(&q, UINT64_MAX);
	workqueue_fini(&q);
	free(keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_in_line_once),
		cmocka_unit_test(
		    who_fails_is_held_back_ever_longer_until_it_succeeds),
		cmocka_unit_test(
		    when_the_server_is_back_those_it_was_away_for_are_hastened),
		cmocka_unit_test(
		    who_is_refused_after_that_is_not_hastened_any_more),
		cmocka_unit_test(
		    whatever_is_held_back_comes_in_the_order_of_its_time),
		cmocka_unit_test(to_be_held_back_costs_little_however_many_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
