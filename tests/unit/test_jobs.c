/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of jobs: who runs, when, and in which order.
 */
#include <stdio.h>
#include <string.h>

#include "bgpd/jobs.h"
#include "tests/test.h"

enum { A, B, C, N };

struct world {
	struct jobs jobs;
	char ran[64];      /* "A B" */
	uint64_t again[N]; /* what each returns */
	unsigned slices;   /* that B needs before it is done */
};

static uint64_t
ran(struct world *w, unsigned job)
{
	size_t used = strlen(w->ran);

	snprintf(w->ran + used, sizeof(w->ran) - used, "%s%c",
	    used > 0 ? " " : "", (char)('A' + job));
	return w->again[job];
}

static uint64_t
run_a(void *arg, uint64_t now)
{
	(void)now;
	return ran(arg, A);
}

static uint64_t
run_b(void *arg, uint64_t now)
{
	struct world *w = arg;

	ran(w, B);
	return w->slices > 0 && --w->slices > 0 ? now : w->again[B];
}

static uint64_t
run_c(void *arg, uint64_t now)
{
	(void)now;
	return ran(arg, C);
}

static const struct job_kind table[N] = { { run_a }, { run_b }, { run_c } };

static struct world
world(void)
{
	struct world w = { .slices = 0 };

	jobs_init(&w.jobs, table, N);
	return w;
}

static void
assert_runs(struct world *w, uint64_t now, const char *text)
{
	w->ran[0] = '\0';
	jobs_run(&w->jobs, w, now);
	assert_string_equal(w->ran, text);
}

TEST(those_that_are_due_run_in_the_order_of_the_table)
{
	struct world w = world();

	jobs_mark(&w.jobs, C, 10);
	jobs_mark(&w.jobs, A, 20);
	jobs_mark(&w.jobs, B, 30);
	assert_runs(&w, 9, "");
	assert_runs(&w, 20, "A C");
	assert_runs(&w, 29, "");
	assert_runs(&w, 30, "B");
	assert_runs(&w, 1000, "");
}

TEST(what_many_mark_is_done_once_at_the_earliest_time)
{
	struct world w = world();

	assert_int_equal(jobs_next(&w.jobs), 0);
	assert_true(jobs_mark(&w.jobs, A, 20));
	assert_false(jobs_mark(&w.jobs, A, 30));
	assert_true(jobs_mark(&w.jobs, A, 10));
	jobs_mark(&w.jobs, B, 15);
	assert_int_equal(jobs_next(&w.jobs), 10);
	assert_runs(&w, 10, "A");
	assert_int_equal(jobs_next(&w.jobs), 15);
	jobs_unmark(&w.jobs, B);
	assert_int_equal(jobs_next(&w.jobs), 0);
	assert_runs(&w, 100, "");
}

TEST(a_job_says_when_it_is_due_again)
{
	struct world w = world();

	w.again[A] = 25;
	jobs_mark(&w.jobs, A, 10);
	assert_runs(&w, 10, "A");
	assert_int_equal(jobs_next(&w.jobs), 25);
	w.again[A] = 0;
	assert_runs(&w, 25, "A");
	assert_int_equal(jobs_next(&w.jobs), 0);
}

/* The loop has its turn after each slice, and so has every other job. */
TEST(long_work_goes_on_behind_the_others)
{
	struct world w = world();

	w.slices = 3;
	for (size_t job = 0; job < N; job++)
		jobs_mark(&w.jobs, job, 10);
	assert_runs(&w, 10, "A B");
	assert_int_equal(jobs_next(&w.jobs), 10);
	jobs_mark(&w.jobs, A, 10);
	assert_runs(&w, 10, "C A B");
	assert_runs(&w, 10, "B");
	assert_int_equal(jobs_next(&w.jobs), 0);
	for (size_t job = 0; job < N; job++)
		jobs_mark(&w.jobs, job, 11);
	assert_runs(&w, 11, "A B C");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    those_that_are_due_run_in_the_order_of_the_table),
		cmocka_unit_test(
		    what_many_mark_is_done_once_at_the_earliest_time),
		cmocka_unit_test(a_job_says_when_it_is_due_again),
		cmocka_unit_test(long_work_goes_on_behind_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
