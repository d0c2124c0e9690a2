/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/want.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/api/node.h"

/* clang-format off */
static const struct {
	const char *name, *text;
} verdicts[VERDICTS] = {
	[VERDICT_POD_CIDR]	= { "PodCIDR", "pod CIDR of this node" },
	[VERDICT_SERVICE_CIDR]	=
	    { "ServiceCIDR", "listed in the BGPConfiguration, or of a ServiceCIDR" },
	[VERDICT_AGGREGATE]	= { "Aggregate", "at the group's aggregation" },
	[VERDICT_HOST]		= { "Host", "by itself, as the group says" },
	[VERDICT_LISTED]	= { "Listed", "a CIDR for this one address" },
	[VERDICT_VIRTUAL_IP]	= { "VirtualIP", "a VirtualIP, healthy here" },
	[VERDICT_LOCAL_ENDPOINT] = { "LocalEndpoint", "has an endpoint here" },
	[VERDICT_COVERED]	= { "Covered", "a configured CIDR covers it" },
	[VERDICT_LINK_ONLY]	=
	    { "LinkOnly", "on links only, by the node of each link that holds it" },
	[VERDICT_NO_ENDPOINT]	= { "NoEndpoint", "no endpoint anywhere" },
	[VERDICT_NO_LOCAL_ENDPOINT] =
	    { "NoLocalEndpoint", "no endpoint on this node" },
	[VERDICT_FRESH_ENDPOINT] = { "FreshEndpoint",
	    "has an endpoint here since a moment ago, and others still serve" },
	[VERDICT_STRANDED]	= { "Stranded",
	    "its ready endpoints are on nodes that may not announce it" },
	[VERDICT_NOT_CHOSEN]	=
	    { "NotChosen", "as many other nodes as maxAnnouncers do" },
	[VERDICT_GIVES_WAY]	=
	    { "GivesWay", "as many other nodes as lbbgp.io/max-announcers do" },
	[VERDICT_OUTSIDE_POOLS]	=
	    { "OutsidePools", "in no ServiceGroup, and no CIDR is listed for it" },
	[VERDICT_FOLLOWS]	=
	    { "Follows", "of host length: as the Service that has it" },
	[VERDICT_NOT_SERVED]	=
	    { "NotServed", "headless, or ExternalName: no node serves it" },
	[VERDICT_NEVER]		= { "NeverAnnounced", "no router takes it" },
	[VERDICT_NODE_EXCLUDED]	=
	    { "NodeExcluded", "this node has the label " NODE_EXCLUDE_LABEL },
	[VERDICT_NODE_NOT_SELECTED] =
	    { "NodeNotSelected", "a node selector leaves this node out" },
	[VERDICT_DATA_PLANE]	= { "DataPlaneDown", "the data plane is down" },
	[VERDICT_DRAINED]	= { "Drained", "this node is drained" },
	[VERDICT_NETWORK]	=
	    { "NetworkUnavailable", "the node's network is unavailable" },
	[VERDICT_STALE]		=
	    { "Stale", "the API server is away for longer than staleAfter" },
	[VERDICT_NO_NODE]	= { "NoNode", "there is no Node for this node" },
};
/* clang-format on */

bool
verdict_announces(enum verdict v)
{
	return v < VERDICT_COVERED;
}

bool
verdict_gives_way(enum verdict v)
{
	return v == VERDICT_GIVES_WAY;
}

const char *
verdict_text(enum verdict v)
{
	return verdicts[v].text;
}

const char *
verdict_name(enum verdict v)
{
	return verdicts[v].name;
}

struct want *
wants_add(struct wants *w, const struct prefix *prefix, enum verdict verdict)
{
	/* Room for as many again, whenever it is full. */
	if ((w->n & (w->n - 1)) == 0)
		w->at =
		    xrealloc(w->at, w->n > 0 ? 2 * w->n : 1, sizeof(w->at[0]));
	w->at[w->n] = (struct want){ .prefix = *prefix, .verdict = verdict };
	return &w->at[w->n++];
}

void
wants_add_host(struct wants *w, const struct host_want *host)
{
	w->hosts = xrealloc(w->hosts, w->n_hosts + 1, sizeof(w->hosts[0]));
	w->hosts[w->n_hosts++] = *host;
}

void
wants_fini(struct wants *w)
{
	for (size_t i = 0; i < w->n; i++) {
		attributes_fini(&w->at[i].attributes);
		attributes_fini(&w->at[i].plain);
	}
	free(w->at);
	free(w->hosts);
	*w = (struct wants){ 0 };
}
