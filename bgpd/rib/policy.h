/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy - what is taken from a peer, what is told to one, and in which words.
 *
 * Pure functions over a path and who gave it. The key of an update group is all that
 * changes the content or the bytes of what a peer is sent.
 */
#ifndef BGPD_RIB_POLICY_H
#define BGPD_RIB_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/wire/caps.h"
#include "common/prefix.h"

struct attrs;
struct path;
struct path_table;
struct path_match;   /* bgpd/rib/path_match.h */
struct policy_index; /* bgpd/rib/policy_index.h */

/*
 * Prefixes inside of one, with lengths from min_len to max_len, and what becomes of
 * their routes.
 */
struct policy_rule {
	struct prefix prefix; /* without host bits */
	uint8_t min_len, max_len;
	uint32_t verdict; /* of the rib's table: rib_verdict() */
	uint16_t match; /* which of the policy's must be met, from 1; 0: none */
	uint16_t counter; /* of the policy's hits */
};

#define POLICY_MATCHES_MAX 576

/*
 * The first rule counts that a prefix falls under and whose conditions its path meets.
 * Conditions that several rules have stand there once.
 */
struct policy {
	const struct policy_rule *rules; /* borrowed */
	size_t n;
	/* Of the rules; borrowed. NULL: each is looked at, one after the other. */
	const struct policy_index *index;
	uint32_t otherwise;               /* the verdict on all others */
	const struct path_match *matches; /* borrowed */
	size_t n_matches;
	/* Borrowed; one by the rules' counters, then one for all others. Or NULL. */
	uint64_t *hits;
	uint16_t n_counters; /* of rules */
};

/* For the rules' index; the caller's. */
struct policy_index *policy_index_of(const struct policy_rule *, size_t n);

enum peer_kind { PEER_LOCAL, PEER_EBGP, PEER_IBGP };

enum import_mode {
	IMPORT_COUNT,  /* RFC 8212: nothing is imported, only counted */
	IMPORT_KEEP,   /* kept to be shown, never eligible */
	IMPORT_ACCEPT, /* eligible */
};

/* Who gives us routes. */
struct rib_source {
	enum peer_kind kind;
	enum import_mode import;
	enum role role; /* of ours to it (RFC 9234) */
	uint32_t asn;
	uint32_t router_id; /* from its OPEN */
	uint32_t tag;       /* what policies know it by */
	bool reflected;     /* its routes are, as far as RFC 4456 6 allows it */
	bool client;        /* with that: it is a client */
	uint8_t own_as;     /* times that ours may be in its AS paths */
	uint32_t local_as; /* … or this, which we are to it; 0: as to others */
	bool prepended;    /* that is put before its AS paths: RFC 7705 3.1 */
	bool long_lived;   /* RFC 9494 is agreed: it may say LLGR_STALE */
	struct addr addr;
	uint32_t max_prefixes[FAMILIES]; /* 0: no limit */
	const struct policy
	    *policy; /* borrowed while it is in force; NULL: all */
};

/* Who we are, for the loop checks. */
struct identity {
	uint32_t asn;
	uint32_t router_id;
	uint32_t cluster_id;      /* RFC 4456 7; 0: of none */
	const struct addr *addrs; /* own addresses, borrowed */
	size_t n_addrs;
};

enum next_hop_mode {
	NEXT_HOP_AUTO, /* self, but kept from eBGP to iBGP: RFC 4271 5.1.3 */
	NEXT_HOP_SELF,
	NEXT_HOP_KEEP,
};

#define ADD_PATH_ALL UINT32_MAX

struct group_key {
	bool families[FAMILIES]; /* negotiated */
	enum peer_kind kind;     /* PEER_EBGP or PEER_IBGP */
	enum role role;          /* of ours (RFC 9234), to eBGP peers */
	enum next_hop_mode next_hop_mode;
	bool as4;             /* both sides sent the capability */
	bool pass_received;   /* not only what is announced locally */
	uint16_t max_message; /* bytes */
	/* Routes of a prefix at most, with path ids (RFC 7911); 0: the best alone. */
	uint32_t add_path[FAMILIES];
	uint32_t local_as;  /* prepended towards eBGP */
	uint32_t behind_as; /* … and this before it (RFC 7705 3.3); 0: none */
	uint32_t cluster_id; /* routes are reflected to it; 0: they are not */
	bool client;         /* with that: it is a client */
	bool long_lived;     /* members have sent the capability of RFC 9494 */
	uint32_t audience;   /* peers that are told apart; 0: the rest */
	/* On what goes out, before all else; borrowed. NULL: all does. */
	const struct policy *policy;
	/* Ours; FAMILY_NONE: what needs it doesn't go out. */
	struct addr next_hop[FAMILIES];
	/* Ours beside one of IPv6, on the link that members share; or FAMILY_NONE. */
	struct addr link_local;
	bool extended_next_hop; /* IPv4 prefixes by IPv6 ones: RFC 8950 */
};

/* Policies are the same only if they are one. */
bool group_key_eq(const struct group_key *, const struct group_key *);

/* A path before a policy, for as many prefixes as have it. Borrows all three. */
struct policy_case {
	const struct policy *policy; /* NULL: all is accepted */
	const struct path *path;
	const struct rib_source *source;
	/* By match: was it looked at, and is it met? */
	uint64_t known[POLICY_MATCHES_MAX / 64];
	uint64_t met[POLICY_MATCHES_MAX / 64];
	/* Of the index: a node, and how many rules in front the path doesn't meet. */
	uint32_t node, unmet;
};
void policy_case_init(struct policy_case *, const struct policy *,
    const struct path *, const struct rib_source *);
/* The rule that decides about it, not counted; NULL: none does. There is a policy. */
const struct policy_rule *
policy_decider(struct policy_case *, const struct prefix *);
/* The verdict on the route of a prefix, which is counted. */
uint32_t policy_judge(struct policy_case *, const struct prefix *);

/* The path with asn in front, so many times; a reference for the caller. */
struct path *policy_prepend(
    struct path_table *, struct attrs *, uint32_t asn, unsigned times);

/* May a path of the source be used, whatever the import mode? */
bool policy_eligible(
    const struct identity *, const struct rib_source *, const struct path *);
/* … or why not, for people, a literal; NULL: it may. */
const char *policy_ineligible(
    const struct identity *, const struct rib_source *, const struct path *);

/* Do paths of this source go to the group at all? A quick look before the export. */
bool policy_passes(const struct group_key *, const struct rib_source *);

/*
 * Does a path, as it is in the rib, forbid by its communities that the group hears of
 * it (RFC 1997, RFC 9494 4.3)? Before a filter, which may add them for the members to
 * heed, or take them away.
 */
bool policy_is_forbidden(
    const struct group_key *, const struct rib_source *, const struct path *);

/*
 * The path as the group's members see it, a reference for the caller; NULL when they
 * don't get it. set: ATTR_BIT() of what a filter gave it, which stays.
 */
struct path *policy_export(const struct group_key *, enum family,
    const struct rib_source *, struct path *, uint64_t set);
#endif
