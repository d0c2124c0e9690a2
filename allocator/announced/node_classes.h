/* SPDX-License-Identifier: Apache-2.0 */
/*
 * node_classes - nodes that are alike in all that decides what they announce.
 *
 * A cluster has thousands of nodes, and a handful of kinds of them. What the rules of
 * the node daemons (bgpd/announce/rules.h) say of one holds for all of its class.
 */
#ifndef ALLOCATOR_ANNOUNCED_NODE_CLASSES_H
#define ALLOCATOR_ANNOUNCED_NODE_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/announce/facts.h"
#include "common/prefix.h"

struct attributes;
struct node_classes; /* private to node_classes.c */
struct endpoints;
struct instance;
struct node;
struct object_key;
struct report;
struct store;

struct node_classes_spec { /* all borrowed for good */
	const struct store *store;
	const struct instance *instance;
	/* Rows of its table. */
	size_t node, group, configuration, peer, report;
	const struct endpoints *endpoints; /* of Services, none of them ours */
	const struct endpoints *daemons;   /* the endpoints of all daemons */
	const size_t *n_daemons;           /* of those, ready or not */
};

struct node_class {
	char *key, *sample; /* owned; what they have in common; one of them */
	size_t n;           /* nodes */
	bool daemon;        /* it is there: heard of, and ready */
	bool peers;         /* a BGPPeer is for them */
	struct class_session {
		uint32_t audience; /* audiences.h */
		enum family family;
	} * up;      /* owned; each once */
	size_t n_up; /* sessions with these are */
	struct view
	    view; /* node_classes_look(); node NULL: it is gone meanwhile */
};

struct node_classes *node_classes_new(const struct node_classes_spec *);
void node_classes_free(struct node_classes *);
/*
 * Looks at all nodes anew; wall: s since 1970. False: all are alike as before, so what
 * was judged by them holds.
 */
bool node_classes_make(struct node_classes *, int64_t wall);
/* Sets view of all, for use until the store is told of something. */
void node_classes_look(struct node_classes *);
/*
 * Then: is each sample still like its class? False: what would be judged by them holds
 * for none of the others, until they are made anew. wall: s since 1970.
 */
bool node_classes_stand(const struct node_classes *, int64_t wall);

size_t node_classes_n(const struct node_classes *);
const struct node_class *node_classes_at(const struct node_classes *, size_t i);
size_t node_classes_nodes(const struct node_classes *); /* all of ours */
/* Index of the class of a node, or SIZE_MAX. */
size_t node_classes_of(const struct node_classes *, const char *node);

/*
 * May a node answer for the address on a link of it? False: none of those that report
 * does.
 */
bool node_classes_hold(const struct node_classes *, const struct addr *);
const struct instance *node_classes_instance(const struct node_classes *);
/* May a daemon of ours be there? Else it is of no class, and missed by nobody. */
bool node_classes_may_have(const struct node_classes *, const struct node *);
/* As its endpoint has it; where daemons have none, ready or not, all are. */
bool
node_classes_daemon_is_ready(const struct node_classes *, const char *node);
/* What a node has reported; NULL: nothing that counts. wall: s since 1970. */
const struct report *node_classes_report(
    const struct node_classes *, const struct object_key *node, int64_t wall);

/*
 * Is a session up that tells the family to those that the route (NULL: any) is for?
 */
bool
class_tells(const struct node_class *, enum family, const struct attributes *);
#endif
