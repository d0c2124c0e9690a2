/* SPDX-License-Identifier: Apache-2.0 */
/*
 * groups - the ServiceGroups together: whose pools count, and in which order.
 *
 * Two pools may not overlap, across groups and within one: the one of the older
 * group works, the other is left out and its group says so. Addresses of nodes and of
 * the API server are never given.
 */
#ifndef ALLOCATOR_POOL_GROUPS_H
#define ALLOCATOR_POOL_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/pool/bitset.h"
#include "common/api/selector.h"
#include "common/prefix.h"

struct named_namespace; /* private to groups.c */
struct namespace;
struct pool;
struct service;
struct service_group;

#define GROUPS_NONE SIZE_MAX
#define GROUP_CONDITION "Accepted" /* of a ServiceGroup */

struct group { /* owns all it points to but spec */
	char *name;
	struct pool *pool; /* what is left of its pools */
	char *fault;       /* which pools are left out and why, or NULL */
	char *warning;     /* what was mended or is odd, or NULL */
	char **namespaces; /* that may use it, in order */
	size_t n_namespaces;
	bool all_namespaces;      /* these are not asked */
	struct selector services; /* only these of their Services may */
	bool auto_assign;
	bool reallocate;  /* what its pools lose is moved, not kept */
	uint8_t refused;  /* 1 << family of each pool that is left out */
	int32_t priority; /* lower goes first */
	uint64_t terms;   /* service_group.terms */
	/* Borrowed, of the owner's last event; NULL: it is gone. */
	const struct service_group *spec;
};

struct groups {
	struct group *at; /* owned; in the order in which they are asked */
	size_t n;
	size_t n_auto;          /* the first of them: assign by themselves */
	struct group **by_name; /* owned; into at */
	/* Those that assign by themselves and allow each namespace, or this one. */
	struct bitset everywhere;
	struct named_namespace *named; /* hash, owned */
};

struct groups_spec { /* what groups_init() makes them of; borrowed meanwhile */
	const struct groups *before; /* until now, or NULL */
	const struct service_group **specs;
	size_t n_specs;
	/* Of another lbbgp: their pools count, and nothing is given from them. */
	const struct service_group **others;
	size_t n_others;
	const struct addr *nodes; /* addresses of nodes */
	size_t n_nodes;
	const struct addr *servers; /* addresses of the API server */
	size_t n_servers;
	const struct namespace **namespaces;
	size_t n_namespaces;
};

void groups_init(struct groups *, const struct groups_spec *);
void groups_fini(struct groups *);

bool group_allows_namespace(const struct group *, const char *ns);
/* It, and its namespace. */
bool group_allows(const struct group *, const struct service *);
/*
 * Those that assign by themselves and allow the namespace, for whichever of its
 * Services. Borrowed from the groups.
 */
const struct bitset *
groups_open_to_namespace(const struct groups *, const char *ns);
bool groups_same(const struct groups *, const struct groups *);
/* A newer object of that group, which changes nothing else; NULL: it is gone. */
void
groups_respec(struct groups *, const char *name, const struct service_group *);
/*
 * Fills a set, which the caller ends, with the groups that assign by themselves and
 * allow the Service.
 */
void
groups_open_to(const struct groups *, const struct service *, struct bitset *);
/* Index of the group, or GROUPS_NONE. */
size_t groups_find(const struct groups *, const char *name);
#endif
