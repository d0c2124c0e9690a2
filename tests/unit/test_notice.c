/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/write/notice.h"
#include "common/alloc.h"
#include "tests/test.h"

static struct notices all;

static int
setup(void **state)
{
	*state = notice_get(&all, "g");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	notices_fini(&all);
	all = (struct notices){ 0 };
	return 0;
}

static void
saw(struct notice *n, const char *message)
{
	notice_saw(&all, n,
	    (struct condition){ .status = "False",
		.reason = xstrdup("Refused"),
		.message = xstrdup(message) });
}

static void
refusal_is_due_until_its_condition_says_it(void **state)
{
	struct notice *n = *state;

	notice_refuse(&all, n, "one", false);
	assert_true(n->work.in_line);
	saw(n, "one");
	assert_null(notices_take(&all));
	saw(n, "another");
	assert_ptr_equal(notices_take(&all), n);
}

static void
refusal_of_a_group_in_force_is_left_to_its_report(void **state)
{
	struct notice *n = *state;

	notice_refuse(&all, n, "one", true);
	assert_null(notices_take(&all));
	notice_failed(&all, n, 0);
	saw(n, "one");
	workqueue_run(&all.queue, 5000);
	assert_ptr_equal(notices_take(&all), n);
}

static void
what_is_told_is_told_once_until_all_is_well(void **state)
{
	struct notice *n = *state;

	assert_true(notice_tell(n, "one", NULL));
	assert_false(notice_tell(n, "one", NULL));
	assert_true(notice_tell(n, "two", NULL));
	assert_false(notice_tell(n, NULL, NULL));
	assert_true(notice_tell(n, "two", NULL));
}

static void
what_the_condition_says_is_not_told(void **state)
{
	struct notice *n = *state;

	saw(n, "one");
	assert_false(notice_tell(n, "one", &n->said));
	assert_true(notice_tell(n, "two", &n->said));
}

static void
writes_that_fail_are_repeated_ever_more_slowly(void **state)
{
	struct notice *n = *state;

	notice_failed(&all, n, 1000);
	assert_int_equal(workqueue_due(&all.queue), 6000);
	notice_failed(&all, n, 6000);
	assert_int_equal(workqueue_due(&all.queue), 16000);
	for (unsigned i = 0; i < 20; i++)
		notice_failed(&all, n, 0);
	assert_int_equal(workqueue_due(&all.queue), 320000);
	workqueue_forget(&all.queue, &n->work);
	notice_failed(&all, n, 1000);
	assert_int_equal(workqueue_due(&all.queue), 6000);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(refusal_is_due_until_its_condition_says_it),
		T(refusal_of_a_group_in_force_is_left_to_its_report),
		T(what_is_told_is_told_once_until_all_is_well),
		T(what_the_condition_says_is_not_told),
		T(writes_that_fail_are_repeated_ever_more_slowly),
	};

	return cmocka_run_group_tests_name("notice", tests, NULL, NULL);
}
