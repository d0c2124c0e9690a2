/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addrs - short lists of addresses without doubles.
 *
 * A struct addrs lies in somebody's memory, often on the stack, or is a copy.
 * A struct addr_queue is for any number that wait for something.
 */
#ifndef ALLOCATOR_IPAM_ADDRS_H
#define ALLOCATOR_IPAM_ADDRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct addrs {
	struct addr *at; /* borrowed, unless it is said otherwise */
	size_t n;
};

bool addrs_has(const struct addrs *, const struct addr *);
bool addrs_same(const struct addrs *, const struct addrs *); /* in any order */
/* Appends what is not there yet; there is room for it. */
void addrs_add(struct addrs *, const struct addr *);
void addrs_add_all(struct addrs *, const struct addrs *);
void addrs_sort(struct addrs *); /* doubles are left out */

struct addr_queue {      /* all zero: empty */
	struct addr *at; /* owned; from first to n */
	size_t first, n, room;
};

/* First in, first out; the same address may stand there twice. */
void addr_queue_add(struct addr_queue *, const struct addr *);
bool
addr_queue_take(struct addr_queue *, struct addr *); /* false: it is empty */
void addr_queue_clear(struct addr_queue *);
void addr_queue_fini(struct addr_queue *);

/* A copy whose `at` is owned; NULL: it is empty. */
struct addrs addrs_copy(const struct addr *, size_t n);
#endif
