/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service_group - the ServiceGroup resource: pools of addresses for Services.
 *
 * One bad pool never takes the others down: it carries its fault, and is to be used
 * by nobody.
 *
 * Its status, written by the allocator: ipv4{capacity, used, free}, ipv6{…}, waiting
 * and conditions[].
 */
#ifndef COMMON_API_SERVICE_GROUP_H
#define COMMON_API_SERVICE_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/api/addr_range.h"
#include "common/api/community.h"
#include "common/api/lan_terms.h"
#include "common/api/meta.h"
#include "common/api/selector.h"
#include "common/prefix.h"

struct group_pool {
	struct prefix subnet; /* host bits cleared */
	struct addr_range range;
	uint8_t aggregation; /* length of the prefix that is announced */
	char *fault;         /* owned; why nobody may use this pool, or NULL */
	char *warning;       /* owned; what was mended in reading it, or NULL */
};

enum group_lengths {     /* of prefixes that any node will do for */
	GROUP_AGGREGATE, /* as the pool's aggregation says */
	GROUP_HOST,
	GROUP_BOTH,
};

struct group_weights {         /* spec.announce.bgp.weightedECMP */
	uint32_t bandwidth;    /* Mbit/s for each endpoint; 0: no weights */
	bool non_transitive;   /* form */
	uint32_t bucket;       /* endpoints */
	uint32_t min_interval; /* s, between changes of a weight */
};

struct group_announce { /* spec.announce.bgp */
	bool present;   /* somebody wrote it, be it empty */
	struct communities communities;
	struct selector nodes;
	uint32_t local_preference;
	bool has_local_preference;
	bool has_med;
	uint8_t prepends; /* of the own AS, to other ASes */
	uint32_t med;
	enum group_lengths lengths;
	uint32_t max_announcers; /* nodes for each prefix; 0: all */
	struct group_weights weights;
	/* Names of BGPPeers, the only ones to be told; none: all are. */
	char **peers; /* owned */
	size_t n_peers;
	/* What Services may say themselves: 1 << i of group_service_annotations. */
	uint8_t service_annotations;
	struct communities service_communities; /* of these; none: see there */
};

#define GROUP_PREPEND_MAX 10
#define GROUP_ANNOUNCERS_MAX 5000
/* Behind "lbbgp.io/", in the order of the kinds from WISH_ROUTES on; ended by NULL. */
extern const char *const group_service_annotations[];

struct group_l2 {     /* spec.announce.l2 */
	bool present; /* somebody wrote it, be it empty */
	bool always;  /* mode: Always */
	struct selector nodes;
	struct lan_terms terms;
};

struct service_group {
	struct meta meta;
	struct group_pool *pools;
	size_t n_pools;
	struct addr_range *exclude;
	size_t n_exclude;
	bool auto_assign;
	bool avoid_buggy;  /* leave out IPv4 addresses that end in .0, .255 */
	bool reallocate;   /* addresses of a pool that went are moved */
	char **namespaces; /* owned; they may use it */
	size_t n_namespaces;
	struct selector namespace_selector; /* and so may these; neither: all */
	struct selector service_selector;   /* only these of their Services */
	int32_t priority;                   /* lower goes first */
	struct group_announce announce;
	struct group_l2 l2;
	char *interface; /* owned; spec.announce.interface, NULL: none */
	/* Of all that bears on service_routes.h; 0: Services may say nothing. */
	uint64_t terms;
	struct conditions conditions; /* as the status has them */
};

extern const struct fields service_group_fields;

/* These two fit into a row of a store's table of kinds. NULL and err: refused. */
void *service_group_decode(const json_t *, struct err *);
void service_group_free(void *group);
/* False and err: a field that there is not, or any other refusal. */
bool service_group_known(const json_t *, struct err *);
/* Are its addresses announced to BGP peers? Where nothing is said, they are. */
bool service_group_on_bgp(const struct service_group *);
#endif
