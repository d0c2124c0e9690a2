/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bgp_filter - the BGPFilter resource: which routes are taken from a peer and told to
 * it, and what of them is changed.
 */
#ifndef BGPD_CONFIG_BGP_FILTER_H
#define BGPD_CONFIG_BGP_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/api/meta.h"
#include "common/prefix.h"

struct err;
struct fields;

enum filter_community_kind {
	FILTER_COMMUNITY_STANDARD, /* value[0]; RFC 1997 */
	FILTER_COMMUNITY_EXTENDED, /* value[0..1]; RFC 4360 */
	FILTER_COMMUNITY_LARGE,    /* value[0..2]; RFC 8092 */
	FILTER_COMMUNITY_NAME,     /* to be looked up in BGPConfiguration */
};

struct filter_community {
	enum filter_community_kind kind;
	uint32_t value[3];
	char *name; /* owned; NULL unless FILTER_COMMUNITY_NAME */
};

struct filter_communities {
	struct filter_community *at; /* owned */
	size_t n;
};

struct filter_prefix {
	struct prefix cidr; /* without host bits */
	uint8_t min_len, max_len;
};

#define FILTER_POD 0x1
#define FILTER_SERVICE 0x2
#define FILTER_EXTERNAL 0x4
#define FILTER_LOAD_BALANCER 0x8
#define FILTER_LOCAL 0x40 /* ours, of whatever kind */
#define FILTER_PEER 0x80  /* received */

struct filter_numbers { /* AS numbers */
	uint32_t *at;   /* owned */
	size_t n;
};

struct filter_set { /* what is changed; in this order */
	struct filter_communities remove, add;
	uint32_t prepend_as; /* 0: the session's own */
	uint8_t prepend_times;
	bool has_med, has_local_preference, has_origin;
	uint32_t med, local_preference;
	uint8_t origin;       /* as on the wire: IGP, EGP, incomplete */
	bool next_hop_self;   /* … or: */
	struct addr next_hop; /* FAMILY_NONE: as it is */
};

/* Conditions that are not there are empty, and met. */
struct filter_rule {
	char *name;                     /* owned */
	struct filter_prefix *prefixes; /* owned; one of these */
	size_t n_prefixes;
	uint8_t sources; /* FILTER_…: one of these */
	char **peers;    /* owned, ended by NULL: one of these BGPPeers */
	struct filter_communities communities;  /* all of these */
	struct filter_numbers starts, contains; /* of the AS path */
	uint32_t min_length, max_length;        /* of it; 0: any */
	char **interfaces; /* owned, ended by NULL: patterns, one of these */
	bool accept;
	struct filter_set set;
};

struct filter_rules {
	struct filter_rule *at; /* owned */
	size_t n;
};

struct bgp_filter {
	struct meta meta;
	struct filter_rules import, export;
	struct conditions conditions;
};

extern const struct fields bgp_filter_fields;

/* spec.filters of a BGPPeer, or of a BGPConfiguration for peers without. */
struct filter_names {
	bool present; /* be it empty */
	char **at;    /* owned, ended by NULL; NULL: none */
	size_t n;
};
void filter_names_decode(struct filter_names *, const json_t *list);
void filter_names_fini(struct filter_names *);

/* clang-format off */
#define FILTERS_ROWS(at, what) \
	{ at, FIELD_LIST, FIELD_SET, .max = 8, .text = what }, \
	{ at "[]", FIELD_STRING, .min = 1, .max = NAME_MAX_CHARS, \
	  .text = "Name of a BGPFilter." }
/* clang-format on */

/*
 * A community as filters have it: as community_parse(), or extended as "rt:65000:1",
 * "rt:10.0.0.1:1" or "0x" and 16 hex digits; all else is a name. False: neither.
 */
bool filter_community_parse(const char *text, struct filter_community *);

/* These two fit into a row of a store's table of kinds. NULL and err: refused. */
void *bgp_filter_decode(const json_t *, struct err *);
void bgp_filter_free(void *filter);
/* False and err: a field that there is not, or any other refusal. */
bool bgp_filter_known(const json_t *, struct err *);
#endif
