/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sessions - how many nodes have the session with each BGPPeer that they are to have.
 */
#ifndef ALLOCATOR_ANNOUNCED_SESSIONS_H
#define ALLOCATOR_ANNOUNCED_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bgp_peer;
struct condition;
struct node_classes;
struct object_key;
struct ruling;
struct sessions; /* private to sessions.c */
struct store;

enum daemon_is {
	DAEMON_HERE, /* ready, or alive */
	DAEMON_LATE, /* not ready, and has some time to be so again */
	DAEMON_AWAY,
};

struct sessions_spec { /* all borrowed */
	const struct store *store;
	size_t nodes, configuration; /* rows of its table */
	const struct node_classes *classes;
	int64_t wall; /* s since 1970 */
	/* Has its daemon ended to start again, and just now? */
	bool (*restarting)(void *arg, const struct object_key *node);
	/* What becomes of it? ready: as its endpoint has it. */
	enum daemon_is (*presence)(
	    void *arg, const struct object_key *node, bool ready);
	void *arg;
};

/* What all nodes report; owned. Of use until the store is told of something. */
struct sessions *sessions_look(const struct sessions_spec *);
void sessions_free(struct sessions *);
/*
 * The condition Ready of the BGPPeer. said: what it says now, or NULL. Where that is
 * True no fault is, for some time, that a daemon starts again, and that nothing is
 * heard of a Node that is new. In a cluster that is new all of them are, and it becomes
 * True once each has been heard of. Where that is that a daemon is away, one that is
 * not ready is so, too: who leads now does not know since when.
 */
void sessions_judge(const struct sessions *, const struct bgp_peer *,
    const struct condition *said, struct ruling *);
/* Nodes that report nothing that counts. */
void sessions_each_silent(const struct sessions *,
    void (*each)(void *arg, const char *node), void *arg);
#endif
