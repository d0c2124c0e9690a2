/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attribute_sets - equal attributes, kept once and known by a number.
 *
 * A node announces a million addresses with a handful of different attributes. Number
 * 0 is the empty set, which is always there and not counted.
 */
#ifndef BGPD_ANNOUNCE_ATTRIBUTE_SETS_H
#define BGPD_ANNOUNCE_ATTRIBUTE_SETS_H

#include <stdint.h>

struct attribute_sets;
struct attributes;

#define ATTRIBUTE_SETS_MAX (1u << 26) /* a number is below */

struct attribute_sets *attribute_sets_new(void);
void attribute_sets_free(struct attribute_sets *);

/* The number of this set, with a reference that the caller gives back. */
uint32_t
attribute_sets_intern(struct attribute_sets *, const struct attributes *);
/*
 * The same of what is a Service's own: plain holds in its place where others disagree,
 * and has its number as long as the set has. own->own and ->plain are filled in.
 */
uint32_t attribute_sets_intern_own(struct attribute_sets *,
    struct attributes *own, const struct attributes *plain);
void attribute_sets_ref(struct attribute_sets *, uint32_t);
void attribute_sets_unref(struct attribute_sets *, uint32_t);
/* Borrowed, for as long as there is a reference. */
const struct attributes *
attribute_sets_get(const struct attribute_sets *, uint32_t);
/* The highest of any set, Mbit/s; 0: none has one. Looks at them all. */
uint32_t attribute_sets_bandwidth(const struct attribute_sets *);
#endif
