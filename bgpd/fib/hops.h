/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hops - lists of next hops, each distinct one kept once and counted.
 *
 * A hundred thousand routes share a few lists, and two routes have the same hops if
 * they have the same list. A table for the lists that peers ask for, one for those that
 * the kernel has: of the first, each knows what it comes to in the second.
 */
#ifndef BGPD_FIB_HOPS_H
#define BGPD_FIB_HOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "common/prefix.h"

#define HOPS_MAX 64        /* of a list */
#define HOP_WEIGHT_MAX 256 /* the kernel has a byte for it */

struct hop {
	struct addr via; /* FAMILY_NONE: whoever is on the link */
	int32_t link;    /* its index; 0: not known */
	uint32_t weight; /* 1 to HOP_WEIGHT_MAX */
};

/* For reading; written by hops.c, but for what is the owner's. */
struct hops {
	struct hops_table *table;
	uint32_t refs;
	uint32_t n;
	/* The owner's, of lists that are asked for. */
	struct hops *real; /* ref; NULL: none of them is reached */
	uint64_t epoch;    /* of what was known then */
	bool gone; /* another of the same hops is another list: hops_void() */
	UT_hash_handle hh;
	struct hop at[]; /* sorted, no two to the same place */
};

struct hops_table {
	struct hops *lists; /* uthash */
	size_t n;           /* of them, void ones too */
};

/*
 * The one list of these hops, n of them, HOPS_MAX at most: a reference for the caller.
 * They are put in order, and those to the same place become one that has the weight of
 * all, in proportion to the others. NULL: n is 0.
 */
struct hops *hops_intern(struct hops_table *, struct hop *, size_t n);
struct hops *hops_ref(struct hops *); /* NULL is fine, here and below */
void hops_unref(struct hops *);
/*
 * Lists with a hop over that link are void from now on: who has one has not what a
 * list of the same hops says later. False: there is none.
 */
bool hops_void(struct hops_table *, int32_t link);
bool hops_go_over(const struct hops_table *, int32_t link); /* is there one? */
#endif
