/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addrs - short lists of addresses without doubles.
 *
 * A struct addrs lies in somebody's memory, often on the stack; a struct addr_list is
 * how one is kept for long: one small block, never changed, NULL when it is empty.
 */
#ifndef ALLOCATOR_IPAM_ADDRS_H
#define ALLOCATOR_IPAM_ADDRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct addrs {
	struct addr *at; /* borrowed */
	size_t n;
};

struct addr_list {
	uint32_t n;
	struct addr at[];
};

bool addrs_has(const struct addrs *, const struct addr *);
bool addrs_same(const struct addrs *, const struct addrs *); /* in any order */
/* Appends what is not there yet; there is room for it. */
void addrs_add(struct addrs *, const struct addr *);
void addrs_add_all(struct addrs *, const struct addrs *);

/* Freed with free(). */
struct addr_list *addr_list_new(const struct addr *, size_t n);
struct addrs addr_list_view(const struct addr_list *);
#endif
