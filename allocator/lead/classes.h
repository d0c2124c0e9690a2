/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classes - which lbbgp there are on a cluster, and which resources and Services are
 * of none.
 *
 * A Namespace with an lbbgp in it names the class of that one, by an annotation;
 * lbbgp-system has the default one without. So each allocator sees the others, and that
 * it is the only one of its class. Looks at no clock, and writes nothing.
 */
#ifndef ALLOCATOR_LEAD_CLASSES_H
#define ALLOCATOR_LEAD_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/source/store.h"

struct classes; /* private to classes.c */
struct err;
struct instance;
struct meta;

#define CLASSES_WAIT 10000     /* ms until a resource is told to be of none */
#define CLASSES_AGAIN 1800000u /* and ms until it is told again */

struct classes_stray { /* of no lbbgp; borrowed until the next call */
	size_t kind;
	struct object_key key;
	const char *uid, *class;
};

struct classes *classes_new(const struct instance *); /* ours, copied */
void classes_free(struct classes *);

/* A Namespace as it is now, and what its annotation says, NULL: nothing. */
void
classes_namespace(struct classes *, const struct meta *, const char *class);
void classes_namespace_gone(struct classes *, const char *name);
/* A resource that has a class; NULL: it is gone. kind: row of the store's table. */
void classes_resource(struct classes *, size_t kind, const struct meta *,
    const char *class, uint64_t now);

/* Must this allocator not decide, since another one may? why: for people. */
bool classes_clash(const struct classes *, struct err *why);
/* The next of which people are to be told now. */
bool classes_next(struct classes *, uint64_t now, struct classes_stray *);
/* When there may be one; UINT64_MAX: never. */
uint64_t classes_due(const struct classes *);
#endif
