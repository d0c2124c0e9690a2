/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classes - nodes that are alike in all that decides what they announce.
 *
 * A cluster has thousands of nodes, and a handful of kinds of them. What the rules of
 * the node daemons (bgpd/announce/rules.h) say of one holds for all of its class.
 */
#ifndef ALLOCATOR_ANNOUNCED_CLASSES_H
#define ALLOCATOR_ANNOUNCED_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/announce/facts.h"
#include "common/prefix.h"

struct attributes;
struct classes; /* private to classes.c */
struct endpoints;
struct object_key;
struct report;
struct store;

struct classes_spec { /* all borrowed for good */
	const struct store *store;
	const struct instance *instance;
	/* Rows of its table. */
	size_t node, group, configuration, peer, report;
	const struct endpoints *endpoints; /* of Services, none of them ours */
	const struct endpoints *daemons;   /* the endpoints of all daemons */
};

struct node_class {
	char *key, *sample; /* owned; what they have in common; one of them */
	size_t n;           /* nodes */
	bool daemon;        /* it is there: heard of, and ready */
	bool peers;         /* a BGPPeer is for them */
	struct class_session {
		uint32_t audience; /* audiences.h */
		enum family family;
	} * up;           /* owned; each once */
	size_t n_up;      /* sessions with these are */
	struct view view; /* classes_look(); node NULL: it is gone meanwhile */
};

struct classes *classes_new(const struct classes_spec *);
void classes_free(struct classes *);
/*
 * Looks at all nodes anew; wall: s since 1970. False: all are alike as before, so what
 * was judged by them holds.
 */
bool classes_make(struct classes *, int64_t wall);
/* Sets view of all, for use until the store is told of something. */
void classes_look(struct classes *);

size_t classes_n(const struct classes *);
const struct node_class *classes_at(const struct classes *, size_t i);
size_t classes_nodes(const struct classes *); /* all nodes */
/* Index of the class of a node, or SIZE_MAX. */
size_t classes_of(const struct classes *, const char *node);

/*
 * May a node answer for the address on a link of it? False: none of those that report
 * does.
 */
bool classes_hold(const struct classes *, const struct addr *);
/* What a node has reported; NULL: nothing that counts. wall: s since 1970. */
const struct report *classes_report(
    const struct classes *, const struct object_key *node, int64_t wall);

/*
 * Is a session up that tells the family to those that the route (NULL: any) is for?
 */
bool
class_tells(const struct node_class *, enum family, const struct attributes *);
#endif
