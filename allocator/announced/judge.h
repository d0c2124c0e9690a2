/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge - whether somebody announces a Service or the addresses of a ServiceGroup, and
 * if not, why not: in numbers of nodes.
 */
#ifndef ALLOCATOR_ANNOUNCED_JUDGE_H
#define ALLOCATOR_ANNOUNCED_JUDGE_H

#include <stdbool.h>

struct node_classes;
struct endpoints;
struct service;
struct service_group;

#define RULING_TEXT 1024
#define NO_ADDRESS "NoAddress" /* reasons */
#define NO_NODE "NoNode"
#define NO_DAEMON "NoDaemon"
#define NO_PEER "NoPeer"
#define NO_SESSION "NoSession"
#define NOT_HELD "NotHeld"
#define PENDING "Pending"

struct ruling {             /* a condition to be */
	bool good, unknown; /* the latter: neither good nor bad */
	bool passes; /* not good, but nodes may be about to say otherwise */
	const char *reason; /* a literal */
	char message[RULING_TEXT];
};

/*
 * All of its addresses? endpoints: of Services. node_classes_look() has been called
 * since the store was told of something.
 */
void judge_service(const struct node_classes *, const struct endpoints *,
    const struct service *, struct ruling *);
/* May some node announce addresses of each family that it has a good pool of? */
void judge_group(
    const struct node_classes *, const struct service_group *, struct ruling *);
#endif
