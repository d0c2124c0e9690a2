/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/otc.h"

#include "bgpd/rib/path.h"
#include "bgpd/wire/attr.h"

/* What we do by what we are to the peer: the lists of RFC 9234 5. */
static const struct {
	bool takes_marked;   /* what the peer gives may have OTC */
	bool own_mark_alone; /* … if so, only with the peer's own AS */
	bool marks_received; /* what has none gets the peer's AS */
	bool tells_marked;   /* what has OTC may go to the peer */
	bool marks_told;     /* what has none gets ours */
} rules[ROLES] = {
	/* clang-format off */
	/*                      takes  own    marks  tells  marks */
	[ROLE_NONE]         = { true,  false, false, true,  false },
	[ROLE_PROVIDER]     = { false, false, false, true,  true },
	[ROLE_RS]           = { false, false, false, true,  true },
	[ROLE_RS_CLIENT]    = { true,  false, true,  false, false },
	[ROLE_CUSTOMER]     = { true,  false, true,  false, false },
	[ROLE_PEER]         = { true,  true,  true,  false, true },
	/* clang-format on */
};

static void
mark(struct attrs *a, uint32_t asn)
{
	a->has |= ATTR_BIT(ATTR_OTC);
	a->otc = asn;
}

void
otc_mark_received(enum role role, uint32_t peer_as, struct attrs *a)
{
	if (!attrs_has(a, ATTR_OTC) && rules[role].marks_received)
		mark(a, peer_as);
}

bool
otc_takes(enum role role, uint32_t peer_as, const struct path *path)
{
	if ((path->has & ATTR_BIT(ATTR_OTC)) == 0)
		return true;
	return rules[role].takes_marked &&
	    (!rules[role].own_mark_alone || path->otc == peer_as);
}

bool
otc_told(enum role role, uint32_t local_as, struct attrs *a)
{
	if (attrs_has(a, ATTR_OTC))
		return rules[role].tells_marked;
	if (rules[role].marks_told)
		mark(a, local_as);
	return true;
}
