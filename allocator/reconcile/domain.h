/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domain - the ServiceGroups there are, made into pools and books.
 *
 * Pools may overlap, and nodes and the API server may lie in them, so all are thought
 * about together:
 * after a change the owner calls domain_rebuild() before it asks anything.
 */
#ifndef ALLOCATOR_RECONCILE_DOMAIN_H
#define ALLOCATOR_RECONCILE_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator/pool/bitset.h"
#include "allocator/pool/groups.h"

struct err;
struct group_entry;
struct group_report;
struct ipam;
struct namespace;
struct namespace_entry;
struct node;
struct node_entry;
struct servers;
struct service_group;
struct waiters;

struct domain {
	struct ipam *ipam;           /* owned */
	struct groups groups;        /* as of the last rebuild */
	bool changed;                /* since then */
	struct bitset suspects;      /* groups, for domain_next_report() */
	struct group_entry *entries; /* hash by name, owned */
	struct node_entry *nodes;    /* hash by name, owned */
	struct namespace_entry *namespaces; /* hash by name, owned */
	const struct servers *servers;      /* borrowed, or NULL */
};

void domain_init(struct domain *);
void domain_fini(struct domain *);

/* As a store tells it; `now` stays borrowed until the next call for it. */
void domain_group(struct domain *, const struct service_group *was,
    const struct service_group *now);
/* A newer value can't be read; NULL: that is over. False: there is no older one. */
bool
domain_group_refused(struct domain *, const char *name, const struct err *why);
void
domain_node(struct domain *, const struct node *was, const struct node *now);
void domain_namespace(
    struct domain *, const struct namespace *was, const struct namespace *now);
/* NULL: not known. The last one is still there. */
void domain_servers(struct domain *, const struct servers *now);
/* Waiters lose their queues, not their places in line. */
void domain_rebuild(struct domain *, struct waiters *);

/* One more or less of those who came from that group keeps what no pool has. The
 * count begins anew with each rebuild. */
void domain_retain(struct domain *, const char *group, int more);
void domain_report(const struct domain *, const struct waiters *, size_t group,
    struct group_report *);
/* One whose figures are not those of its last report; false: there is none. */
bool
domain_next_report(struct domain *, struct waiters *, struct group_report *);
void domain_report_again(struct domain *, const char *name);
#endif
