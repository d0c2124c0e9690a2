/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys - the TCP MD5 keys (RFC 2385) that a socket has, and the way to those it should
 * have.
 *
 * A key belongs to a prefix, most often that of one address, not to whoever wanted it
 * first: what is wanted is always said for all peers at once, so that one that leaves
 * an address never takes the key of one that came to it. Of several prefixes an address
 * is in, the key of the longest holds, as in the kernel.
 */
#ifndef BGPD_KEYS_H
#define BGPD_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/prefix.h"

struct keys; /* private to keys.c */

struct key_wanted { /* borrowed */
	struct prefix prefix;
	const char *key; /* NULL: none */
};

struct keys_ops {
	/* key NULL: takes the prefix's away. False: it could not be done. */
	bool (*set)(void *arg, const struct prefix *, const char *key);
};

struct keys *keys_new(void); /* none yet */
void keys_free(struct keys *);

/*
 * Sets what differs: first what is new or another, then what nobody wants any more
 * goes, so that an address that has a key before and after has one at every moment. Of
 * two keys for one prefix the first counts. What could not be set is tried again by
 * the next call.
 */
void keys_update(struct keys *, const struct key_wanted *, size_t n,
    const struct keys_ops *, void *arg);
/* The key that holds for the address, borrowed until the next update; NULL: none. */
const char *keys_get(const struct keys *, const struct addr *);
#endif
