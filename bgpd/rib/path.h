/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path - sets of path attributes, each distinct one kept once and counted.
 *
 * A million prefixes share a few thousand sets: tables hold the 32-bit id of a path,
 * which stays the same as long as somebody holds a reference and the table is not
 * packed.
 */
#ifndef BGPD_RIB_PATH_H
#define BGPD_RIB_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct attrs; /* bgpd/wire/attr.h */
struct path_table;
struct rbuf; /* bgpd/wire/buf.h */

#define PATH_NONE 0 /* the id of no path */
#define LOCAL_PREF_DEFAULT 100

/* The cursors of struct attrs, in the order in which their bytes follow a path. */
enum path_list {
	LIST_AS_PATH,
	LIST_COMMUNITIES,
	LIST_EXT_COMMUNITIES,
	LIST_IPV6_EXT_COMMUNITIES,
	LIST_LARGE_COMMUNITIES,
	LIST_CLUSTERS,
	LIST_UNKNOWN,
	LIST_AUDIENCES, /* not an attribute: struct path_local */
	PATH_LISTS
};

/* For reading; written by path.c only. */
struct path {
	struct path_table *table;
	uint32_t id;
	uint32_t refs;
	uint32_t hash;
	uint32_t neighbor_as; /* the first AS of the path, 0: empty */
	uint32_t as_len;      /* as RFC 4271 9.1.2.2 (a) counts */
	/* From here on: what makes two paths the same. */
	uint32_t med;      /* 0 when absent: 9.1.2.2 (c) */
	uint64_t has;      /* ATTR_BIT() as in struct attrs */
	uint64_t partial;  /* the same */
	struct path *from; /* ref: what policy made it of; NULL: as it came */
	uint32_t list_len[PATH_LISTS]; /* bytes */
	uint32_t local_pref;           /* LOCAL_PREF_DEFAULT when absent */
	uint32_t aggregator_as;
	uint32_t aggregator_id;
	uint32_t originator_id; /* 0 when absent */
	uint32_t otc;
	uint8_t origin;
	uint8_t kinds;        /* struct path_local */
	uint8_t prepends;     /* the same */
	struct addr next_hop; /* FAMILY_NONE: the session's own */
	struct addr link_local;
	uint8_t bytes[]; /* the lists */
};

struct large_community {
	uint32_t global, local1, local2;
};

/* What is announced locally; a prefix may be more than one of these. */
#define PATH_KIND_POD 0x1           /* a pod CIDR */
#define PATH_KIND_SERVICE 0x2       /* a cluster IP */
#define PATH_KIND_EXTERNAL 0x4      /* an external IP of a Service */
#define PATH_KIND_LOAD_BALANCER 0x8 /* a load-balancer IP */

/* What a local announcement says of itself. Order and doubles don't matter. */
struct path_local {
	uint8_t kinds; /* PATH_KIND_…, for policies; nobody is told */
	const uint32_t *communities;
	size_t n_communities;
	const struct large_community *large;
	size_t n_large;
	/* LINK_BANDWIDTH_OCTETS of bgpd/wire/link_bandwidth.h; NULL: none */
	const uint8_t *link_bandwidth;
	uint32_t local_pref; /* goes to iBGP peers */
	bool has_med;
	uint32_t med;
	uint8_t
	    prepends; /* of our AS, beside the one that each path gets; eBGP */
	struct addr next_hop; /* FAMILY_NONE: the session's own */
	/* Only peers of these audiences (struct group_key) get it; none: all do. */
	const uint32_t *audiences;
	size_t n_audiences;
};

/* The seed keeps peers from choosing what collides, in the rib's tables as well. */
struct path_table *path_table_new(uint64_t seed);
uint64_t path_table_seed(const struct path_table *);
void path_table_free(struct path_table *); /* all paths are unreferenced */

/* The one path with these attributes: a reference for the caller. */
struct path *path_intern(struct path_table *, const struct attrs *);
struct path *path_local(struct path_table *, const struct path_local *);
/*
 * What policy makes of that path, for the same audiences: a reference for the caller.
 * It is kept beside that one, or is that one if nothing of it is another.
 */
struct path *path_like(struct path *, const struct attrs *);
struct path *path_ref(struct path *);
void path_unref(struct path *); /* NULL is fine */

struct path *path_by_id(const struct path_table *, uint32_t id); /* borrowed */
size_t path_table_count(const struct path_table *);
size_t path_table_bytes(const struct path_table *); /* of all paths */
uint32_t path_table_end(const struct path_table *); /* ids are below */
size_t path_cost(const struct path *); /* bytes that it takes, all in */
/*
 * Gives ids anew, without holes, and gives back the room of what went. Returns,
 * owned, the new id by the old one.
 */
uint32_t *path_table_pack(struct path_table *);

/* The attributes again; what they point to is borrowed from the path. */
void path_attrs(const struct path *, struct attrs *);
size_t path_bytes(const struct path *);                     /* of its lists */
struct rbuf path_list(const struct path *, enum path_list); /* the same */
/* Of the standard ones (RFC 1997). */
bool path_has_community(const struct path *, uint32_t community);
#define COMMUNITY_LLGR_STALE 0xffff0006u /* RFC 9494 3.2 */
#define COMMUNITY_NO_LLGR 0xffff0007u    /* RFC 9494 3.3 */
bool path_for_audience(const struct path *, uint32_t audience);
#endif
