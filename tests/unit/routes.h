/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routes - prefixes and paths for the tests of bgpd/rib.
 */
#ifndef TESTS_UNIT_ROUTES_H
#define TESTS_UNIT_ROUTES_H

#include <assert.h>
#include <stdlib.h>

#include "bgpd/rib/path.h"
#include "bgpd/rib/policy.h"
#include "bgpd/rib/rib.h"
#include "bgpd/wire/as_path.h"
#include "bgpd/wire/attr.h"
#include "common/err.h"
#include "tests/unit/hex.h"

/* All of it at once. */
static inline void
rib_forget(struct rib *rib, uint32_t source)
{
	rib_forget_begin(rib, source);
	while (!rib_forget_some(rib, UINT32_MAX))
		continue;
}

static inline struct prefix
pfx(const char *text)
{
	struct prefix p;
	struct err err;
	bool good = prefix_parse(text, &p, &err);

	assert(good);
	(void)good;
	return p;
}

static inline struct addr
ip(const char *text)
{
	return pfx(text).addr;
}

/* What a peer may say: the AS path as hex, its AS numbers counted from there. */
static inline struct attrs
heard(const char *as_path, const char *next_hop)
{
	return (struct attrs){
		.has = ATTR_BIT(ATTR_ORIGIN) | ATTR_BIT(ATTR_AS_PATH),
		.as_path = hex(as_path),
		.next_hop.addr = ip(next_hop),
	};
}

#define VIA_65001 "02 01 0000fde9"
#define VIA_65002 "02 01 0000fdea"
#define VIA_65002_65001 "02 02 0000fdea 0000fde9"

static inline struct path *
local_path(struct path_table *t, uint32_t community)
{
	return path_local(t,
	    &(struct path_local){
		.communities = &community,
		.n_communities = community != 0,
		.local_pref = LOCAL_PREF_DEFAULT,
	    });
}

static const struct rib_source ebgp_source = {
	.kind = PEER_EBGP,
	.import = IMPORT_ACCEPT,
	.asn = 65001,
	.router_id = 0x0a000001,
	.addr = { FAMILY_V4, { 10, 0, 0, 1 } },
};

static const struct rib_source ibgp_source = {
	.kind = PEER_IBGP,
	.import = IMPORT_ACCEPT,
	.asn = 65000,
	.router_id = 0x0a000002,
	.addr = { FAMILY_V4, { 10, 0, 0, 2 } },
};

static const struct group_key ebgp_key = {
	.families = { [FAMILY_V4] = true, [FAMILY_V6] = true },
	.kind = PEER_EBGP,
	.as4 = true,
	.max_message = 4096,
	.local_as = 65000,
	.next_hop = {
	    [FAMILY_V4] = { FAMILY_V4, { 192, 0, 2, 1 } },
	    [FAMILY_V6] = { FAMILY_V6, { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
	},
};

static inline struct group_key
ibgp_key(void)
{
	struct group_key k = ebgp_key;

	k.kind = PEER_IBGP;
	return k;
}
#endif
