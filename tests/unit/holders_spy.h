/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_spy - the books of the allocator that started last, for tests that spoil them.
 *
 * Linked with --wrap=ipam_new. Include it once in a program.
 */
#ifndef TESTS_UNIT_HOLDERS_SPY_H
#define TESTS_UNIT_HOLDERS_SPY_H

#include "allocator/ipam/ipam.h"

static struct ipam *spied_books;

struct ipam *__real_ipam_new(void);
struct ipam *__wrap_ipam_new(void);

struct ipam *
__wrap_ipam_new(void)
{
	spied_books = __real_ipam_new();
	return spied_books;
}
#endif
