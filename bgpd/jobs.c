/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/jobs.h"

#include <assert.h>

void
jobs_init(struct jobs *j, const struct job_kind *table, size_t n)
{
	assert(n <= JOBS_MAX);
	*j = (struct jobs){ .table = table, .n = n };
}

bool
jobs_mark(struct jobs *j, size_t job, uint64_t at)
{
	if (j->due[job] != 0 && j->due[job] <= at)
		return false;
	j->due[job] = at;
	return true;
}

void
jobs_unmark(struct jobs *j, size_t job)
{
	j->due[job] = 0;
}

uint64_t
jobs_next(const struct jobs *j)
{
	uint64_t at = 0;

	for (size_t i = 0; i < j->n; i++)
		if (j->due[i] != 0 && (at == 0 || j->due[i] < at))
			at = j->due[i];
	return at;
}

/* False: it has more to do. */
static bool
run(struct jobs *j, size_t job, void *arg, uint64_t now)
{
	if (j->due[job] == 0 || j->due[job] > now)
		return true;
	j->due[job] = 0;
	uint64_t again = j->table[job].run(arg, now);

	if (again != 0)
		jobs_mark(j, job, again);
	return again == 0 || again > now;
}

void
jobs_run(struct jobs *j, void *arg, uint64_t now)
{
	size_t from = j->first;

	j->first = 0;
	for (size_t i = 0; i < j->n; i++) {
		size_t job = (from + i) % j->n;

		if (run(j, job, arg, now))
			continue;
		j->first = (job + 1) % j->n;
		return;
	}
}
