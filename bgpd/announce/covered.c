/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/covered.h"

#include "bgpd/config/bgp_configuration.h"
#include "common/api/service_group.h"
#include "common/err.h"

bool
covered_fields(const struct service_group *g, struct err *names)
{
	const struct group_announce *a = &g->announce;
	const struct {
		const char *name;
		bool given;
	} fields[] = {
		{ "serviceAnnotations", a->service_annotations != 0 },
		{ "peers", a->n_peers > 0 },
		{ "maxAnnouncers", a->max_announcers != 0 },
		{ "lengths", a->lengths != GROUP_AGGREGATE },
		{ "prepend", a->prepends != 0 },
		{ "med", a->has_med },
		{ "localPreference", a->has_local_preference },
		{ "nodeSelector", a->nodes.present },
		{ "communities", a->communities.n > 0 },
	};

	*names = (struct err){ 0 };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].given)
			err_prefix(names, "%s%s", fields[i].name,
			    names->text[0] != '\0' ? ", " : "");
	return names->text[0] != '\0';
}

/* One of host length is announced as its Service would be. */
static bool
is_in(const struct group_pool *pool, const struct prefix *cidr)
{
	return pool->fault == NULL &&
	    cidr->len < family_bits(cidr->addr.family) &&
	    prefix_contains(cidr, &pool->range.first) &&
	    prefix_contains(cidr, &pool->range.last);
}

bool
covered_pool(const struct service_group *g, const struct bgp_configuration *c,
    struct prefix *cidr)
{
	const struct cidrs *lists[] = { &c->cluster_ips, &c->external_ips,
		&c->load_balancer_ips };

	for (size_t i = 0; i < g->n_pools; i++)
		for (unsigned l = 0; l < 3; l++)
			for (size_t j = 0; j < lists[l]->n; j++)
				if (is_in(&g->pools[i], &lists[l]->at[j])) {
					*cidr = lists[l]->at[j];
					return true;
				}
	return false;
}
