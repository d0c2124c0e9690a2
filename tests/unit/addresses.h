/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addresses - short ways to write addresses, ranges and pools in tests.
 */
#ifndef TESTS_UNIT_ADDRESSES_H
#define TESTS_UNIT_ADDRESSES_H

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "allocator/pool/pool.h"
#include "common/err.h"

static inline struct addr
ip(const char *text)
{
	struct addr a;
	bool good = addr_parse(text, &a);

	assert(good);
	(void)good;
	return a;
}

/* "10.0.0.1-10.0.0.9", "10.0.0.0/24" or "10.0.0.1" */
static inline struct addr_range
range(const char *text)
{
	char copy[128];
	struct prefix p;
	struct err err;

	snprintf(copy, sizeof(copy), "%s", text);
	char *dash = strchr(copy, '-');

	if (dash != NULL) {
		*dash = '\0';
		return (struct addr_range){ ip(copy), ip(dash + 1) };
	}
	bool good = prefix_parse(text, &p, &err);

	assert(good);
	(void)good;
	return (
	    struct addr_range){ prefix_canonical(&p).addr, prefix_last(&p) };
}

/* Lists parted by commas without spaces; "" is none. */
static inline size_t
ranges(const char *text, struct addr_range out[16])
{
	char copy[512], *rest = copy, *word;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, ",")) != NULL && *word != '\0')
		out[n++] = range(word);
	return n;
}

static inline struct pool *
pool_of(const char *in, const char *out, bool avoid_buggy)
{
	struct addr_range r[16], e[16];
	struct pool_spec spec = { r, e, ranges(in, r), ranges(out, e),
		avoid_buggy };

	return pool_new(&spec);
}
#endif
