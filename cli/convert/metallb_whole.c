/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only all of MetalLB's objects together say.
 */
#include <jansson.h>
#include <string.h>

#include "bgpd/config/bgp_peer.h"
#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/link.h"
#include "cli/convert/metallb.h"
#include "cli/convert/path.h"
#include "common/err.h"

#define GROUP "metallb.io"

static const char *const pool_kinds[] = { "IPAddressPool", "AddressPool" };
#define POOL_KINDS (sizeof(pool_kinds) / sizeof(pool_kinds[0]))

/* ---- pools that nobody announces; Calico may, beside MetalLB ---- */

static void
unselected_silence(struct job *j, const char *kind)
{
	const json_t *configuration =
	    job_find(j, "BGPConfiguration", "default");
	const struct foreign *pool;
	size_t i = 0;

	while ((pool = job_next(j, GROUP, kind, &i)) != NULL) {
		if (!pool->selected && group_has_pools(pool->ours) &&
		    !link_has(pool->ours) &&
		    !group_is_covered(pool->ours, configuration))
			group_silence(j, pool,
			    "no BGPAdvertisement or L2Advertisement of the "
			    "input announces it");
	}
}

/* ---- communities that nobody has asked for ---- */

static void
unused_tell(struct job *j)
{
	const char *name;
	json_t *c;

	json_object_foreach (j->communities, name, c)
		if (json_object_get(c, "used") == NULL)
			job_remark(j, path_text(c, "label"), "spec.communities",
			    "%s: no BGPAdvertisement of the input uses it",
			    name);
}

/* ---- families ---- */

/*
 * Up to 0.14 MetalLB announced both families over every session; later, and
 * here, a session carries its own, unless it says both. That field is in every
 * object that a later one has written, so without it both are possible. Where
 * a family of the pools would be announced by no peer at all, both are meant.
 */
struct families {
	bool pools[FAMILIES]; /* there are addresses of that family */
	bool peers[FAMILIES]; /* and a session that carries it */
};

static void
pools_look(const struct job *j, const char *kind, struct families *have)
{
	const struct foreign *f;
	size_t at = 0, i;
	json_t *pool;

	while ((f = job_next(j, GROUP, kind, &at)) != NULL)
		json_array_foreach (path_get(f->ours, "spec.pools"), i, pool) {
			const char *subnet = path_text(pool, "subnet");

			have->pools[strchr(subnet, ':') != NULL ? FAMILY_V6
								: FAMILY_V4] =
			    true;
		}
}

static void
peers_look(const struct job *j, struct families *have)
{
	const struct foreign *f;
	struct err err;
	size_t i = 0;

	while ((f = job_next(j, GROUP, "BGPPeer", &i)) != NULL) {
		struct bgp_peer *p =
		    f->ours != NULL ? bgp_peer_decode(f->ours, &err) : NULL;

		for (unsigned k = 0; p != NULL && k < FAMILIES; k++)
			have->peers[k] = have->peers[k] || p->families[k];
		bgp_peer_free(p);
	}
}

static void
peer_families(struct job *j, struct foreign *f, const struct families *have)
{
	static const char path[] = "spec.dualStackAddressFamily";
	struct err err;
	struct bgp_peer *p =
	    f->ours != NULL ? bgp_peer_decode(f->ours, &err) : NULL;

	if (p == NULL || f->selected) {
		bgp_peer_free(p);
		return; /* it says what it is to carry */
	}
	enum family other =
	    p->address.family == FAMILY_V4 ? FAMILY_V6 : FAMILY_V4;

	if (have->pools[other] && !have->peers[other]) {
		path_set(f->ours, "spec.families",
		    json_pack("[s, s]", "IPv4", "IPv6"));
		job_remark(j, f->label, path,
		    "not given: %s is announced over it, too, as up to MetalLB "
		    "0.14; with a later one take families out",
		    family_name(other));
	} else if (have->pools[other]) {
		job_remark(j, f->label, path,
		    "not given: %s is not announced over it, as since MetalLB "
		    "0.15; another peer carries it",
		    family_name(other));
	}
	bgp_peer_free(p);
}

static void
profiles_tell(struct job *j)
{
	struct foreign *f;
	size_t i = 0;

	while ((f = job_next(j, GROUP, "BFDProfile", &i)) != NULL)
		if (!f->selected)
			job_dismiss(j, f, "left out: no peer refers to it");
}

void
metallb_finish(struct job *j)
{
	struct families have = { 0 };
	struct foreign *f;
	size_t i;

	for (i = 0; i < POOL_KINDS; i++) {
		unselected_silence(j, pool_kinds[i]);
		pools_look(j, pool_kinds[i], &have);
	}
	unused_tell(j);
	profiles_tell(j);
	peers_look(j, &have);
	i = 0;
	while ((f = job_next(j, GROUP, "BGPPeer", &i)) != NULL)
		peer_families(j, f, &have);
}
