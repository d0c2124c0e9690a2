/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs - work that is due at some time, a row of a table for each kind of it.
 *
 * A job that is marked by many is done once. Work that would hold up the loop is done
 * in slices: a job that is due again at once goes on in the loop's next turn, when
 * those behind it in the table have had theirs.
 */
#ifndef BGPD_JOBS_H
#define BGPD_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOBS_MAX 26

struct job_kind {
	/*
	 * Returns when it is due again, ms; now: there is more to do; 0: once marked.
	 */
	uint64_t (*run)(void *arg, uint64_t now);
};

struct jobs {
	const struct job_kind *table; /* borrowed */
	size_t n;
	size_t first; /* whose turn it is */
	uint64_t due[JOBS_MAX];
};

void jobs_init(struct jobs *, const struct job_kind *table, size_t n);
/* Due at that time, unless it is due before. False: it is. */
bool jobs_mark(struct jobs *, size_t job, uint64_t at);
void jobs_unmark(struct jobs *, size_t job);
uint64_t jobs_next(const struct jobs *); /* when the first is due; 0: none is */
/* Runs all that are due, up to the first that has more to do. */
void jobs_run(struct jobs *, void *arg, uint64_t now);
#endif
