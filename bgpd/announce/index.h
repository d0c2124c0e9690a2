/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index - which source objects want which prefix announced.
 *
 * A prefix is announced while somebody wants it, with the union of what all say:
 * aggregates are counted, never recomputed. Of two wants of one address one may decide
 * finer: traffic of a Service with policy Local that has endpoints elsewhere only is
 * lost here, so it keeps the address from being announced for those who would do with
 * any node.
 */
#ifndef BGPD_ANNOUNCE_INDEX_H
#define BGPD_ANNOUNCE_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "bgpd/announce/want.h"
#include "common/prefix.h"

struct announce_index;
struct claims; /* what one object wants, in a form of few bytes */

struct announce_index_ops {
	/* Adds what holds for the prefix whoever wants it. */
	void (*decorate)(void *arg, const struct prefix *, struct attributes *);
	/*
	 * A packet for a member that nobody holds must be refused, or need no longer
	 * be: the prefix is announced for Services and shorter than a host route, so it
	 * would loop; or it is of host length, listed, and nobody holds it.
	 */
	void (*shared)(void *arg, const struct prefix *, bool shared);
	/* NULL: no longer announced. Borrowed. */
	void (*changed)(
	    void *arg, const struct prefix *, const struct attributes *);
};

struct announce_index *
announce_index_new(const struct announce_index_ops *, void *arg);
void announce_index_free(struct announce_index *); /* tells nobody */

/*
 * Replaces what the object of this key wanted, and frees what *wants owns. No wants:
 * the object is forgotten. Where decorate() has come to say something else, that is
 * told even if the object wants the same.
 */
void announce_index_set(
    struct announce_index *, const char *key, struct wants *wants);

/* What the object wants or why not; NULL: unknown. Borrowed. */
const struct claims *
announce_index_get(const struct announce_index *, const char *key);
/*
 * The key of a Service ("namespace/name", the one kind with a slash) that wants the
 * prefix announced, any of them; NULL: none. Looks through all that every object wants
 * once after the one it named no longer does. Borrowed.
 */
const char *
announce_index_service(struct announce_index *, const struct prefix *);
size_t claims_count(const struct claims *); /* NULL: 0 */
/* One of them, as it was wanted but for its attributes, which are left out. */
struct want announce_index_want(
    const struct announce_index *, const struct claims *, size_t i);
size_t announce_index_count(const struct announce_index *, enum family);
/* The longest prefix that is announced and covers this one; false: none. */
bool announce_index_cover(
    const struct announce_index *, const struct prefix *, struct prefix *found);
/* With what the prefix is announced, borrowed; NULL: it is not. */
const struct attributes *
announce_index_told(const struct announce_index *, const struct prefix *);
/* The highest link bandwidth of any, Mbit/s; 0: none has one. */
uint32_t announce_index_bandwidth(const struct announce_index *);
/* How many wants have this verdict. */
size_t announce_index_verdicts(const struct announce_index *, enum verdict);
#endif
