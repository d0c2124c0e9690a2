/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>

#include "bgpd/descriptors_io.h"
#include "tests/test.h"

/* The soft limit that there is after it. */
static rlim_t
raised(rlim_t soft, rlim_t hard)
{
	struct rlimit l = { soft, hard };

	assert_int_equal(setrlimit(RLIMIT_NOFILE, &l), 0);
	descriptors_raise();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &l), 0);
	assert_true(l.rlim_max == hard);
	return l.rlim_cur;
}

/* From high to low: the hard limit can't be raised again by everybody. */
static void
the_soft_limit_becomes_the_hard_one(void **state)
{
	struct rlimit l;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &l), 0);
	if (l.rlim_max > DESCRIPTORS_WANTED) {
		assert_true(raised(1024, l.rlim_max) == DESCRIPTORS_WANTED);
		assert_true(raised(DESCRIPTORS_WANTED + 1, l.rlim_max) ==
		    DESCRIPTORS_WANTED + 1);
	}
	assert_true(raised(100, 200) == 200);
	assert_true(raised(200, 200) == 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_soft_limit_becomes_the_hard_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
