/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attributes - what goes with an announcement, of what kind it is, and for whom.
 *
 * A set: order and doubles don't matter, equal sets compare equal.
 */
#ifndef BGPD_ANNOUNCE_ATTRIBUTES_H
#define BGPD_ANNOUNCE_ATTRIBUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bgp_configuration;
struct communities;

/* What is announced; a prefix may be more than one of these. */
#define ANNOUNCED_POD 0x1           /* a pod CIDR */
#define ANNOUNCED_SERVICE 0x2       /* a cluster IP, or a CIDR of them */
#define ANNOUNCED_EXTERNAL 0x4      /* an external IP, the same */
#define ANNOUNCED_LOAD_BALANCER 0x8 /* a load-balancer IP, the same */

struct attributes {
	uint32_t *standard; /* owned, sorted, each once */
	size_t n_standard;
	uint32_t (*large)[3]; /* owned, sorted, each once */
	size_t n_large;
	uint32_t local_pref;
	bool has_local_pref; /* somebody said which */
	bool has_med;        /* the same */
	uint8_t prepends;    /* of the own AS, to other ASes */
	uint32_t med;
	/* For routers that share traffic among nodes by it (RFC 10005). */
	uint32_t bandwidth;    /* Mbit/s; 0: none */
	bool non_transitive;   /* they are not to tell other ASes of it */
	uint32_t bandwidth_as; /* whose it is */
	uint8_t kinds;         /* ANNOUNCED_…, for filters */
	/* Of audiences.h: only these peers get it; none: all do. */
	uint32_t *peers; /* owned, sorted, each once */
	size_t n_peers;
	/*
	 * Of one Service, by its annotations, as long as all who want the prefix say
	 * the same; else what the group says holds: plain, of attribute_sets.
	 */
	bool own;
	uint32_t plain;
	uint32_t max_announcers; /* with that: it has asked for; 0: nothing */
	bool
	    local; /* with that: only nodes with an endpoint of it announce it */
};

void attributes_fini(struct attributes *);
bool attributes_eq(const struct attributes *, const struct attributes *);
/* The same but for the bandwidth, local, and what holds in their place. */
bool attributes_say_same(const struct attributes *, const struct attributes *);
/*
 * Names are looked up in the configuration (NULL: there is none). One that nobody
 * defines is left out; returns the first of those, borrowed, or NULL.
 */
const char *attributes_add(struct attributes *, const struct communities *,
    const struct bgp_configuration *);
void attributes_set_local_pref(struct attributes *, uint32_t); /* the higher */
void attributes_set_med(struct attributes *, uint32_t);        /* the lower */
void attributes_set_prepends(struct attributes *, uint8_t);    /* the more */
void attributes_add_peer(struct attributes *, uint32_t audience);
/* Is it told to peers of this audience? */
bool attributes_are_for(const struct attributes *, uint32_t audience);
/* GRACEFUL_SHUTDOWN (RFC 8326 5). */
void attributes_add_shutdown(struct attributes *);
bool attributes_have_shutdown(const struct attributes *);
/* LOCAL_PREF 0, whoever said what (RFC 8326 4.2 has it so). */
void attributes_make_last(struct attributes *);
/*
 * Union of the communities and kinds; of the rest what is preferred: the higher local
 * preference and the lower MED; the most prepends that any asks for; and the peers of
 * both: all of them, if either is for all. So many want the same: their bandwidths are
 * added, for the traffic of all comes the same way.
 */
void attributes_unite(
    struct attributes *, const struct attributes *, uint32_t wants);
/* *to is empty so far. */
void attributes_copy(
    struct attributes *to, const struct attributes *from, uint32_t wants);
#endif
