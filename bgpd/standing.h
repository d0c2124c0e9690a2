/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standing - the conditions that hold on this node, one of each type, and since when.
 */
#ifndef BGPD_STANDING_H
#define BGPD_STANDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/control/view.h"
#include "common/err.h"

#define STANDING_MAX 16 /* types; as many as the schema takes */

struct standing {
	struct view_condition at[STANDING_MAX]; /* those that hold */
	struct err messages[STANDING_MAX];
	bool again[STANDING_MAX]; /* found by the look that is under way */
	size_t n;
};

/* A look at everything: begin, add what is found, end drops what was not. */
void standing_begin(struct standing *);
/*
 * type and reason are literals. What is found a second time under one type joins the
 * message of the first.
 */
void standing_add(struct standing *, const char *type, const char *reason,
    uint64_t now, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void standing_end(struct standing *);
#endif
