/* SPDX-License-Identifier: Apache-2.0 */
/*
 * announced - tells on Services, ServiceGroups and BGPPeers whether nodes announce
 * them, and on BGPNodeStatuses and Nodes that nothing is heard of their daemons:
 * conditions lbbgp.io/Announced, Ready and lbbgp.io/BGPReady.
 *
 * One writer for the cluster, the allocator that leads; what a node knows alone comes
 * from its BGPNodeStatus.
 */
#ifndef ALLOCATOR_ANNOUNCED_ANNOUNCED_H
#define ALLOCATOR_ANNOUNCED_ANNOUNCED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/api/instance.h"

struct announced; /* private: announced_state.h */
struct bgp_peer;
struct clock;
struct endpoint_slice;
struct object_key;
struct report;
struct ruling;
struct source;
struct store;

#define READY_CONDITION "Ready" /* of all but Services */

struct announced_spec { /* all borrowed for good */
	const struct store *store;
	/* Rows of its table. */
	size_t service, group_row, node, configuration, peer, report;
	struct instance instance; /* whose Services are told; borrowed */
	bool unclassed; /* and, of the default one, those without a class */
	const struct clock *clock;
	/* There is something for announced_run(). */
	void (*wake)(void *arg);
	/* announced_group() says something else of it now. */
	void (*group)(void *arg, const char *name);
	void *arg;
};

struct announced *announced_new(const struct announced_spec *);
void announced_free(struct announced *); /* after the source */
/* Where writes go; borrowed for good. */
void announced_set_source(struct announced *, struct source *);

/* What the store tells; was and is as in store_kind.changed. */
void announced_service(
    struct announced *, const struct object_key *, const void *is);
void announced_peer(struct announced *, const struct object_key *,
    const struct bgp_peer *was, const struct bgp_peer *is);
void announced_slice(struct announced *, const struct endpoint_slice *was,
    const struct endpoint_slice *is);
void announced_report(struct announced *, const struct object_key *,
    const struct report *was, const struct report *is);
void
announced_node(struct announced *, const struct object_key *, const void *is);
/* A ServiceGroup or a BGPConfiguration is. */
void announced_rules(struct announced *);

/*
 * All has been listed and we lead; or no longer: nothing is judged and written then.
 */
void announced_set_on(struct announced *, bool on);
void announced_run(struct announced *);
/* When it wants to run without being woken; UINT64_MAX: never. */
uint64_t announced_due(const struct announced *);

/*
 * How many Services were found to be announced, or not, for that reason; nth from 0
 * until false. reason is a literal.
 */
struct announced_count {
	const char *reason;
	bool good;
	size_t n;
};
bool
announced_count(const struct announced *, size_t nth, struct announced_count *);

/* What is to be said of a ServiceGroup; NULL: nothing yet. Borrowed. */
const struct ruling *
announced_group(const struct announced *, const char *name);
#endif
