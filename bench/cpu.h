/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu - the processor time that this program has used.
 */
#ifndef BENCH_CPU_H
#define BENCH_CPU_H

#include <time.h>

static inline double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}
#endif
