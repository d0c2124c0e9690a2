/* SPDX-License-Identifier: Apache-2.0 */
/*
 * community - a BGP community as people write it.
 *
 * "64517:120" (RFC 1997), "64517:300:100" (RFC 8092), a well-known name such as
 * "no-export", or a name that a BGPConfiguration gives to one of these.
 */
#ifndef COMMON_API_COMMUNITY_H
#define COMMON_API_COMMUNITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum community_kind {
	COMMUNITY_STANDARD, /* value[0] */
	COMMUNITY_LARGE,    /* value[0..2] */
	COMMUNITY_NAME,     /* to be looked up in BGPConfiguration */
};

struct community {
	enum community_kind kind;
	uint32_t value[3];
	char *name; /* owned; NULL unless COMMUNITY_NAME */
};

struct communities {
	struct community *at;
	size_t n;
};

/* False: neither a value nor a well-known name. Never yields COMMUNITY_NAME. */
bool community_parse(const char *text, struct community *);
bool community_is_well_known(const char *name); /* "no-export" … */
/* Anything that is not a value is taken as a name. */
void communities_add(struct communities *, const char *text);
void communities_fini(struct communities *);
#endif
