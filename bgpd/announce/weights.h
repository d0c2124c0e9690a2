/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weights - how many endpoints an address of a Service is said to have here, and for
 * how long that stays said.
 *
 * Pods come and go one after the other; what routers are told changes at most once in
 * an interval. No clock is read: who calls weights_grow_older() knows how long a pass
 * is.
 */
#ifndef BGPD_ANNOUNCE_WEIGHTS_H
#define BGPD_ANNOUNCE_WEIGHTS_H

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct object_key;
struct weights;

struct weights *weights_new(void);
void weights_free(struct weights *);

/*
 * A Service is looked at, from begin to end: addresses of it that are not asked for
 * meanwhile are forgotten. The key is borrowed until the end.
 */
void weights_begin(struct weights *, const struct object_key *);
void weights_end(struct weights *);
/*
 * What is to be said of an address that has weight now: that, if nothing was said
 * before, or not for the last so many passes; else what was said, and the Service is to
 * be looked at again when these are over.
 */
uint32_t weights_ask(
    struct weights *, const struct addr *, uint32_t weight, uint32_t passes);

/* Was anything said a moment ago? Then passes are to be counted. */
bool weights_wait(const struct weights *);
/*
 * A pass; each() is told of every Service of which something else may be said now,
 * until it returns false.
 */
void weights_grow_older(struct weights *,
    bool (*each)(void *arg, const struct object_key *), void *arg);
#endif
