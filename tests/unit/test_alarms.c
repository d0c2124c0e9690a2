/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/alarms.h"

#include "common/rng.h"
#include "tests/test.h"

enum { ALARMS = 200 };

TEST(the_earliest_comes_first)
{
	struct alarms a = { 0 };
	struct alarm all[ALARMS] = { 0 };
	struct rng rng;
	uint64_t last = 0;
	size_t n = 0;

	rng_init(&rng, 1);
	for (unsigned i = 0; i < 2 * ALARMS; i++) /* each is set, and moved */
		alarms_set(&a, &all[i % ALARMS], rng_below(&rng, 1000));
	for (struct alarm *first; (first = alarms_pop(&a, 1000)) != NULL; n++) {
		assert_true(first->at >= last);
		last = first->at;
	}
	assert_int_equal(n, ALARMS);
	alarms_fini(&a);
}

TEST(what_is_not_due_stays)
{
	struct alarms a = { 0 };
	struct alarm one = { 0 };

	assert_true(alarms_due(&a) == UINT64_MAX);
	alarms_set(&a, &one, 10);
	assert_null(alarms_pop(&a, 9));
	assert_true(alarms_due(&a) == 10);
	assert_ptr_equal(alarms_pop(&a, 10), &one);
	assert_int_equal(one.place, 0);
	alarms_fini(&a);
}

TEST(what_is_unset_does_not_come)
{
	struct alarms a = { 0 };
	struct alarm all[ALARMS] = { 0 };
	size_t n = 0;

	for (unsigned i = 0; i < ALARMS; i++)
		alarms_set(&a, &all[i], i * 7 % ALARMS);
	for (unsigned i = 0; i < ALARMS; i += 2)
		alarms_unset(&a, &all[i]);
	alarms_unset(&a, &all[0]);
	for (struct alarm *first; (first = alarms_pop(&a, 1000)) != NULL; n++)
		assert_int_equal((first - all) % 2, 1);
	assert_int_equal(n, ALARMS / 2);
	alarms_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_earliest_comes_first),
		cmocka_unit_test(what_is_not_due_stays),
		cmocka_unit_test(what_is_unset_does_not_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
