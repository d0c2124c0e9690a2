/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addr_range - an interval of addresses, as pools and exclusions are written.
 */
#ifndef COMMON_API_ADDR_RANGE_H
#define COMMON_API_ADDR_RANGE_H

#include <stdbool.h>

#include "common/prefix.h"

struct err;

#define ADDR_RANGE_TEXT 101 /* room for one as text, with NUL */

struct addr_range {
	struct addr first;
	struct addr last; /* the same family, not below first */
};

/* "10.0.0.1-10.0.0.9", "10.0.0.0/24" or one address; spaces are allowed. */
bool addr_range_parse(const char *text, struct addr_range *, struct err *);

/* The texts on both sides of "-" without spaces; last is "" without "-". */
bool addr_range_split(
    const char *text, char first[ADDR_RANGE_TEXT], char last[ADDR_RANGE_TEXT]);
#endif
