/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supply - the ServiceGroups there are, made into pools, and who holds what of them.
 *
 * Pools may overlap, and nodes and the API server may lie in them, so all are thought
 * about together:
 * after a change the owner calls supply_rebuild() before it asks anything.
 */
#ifndef ALLOCATOR_RECONCILE_SUPPLY_H
#define ALLOCATOR_RECONCILE_SUPPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator/pool/bitset.h"
#include "allocator/pool/groups.h"
#include "allocator/reconcile/waiters.h"

struct addr;
struct err;
struct external;
struct group_report;
struct ipam;
struct item;
struct namespace;
struct node;
struct servers;
struct service_group;
struct sharing;
struct vip_addrs;

struct supply {
	struct ipam *ipam; /* owned, as all here */
	struct sharing *sharing;
	struct waiters waiters;
	struct groups groups; /* as of the last rebuild */
	bool changed;         /* since then */
	bool recount; /* and a group came or went, with who it has retained */
	struct bitset suspects;          /* groups, for supply_next_report() */
	struct item *specs;              /* of groups; a hash by name, owned */
	struct item *nodes, *namespaces; /* likewise */
	struct item *others;             /* likewise; groups of another lbbgp */
	const struct servers *servers;   /* borrowed, or NULL */
	struct item *externals;          /* as nodes; of BGPConfigurations */
	bool externals_listed; /* else it is not known which there are */
	struct item *vips;     /* as nodes; of VirtualIPs */
};

void supply_init(struct supply *);
void supply_fini(struct supply *);

/*
 * A change as a store tells it; `now` stays borrowed until the next call for this
 * object.
 */
void supply_group(struct supply *, const struct service_group *was,
    const struct service_group *now);
/* Likewise of one of another lbbgp. */
void supply_other_group(struct supply *, const struct service_group *was,
    const struct service_group *now);
/* A newer value can't be read; NULL: that is over. False: there is no older one. */
bool
supply_group_refused(struct supply *, const char *name, const struct err *why);
void
supply_node(struct supply *, const struct node *was, const struct node *now);
void supply_namespace(
    struct supply *, const struct namespace *was, const struct namespace *now);
/* NULL: not known. The last one is still there. */
void supply_servers(struct supply *, const struct servers *now);
/* Groups are none the newer for it. */
void supply_external(
    struct supply *, const struct external *was, const struct external *now);
/*
 * What it reserves in the ipam is the owner's affair, who tells each Service that this
 * concerns: no group is made anew.
 */
void supply_vip(
    struct supply *, const struct vip_addrs *was, const struct vip_addrs *now);
/*
 * Is it an address of ours, or of another lbbgp: of a pool, or of those that the nodes
 * announce?
 */
bool supply_covers(const struct supply *, const struct addr *);
/*
 * Waiters wait for nothing then, but keep their places in line. False: all groups are
 * as they were, and nothing has happened.
 */
bool supply_rebuild(struct supply *);

/*
 * One more or less of the Services whose addresses came from that group keeps what no
 * pool has. The count begins anew with each rebuild.
 */
void supply_retain(struct supply *, const char *group, int more);
void supply_report(const struct supply *, size_t group, struct group_report *);
/* A group whose figures are not those of its last report; false: there is none. */
bool supply_next_report(struct supply *, struct group_report *);
/* The last report of this group could not be written. */
void supply_report_again(struct supply *, const char *name);
#endif
